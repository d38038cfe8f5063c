/** Name, uses and identifier of a connection as controls: the same for a new one and for one that there is. */
import type { ProviderDefinition } from '../../../providers/provider.ts';
import { type Language, translations } from '../../core/language.ts';
import type { NewConnectionHead } from '../../directory/connections/new-connection.ts';
import { DirectoryError, type DirectoryErrorCode } from '../../directory/errors.ts';
import type { Form } from '../../http/forms.ts';
import { checkboxGroup, field } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { problemText, refusalText } from '../../http/views/problem-texts.ts';

const messages = translations({
  en: {
    name: 'Name',
    nameHint: 'As administrators and people who choose how to sign in see it. Unique in this organization.',
    uses: 'Used for',
    subscribers: 'Subscribers',
    subscribersHint: 'Can be chosen as the workspace’s sign-in method once it is connected.',
    administrators: 'Administrators',
    administratorsGroups: 'Members of the groups that you add sign in without an invitation.',
    administratorsAll: 'Individuals whom you invite, and members of the groups that you add.',
    identifier: 'Identifier',
    identifierHint: (prefix: string) =>
      `For administrators only. Ends their sign-in URL: ${prefix}… Use a-z, 0-9 and -. It cannot be one that another organization has.`,
  },
  ja: {
    name: '名前',
    nameHint: '管理者や、サインイン方法を選ぶ人に表示されます。組織内で重複しない名前にしてください。',
    uses: '用途',
    subscribers: '利用者',
    subscribersHint: '接続後、ワークスペースのサインイン方法として選択できます。',
    administrators: '管理者',
    administratorsGroups: '追加したグループのメンバーは、招待なしでサインインできます。',
    administratorsAll: '招待した個人と、追加したグループのメンバーがサインインできます。',
    identifier: '識別子',
    identifierHint: (prefix: string) =>
      `管理者用の接続だけに指定します。サインインURLの末尾になります：${prefix}… 半角英小文字、数字、ハイフンを使用します。ほかの組織が使用中のものは指定できません。`,
  },
});

export interface TypedHead {
  name: string;
  subscribers: boolean;
  administrators: boolean;
  identifier: string;
}

export interface HeadFields extends TypedHead {
  offers: Pick<ProviderDefinition, 'subscribers' | 'administrators'>;
  /** What an identifier stands behind. */
  goUrl: string;
  refusal?: HeadRefusal | undefined;
}

/** `problems` by key path; `code` of what is no field's. */
export type HeadRefusal = Pick<DirectoryError, 'code' | 'problems'>;

export const headFieldNames = ['name', 'subscribers', 'administrators', 'identifier'];

export function headFields(language: Language, model: HeadFields): Html {
  const m = messages[language];
  const errors = errorsOf(language, model);
  const { offers } = model;
  return html`${field({
    name: 'name',
    label: m.name,
    hint: m.nameHint,
    value: model.name,
    maxLength: 100,
    error: errors.name,
  })}${
    offers.subscribers &&
    offers.administrators !== 'none' &&
    checkboxGroup({
      name: 'uses',
      legend: m.uses,
      error: errors.uses,
      choices: [
        { name: 'subscribers', label: m.subscribers, hint: m.subscribersHint, checked: model.subscribers },
        {
          name: 'administrators',
          label: m.administrators,
          hint: offers.administrators === 'groups' ? m.administratorsGroups : m.administratorsAll,
          checked: model.administrators,
        },
      ],
    })
  }${
    offers.administrators !== 'none' &&
    field({
      name: 'identifier',
      label: m.identifier,
      hint: m.identifierHint(model.goUrl),
      value: model.identifier,
      maxLength: 40,
      error: errors.identifier,
    })
  }`;
}

/** What there is no choice about is not asked. */
export function readHead(form: Form, offers: HeadFields['offers']): TypedHead {
  const isOnly = offers.administrators === 'none' || !offers.subscribers;
  return {
    name: (form.name ?? '').trim().slice(0, 200),
    subscribers: isOnly ? offers.subscribers : form.subscribers === 'on',
    administrators: isOnly ? offers.administrators !== 'none' : form.administrators === 'on',
    identifier: (form.identifier ?? '').trim().toLowerCase().slice(0, 100),
  };
}

export function wantedHead({ identifier, ...rest }: TypedHead): Omit<NewConnectionHead, 'kind'> {
  return { ...rest, ...(identifier !== '' && { identifier }) };
}

type HeadField = 'name' | 'uses' | 'identifier';
const fieldOfPath: Readonly<Record<string, HeadField>> = {
  name: 'name',
  subscribers: 'uses',
  administrators: 'uses',
  identifier: 'identifier',
};
const fieldOfCode: Partial<Record<DirectoryErrorCode, HeadField>> = {
  name_taken: 'name',
  identifier_taken: 'identifier',
  limit_reached: 'identifier',
  connection_in_use: 'uses',
};

function errorsOf(language: Language, { refusal, offers }: HeadFields): Partial<Record<HeadField, string>> {
  if (!refusal) return {};
  const own = fieldOfCode[refusal.code];
  const text = refusalText(language, refusal.code);
  if (own !== undefined && text !== undefined) return { [own]: text };
  const errors: Partial<Record<HeadField, string>> = {};
  for (const { path, message } of refusal.problems) {
    const at = fieldOfPath[path];
    const isShown = at !== 'identifier' || offers.administrators !== 'none';
    if (at !== undefined && isShown) errors[at] ??= problemText(language, message);
  }
  return errors;
}

/** For the list above the form. */
export function headProblems(language: Language, model: HeadFields): { field?: string; message: string }[] {
  if (!model.refusal) return [];
  const m = messages[language];
  const errors = Object.entries(errorsOf(language, model)) as [HeadField, string][];
  if (errors.length > 0) return errors.map(([name, message]) => ({ field: name, message: `${m[name]}: ${message}` }));
  return [
    {
      message:
        refusalText(language, model.refusal.code) ??
        model.refusal.problems.map(({ message }) => problemText(language, message)).join(' '),
    },
  ];
}

/** Whether this is a refusal that these controls can show. */
export function asHeadRefusal(error: DirectoryError): HeadRefusal {
  const isKnown = error.code === 'settings_invalid' || refusalText('en', error.code) !== undefined;
  if (!isKnown) throw new DirectoryError(error.code, error.message, error.problems);
  return { code: error.code, problems: error.problems };
}
