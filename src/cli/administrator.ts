/** `administrator …` */
import type { AdministratorDraft } from '../directory/administrators.ts';
import type { Organization } from '../directory/organizations.ts';
import { type Access, isPermission, permissionNames } from '../directory/permissions.ts';
import { type Command, columns, UsageError, type Values } from './command.ts';
import type { Installation } from './installation.ts';
import { RefusedError } from './refused-error.ts';

const organizationOption = { value: 'ID', help: 'Customer id or OrgID', required: true } as const;

const add: Command = {
  name: 'administrator add',
  summary: 'Let an identity, an Azure AD user or a group administer an organization',
  notes: `Who: --email of an identity; or --connection with --user (Azure AD, <tenant id>.<object id>, and --email and\n--name) or with --group (object id, or SID for SAML, and --name).\nWithout --permission the access is full, which groups cannot have. Permissions: ${permissionNames.join(', ')}.`,
  options: {
    organization: organizationOption,
    email: { value: 'EMAIL', help: 'Of the identity, or of the Azure AD user' },
    connection: { value: 'NAME', help: 'Connection (name or id) that the user or group comes from' },
    user: { value: 'SUBJECT', help: 'Azure AD user' },
    group: { value: 'ID', help: 'Group' },
    name: { value: 'NAME', help: 'Display name of the user or group' },
    permission: { value: 'NAME', help: 'Custom access with this', multiple: true },
  },
  async run(values, io) {
    const installation = await io.open();
    const organization = await installation.requireOrganization(values.required('organization'));
    const who = values.has('connection')
      ? await readUpstreamPerson(values, installation, organization)
      : await readIdentity(values, installation);
    const draft = { organizationId: organization.id, access: readAccess(values.texts('permission')), ...who };
    const administrator = await installation.administrators.add(draft);
    await installation.record({
      event: isGroup(administrator.kind) ? 'platform/administratorgroup/create' : 'platform/administrator/create',
      organizationId: organization.id,
      target: { type: 'administrator', id: administrator.id, name: administrator.displayName },
      detail: { access: textOfAccess(administrator.access) },
    });
    const text = `${administrator.displayName} administers ${organization.name} (${textOfAccess(administrator.access)})`;
    return { json: administrator, text };
  },
};

const list: Command = {
  name: 'administrator list',
  summary: 'List the administrators of an organization',
  options: { organization: organizationOption },
  async run(values, io) {
    const { administrators, requireOrganization } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const all = await administrators.list(organization.id);
    const rows = all.map(({ displayName, kind, email, access, id }) => [
      displayName,
      kind,
      email ?? '-',
      textOfAccess(access),
      id,
    ]);
    const text =
      all.length === 0 ? 'No administrators yet.' : columns([['Name', 'Kind', 'Email', 'Access', 'Id'], ...rows]);
    return { json: all, text };
  },
};

const remove: Command = {
  name: 'administrator remove',
  summary: 'Take an administrator’s access away, at once',
  options: { organization: organizationOption, id: { value: 'ID', help: 'As listed', required: true } },
  async run(values, io) {
    const { administrators, requireOrganization, record } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const removed = await administrators.remove(organization.id, values.required('id'));
    await record({
      event: isGroup(removed.kind) ? 'platform/administratorgroup/delete' : 'platform/administrator/delete',
      organizationId: organization.id,
      target: { type: 'administrator', id: removed.id, name: removed.displayName },
    });
    const text = `${removed.displayName} no longer administers ${organization.name}`;
    return { json: { id: removed.id, removed: true }, text };
  },
};

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

function readAccess(names: readonly string[]): Access {
  if (names.length === 0) return { access: 'full' };
  const unknown = names.filter((name) => !isPermission(name));
  if (unknown.length > 0) throw new UsageError(`No such permission: ${unknown.join(', ')}`);
  return { access: 'custom', permissions: names.filter(isPermission) };
}

function textOfAccess(access: Access): string {
  return access.access === 'full' ? 'full' : access.permissions.join(', ');
}

function isGroup(kind: string): boolean {
  return kind.endsWith('-group');
}

export const administratorCommands: readonly Command[] = [add, list, remove];
