/** Inviting somebody, adding a group, editing access, and the questions before a deletion (ADM-1 to ADM-4). */
import type { AdministratorType } from '../../directory/administrator-list.ts';
import type { AdministratorStatus } from '../../directory/administrator-rows.ts';
import { permissionLabels } from '../../directory/permission-labels.ts';
import { type Needs, type Permission, permissionNames } from '../../directory/permissions.ts';
import {
  actions,
  checkboxGroup,
  errorSummary,
  field,
  form,
  linkButton,
  radioGroup,
  select,
  submitButton,
} from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, definitionList, section } from '../../http/views/values.ts';
import { consoleRules } from '../rules.ts';
import { administratorsMessages, statusTones } from './administrators-messages.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';

/** Posted as `access` (`full` or `custom`) and `permission-<name>` ("on") of each that is selected. */
export interface AccessFields {
  access: 'full' | 'custom';
  permissions: readonly Permission[];
}

/** Vendor's names all nine (ADM-2); some have no page here yet, which whoever grants them should know. */
const opening: ReadonlySet<Needs> = new Set(Object.values(consoleRules));

/** What is wrong: sentences in the reader's language, by field. */
export type FieldErrors = Readonly<Partial<Record<'email' | 'group' | 'name' | 'connection' | 'permissions', string>>>;

interface Around {
  action: string;
  csrf: string;
  listHref: string;
}

export interface InvitePage extends Around, AccessFields {
  /** As typed, after an error. */
  email?: string;
  errors?: FieldErrors;
}

export function invitePage(context: PageContext, frame: ConsoleFrame, model: InvitePage): Html {
  const m = administratorsMessages[context.language];
  return formPage(context, frame, { ...model, title: m.invite, lead: m.inviteLead }, [
    section(
      m.whom,
      field({
        name: 'email',
        label: m.email,
        hint: m.emailHint,
        type: 'email',
        maxLength: 254,
        value: model.email,
        error: model.errors?.email,
        autofocus: model.errors === undefined,
      }),
    ),
    accessSection(context, model),
    actions(submitButton(m.sendInvitation), cancel(context, model)),
  ]);
}

export interface GroupPage extends Around, AccessFields {
  connections: readonly { id: string; name: string }[];
  connection?: string;
  group?: string;
  name?: string;
  errors?: FieldErrors;
}

export function groupPage(context: PageContext, frame: ConsoleFrame, model: GroupPage): Html {
  const m = administratorsMessages[context.language];
  return formPage(context, frame, { ...model, title: m.groupTitle, lead: m.groupLead }, [
    section(
      m.types.group,
      html`${select({
        name: 'connection',
        label: m.connection,
        choices: model.connections.map(({ id, name }) => ({ value: id, label: name })),
        value: model.connection,
        error: model.errors?.connection,
      })}${field({
        name: 'group',
        label: m.groupId,
        hint: m.groupIdHint,
        maxLength: 200,
        value: model.group,
        error: model.errors?.group,
      })}${field({
        name: 'name',
        label: m.groupName,
        hint: m.groupNameHint,
        maxLength: 200,
        value: model.name,
        error: model.errors?.name,
      })}`,
    ),
    accessSection(context, model, m.groupsAreCustom),
    actions(submitButton(m.add), cancel(context, model)),
  ]);
}

export interface EditAdministratorPage extends Around, AccessFields {
  displayName: string;
  email: string | null;
  type: AdministratorType;
  status: AdministratorStatus;
  provider: string;
  createdAt: number;
  invitation: { firstSentAt: number; expiresAt: number } | null;
  version: number;
  /** One's own can be looked at only. */
  own: boolean;
  errors?: FieldErrors;
  /** Of the whole: the last administrator. */
  problem?: string;
}

export function editAdministratorPage(context: PageContext, frame: ConsoleFrame, model: EditAdministratorPage): Html {
  const m = administratorsMessages[context.language];
  const overview = section(
    m.overview,
    definitionList([
      [m.person, model.displayName === model.email ? undefined : model.displayName],
      [m.email, model.email ?? undefined],
      [m.type, m.types[model.type]],
      [m.provider, model.provider],
      [m.status, badge(statusTones[model.status], m.statuses[model.status])],
      [m.invited, model.invitation ? time(context, model.invitation.firstSentAt) : undefined],
      [m.until, model.invitation ? time(context, model.invitation.expiresAt) : undefined],
      [m.since, model.invitation ? undefined : time(context, model.createdAt)],
    ]),
  );
  const title = m.editTitle(model.displayName);
  if (model.own) {
    return consolePage(context, frame, {
      page: 'administrators',
      title,
      above: [{ label: m.title, href: model.listHref }],
      body: html`${notice('information', m.ownAccess)}${overview}`,
    });
  }
  const isTold = model.type === 'individual' && model.status === 'active';
  const lead = isTold ? m.saveNoteTold : m.saveNote;
  return formPage(context, frame, { ...model, title, lead, hidden: { version: String(model.version) } }, [
    overview,
    accessSection(context, model, model.type === 'group' ? m.groupsAreCustom : undefined),
    actions(submitButton(m.save), cancel(context, model)),
  ]);
}

export interface RemoveAdministratorsPage extends Around {
  people: readonly { displayName: string; email: string | null; status: AdministratorStatus }[];
  hidden: Readonly<Record<string, string>>;
}

export function removeAdministratorsPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: RemoveAdministratorsPage,
): Html {
  const m = administratorsMessages[context.language];
  const [first, ...others] = model.people;
  const isOne = first !== undefined && others.length === 0;
  const { name } = frame.organization;
  const titleOf = first?.status === 'active' ? m.removeTitle : m.withdrawTitle;
  const emailOf = ({ displayName, email }: RemoveAdministratorsPage['people'][number]) =>
    email !== null && email !== displayName && html`<span class="sub">${email}</span>`;
  return consolePage(context, frame, {
    page: 'administrators',
    title: isOne ? titleOf(first.displayName, name) : m.removeTitleSeveral(model.people.length, name),
    above: [{ label: m.title, href: model.listHref }],
    body: html`<div class="section">${form(
      { action: model.action, csrf: model.csrf, hidden: model.hidden },
      isOne
        ? html`<p><strong>${first.displayName}</strong>${emailOf(first)}</p><p>${first.status === 'active' ? m.removeOne(first.displayName) : m.withdrawOne(first.displayName)}</p>`
        : html`<ul class="plain">${model.people.map((each) => html`<li>${each.displayName}${emailOf(each)}</li>`)}</ul><p>${m.removeSeveral}</p>`,
      actions(submitButton(m.confirmRemove, { kind: 'danger' }), cancel(context, model)),
    )}</div>`,
  });
}

export interface RefusedAdministratorsPage {
  listHref: string;
  /** For how many it was done. */
  done: number;
  refused: readonly { name: string; reason: string }[];
}

export function refusedAdministratorsPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: RefusedAdministratorsPage,
): Html {
  const m = administratorsMessages[context.language];
  return consolePage(context, frame, {
    page: 'administrators',
    title: m.refusedTitle,
    lead: m.refusedLead(model.done),
    above: [{ label: m.title, href: model.listHref }],
    body: html`${section(m.title, definitionList(model.refused.map(({ name, reason }) => [name, reason])))}${actions(
      linkButton(m.back, model.listHref),
    )}`,
  });
}

function formPage(
  context: PageContext,
  frame: ConsoleFrame,
  page: Around & {
    title: string;
    lead: string;
    errors?: FieldErrors;
    problem?: string;
    hidden?: Readonly<Record<string, string>>;
  },
  parts: readonly Html[],
): Html {
  const { language } = context;
  const problems = [
    ...(page.problem === undefined ? [] : [{ message: page.problem }]),
    ...Object.entries(page.errors ?? {}).map(([name, message]) => ({ field: name, message })),
  ];
  return consolePage(context, frame, {
    page: 'administrators',
    title: page.title,
    titlePrefix: problems.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    lead: page.lead,
    above: [{ label: administratorsMessages[language].title, href: page.listHref }],
    body: html`${errorSummary(language, problems)}${form(
      { action: page.action, csrf: page.csrf, ...(page.hidden && { hidden: page.hidden }) },
      parts,
    )}`,
  });
}

/** `customOnly`: why there is no choice. */
export function accessSection(
  context: PageContext,
  model: AccessFields & { errors?: Pick<FieldErrors, 'permissions'> },
  customOnly?: string,
): Html {
  const { language } = context;
  const m = administratorsMessages[language];
  const permissions = checkboxGroup({
    name: 'permissions',
    legend: m.permissionsLegend,
    error: model.errors?.permissions,
    choices: permissionNames.map((name) => ({
      name: `permission-${name}`,
      label: permissionLabels[language][name],
      hint: opening.has(name) ? m.permissions[name] : m.opensNothingYet(m.permissions[name]),
      checked: model.permissions.includes(name),
    })),
  });
  if (customOnly !== undefined) return section(m.access, permissions, { lead: customOnly });
  return section(
    m.access,
    html`${radioGroup({
      name: 'access',
      legend: m.accessLegend,
      value: model.access,
      choices: [
        { value: 'full', label: m.full, hint: m.fullHint },
        // Last, beside the permissions that belong to it.
        { value: 'custom', label: m.custom, hint: m.customHint },
      ],
    })}<div class="dependent">${permissions}</div>`,
  );
}

function cancel({ language }: PageContext, { listHref }: Around): Html {
  return linkButton(sharedMessages[language].cancel, listHref, 'secondary');
}
