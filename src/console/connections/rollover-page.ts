/** Our SAML certificates as one identity provider knows them, and the switch to the next one. */
import { translations } from '../../core/language.ts';
import { form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, copyValue, definitionList, section } from '../../http/views/values.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';

export interface ShownKey {
  isNext: boolean;
  /** Requests of this connection are signed with it. */
  signs: boolean;
  fingerprint: string;
  /** Milliseconds, as the rest. */
  notAfter: number;
  hintedAt: number | null;
  fetchedAt: number | null;
  usedAt: number | null;
}

export interface RolloverPage extends ConnectionHead {
  /** Nobody has signed in with it yet. */
  isDraft?: boolean;
  signsRequests: boolean;
  /** The current one first. */
  keys: readonly ShownKey[];
  /** When the next one signs for everybody; null: nothing is planned. */
  dueAt: number | null;
  /** For this identity provider alone. */
  metadataUrl: string;
  /** Receives `key` (`next` or `current`) and `csrf`. */
  action: string;
  csrf: string;
}

const texts = translations({
  en: {
    lead: 'Our metadata holds the current certificate and the next one. While a change is planned, requests of this connection are signed with the next one as soon as your identity provider has it.',
    draft: 'The connection is not live yet, so nothing is signed for it.',
    unsigned: 'Requests of this connection are not signed, so a change of our certificate does not concern it.',
    planned: (at: Html) => html`On ${at} the next certificate signs for every connection.`,
    unplanned: 'No change of our certificate is planned.',
    switched: 'This connection has switched already. Nothing is left to do.',
    metadata: 'Metadata for this identity provider',
    metadataLead:
      'Let your identity provider fetch our metadata from this address, which only it should know: so we see that it has the certificates, and switch a day later by ourselves.',
    address: 'Metadata URL',
    current: 'Current certificate',
    next: 'Next certificate',
    signs: 'signs',
    fingerprint: 'SHA-256 fingerprint',
    valid: 'Valid until',
    fetched: 'Fetched by the identity provider',
    hinted: 'Fetched by a program that is not known',
    used: 'Last accepted by it',
    never: 'not that we know',
    act: 'Switch now',
    actLead:
      'When your identity provider has imported the next certificate. It refuses requests that are signed with a certificate that it does not have; you can go back at any time.',
    toNext: 'Sign with the next certificate',
    toCurrent: 'Sign with the current certificate again',
  },
  ja: {
    lead: '本サービスのメタデータには、現在の証明書と次の証明書が含まれています。更新の予定がある間は、IDプロバイダーが次の証明書を取得した接続から順に、次の証明書で要求に署名します。',
    draft: 'この接続はまだ有効ではないため、署名は行われていません。',
    unsigned: 'この接続では要求に署名しないため、本サービスの証明書を更新しても影響はありません。',
    planned: (at) => html`${at} に、すべての接続が次の証明書に切り替わります。`,
    unplanned: '本サービスの証明書を更新する予定はありません。',
    switched: 'この接続は切り替え済みです。対応は不要です。',
    metadata: 'このIDプロバイダー用のメタデータ',
    metadataLead:
      'このアドレスはこのIDプロバイダーだけに設定してください。ここからメタデータが取得されると、証明書が渡ったことを確認でき、1日後に自動で切り替わります。',
    address: 'メタデータURL',
    current: '現在の証明書',
    next: '次の証明書',
    signs: '署名に使用中',
    fingerprint: 'SHA-256フィンガープリント',
    valid: '有効期限',
    fetched: 'IDプロバイダーによる取得',
    hinted: '不明なプログラムによる取得',
    used: '最後に受け入れられた日時',
    never: '未確認',
    act: '今すぐ切り替える',
    actLead:
      'IDプロバイダーに次の証明書を登録してから切り替えてください。登録されていない証明書で署名された要求は拒否されます。いつでも元に戻せます。',
    toNext: '次の証明書で署名する',
    toCurrent: '現在の証明書に戻す',
  },
});

export function rolloverPage(context: PageContext, frame: ConsoleFrame, model: RolloverPage): Html {
  const { language } = context;
  const m = texts[language];
  const { keys, dueAt, metadataUrl } = model;
  const hasSwitched = keys.some(({ isNext, signs }) => isNext && signs);
  const plan = dueAt === null ? m.unplanned : m.planned(time(context, dueAt));
  return connectionPageFrame(context, frame, model, {
    tab: '/rollover',
    lead: m.lead,
    body: html`${
      model.signsRequests
        ? notice(
            dueAt === null || hasSwitched ? 'information' : 'warning',
            html`${plan}${dueAt !== null && hasSwitched && html` ${m.switched}`}`,
          )
        : notice('information', model.isDraft === true ? m.draft : m.unsigned)
    }${keys.map((key) =>
      section(
        key.isNext ? m.next : m.current,
        definitionList([
          [
            m.fingerprint,
            html`<code>${key.fingerprint}</code>${key.signs && model.signsRequests && html` ${badge('good', m.signs)}`}`,
          ],
          [m.valid, time(context, key.notAfter)],
          [m.fetched, moment(context, key.fetchedAt)],
          [m.hinted, key.hintedAt === null ? undefined : time(context, key.hintedAt)],
          [m.used, moment(context, key.usedAt)],
        ]),
      ),
    )}${section(m.metadata, copyValue(language, m.address, metadataUrl), { lead: m.metadataLead })}${
      dueAt !== null &&
      model.signsRequests &&
      section(
        m.act,
        form(
          { action: model.action, csrf: model.csrf, hidden: { key: hasSwitched ? 'current' : 'next' } },
          submitButton(hasSwitched ? m.toCurrent : m.toNext, { kind: hasSwitched ? 'secondary' : 'primary' }),
        ),
        { lead: m.actLead },
      )
    }`,
  });
}

function moment(context: PageContext, at: number | null): Html {
  return at === null ? html`<span class="muted">${texts[context.language].never}</span>` : time(context, at);
}
