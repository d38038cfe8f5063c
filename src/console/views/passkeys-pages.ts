/** Passkeys of the person who looks: the list, adding, renaming, removing (SPEC CIT-4). */
import { translations } from '../../core/language.ts';
import { actions, errorSummary, field, form, hiddenText, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { emptyState, notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { passkeyButton, passkeyScript } from '../../http/views/passkey-button.ts';
import { time } from '../../http/views/time.ts';
import { table } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';

/** As in directory/passkeys.ts. */
const longestName = 60;

const messages = translations({
  en: {
    lead: 'Sign in with your fingerprint, your face or your device’s PIN instead of password and code.',
    add: 'Add a passkey',
    caption: 'My passkeys',
    name: 'Name',
    kind: 'Stored',
    synced: 'Synced',
    syncedHint: 'between your devices',
    bound: 'On one device',
    added: 'Added',
    used: 'Last used',
    never: 'Never',
    actions: 'Actions',
    rename: 'Rename',
    remove: 'Remove',
    emptyTitle: 'No passkeys yet',
    empty:
      'A passkey stays on your device or in your password manager. It cannot be guessed, and it works on no other site than this one.',
    withoutTitle: 'No passkey can be added here',
    without: 'This browser cannot make passkeys, or JavaScript is switched off. Those that you have keep working.',
    unavailable: 'Passkeys need a domain name of this service’s own. Its operator has not set one up.',
    newTitle: 'Add a passkey',
    newLead: 'Your browser asks you to unlock your device. Nothing of that leaves the device.',
    nameLabel: 'Name of the passkey',
    nameHint: 'So that you recognize it in the list, for example by the device.',
    create: 'Create passkey',
    nameProblem: (most: number) => `Enter a name of 1 to ${most} characters.`,
    refused:
      'The passkey could not be added. Too much time may have passed, or your device did not confirm that it is you. Please try again.',
    limit: 'You have as many passkeys as an account can have. Remove one that you no longer use first.',
    renameTitle: 'Rename the passkey',
    save: 'Save',
    removeTitle: 'Remove this passkey?',
    removeText: (name: string) => `“${name}” will no longer sign you in. To restore it you would have to add it again.`,
    removeOther:
      'Afterwards, delete it on your device or in your password manager as well, where it would still be offered.',
  },
  ja: {
    lead: 'パスワードとコードの代わりに、指紋、顔、またはデバイスのPINでサインインできます。',
    add: 'パスキーを追加',
    caption: 'マイパスキー',
    name: '名前',
    kind: '保存先',
    synced: '同期',
    syncedHint: 'デバイス間で共有',
    bound: '1台のデバイス',
    added: '追加日時',
    used: '最終使用',
    never: '未使用',
    actions: '操作',
    rename: '名前を変更',
    remove: '削除',
    emptyTitle: 'パスキーはまだありません',
    empty:
      'パスキーは、お使いのデバイスまたはパスワードマネージャーに保存されます。推測されることはなく、このサイト以外では使えません。',
    withoutTitle: 'ここではパスキーを追加できません',
    without:
      'このブラウザーがパスキーに対応していないか、JavaScriptが無効になっています。登録済みのパスキーは引き続き使えます。',
    unavailable: 'パスキーを使うには、このサービス専用のドメイン名が必要です。運用者がまだ設定していません。',
    newTitle: 'パスキーを追加',
    newLead: 'ブラウザーがデバイスのロック解除を求めます。その情報がデバイスの外に送られることはありません。',
    nameLabel: 'パスキーの名前',
    nameHint: '一覧で見分けるための名前です。例：デバイスの名前',
    create: 'パスキーを作成',
    nameProblem: (most) => `名前を1～${most}文字で入力してください。`,
    refused:
      'パスキーを追加できませんでした。時間がかかりすぎたか、デバイスで本人確認が行われなかった可能性があります。もう一度お試しください。',
    limit: '登録できるパスキーの数が上限に達しています。使わなくなったパスキーを先に削除してください。',
    renameTitle: 'パスキーの名前を変更',
    save: '保存',
    removeTitle: 'このパスキーを削除しますか？',
    removeText: (name) =>
      `「${name}」ではサインインできなくなります。もう一度使うには、あらためて追加する必要があります。`,
    removeOther:
      '削除後は、デバイスまたはパスワードマネージャーに残っているパスキーも削除してください。残っていると選択肢に表示されます。',
  },
});

export interface PasskeyListRow {
  name: string;
  synced: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
  usedAt: number | null;
  renameHref: string;
  removeHref: string;
}

export interface PasskeysPage {
  rows: readonly PasskeyListRow[];
  /** Posts `csrf`; leads to the page that adds one. Absent where browsers would refuse. */
  add?: { action: string; csrf: string };
}

export function passkeysPage(context: PageContext, frame: ConsoleFrame, model: PasskeysPage): Html {
  const m = messages[context.language];
  const { add, rows } = model;
  const adding =
    add &&
    html`<div hidden data-passkey-offer>${form(add, submitButton(m.add, { kind: 'primary' }))}</div>${passkeyScript(context)}`;
  return consolePage(context, frame, {
    page: 'passkeys',
    title: consoleMessages[context.language].pages.passkeys,
    lead: m.lead,
    beside: rows.length > 0 ? adding : undefined,
    body: html`${
      add
        ? html`<div data-without-passkeys>${notice('information', m.without, m.withoutTitle)}</div>`
        : notice('information', m.unavailable)
    }${
      rows.length === 0
        ? emptyState(m.emptyTitle, m.empty, adding && actions(adding))
        : table(
            m.caption,
            [
              { label: m.name, kind: 'head' },
              { label: m.kind },
              { label: m.added },
              { label: m.used },
              { label: m.actions, kind: 'actions' },
            ],
            rows.map((row) => [
              row.name,
              row.synced ? html`${m.synced}<span class="sub">${m.syncedHint}</span>` : m.bound,
              time(context, row.createdAt),
              row.usedAt === null ? m.never : time(context, row.usedAt),
              html`<div class="actions"><a class="button secondary" href="${row.renameHref}">${m.rename}${hiddenText(row.name)}</a><a class="button secondary" href="${row.removeHref}">${m.remove}${hiddenText(row.name)}</a></div>`,
            ]),
          )
    }`,
  });
}

export type PasskeyProblem = 'name' | 'refused' | 'limit';

export interface NewPasskeyPage {
  /** Receives `name`, `passkey` (the authenticator's answer as JSON) and `csrf`. */
  action: string;
  optionsUrl: string;
  csrf: string;
  listHref: string;
  /** As suggested, or as typed after an error. */
  name: string;
  problem?: PasskeyProblem;
}

export function newPasskeyPage(context: PageContext, frame: ConsoleFrame, model: NewPasskeyPage): Html {
  const { language } = context;
  const m = messages[language];
  const { problem } = model;
  return consolePage(context, frame, {
    page: 'passkeys',
    title: m.newTitle,
    titlePrefix: problem && sharedMessages[language].errorPrefix,
    lead: m.newLead,
    above: aboveOf(context, model),
    body: html`${summaryOf(context, problem)}<div data-without-passkeys>${notice('information', m.without, m.withoutTitle)}</div>
<div class="section" hidden data-passkey-offer>${form(
      { action: model.action, csrf: model.csrf },
      nameField(context, model.name, problem),
      actions(
        passkeyButton(context, {
          label: m.create,
          ceremony: 'create',
          optionsUrl: model.optionsUrl,
          name: 'passkey',
          kind: 'primary',
        }),
        linkButton(sharedMessages[language].cancel, model.listHref, 'secondary'),
      ),
    )}</div>`,
  });
}

export interface RenamePasskeyPage {
  /** Receives `name` and `csrf`. */
  action: string;
  csrf: string;
  listHref: string;
  name: string;
  problem?: 'name';
}

export function renamePasskeyPage(context: PageContext, frame: ConsoleFrame, model: RenamePasskeyPage): Html {
  const { language } = context;
  const m = messages[language];
  return consolePage(context, frame, {
    page: 'passkeys',
    title: m.renameTitle,
    titlePrefix: model.problem && sharedMessages[language].errorPrefix,
    above: aboveOf(context, model),
    body: html`${summaryOf(context, model.problem)}<div class="section">${form(
      { action: model.action, csrf: model.csrf },
      nameField(context, model.name, model.problem),
      actions(submitButton(m.save), linkButton(sharedMessages[language].cancel, model.listHref, 'secondary')),
    )}</div>`,
  });
}

export function removePasskeyPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: { name: string; action: string; csrf: string; listHref: string },
): Html {
  const { language } = context;
  const m = messages[language];
  return consolePage(context, frame, {
    page: 'passkeys',
    title: m.removeTitle,
    above: aboveOf(context, model),
    body: html`<div class="section">${form(
      { action: model.action, csrf: model.csrf },
      html`<p>${m.removeText(model.name)}</p><p>${m.removeOther}</p>`,
      actions(
        submitButton(m.remove, { kind: 'danger' }),
        linkButton(sharedMessages[language].cancel, model.listHref, 'secondary'),
      ),
    )}</div>`,
  });
}

function aboveOf({ language }: PageContext, { listHref }: { listHref: string }) {
  return [{ label: consoleMessages[language].pages.passkeys, href: listHref }];
}

function summaryOf({ language }: PageContext, problem: PasskeyProblem | undefined): Html | undefined {
  const m = messages[language];
  if (problem === undefined) return undefined;
  return errorSummary(
    language,
    problem === 'name' ? [{ field: 'name', message: m.nameProblem(longestName) }] : [{ message: m[problem] }],
  );
}

function nameField({ language }: PageContext, value: string, problem: PasskeyProblem | undefined): Html {
  const m = messages[language];
  return field({
    name: 'name',
    label: m.nameLabel,
    hint: m.nameHint,
    value,
    maxLength: longestName,
    error: problem === 'name' ? m.nameProblem(longestName) : undefined,
  });
}
