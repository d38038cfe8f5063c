/**
 * From a trace to what it means: what happened, and who has to do what. Pure; the words of failures at a provider are in
 * `../explanations.ts`, those of the other ends here.
 */
import type { Text } from '../../../providers/provider.ts';
import type { ExplainedAttribute } from '../../claims/claims.ts';
import { type Check, checkLabels, checkOf } from '../checks.ts';
import { explanations } from '../explanations.ts';
import type { FailureField, TraceOutcome, TraceStep } from './trace.ts';
import type { Trace } from './traces.ts';

export interface TraceExplanation {
  meaning: Text;
  /** Absent where nothing is to be done. */
  remedy?: Text;
  /** Where it went wrong. */
  failure?: { check?: Text } & Partial<Record<FailureField, string>>;
  /** Attributes that stopped the sign-in. */
  problems: readonly ExplainedAttribute[];
}

const text = (en: string, ja: string): Text => ({ en, ja });

/** Of the ends that are no failure at the provider. */
const ends: Readonly<Record<Exclude<TraceOutcome, 'failed'>, { meaning: Text; remedy?: Text }>> = {
  signed_in: { meaning: text('The person signed in.', 'サインインが完了しました。') },
  waiting: {
    meaning: text(
      'The provider’s answer was accepted, but the browser did not finish the sign-in here. It was closed, or the person has not answered the last question yet.',
      'プロバイダーの応答は受け入れられましたが、ブラウザーでのサインインが最後まで進んでいません。ブラウザーが閉じられたか、最後の確認画面がまだ操作されていません。',
    ),
    remedy: text(
      'The person: sign in again. If it happens to many, whoever runs their network checks that browsers reach this service.',
      '利用者が、もう一度サインインしてください。多くの利用者で起きる場合は、ネットワークの管理者が、ブラウザーからこのサービスに接続できることを確認してください。',
    ),
  },
  attributes: {
    meaning: text(
      'The provider’s answer was accepted, but an attribute that is needed is missing or cannot be read.',
      'プロバイダーの応答は受け入れられましたが、必要な属性がないか、読み取れません。',
    ),
    remedy: text(
      'The administrator of the identity provider: send the attributes below under exactly these names, with one value each. Or an administrator here changes the names in the settings of the connection.',
      'IDプロバイダーの管理者が、以下の属性をこの名前のとおりに、それぞれ1つの値で送信するよう設定してください。または、こちらの管理者が、接続の設定で属性名を変更してください。',
    ),
  },
  no_access: {
    meaning: text(
      'The person proved who they are, but has no access to this organization.',
      '本人確認はできましたが、この組織へのアクセス権がありません。',
    ),
    remedy: text(
      'An administrator here: invite the person, or add one of their groups, under Administrators. Or the administrator of the identity provider puts the person into such a group, and sends the groups along.',
      'こちらの管理者が、「管理者」の画面で本人を招待するか、所属グループを追加してください。または、IDプロバイダーの管理者が本人を該当するグループに追加し、グループの情報が送信されるようにしてください。',
    ),
  },
  other_browser: {
    meaning: text(
      'The answer arrived in another browser than the one that began this sign-in, and was refused.',
      'サインインを開始したブラウザーとは別のブラウザーに応答が届いたため、拒否されました。',
    ),
    remedy: text(
      'The person: begin and finish in the same browser, with cookies allowed. If nobody changed browsers, somebody may have tried to sign another person in with an account of their own; nothing happened.',
      '利用者が、Cookieを有効にし、同じブラウザーで最初から最後まで操作してください。ブラウザーを変えた覚えがない場合は、第三者が自分のアカウントで他人をサインインさせようとした可能性があります。その試みは拒否されています。',
    ),
  },
  interrupted: {
    meaning: text(
      'The person signed in, but the application had stopped waiting for it.',
      'サインインは完了しましたが、アプリケーションの待ち時間を過ぎていました。',
    ),
    remedy: text(
      'The person: open the application again; no further sign-in is needed.',
      '利用者が、アプリケーションをもう一度開いてください。再度サインインする必要はありません。',
    ),
  },
  stale: {
    meaning: text(
      'An answer of a provider came after the 15 minutes that a sign-in may take, or for the second time: by the Back button, a reload or a bookmark.',
      'サインインの制限時間（15分）を過ぎてから、または2回目の応答として届きました。「戻る」ボタン、再読み込み、ブックマークなどが原因です。',
    ),
    remedy: text(
      'The person: start again at the application or the workspace URL, and bookmark that instead of the sign-in page.',
      '利用者が、アプリケーションまたはワークスペースURLからもう一度開始してください。ブックマークには、サインインページではなくこれらのURLを登録してください。',
    ),
  },
};

const fault = {
  meaning: text('Something went wrong in this service.', 'このサービスの内部でエラーが発生しました。'),
  remedy: text(
    'Whoever operates this installation: the server’s log has the cause, at this time.',
    'このシステムの運用者が、該当する日時のサーバーログで原因を確認してください。',
  ),
};

export function explainTrace({ outcome, code, steps }: Pick<Trace, 'outcome' | 'code' | 'steps'>): TraceExplanation {
  const attributes = steps.find((step) => step.step === 'attributes');
  const problems = attributes?.attributes.filter((each) => each.outcome === 'problem') ?? [];
  if (outcome !== 'failed') return { ...(Object.hasOwn(ends, outcome) ? ends[outcome] : fault), problems };
  const failed = steps.find((step) => step.step === 'failed');
  const { step: _step, at: _at, code: _code, ...said } = failed ?? ({} as Partial<FailedStep>);
  // A code that only a newer version knows is told as a fault: the steps still say what was expected.
  if (code === null || code === 'unexpected' || !Object.hasOwn(explanations, code))
    return { ...fault, failure: said, problems };
  const { meaning, remedy } = explanations[code];
  const check: Check = checkOf({ code, ...(said.where !== undefined && { detail: { where: said.where } }) });
  return { meaning, remedy, failure: { check: checkLabels[check], ...said }, problems };
}

type FailedStep = Extract<TraceStep, { step: 'failed' }>;
