/**
 * What is found about a connection while nobody signs in, told to its administrators: the codes that no provider knows,
 * beside those that `explanations.ts` explains.
 */
import type { Text } from '../../providers/provider.ts';
import { type Check, checkLabels } from './checks.ts';
import { explanations } from './explanations.ts';

export interface HealthExplanation {
  meaning: Text;
  /** Who has to do what. */
  remedy: Text;
}

const own = {
  sign_ins_failing: {
    meaning: {
      en: 'Most sign-ins of the last hour have failed.',
      ja: '直近1時間のサインインの多くが失敗しています。',
    },
    remedy: {
      en: 'An administrator here: look in the system log for the reasons of the failed sign-ins, then test the connection.',
      ja: 'こちらの管理者が、失敗したサインインの理由をシステムログで確認し、接続をテストしてください。',
    },
  },
  sign_ins_doubtful: {
    meaning: {
      en: 'Many answers of the last hour could not be accepted, while other people get in.',
      ja: '直近1時間に、受け入れられない応答が多数ありました。サインインできている利用者もいます。',
    },
    remedy: {
      en: 'An administrator here: look in the system log. Either some people cannot get in, or somebody sends forged answers.',
      ja: 'こちらの管理者が、システムログを確認してください。一部の利用者がサインインできないか、偽の応答が送られている可能性があります。',
    },
  },
  certificate_expiring: {
    meaning: {
      en: 'The provider’s signing certificate expires soon.',
      ja: 'プロバイダーの署名証明書の有効期限が近づいています。',
    },
    remedy: {
      en: 'The administrator of the identity provider: make the next certificate. An administrator here: add it to the connection before the old one ends.',
      ja: 'IDプロバイダーの管理者が次の証明書を作成し、こちらの管理者が期限までに接続へ追加してください。',
    },
  },
  certificate_expired: {
    meaning: {
      en: 'The provider’s signing certificate has expired. It is still accepted, because the settings say so.',
      ja: 'プロバイダーの署名証明書の有効期限が切れています。設定に従い、引き続き受け入れています。',
    },
    remedy: {
      en: 'The administrator of the identity provider: renew the certificate. An administrator here: add it to the connection.',
      ja: 'IDプロバイダーの管理者が証明書を更新し、こちらの管理者が接続へ追加してください。',
    },
  },
  clock_drifting: {
    meaning: {
      en: 'The provider’s clock is more than a minute off. Sign-ins still work.',
      ja: 'プロバイダーの時刻が1分以上ずれています。サインインは引き続き可能です。',
    },
    remedy: {
      en: 'Whoever runs the provider’s machine: set up time synchronisation (NTP).',
      ja: 'プロバイダーのサーバーの管理者が、時刻同期（NTP）を設定してください。',
    },
  },
  metadata_unreadable: {
    meaning: {
      en: 'The provider’s metadata could not be read for a day. The last good reading counts, and sign-ins go on.',
      ja: 'プロバイダーのメタデータを1日以上読み取れていません。最後に読み取れた内容を使用しており、サインインは引き続き可能です。',
    },
    remedy: {
      en: 'An administrator here: check the metadata URL in the settings. The administrator of the identity provider: publish the metadata there again.',
      ja: 'こちらの管理者が設定のメタデータURLを確認し、IDプロバイダーの管理者がメタデータを再び公開してください。',
    },
  },
  metadata_over: {
    meaning: {
      en: 'The provider’s metadata says that it is no longer valid.',
      ja: 'プロバイダーのメタデータの有効期限が切れています。',
    },
    remedy: {
      en: 'The administrator of the identity provider: publish current metadata.',
      ja: 'IDプロバイダーの管理者が、最新のメタデータを公開してください。',
    },
  },
  metadata_differs: {
    meaning: {
      en: 'The provider’s metadata names other addresses than the settings.',
      ja: 'プロバイダーのメタデータのURLなどが、設定と異なっています。',
    },
    remedy: {
      en: 'An administrator here: compare them on the Metadata tab of the connection, and adopt or keep.',
      ja: 'こちらの管理者が、接続の「メタデータ」タブで違いを確認し、取り込むか現在の設定を維持するかを選択してください。',
    },
  },
  metadata_certificate_new: {
    meaning: {
      en: 'The provider has announced a new certificate. It is not adopted by itself.',
      ja: 'プロバイダーが新しい証明書を公開しました。自動では取り込まれません。',
    },
    remedy: {
      en: 'An administrator here: adopt it on the Metadata tab of the connection before the provider signs with it.',
      ja: 'プロバイダーがこの証明書で署名を始める前に、こちらの管理者が接続の「メタデータ」タブで取り込んでください。',
    },
  },
} as const satisfies Readonly<Record<string, HealthExplanation>>;

const unknown: HealthExplanation = {
  meaning: { en: 'The check failed.', ja: 'チェックに失敗しました。' },
  remedy: {
    en: 'An administrator here: test the connection to see more.',
    ja: 'こちらの管理者が接続をテストし、詳細を確認してください。',
  },
};

/** Of a code that only a newer version knows: that something is wrong. */
export function explainHealth(code: string): HealthExplanation {
  if (Object.hasOwn(own, code)) return own[code as keyof typeof own];
  if (Object.hasOwn(explanations, code)) return explanations[code as keyof typeof explanations];
  return unknown;
}

const ownChecks: Readonly<Record<string, Text>> = {
  'sign-ins': { en: 'Sign-ins', ja: 'サインイン' },
  certificates: checkLabels.certificate,
  client: checkLabels.client,
  metadata: { en: 'Metadata', ja: 'メタデータ' },
};

/** The name of a check, as people read it. */
export function checkLabel(check: string): Text {
  if (Object.hasOwn(checkLabels, check)) return checkLabels[check as Check];
  return ownChecks[check] ?? { en: check, ja: check };
}
