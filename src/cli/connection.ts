/** `connection …` */

import { readFile } from 'node:fs/promises';
import { definitionOf } from '../../providers/registry.ts';
import type { Connection } from '../directory/connections/connections.ts';
import { readConnectionFile } from '../directory/connections/new-connection.ts';
import { type Command, columns } from './command.ts';
import { checkConnection } from './connection-check.ts';
import { RefusedError } from './refused-error.ts';

const add: Command = {
  name: 'connection add',
  summary: 'Add a connection from a file (JSON or YAML), as a draft',
  notes:
    'The file holds: kind, name, subscribers (true), administrators (false), identifier (for /go/<identifier>, when\nadministrators is true) and settings, whose keys depend on the kind. A draft signs nobody in until it is tested in\nthe console. Give --live only when you know that it works; the override is logged as such.',
  options: {
    organization: { value: 'ID', help: 'Customer id or OrgID', required: true },
    file: { value: 'FILE', help: 'The connection; it holds secrets, so delete it afterwards', required: true },
    metadata: {
      value: 'FILE',
      help: 'SAML: metadata of the identity provider; fills entityId, singleSignOnUrl, certificates …',
    },
    live: { help: "The operator's override: usable without a test" },
    'as-method': { help: 'With --live: subscribers sign in with it from now on' },
  },
  async run(values, io) {
    if (values.has('as-method') && !values.has('live'))
      throw new RefusedError('--as-method needs --live: a draft signs nobody in');
    const metadata = values.text('metadata');
    const draft = readConnectionFile(
      await readText(values.required('file')),
      definitionOf,
      metadata === undefined ? undefined : await readText(metadata),
    );
    const { connections, organizations, requireOrganization, record, sites } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    let connection = await connections.create(organization.id, draft);
    const target = { type: 'connection', id: connection.id, name: connection.name } as const;
    const organizationId = organization.id;
    await record({ event: 'platform/connection/create', organizationId, target, detail: { kind: connection.kind } });
    if (values.has('live')) {
      connection = await connections.makeLive(connection.id);
      await record({ event: 'platform/connection/makelive', organizationId, target, detail: { tested: false } });
    }
    if (values.has('as-method')) {
      await organizations.setSubscriberConnection(organization.id, connection.id);
      await record({ event: 'wxp/identityprovider/update', organizationId, target });
    }
    const rows = [
      ['Id', connection.id],
      ['State', connection.state],
      ...(connection.identifier === null ? [] : [['Administrators', sites.goUrl(connection.identifier)]]),
      ...callbackOf(connection, sites.callbackUrl),
    ];
    return { json: connection, text: `Connection ${connection.name} of ${organization.name}\n${columns(rows)}` };
  },
};

const list: Command = {
  name: 'connection list',
  summary: 'List the connections of an organization, without secrets',
  options: { organization: { value: 'ID', help: 'Customer id or OrgID', required: true } },
  async run(values, io) {
    const { connections, requireOrganization } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const all = await connections.list(organization.id);
    const rows = all.map((connection) => [
      connection.name,
      connection.kind,
      connection.state,
      usesOf(connection, organization.subscriberConnectionId),
      connection.identifier ?? '-',
      connection.id,
    ]);
    const head = ['Name', 'Kind', 'State', 'For', 'Identifier', 'Id'];
    return { json: all, text: all.length === 0 ? 'No connections yet.' : columns([head, ...rows]) };
  },
};

function usesOf(connection: Connection, methodId: string | null): string {
  const uses = [
    connection.forSubscribers && (connection.id === methodId ? 'subscribers (method)' : 'subscribers'),
    connection.forAdministrators && 'administrators',
  ];
  return uses.filter(Boolean).join(', ');
}

/** The redirect URI that the upstream must know. SAML has its own documents instead. */
function callbackOf(connection: Connection, callbackUrl: (name: string) => string): string[][] {
  if (connection.kind === 'saml') return [];
  return [['Redirect URI', callbackUrl(definitionOf(connection.kind)!.callback)]];
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RefusedError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

export const connectionCommands: readonly Command[] = [add, list, checkConnection];
