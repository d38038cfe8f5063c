/** Connections that administrators sign in with by `/go/<identifier>`, made in a running test app. */
import type { Organization } from '../../../src/directory/organizations.ts';
import { samlCertificates } from '../../../src/services.ts';
import type { TestApp } from '../app.ts';
import { startEntraLike } from '../upstreams/oidc/entra-like.ts';
import type { SimulatedUser, Simulator } from '../upstreams/oidc/vendor.ts';
import { type SamlIdp, type SamlUser, startSamlIdp } from '../upstreams/saml/saml-idp.ts';
import { alice, bob, type Connected, client, tenantId } from './upstreams.ts';

export interface AdministratorConnectionOptions {
  customerId: string;
  /** Of `/go/<identifier>`. */
  identifier: string;
  /** Left a draft. */
  draft?: boolean;
}

/** An Azure AD user's key as memberships know it. */
export const entraSubject = (user: SimulatedUser) => `${tenantId}.${user.subject}`;

export async function connectEntraForAdministrators(
  app: TestApp,
  options: AdministratorConnectionOptions & { users?: readonly SimulatedUser[] },
): Promise<Connected<Simulator>> {
  const upstream = await startEntraLike({
    tenantId,
    users: options.users ?? [alice, bob],
    loginPage: false,
    clock: app.clock,
    clients: [{ ...client, redirectUris: [app.sites.callbackUrl('login-azuread')] }],
  });
  const settings = { tenantId, authority: upstream.url, graphUrl: upstream.url, groups: true, ...client };
  return {
    upstream,
    ...(await connect(app, options, { kind: 'azure-ad', name: `Entra ${options.identifier}`, settings })),
  };
}

export async function connectSamlForAdministrators(
  app: TestApp,
  options: AdministratorConnectionOptions & { users: readonly SamlUser[] },
): Promise<Connected<SamlIdp>> {
  const [certificate] = samlCertificates(app.services.keys(), app.clock.now());
  const [first] = options.users;
  const upstream = await startSamlIdp({
    users: options.users,
    ...(first && { autoUser: first.username }),
    clock: app.clock,
    serviceProvider: {
      entityId: app.sites.samlEntityId,
      acsUrl: app.sites.acsUrl,
      logoutUrl: app.sites.samlLogoutUrl,
      ...(certificate !== undefined && { certificate }),
    },
  });
  const settings = { metadata: upstream.metadata(), signRequests: true };
  return { upstream, ...(await connect(app, options, { kind: 'saml', name: `SAML ${options.identifier}`, settings })) };
}

export async function organizationNamed(app: TestApp, customerId: string): Promise<Organization> {
  const { organizations } = app.services;
  const existing = await organizations.findByCustomerId(customerId);
  return existing ?? organizations.create({ name: `The ${customerId} company`, customerId });
}

async function connect(
  app: TestApp,
  { customerId, identifier, draft }: AdministratorConnectionOptions,
  connection: { kind: string; name: string; settings: Record<string, unknown> },
): Promise<{ organization: Organization; connectionId: string }> {
  const { connections } = app.services;
  const organization = await organizationNamed(app, customerId);
  const uses = { subscribers: false, administrators: true, identifier };
  const { id } = await connections.create(organization.id, { ...connection, ...uses });
  if (!draft) await connections.makeLive(id);
  return { organization, connectionId: id };
}
