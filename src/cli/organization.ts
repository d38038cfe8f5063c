/** `organization …` and `workspace …`. */
import { type Command, columns, UsageError } from './command.ts';

const organizationOption = { value: 'ID', help: 'Customer id or OrgID', required: true } as const;

const create: Command = {
  name: 'organization create',
  summary: 'Make an organization',
  options: {
    name: { value: 'NAME', help: 'As shown to people', required: true },
    customer: { value: 'ID', help: 'Customer id: 2 to 40 of a-z 0-9 -; never changes', required: true },
    workspace: { value: 'NAME', help: 'Workspace name, when it is not the customer id' },
  },
  async run(values, io) {
    const { organizations, record, sites } = await io.open();
    const workspaceName = values.text('workspace');
    const organization = await organizations.create({
      name: values.required('name'),
      customerId: values.required('customer'),
      ...(workspaceName !== undefined && { workspaceName }),
    });
    await record({
      event: 'platform/organization/create',
      organizationId: organization.id,
      target: { type: 'organization', id: organization.id, name: organization.name },
    });
    const workspaceUrl = sites.workspaceUrl(organization.workspaceName);
    return {
      json: { ...organization, workspaceUrl },
      text: `Organization ${organization.name}\n${columns([
        ['OrgID', organization.orgId],
        ['Customer id', organization.customerId],
        ['Workspace', workspaceUrl],
      ])}`,
    };
  },
};

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
