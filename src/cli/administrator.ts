/** `administrator …` */
import { developmentMailsUrl } from '../config/development.ts';
import { normalizeEmail } from '../core/email-address.ts';
import { type Administrator, type AdministratorDraft, statusOf } from '../directory/administrator-rows.ts';
import { operator } from '../directory/authority.ts';
import type { Invited } from '../directory/invitations.ts';
import type { Organization } from '../directory/organizations.ts';
import { type Access, isPermission, permissionNames } from '../directory/permissions.ts';
import { type Command, columns, type Outcome, UsageError, type Values } from './command.ts';
import type { Installation } from './installation.ts';
import { RefusedError } from './refused-error.ts';

const organizationOption = { value: 'ID', help: 'Customer id or OrgID', required: true } as const;

/** One of the two is asked for: nobody gets full access because nothing was said. */
const accessOptions = {
  full: { help: 'Full access' },
  permission: { value: 'NAME', help: 'Custom access with this', multiple: true },
} as const;

const add: Command = {
  name: 'administrator add',
  summary: 'Let an identity, an Azure AD user or a group administer an organization',
  notes: `Who: --email of an identity; or --connection with --user (Azure AD, <tenant id>.<object id>, and --email and\n--name) or with --group (object id, or SID for SAML, and --name).\nGive --full (not to a group), or each --permission of a custom access: ${permissionNames.join(', ')}.`,
  options: {
    organization: organizationOption,
    email: { value: 'EMAIL', help: 'Of the identity, or of the Azure AD user' },
    connection: { value: 'NAME', help: 'Connection (name or id) that the user or group comes from' },
    user: { value: 'SUBJECT', help: 'Azure AD user' },
    group: { value: 'ID', help: 'Group' },
    name: { value: 'NAME', help: 'Display name of the user or group' },
    ...accessOptions,
  },
  async run(values, io) {
    const access = readAccess(values);
    const installation = await io.open();
    const organization = await installation.requireOrganization(values.required('organization'));
    const who = values.has('connection')
      ? await readUpstreamPerson(values, installation, organization)
      : await readIdentity(values, installation);
    const draft = { organizationId: organization.id, access, ...who };
    const administrator = await installation.administrators.add(draft, operator);
    const text = `${administrator.displayName} administers ${organization.name} (${textOfAccess(administrator.access)})`;
    return { json: administrator, text };
  },
};

const invite: Command = {
  name: 'administrator invite',
  summary: 'Invite somebody by email to administer an organization',
  notes: `The link is shown this once, and mailed where a mail server is configured. It works once, for five days.\nGive --full, or each --permission of a custom access: ${permissionNames.join(', ')}.`,
  options: {
    organization: organizationOption,
    email: { value: 'EMAIL', help: 'Whom; a person who has an identity keeps it', required: true },
    ...accessOptions,
  },
  async run(values, io) {
    const access = readAccess(values);
    const { invitations, requireOrganization, config, sites } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const email = values.required('email');
    const invited = await invitations.invite({ organizationId: organization.id, email, access }, operator);
    const done = `${email} is invited to administer ${organization.name} (${textOfAccess(access)})`;
    return answerOfInvitation(done, invited, { config, sites });
  },
};

const resend: Command = {
  name: 'administrator resend',
  summary: 'Make a new link of an invitation; it is not valid any longer than the first',
  options: { organization: organizationOption, id: { value: 'ID', help: 'As listed', required: true } },
  async run(values, io) {
    const { invitations, requireOrganization, config, sites } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const invited = await invitations.resend(organization.id, values.required('id'), operator);
    return answerOfInvitation(`A new link for ${invited.administrator.email}; earlier ones are void`, invited, {
      config,
      sites,
    });
  },
};

const edit: Command = {
  name: 'administrator edit',
  summary: 'Change what an administrator may do, at once',
  notes: `Give --full, or each --permission of a custom access: ${permissionNames.join(', ')}.`,
  options: {
    organization: organizationOption,
    id: { value: 'ID', help: 'As listed', required: true },
    ...accessOptions,
  },
  async run(values, io) {
    const access = readAccess(values);
    const { administrators, requireOrganization } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const { id, version } = await administrators.find(organization.id, values.required('id'));
    const after = await administrators.changeAccess(organization.id, id, { access, version }, operator);
    const text = `${after.displayName} now has ${textOfAccess(after.access)} access to ${organization.name}`;
    return { json: after, text };
  },
};

const list: Command = {
  name: 'administrator list',
  summary: 'List the administrators of an organization',
  options: { organization: organizationOption },
  async run(values, io) {
    const { administrators, requireOrganization, clock } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const all = (await administrators.list(organization.id)).map((each) => ({
      ...each,
      status: statusOf(each, clock.now()),
    }));
    const rows = all.map(({ displayName, kind, email, status, access, id }) => [
      displayName,
      kind,
      email ?? '-',
      status,
      textOfAccess(access),
      id,
    ]);
    const head = ['Name', 'Kind', 'Email', 'Status', 'Access', 'Id'];
    return { json: all, text: all.length === 0 ? 'No administrators yet.' : columns([head, ...rows]) };
  },
};

const remove: Command = {
  name: 'administrator remove',
  summary: 'Take an administrator’s access away, at once, or an invitation back',
  notes: 'Who: --id, or --email where one administrator alone has it.',
  options: {
    organization: organizationOption,
    id: { value: 'ID', help: 'As listed' },
    email: { value: 'EMAIL', help: 'As listed' },
  },
  async run(values, io) {
    if (values.has('id') === values.has('email')) throw new UsageError('Give either --id or --email');
    const { administrators, requireOrganization } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const email = values.text('email');
    const all = email === undefined ? [] : await administrators.list(organization.id);
    const id = values.text('id') ?? idOfEmail(all, email!, organization);
    const removed = await administrators.remove(organization.id, id, operator);
    const text = `${removed.displayName} no longer administers ${organization.name}`;
    return { json: { id: removed.id, removed: true }, text };
  },
};

/** The link is shown once; where there is no mail server the operator hands it over. */
export function answerOfInvitation(
  done: string,
  { administrator, link, expiresAt }: Invited,
  { config, sites }: Pick<Installation, 'config' | 'sites'>,
): Outcome {
  const until = new Date(expiresAt).toISOString();
  const mailed = config.smtpUrl !== undefined;
  const mails = developmentMailsUrl(config, sites);
  const shown =
    mails === undefined ? '' : `\nWhat would be mailed, such as the code at enrolment, is shown at ${mails}`;
  const how = mailed
    ? 'The link was mailed too.'
    : `No mail server is configured: hand the link over yourself.${shown}`;
  const text = `${done}\n${columns([
    ['Link', `${link}  (shown this once)`],
    ['Valid until', until],
  ])}\n${how}`;
  return { json: { ...administrator, link, expiresAt: until, mailed }, text };
}

function idOfEmail(all: readonly Administrator[], email: string, { name }: Organization): string {
  const normalized = normalizeEmail(email);
  const having = all.filter((each) => each.email !== null && normalizeEmail(each.email) === normalized);
  if (normalized === undefined || having.length === 0)
    throw new RefusedError(`Nobody with the email ${email} administers ${name} (administrator list)`);
  if (having.length > 1) throw new RefusedError(`${having.length} administrators have the email ${email}: give --id`);
  return having[0]!.id;
}

type Who = Pick<AdministratorDraft, 'kind' | 'connectionId' | 'subject' | 'displayName' | 'email'>;

async function readIdentity(values: Values, { identities }: Installation): Promise<Who> {
  const email = values.text('email');
  if (email === undefined || values.has('user') || values.has('group'))
    throw new UsageError('Give --email of an identity, or --connection with --user or --group');
  const identity = await identities.findByEmail(email);
  if (!identity) throw new RefusedError(`There is no identity with the email ${email} (identity create)`);
  const { id, displayName } = identity;
  return { kind: 'identity', connectionId: 'citrix', subject: id, displayName, email: identity.email };
}

async function readUpstreamPerson(
  values: Values,
  installation: Installation,
  organization: Organization,
): Promise<Who> {
  const [user, group, displayName, email] = ['user', 'group', 'name', 'email'].map((option) => values.text(option));
  if ((user === undefined) === (group === undefined) || displayName === undefined)
    throw new UsageError('With --connection give --name and either --user or --group');
  const connection = await installation.requireConnection(organization, values.required('connection'));
  const groupKind = connection.kind === 'azure-ad' ? 'azure-ad-group' : 'ad-group';
  return {
    kind: user === undefined ? groupKind : 'azure-ad-user',
    connectionId: connection.id,
    subject: (user ?? group)!,
    displayName,
    ...(email !== undefined && { email }),
  };
}

function readAccess(values: Values): Access {
  const names = values.texts('permission');
  if (values.has('full') === names.length > 0) throw new UsageError('Give either --full or --permission');
  if (names.length === 0) return { access: 'full' };
  const unknown = names.filter((name) => !isPermission(name));
  if (unknown.length > 0)
    throw new UsageError(`No such permission: ${unknown.join(', ')}. There are: ${permissionNames.join(', ')}`);
  return { access: 'custom', permissions: names.filter(isPermission) };
}

function textOfAccess(access: Administrator['access']): string {
  return access.access === 'full' ? 'full' : access.permissions.join(', ');
}

export const administratorCommands: readonly Command[] = [add, invite, resend, edit, list, remove];
