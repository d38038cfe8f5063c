/** Organizations with a live connection to a simulated upstream of each kind, made in a running test app. */
import type { Organization } from '../../../src/directory/organizations.ts';
import { samlCertificates } from '../../../src/services.ts';
import type { TestApp } from '../app.ts';
import { startEntraLike } from '../upstreams/oidc/entra-like.ts';
import { startNetScalerLike } from '../upstreams/oidc/netscaler-like.ts';
import { startOktaLike } from '../upstreams/oidc/okta-like.ts';
import type { SimulatedUser, Simulator, SimulatorOptions } from '../upstreams/oidc/vendor.ts';
import { samlUser } from '../upstreams/saml/people.ts';
import { type SamlIdp, type SamlIdpOptions, startSamlIdp } from '../upstreams/saml/saml-idp.ts';

export const tenantId = '0a1b2c3d-0000-4000-8000-00000000abcd';
export const client = { clientId: 'sekisho-at-upstream', clientSecret: 'secret-of-sekisho-at-upstream' };

export const alice: SimulatedUser = {
  username: 'alice',
  password: 'alice-password',
  subject: '00u1alice',
  claims: {
    cip_sid: 'S-1-5-21-1051162837-3568060411-1686669321-1105',
    cip_upn: 'alice@corp.example',
    cip_oid: '{B1DB3CCA-72BD-4F31-9EBF-C70CD44BDA32}',
    cip_email: 'Alice@mail.example',
    name: 'Alice Liddell',
    given_name: 'Alice',
    family_name: 'Liddell',
  },
  graph: {
    id: 'b1db3cca-72bd-4f31-9ebf-c70cd44bda32',
    displayName: 'Alice Liddell',
    givenName: 'Alice',
    surname: 'Liddell',
    mail: 'Alice@mail.example',
    userPrincipalName: 'alice@corp.example',
    onPremisesSecurityIdentifier: 'S-1-5-21-1051162837-3568060411-1686669321-1105',
    onPremisesImmutableId: 'yjzbsb1yMU+ev8cM1EvaMg==',
    userType: 'Member',
    accountEnabled: true,
  },
};
export const bob: SimulatedUser = {
  username: 'bob',
  password: 'bob-password',
  subject: '00u2bob',
  claims: {
    cip_sid: 'S-1-5-21-1051162837-3568060411-1686669321-1106',
    cip_upn: 'bob@corp.example',
    cip_oid: '0F0BF778-1C43-4D0C-82E6-BAD22D6AB646',
    cip_email: 'bob@mail.example',
    name: 'Bob Dodgson',
  },
};

export interface Connected<Upstream> {
  organization: Organization;
  connectionId: string;
  upstream: Upstream;
}

type Faults = Partial<SimulatorOptions>;

/** `signs in at once` unless `loginPage: true`. */
export async function connectOkta(app: TestApp, customerId: string, more: Faults = {}): Promise<Connected<Simulator>> {
  const upstream = await startOktaLike({ ...simulation(app, customerId, 'login-okta'), ...more });
  const settings = { url: upstream.url, customDomain: true, ...client };
  return { upstream, ...(await connect(app, customerId, { kind: 'okta', name: `Okta of ${customerId}`, settings })) };
}

export async function connectGateway(
  app: TestApp,
  customerId: string,
  more: Faults = {},
): Promise<Connected<Simulator>> {
  const upstream = await startNetScalerLike({ ...simulation(app, customerId, 'login-cip'), ...more });
  const settings = { fqdn: upstream.url, ...client };
  return {
    upstream,
    ...(await connect(app, customerId, { kind: 'gateway', name: `Gateway of ${customerId}`, settings })),
  };
}

export async function connectEntra(app: TestApp, customerId: string, more: Faults = {}): Promise<Connected<Simulator>> {
  const upstream = await startEntraLike({ tenantId, ...simulation(app, customerId, 'login-azuread'), ...more });
  const settings = { tenantId, authority: upstream.url, graphUrl: upstream.url, ...client };
  return {
    upstream,
    ...(await connect(app, customerId, { kind: 'azure-ad', name: `Entra of ${customerId}`, settings })),
  };
}

export async function connectSaml(
  app: TestApp,
  customerId: string,
  more: Partial<SamlIdpOptions> = {},
  settings: Record<string, unknown> = {},
): Promise<Connected<SamlIdp>> {
  const [certificate] = samlCertificates(app.services.keys(), app.clock.now());
  const upstream = await startSamlIdp({
    users: [samlUser],
    autoUser: samlUser.username,
    clock: app.clock,
    serviceProvider: {
      entityId: app.sites.samlEntityId,
      acsUrl: app.sites.acsUrl,
      logoutUrl: app.sites.samlLogoutUrl,
      ...(certificate !== undefined && { certificate }),
    },
    ...more,
  });
  const connection = {
    kind: 'saml',
    name: `SAML of ${customerId}`,
    settings: { metadata: upstream.metadata(), signRequests: true, ...settings },
  };
  return { upstream, ...(await connect(app, customerId, connection)) };
}

function simulation(app: TestApp, customerId: string, callback: string): SimulatorOptions {
  return {
    users: [alice, bob],
    loginPage: false,
    clock: app.clock,
    clients: [
      {
        ...client,
        redirectUris: [app.sites.callbackUrl(callback)],
        postLogoutRedirectUris: [app.sites.workspaceUrl(customerId, '/signed-out'), app.sites.workspaceUrl(customerId)],
      },
    ],
  };
}

async function connect(
  app: TestApp,
  customerId: string,
  draft: { kind: string; name: string; settings: Record<string, unknown> },
): Promise<{ organization: Organization; connectionId: string }> {
  const { organizations, connections } = app.services;
  const existing = await organizations.findByCustomerId(customerId);
  const organization = existing ?? (await organizations.create({ name: `The ${customerId} company`, customerId }));
  const connection = await connections.create(organization.id, { ...draft, subscribers: true });
  await connections.makeLive(connection.id);
  return {
    organization: await organizations.setSubscriberConnection(organization.id, connection.id),
    connectionId: connection.id,
  };
}
