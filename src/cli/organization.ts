/** `organization …` and `workspace …`. */

import { normalizeEmail } from '../core/email-address.ts';
import { randomDigits } from '../core/random.ts';
import { operator } from '../directory/authority.ts';
import { DirectoryError } from '../directory/errors.ts';
import { problemOfName } from '../directory/names.ts';
import type { Organization, Organizations } from '../directory/organizations.ts';
import { answerOfInvitation } from './administrator.ts';
import { type Command, columns, UsageError } from './command.ts';
import { RefusedError } from './refused-error.ts';

const organizationOption = { value: 'ID', help: 'Customer id or OrgID', required: true } as const;

const create: Command = {
  name: 'organization create',
  summary: 'Make an organization, and invite its first administrator',
  notes:
    'With --admin the person gets full access by a link, which is shown this once, and mailed where a mail server is\nconfigured: review, password, sign-in, second factor, console.',
  options: {
    name: { value: 'NAME', help: 'As shown to people', required: true },
    customer: {
      value: 'ID',
      help: 'Customer id: 2 to 40 of a-z 0-9 -; never changes. Made from the name unless given',
    },
    workspace: { value: 'NAME', help: 'Workspace name, when it is not the customer id' },
    admin: { value: 'EMAIL', help: 'The first administrator' },
  },
  async run(values, io) {
    const { organizations, invitations, record, sites, config } = await io.open();
    const [workspaceName, email] = [values.text('workspace'), values.text('admin')];
    if (email !== undefined && normalizeEmail(email) === undefined)
      throw new DirectoryError('email_invalid', `"${email}" is no email address`);
    const name = values.required('name').trim();
    const same = values.has('customer') ? undefined : await findNamed(organizations, name);
    if (same)
      throw new RefusedError(
        `There is an organization ${same.name} already (customer id ${same.customerId}). For another one of this name give --customer`,
      );
    const organization = await createNamed(organizations, values.text('customer'), {
      name,
      ...(workspaceName !== undefined && { workspaceName }),
    });
    await record({
      event: 'platform/organization/create',
      organizationId: organization.id,
      target: { type: 'organization', id: organization.id, name: organization.name },
    });
    const workspaceUrl = sites.workspaceUrl(organization.workspaceName);
    const rows = [
      ['OrgID', organization.orgId],
      ['Customer id', organization.customerId],
      ['Workspace', workspaceUrl],
    ];
    const made = { json: { ...organization, workspaceUrl }, text: `Organization ${name}\n${columns(rows)}` };
    if (email === undefined) return made;
    const draft = { organizationId: organization.id, email, access: { access: 'full' } } as const;
    const done = `${email} is invited to administer it`;
    const invited = answerOfInvitation(done, await invitations.invite(draft, operator), { config, sites });
    return { json: { ...made.json, invitation: invited.json }, text: `${made.text}\n${invited.text}` };
  },
};

/** Twice the same command is rather a mistake than two organizations. */
async function findNamed(organizations: Organizations, name: string): Promise<Organization | undefined> {
  const spelled = (text: string) => text.trim().normalize('NFKC').toLowerCase();
  return (await organizations.list()).find((each) => spelled(each.name) === spelled(name));
}

/** One that is made from the name may be taken: then with a few characters after it. */
async function createNamed(
  organizations: Organizations,
  customerId: string | undefined,
  draft: { name: string; workspaceName?: string },
): Promise<Organization> {
  if (customerId !== undefined) return organizations.create({ ...draft, customerId });
  const base = customerIdFrom(draft.name);
  for (let attempt = 0; ; attempt++) {
    const plain = attempt === 0 && problemOfName(base) === undefined;
    const candidate = plain ? base : `${base === '' ? 'org' : base}-${randomDigits(6)}`;
    try {
      return await organizations.create({ ...draft, customerId: candidate });
    } catch (error) {
      const isTaken = error instanceof DirectoryError && error.code === 'name_taken';
      if (!isTaken || attempt === 5 || draft.workspaceName !== undefined) throw error;
    }
  }
}

/** "Nåthan & Söhne KK" → `nathan-sohne-kk`; of a name in other letters nothing is left. */
function customerIdFrom(name: string): string {
  const letters = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return letters.slice(0, 32).replace(/^-+|-+$/g, '');
}

const list: Command = {
  name: 'organization list',
  summary: 'List all organizations',
  options: {},
  async run(_values, io) {
    const { organizations } = await io.open();
    const all = await organizations.list();
    const rows = all.map(({ orgId, customerId, workspaceName, name }) => [orgId, customerId, workspaceName, name]);
    const text =
      all.length === 0 ? 'No organizations yet.' : columns([['OrgID', 'Customer', 'Workspace', 'Name'], ...rows]);
    return { json: all, text };
  },
};

const rename: Command = {
  name: 'workspace rename',
  summary: 'Change the workspace name; the old one redirects for 30 days',
  options: {
    organization: organizationOption,
    name: { value: 'NAME', help: 'The new name: 2 to 40 of a-z 0-9 -', required: true },
  },
  async run(values, io) {
    const { organizations, requireOrganization, record, sites } = await io.open();
    const before = await requireOrganization(values.required('organization'));
    const after = await organizations.changeWorkspaceName(before.id, values.required('name'));
    if (after.workspaceName !== before.workspaceName)
      await record({
        event: 'wxp/url/update',
        organizationId: after.id,
        target: { type: 'organization', id: after.id, name: after.name },
        detail: { before: before.workspaceName, after: after.workspaceName },
      });
    const url = sites.workspaceUrl(after.workspaceName);
    return { json: { ...after, workspaceUrl: url }, text: `The workspace of ${after.name} is ${url}` };
  },
};

const method: Command = {
  name: 'workspace method',
  summary: 'Choose the live connection that subscribers sign in with',
  options: {
    organization: organizationOption,
    connection: { value: 'NAME', help: 'Name or id of the connection' },
    none: { help: 'No connection: subscribers cannot sign in' },
  },
  async run(values, io) {
    const reference = values.text('connection');
    if ((reference === undefined) === !values.has('none')) throw new UsageError('Give either --connection or --none');
    const { organizations, requireOrganization, requireConnection, record } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const connection = reference === undefined ? null : await requireConnection(organization, reference);
    const after = await organizations.setSubscriberConnection(organization.id, connection?.id ?? null);
    await record({
      event: 'wxp/identityprovider/update',
      organizationId: after.id,
      target: { type: 'connection', id: connection?.id ?? null, name: connection?.name ?? null },
    });
    const text = `Subscribers of ${after.name} sign in with ${connection ? connection.name : 'nothing'}`;
    return { json: after, text };
  },
};

export const organizationCommands: readonly Command[] = [create, list, rename, method];
