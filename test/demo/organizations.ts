/** The five organizations of the demo and everybody in them; all invented. Data only: `operator.ts` makes them. */
import type { Permission } from '../../src/directory/permissions.ts';
import type { SimulatedUser } from '../support/upstreams/oidc/vendor.ts';
import type { SamlUser } from '../support/upstreams/saml/saml-idp.ts';

/** What everybody types at the simulated upstreams. */
export const upstreamPassword = 'checkpoint';

export const tenantId = '3c6f0e0a-51c8-4d7f-9a53-7f3f1b6a2d10';
const domainSid = 'S-1-5-21-2890312045-1182207384-3346612097';

/** What the start page says about somebody beside name and password. */
export type Note = 'ordinary' | 'lacks_sid' | 'user' | 'group';

export interface DemoPerson {
  username: string;
  name: string;
  note: Note;
}

/** Who comes in by `/go/<identifier>`. */
export interface DemoAdministrators {
  identifier: string;
  /** Object id, with full access. */
  user?: { id: string; name: string; email: string };
  /** Object id or SID, with custom access. */
  group: { id: string; name: string; permissions: readonly Permission[] };
  people: readonly DemoPerson[];
}

export interface DemoOrganization {
  name: string;
  customerId: string;
  kind: 'okta' | 'azure-ad' | 'gateway' | 'saml' | 'citrix';
  /** Of the connection. */
  connection?: string;
  subscribers: readonly DemoPerson[];
  administrators?: DemoAdministrators;
}

/** Of the built-in provider; administers all five. The password follows SPEC CIT-2. */
export const citrixAdministrator = {
  email: 'hanako.sato@example.com',
  name: 'Hanako Sato',
  password: 'Hakone-Gate-1619',
};

const groups = {
  helpdesk: 'b8c1f9d2-7f53-4e1a-8d0b-1c2d3e4f5a6b',
  operators: `${domainSid}-1610`,
};

export const organizations: readonly DemoOrganization[] = [
  {
    name: 'Northwind Traders',
    customerId: 'northwind',
    kind: 'okta',
    connection: 'Okta',
    subscribers: [
      { username: 'alice', name: 'Alice Liddell', note: 'ordinary' },
      { username: 'bob', name: 'Bob Dodgson', note: 'lacks_sid' },
    ],
  },
  {
    name: 'Minato Bank',
    customerId: 'minato',
    kind: 'gateway',
    connection: 'Citrix Gateway',
    subscribers: [{ username: 'ito', name: '伊藤 健二', note: 'ordinary' }],
  },
  {
    name: 'Fabrikam',
    customerId: 'fabrikam',
    kind: 'azure-ad',
    connection: 'Entra ID',
    subscribers: [{ username: 'mei@fabrikam.example', name: 'Mei Tanaka', note: 'ordinary' }],
    administrators: {
      identifier: 'fabrikam',
      user: { id: '7d1f2c5e-93b4-4c66-8a1e-0d9b5f3e2a41', name: 'Mei Tanaka', email: 'mei@fabrikam.example' },
      group: {
        id: groups.helpdesk,
        name: 'Helpdesk',
        permissions: ['customer-dashboard-view', 'workspace-configuration'],
      },
      people: [
        { username: 'mei@fabrikam.example', name: 'Mei Tanaka', note: 'user' },
        { username: 'ken@fabrikam.example', name: 'Ken Mori', note: 'group' },
      ],
    },
  },
  {
    name: 'Contoso',
    customerId: 'contoso',
    kind: 'saml',
    connection: 'Contoso SAML',
    subscribers: [{ username: 'suzuki', name: '鈴木 一郎', note: 'ordinary' }],
    administrators: {
      identifier: 'contoso',
      group: {
        id: groups.operators,
        name: 'Sekisho operators',
        permissions: ['customer-dashboard-view', 'system-log'],
      },
      people: [{ username: 'yamada', name: '山田 花', note: 'group' }],
    },
  },
  { name: 'Sample Works', customerId: 'sample', kind: 'citrix', subscribers: [] },
];

/** What the upstreams know about these people. */
export const oktaUsers: readonly SimulatedUser[] = [
  {
    username: 'alice',
    password: upstreamPassword,
    subject: '00u1alice',
    claims: {
      cip_sid: `${domainSid}-1105`,
      cip_upn: 'alice@northwind.example',
      cip_oid: '{5B0E9C1F-6A57-4C0B-8E1D-92A4D7F3C610}',
      cip_email: 'Alice.Liddell@northwind.example',
      name: 'Alice Liddell',
      given_name: 'Alice',
      family_name: 'Liddell',
    },
  },
  {
    username: 'bob',
    password: upstreamPassword,
    subject: '00u2bob',
    claims: {
      cip_upn: 'bob@northwind.example',
      cip_oid: '0f0bf778-1c43-4d0c-82e6-bad22d6ab646',
      cip_email: 'bob@northwind.example',
      name: 'Bob Dodgson',
    },
  },
];

export const entraUsers: readonly SimulatedUser[] = [
  {
    username: 'mei@fabrikam.example',
    password: upstreamPassword,
    subject: '7d1f2c5e-93b4-4c66-8a1e-0d9b5f3e2a41',
    graph: {
      displayName: 'Mei Tanaka',
      givenName: 'Mei',
      surname: 'Tanaka',
      mail: 'mei@fabrikam.example',
      userPrincipalName: 'mei@fabrikam.example',
      onPremisesSecurityIdentifier: `${domainSid}-1201`,
      // as Graph gives it: the objectGUID's bytes
      onPremisesImmutableId: 'yjzbsb1yMU+ev8cM1EvaMg==',
    },
  },
  {
    username: 'ken@fabrikam.example',
    password: upstreamPassword,
    subject: '52b9a8de-0b41-4c8b-9f51-6a1d0c7e9b02',
    graph: {
      displayName: 'Ken Mori',
      givenName: 'Ken',
      surname: 'Mori',
      mail: 'ken@fabrikam.example',
      userPrincipalName: 'ken@fabrikam.example',
      onPremisesSecurityIdentifier: `${domainSid}-1202`,
      onPremisesImmutableId: 'U2WxPs8pK0qZ3m0Q7b1l9A==',
    },
    groups: ['0c8e0d66-2f52-4f0b-bd0e-5e0c6b6f7a11', '9a4d7c3e-7e0e-4d58-9c1b-2f3a4b5c6d7e', groups.helpdesk],
  },
];

export const gatewayUsers: readonly SimulatedUser[] = [
  {
    username: 'ito',
    password: upstreamPassword,
    subject: 'ito@minato.example',
    claims: {
      cip_sid: `${domainSid}-1301`,
      cip_upn: 'ito@minato.example',
      cip_oid: 'c0ffee00-5d5f-4c8e-9a43-0d5d7c6a1b2e',
      cip_email: 'kenji.ito@minato.example',
      name: '伊藤 健二',
      given_name: '健二',
      family_name: '伊藤',
    },
  },
];

export const samlUsers: readonly SamlUser[] = [
  {
    username: 'suzuki',
    password: upstreamPassword,
    nameId: 'c1f7c0de-suzuki',
    attributes: {
      displayName: '鈴木 一郎',
      givenName: '一郎',
      familyName: '鈴木',
      cip_sid: `${domainSid}-1401`,
      cip_upn: 'suzuki@contoso.example',
      cip_oid: '0f8fad5b-d9cb-469f-a165-70867728950e',
      cip_email: 'ichiro.suzuki@contoso.example',
      cip_groups: [`${domainSid}-513`],
    },
  },
  {
    username: 'yamada',
    password: upstreamPassword,
    nameId: 'c1f7c0de-yamada',
    attributes: {
      displayName: '山田 花',
      cip_sid: `${domainSid}-1402`,
      cip_upn: 'yamada@contoso.example',
      cip_oid: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      cip_email: 'hana.yamada@contoso.example',
      cip_groups: [`${domainSid}-513`, groups.operators],
    },
  },
];
