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
};

/** The name of a check, as people read it. */
export function checkLabel(check: string): Text {
  if (Object.hasOwn(checkLabels, check)) return checkLabels[check as Check];
  return ownChecks[check] ?? { en: check, ja: check };
}
