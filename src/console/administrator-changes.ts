/** Inviting an administrator, adding a group, editing and deleting one (SPEC ADM-1, ADM-2, ADM-4; full access only). */

import { normalizeEmail } from '../core/email-address.ts';
import { AppError } from '../core/errors.ts';
import { type Administrator, isGroup, statusOf } from '../directory/administrator-rows.ts';
import type { Administrators } from '../directory/administrators.ts';
import type { ConnectionList } from '../directory/connections/connection-list.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { Invitations } from '../directory/invitations.ts';
import { type Access, type Permission, permissionNames } from '../directory/permissions.ts';
import type { Csrf } from '../http/csrf.ts';
import { type Form, refuseUnknownFields } from '../http/forms.ts';
import { authorityOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import {
  type AccessFields,
  type EditAdministratorPage,
  editAdministratorPage,
  type FieldErrors,
  groupPage,
  invitePage,
  removeAdministratorsPage,
} from './views/administrator-forms.ts';
import { administratorsMessages, refusalText } from './views/administrators-messages.ts';
import type { Handler, Visit } from './visit.ts';

export interface AdministratorsOptions {
  administrators: Pick<Administrators, 'list' | 'find' | 'add' | 'changeAccess' | 'remove' | 'removeEach'>;
  invitations: Pick<Invitations, 'invite' | 'resend' | 'resendEach'>;
  connectionList: Pick<ConnectionList, 'namesOf' | 'forAdministrators'>;
  labelOf(kind: string): string;
  csrf: Csrf;
  show: Show;
}

export const administratorsPath = '/administrators';
/** What says that an act on one was refused. */
export type SayRefused = (visit: Visit, name: string, error: DirectoryError) => void;

/** CON-06: the row that one's own access comes from. A group that one belongs to is not one's own. */
export function isOwn({ administratorIds }: Visit, { id, kind }: { id: string; kind: string }): boolean {
  return administratorIds.includes(id) && !kind.endsWith('-group');
}

export function administratorChanges(options: AdministratorsOptions & { sayRefused: SayRefused }) {
  const { administrators, invitations, connectionList, labelOf, csrf, show, sayRefused } = options;
  const around = (visit: Visit, path: string) => ({
    action: visit.url(`${administratorsPath}${path}`),
    csrf: csrf.tokenFor(visit.state.session.uid),
    listHref: visit.url(administratorsPath),
  });

  const askWhom: Handler = async (visit) => showInvite(visit, { access: 'custom', permissions: [] });

  function showInvite(visit: Visit, given: AccessFields & { email?: string }, problem?: Problem): void {
    show(
      visit,
      (context, frame) =>
        invitePage(context, frame, {
          ...around(visit, '/invite'),
          ...given,
          ...(problem && { errors: wordsOf(problem, context.language) }),
        }),
      problem ? { status: 422 } : {},
    );
  }

  const invite: Handler = async (visit) => {
    const { form, organization } = visit;
    refuseUnknownFields(form, ['email', 'access'], permissionField);
    const given = { ...accessFieldsOf(form), email: (form.email ?? '').slice(0, 300) };
    try {
      const draft = { organizationId: organization.id, email: given.email, access: accessOf(given) };
      await invitations.invite(draft, authorityOf(visit));
    } catch (error) {
      const problem = problemOf(error, fieldOfInvitation);
      const isOver = problem.code === 'already_invited' && (await hasExpired(visit, given.email));
      return showInvite(visit, given, isOver ? { ...problem, code: 'invitation_expired' } : problem);
    }
    finish(visit, administratorsPath, given.access === 'full' ? 'invited_full' : 'invited_custom');
  };

  /** ADM-1: an open invitation is sent again, an expired one is deleted first. */
  async function hasExpired({ organization, now }: Visit, typed: string): Promise<boolean> {
    const email = normalizeEmail(typed);
    const all = await administrators.list(organization.id);
    return all.some((each) => each.email === email && statusOf(each, now) === 'expired');
  }

  const askGroup: Handler = async (visit) => showGroup(visit, { access: 'custom', permissions: [] });

  async function showGroup(
    visit: Visit,
    given: AccessFields & { connection?: string; group?: string; name?: string },
    problem?: Problem,
  ): Promise<void> {
    const own = await connectionList.forAdministrators(visit.organization.id);
    show(
      visit,
      (context, frame) =>
        groupPage(context, frame, {
          ...around(visit, '/group'),
          connections: own,
          ...given,
          ...(problem && { errors: wordsOf(problem, context.language) }),
        }),
      problem ? { status: 422 } : {},
    );
  }

  const addGroup: Handler = async (visit) => {
    const { form, organization } = visit;
    refuseUnknownFields(form, ['connection', 'group', 'name'], permissionField);
    const given = {
      access: 'custom' as const,
      permissions: accessFieldsOf(form).permissions,
      connection: form.connection ?? '',
      group: (form.group ?? '').slice(0, 200),
      name: (form.name ?? '').trim().slice(0, 300),
    };
    // Only among the organization's own: an id by itself opens nothing (CON-08).
    const own = await connectionList.forAdministrators(organization.id);
    const connection = own.find(({ id }) => id === given.connection);
    if (!connection) throw new AppError('not_found');
    if (given.name === '' || given.name.length > 200 || /\p{Cc}/u.test(given.name))
      return showGroup(visit, given, { field: 'name', code: 'name_invalid' });
    if (given.permissions.length === 0) return showGroup(visit, given, { field: 'permissions', code: 'missing' });
    try {
      await administrators.add(
        {
          organizationId: organization.id,
          kind: connection.kind === 'azure-ad' ? 'azure-ad-group' : 'ad-group',
          connectionId: connection.id,
          subject: given.group,
          displayName: given.name,
          access: accessOf(given),
        },
        authorityOf(visit),
      );
    } catch (error) {
      return showGroup(
        visit,
        given,
        problemOf(error, (code) =>
          code === 'access_refused' || code === 'already_administrator' ? 'group' : undefined,
        ),
      );
    }
    finish(visit, administratorsPath, 'group_added');
  };

  const showOne: Handler = async (visit) => {
    const administrator = await requireOne(visit);
    await showEdit(visit, administrator, fieldsOf(administrator.access));
  };

  async function showEdit(
    visit: Visit,
    administrator: Administrator,
    given: AccessFields & { version?: number },
    problem?: Problem,
  ): Promise<void> {
    const { id, kind, connectionId } = administrator;
    const names = await connectionList.namesOf(visit.organization.id, [connectionId]);
    const model: EditAdministratorPage = {
      ...administrator,
      ...around(visit, `/${id}`),
      access: given.access,
      permissions: given.permissions,
      version: given.version ?? administrator.version,
      type: isGroup(kind) ? 'group' : 'individual',
      status: statusOf(administrator, visit.now),
      provider: names.get(connectionId) ?? labelOf(connectionId),
      own: isOwn(visit, administrator),
    };
    show(
      visit,
      (context, frame) =>
        editAdministratorPage(context, frame, {
          ...model,
          ...(problem?.field && { errors: wordsOf(problem, context.language) }),
          ...(problem && !problem.field && { problem: textOf(problem, context.language) }),
        }),
      problem ? { status: problem.field ? 422 : 409 } : {},
    );
  }

  const edit: Handler = async (visit) => {
    const { form, organization } = visit;
    refuseUnknownFields(form, ['access', 'version'], permissionField);
    const administrator = await requireOne(visit);
    const version = /^\d{1,9}$/.test(form.version ?? '') ? Number(form.version) : -1;
    const read = accessFieldsOf(form);
    const given = { ...read, ...(isGroup(administrator.kind) && { access: 'custom' as const }), version };
    let after: Administrator;
    try {
      const change = { access: accessOf(given, fieldsOf(administrator.access).permissions), version };
      after = await administrators.changeAccess(organization.id, administrator.id, change, authorityOf(visit));
    } catch (error) {
      const problem = problemOf(error, (code) => (isOfPermissions(code) ? 'permissions' : undefined));
      // What stands there now, with its version: what was typed was decided on something else (CON-13).
      if (problem.code === 'version_conflict')
        return showEdit(visit, administrator, fieldsOf(administrator.access), problem);
      return showEdit(visit, administrator, given, problem);
    }
    finish(visit, administratorsPath, after.version === version ? 'unchanged' : 'access_changed');
  };

  const confirmRemove: Handler = async (visit) => {
    const administrator = await requireOne(visit);
    const { id, displayName, email, version } = administrator;
    show(visit, (context, frame) =>
      removeAdministratorsPage(context, frame, {
        ...around(visit, `/${id}/remove`),
        people: [{ displayName, email, status: statusOf(administrator, visit.now) }],
        hidden: { version: String(version) },
      }),
    );
  };

  const remove: Handler = async (visit) => {
    const { form, organization } = visit;
    refuseUnknownFields(form, ['version']);
    const { id, displayName } = await requireOne(visit);
    const version = Number(form.version);
    try {
      await administrators.remove(organization.id, id, authorityOf(visit), { version });
    } catch (error) {
      return sayRefused(visit, displayName, refusalOf(error));
    }
    finish(visit, administratorsPath, 'administrator_removed');
  };

  const resend: Handler = async (visit) => {
    refuseUnknownFields(visit.form, []);
    const { id, displayName } = await requireOne(visit);
    try {
      await invitations.resend(visit.organization.id, id, authorityOf(visit));
    } catch (error) {
      return sayRefused(visit, displayName, refusalOf(error));
    }
    finish(visit, administratorsPath, 'invitation_resent');
  };

  /** Throws `not_found` for another organization's exactly as for one that does not exist (CON-08). */
  async function requireOne({ organization, request }: Visit): Promise<Administrator> {
    try {
      return await administrators.find(organization.id, String(request.params.administratorId));
    } catch (error) {
      throw refusalOf(error).code === 'not_found' ? new AppError('not_found') : error;
    }
  }

  return {
    'GET /administrators/invite': askWhom,
    'POST /administrators/invite': invite,
    'GET /administrators/group': askGroup,
    'POST /administrators/group': addGroup,
    'GET /administrators/:administratorId': showOne,
    'POST /administrators/:administratorId': edit,
    'GET /administrators/:administratorId/remove': confirmRemove,
    'POST /administrators/:administratorId/remove': remove,
    'POST /administrators/:administratorId/resend': resend,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

export const permissionField = new RegExp(`^permission-(?:${permissionNames.join('|')})$`);

export function accessFieldsOf(form: Form): AccessFields {
  return {
    access: form.access === 'full' ? 'full' : 'custom',
    permissions: permissionNames.filter((name) => form[`permission-${name}`] === 'on'),
  };
}

function fieldsOf(access: Access): AccessFields {
  return { access: access.access, permissions: access.access === 'custom' ? access.permissions : [] };
}

/**
 * Throws a refusal: `missing` when custom access has nothing in it, `contradictory` when permissions were selected beside full
 * access: whoever ticked them meant less (ADM-2). `before`: what the page came with ticked, which nobody selected.
 */
export function accessOf({ access, permissions }: AccessFields, before: readonly Permission[] = []): Access {
  if (access === 'full') {
    if (permissions.some((name) => !before.includes(name))) throw new AccessUnclear('contradictory');
    return { access };
  }
  if (permissions.length === 0) throw new AccessUnclear('missing');
  return { access, permissions };
}
export class AccessUnclear extends Error {
  readonly code: 'missing' | 'contradictory';
  constructor(code: AccessUnclear['code']) {
    super(code);
    this.code = code;
  }
}

type Code = DirectoryError['code'] | AccessUnclear['code'] | 'invitation_expired';
interface Problem {
  field: keyof FieldErrors | undefined;
  code: Code;
}

function fieldOfInvitation(code: Code): keyof FieldErrors {
  return isOfPermissions(code) || code === 'access_refused' ? 'permissions' : 'email';
}

function isOfPermissions(code: Code): code is AccessUnclear['code'] {
  return code === 'missing' || code === 'contradictory';
}

/** What a person can do something about; everything else is thrown on. */
function problemOf(error: unknown, fieldOf: (code: Code) => keyof FieldErrors | undefined): Problem {
  const code: Code = error instanceof AccessUnclear ? error.code : refusalOf(error).code;
  return { code, field: fieldOf(code) };
}

function refusalOf(error: unknown): DirectoryError {
  if (!(error instanceof DirectoryError)) throw error;
  // Their own access was changed in this moment.
  if (error.code === 'not_permitted') throw new AppError('forbidden', { cause: error });
  return error;
}

function wordsOf(problem: Problem, language: 'en' | 'ja'): FieldErrors {
  return problem.field === undefined ? {} : { [problem.field]: textOf(problem, language) };
}

function textOf({ code, field }: Problem, language: 'en' | 'ja'): string {
  const m = administratorsMessages[language];
  if (code === 'missing') return m.permissionsMissing;
  if (code === 'invitation_expired') return m.invitationExpired;
  if (code === 'contradictory') return m.fullWithPermissions;
  if (field === 'group' && code === 'access_refused') return m.groupIdInvalid;
  return refusalText(language, code);
}
