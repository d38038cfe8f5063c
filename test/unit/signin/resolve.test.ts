import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../../providers/registry.ts';
import type { Connection } from '../../../src/directory/connections/connections.ts';
import type { Organization } from '../../../src/directory/organizations.ts';
import { type RequestedBy, resolveTarget } from '../../../src/signin/resolve.ts';

const organization = (id: string, subscriberConnectionId: string | null) =>
  ({ id, customerId: id, name: id, subscriberConnectionId }) as Organization;
const connection = (id: string, organizationId: string, more: Partial<Connection> = {}) =>
  ({
    id,
    organizationId,
    kind: 'okta',
    state: 'live',
    forSubscribers: true,
    forAdministrators: false,
    identifier: null,
    ...more,
  }) as Connection;

const organizations = [
  organization('acme', 'acme-okta'),
  organization('globex', 'globex-saml'),
  organization('undecided', null),
  organization('untested', 'untested-okta'),
  organization('confused', 'acme-okta'),
  organization('inward', 'inward-entra'),
];
const administrators = { forSubscribers: false, forAdministrators: true, kind: 'azure-ad' } as const;
const connections = [
  connection('acme-okta', 'acme'),
  connection('acme-saml', 'acme', { kind: 'saml' }),
  connection('acme-gateway', 'acme', { kind: 'gateway', state: 'draft' }),
  connection('acme-entra', 'acme', { ...administrators, identifier: 'acme-admins' }),
  connection('acme-draft', 'acme', { ...administrators, identifier: 'acme-draft', state: 'draft' }),
  connection('acme-both', 'acme', { kind: 'saml', identifier: 'acme-subscribers', forAdministrators: false }),
  connection('globex-saml', 'globex', { kind: 'saml' }),
  connection('untested-okta', 'untested', { state: 'draft' }),
  connection('inward-entra', 'inward', { ...administrators, identifier: 'inward-admins' }),
  connection('orphan', 'gone', { ...administrators, identifier: 'orphan' }),
];
const directory = {
  definitionOf,
  organizations: {
    find: async (id: string) => organizations.find((one) => one.id === id),
    findByCustomerId: async (id: string) => organizations.find((one) => one.customerId === id),
  },
  connections: {
    find: async (id: string) => connections.find((one) => one.id === id),
    findByIdentifier: async (name: string) => connections.find(({ identifier }) => identifier === name),
    findLiveOfKind: async (id: string, kind: string) =>
      connections.find((c) => c.organizationId === id && c.kind === kind && c.forSubscribers && c.state === 'live'),
  },
};

const console: RequestedBy = { clientId: 'console', organizationId: null, realm: 'administrators', isNative: false };
const everywhere: RequestedBy = { clientId: 'wiki', organizationId: null, realm: null, isNative: false };
const of = (id: string): RequestedBy => ({ ...everywhere, organizationId: id, realm: `subscribers-${id}` });
const app: RequestedBy = { ...everywhere, organizationId: 'acme', realm: 'apps-acme', isNative: true };

describe('Whom to ask', () => {
  it.each<[string, RequestedBy, string, string | undefined, string]>([
    ['the console', console, '', undefined, 'citrix'],
    ['the console by /go', console, 'go:acme-admins', undefined, 'administrators acme acme-entra'],
    ['the console by an unknown identifier', console, 'go:nobody', undefined, 'nowhere'],
    ['the console by a draft', console, 'go:acme-draft', undefined, 'nowhere'],
    ['the console by a connection for subscribers', console, 'go:acme-subscribers', undefined, 'nowhere'],
    ['the console by an identifier whose organization is gone', console, 'go:orphan', undefined, 'nowhere'],
    ['the console, whatever organization a request names', console, 'tenant:acme idp:okta', undefined, 'citrix'],

    ['an application of one organization', of('acme'), '', undefined, 'subscribers-acme acme acme-okta'],
    ['a native one', app, '', undefined, 'apps-acme acme acme-okta'],
    ['one that chooses among connections', of('acme'), 'idp:saml', undefined, 'subscribers-acme acme acme-saml'],
    ['one that chooses a draft', of('acme'), 'idp:gateway', undefined, 'nowhere acme'],
    ['one that chooses a connection for administrators', of('acme'), 'idp:azure-ad', undefined, 'nowhere acme'],
    ['one that chooses what there is not', of('globex'), 'idp:okta', undefined, 'nowhere globex'],
    ['one that chooses no kind at all', of('acme'), 'idp:facebook', undefined, 'subscribers-acme acme acme-okta'],
    ['one that asks for the administrators', of('acme'), 'idp:citrix', undefined, 'subscribers-acme acme acme-okta'],
    ['one that asks for /go', of('acme'), 'go:acme-admins', undefined, 'subscribers-acme acme acme-okta'],
    ['one that names another organization', of('acme'), 'tenant:globex', 'globex', 'subscribers-acme acme acme-okta'],
    ['one of an organization without a method', of('undecided'), '', undefined, 'nowhere undecided'],
    ['one of an organization with an untested method', of('untested'), '', undefined, 'nowhere untested'],
    ['one whose method is another organization’s', of('confused'), '', undefined, 'nowhere confused'],
    ['one whose method is for administrators', of('inward'), '', undefined, 'nowhere inward'],
    ['one of an organization that is gone', of('gone'), '', undefined, 'ask'],

    ['an application of the installation', everywhere, '', undefined, 'ask'],
    [
      'one with the organization in its request',
      everywhere,
      'tenant:acme',
      undefined,
      'subscribers-acme acme acme-okta',
    ],
    ['one with a typed organization', everywhere, '', 'globex', 'subscribers-globex globex globex-saml'],
    [
      'one where both are there: typed wins',
      everywhere,
      'tenant:acme',
      'globex',
      'subscribers-globex globex globex-saml',
    ],
    ['one that names and chooses', everywhere, 'tenant:acme idp:saml', undefined, 'subscribers-acme acme acme-saml'],
    ['one that chooses without a name', everywhere, 'idp:saml', undefined, 'ask'],
    ['one with an unknown organization', everywhere, 'tenant:nobody', undefined, 'ask'],
    ['one for administrators', everywhere, 'idp:citrix', undefined, 'citrix'],
    ['one for administrators of an organization', everywhere, 'tenant:acme idp:citrix', undefined, 'citrix'],
    [
      'one for administrators by /go',
      everywhere,
      'idp:citrix go:acme-admins',
      undefined,
      'administrators acme acme-entra',
    ],
    ['one by /go that does not say administrators', everywhere, 'go:acme-admins', undefined, 'ask'],
    [
      'a native one of the installation',
      { ...everywhere, isNative: true },
      'tenant:acme',
      undefined,
      'apps-acme acme acme-okta',
    ],
  ])('%s', async (_who, requestedBy, acrValues, chosen, expected) => {
    const target = await resolveTarget(directory, requestedBy, acrValues, chosen);
    const said =
      target.kind === 'connection'
        ? [target.realm, target.organization.id, target.connection.id]
        : [target.kind, ...(target.kind === 'nowhere' && target.organization ? [target.organization.id] : [])];
    expect(said.join(' ')).toBe(expected);
  });
});
