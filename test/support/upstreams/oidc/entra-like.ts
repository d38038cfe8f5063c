/**
 * An Entra-like authority with one tenant: v2.0 endpoints below the tenant and below `organizations`, a templated issuer in
 * discovery, admin consent, and Microsoft Graph for the person (`/me`) and for applications (`entra-directory.ts`).
 */
import { createEntraDirectory, type EntraDirectory } from './entra-directory.ts';
import { startSimulator } from './simulator.ts';
import type { Reply, SimulatedUser, Simulator, SimulatorOptions, Tools, Vendor } from './vendor.ts';

export interface EntraLikeOptions extends SimulatorOptions {
  /** GUID. */
  tenantId: string;
  /** Write `{tenantid}` into the discovery document's issuer. Default true. */
  templatedIssuer?: boolean;
  /** What applications find in Graph. */
  directory?: Partial<EntraDirectory>;
  /** Client ids that the tenant has let in. Default: all. Admin consent adds to it. */
  consented?: Set<string>;
  /** Put directory roles into ID tokens (`wids`); else only Graph tells. Default true. */
  rolesInTokens?: boolean;
}

export function startEntraLike(options: EntraLikeOptions): Promise<Simulator> {
  const tenant = `/${options.tenantId}`;
  const consented = options.consented ?? new Set(options.clients.map(({ clientId }) => clientId));
  const directory = createEntraDirectory(options.directory ?? {}, consented);
  const homeOf = (user: SimulatedUser) => user.tenantId ?? options.tenantId;
  const vendor: Vendor = {
    brand: { name: 'Entra-like simulator', colour: '#3a3f94' },
    issuer: (url) => `${url}${tenant}/v2.0`,
    issuerOf: (user, url) => `${url}/${homeOf(user)}/v2.0`,
    documentIssuer: (url) => (options.templatedIssuer === false ? `${url}${tenant}/v2.0` : `${url}/{tenantid}/v2.0`),
    pathOf: (path) => path.replace(/^\/organizations\//, `${tenant}/`),
    mayActAlone: (clientId) => consented.has(clientId),
    paths: {
      document: `${tenant}/v2.0/.well-known/openid-configuration`,
      authorize: `${tenant}/oauth2/v2.0/authorize`,
      token: `${tenant}/oauth2/v2.0/token`,
      keys: `${tenant}/discovery/v2.0/keys`,
      userinfo: '/oidc/userinfo',
      logout: `${tenant}/oauth2/v2.0/logout`,
    },
    document: {
      response_types_supported: ['code', 'id_token', 'code id_token'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    },
    // Entra's sub is pairwise per application; the person's own id is oid
    idTokenClaims: (user) => ({
      ver: '2.0',
      tid: homeOf(user),
      oid: user.subject,
      ...(user.roles && options.rolesInTokens !== false ? { wids: user.roles } : {}),
      ...user.claims,
    }),
    userinfoClaims: (user) => ({ ...user.claims }),
    sendsAuthTime: false,
    extra(request, user, { url, takes }): Reply | undefined {
      if (/^\/(organizations|[0-9a-f-]{36})\/v2\.0\/adminconsent$/.test(request.path))
        return consent(request.query, takes);
      if (!request.path.startsWith('/v1.0/')) return undefined;
      for (const [kind, seconds] of [
        ['graph-throttled', '17'],
        ['graph-throttled-briefly', '2'],
      ] as const) {
        if (takes(kind))
          return { status: 429, body: graphError('TooManyRequests'), headers: { 'retry-after': seconds } };
      }
      if (takes('graph-refused')) return { status: 403, body: graphError('Authorization_RequestDenied') };
      if (request.application !== undefined) return directory.answer(request, url, takes);
      if (user === undefined) return { status: 401, body: graphError('InvalidAuthenticationToken') };
      if (request.path === '/v1.0/me') {
        const id = takes('graph-foreign-person') ? 'somebody-else' : user.subject;
        const all: Record<string, unknown> = { userType: 'Member', ...user.graph, id };
        const wanted = request.query.$select?.split(',') ?? ['id'];
        return { status: 200, body: Object.fromEntries(wanted.map((name) => [name, all[name] ?? null])) };
      }
      if (request.path === '/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole') {
        const value = (user.roles ?? []).map((roleTemplateId, index) => ({ id: `role-${index}`, roleTemplateId }));
        return { status: 200, body: { value } };
      }
      if (request.path === '/v1.0/me/transitiveMemberOf')
        return groupPage(url, user.groups ?? [], request.query.$skiptoken);
      // applications may, people by themselves may not
      return { status: 403, body: graphError('Authorization_RequestDenied') };
    },
  };

  /** Whoever is asked first accepts for their tenant; nothing of the answer is signed. */
  function consent(query: Readonly<Record<string, string>>, takes: Tools['takes']): Reply {
    const client = options.clients.find(({ clientId }) => clientId === query.client_id);
    if (!client?.redirectUris.includes(query.redirect_uri ?? ''))
      return { status: 400, body: { error: 'AADSTS50011' } };
    const [admin] = options.users;
    const back = new URL(query.redirect_uri ?? '');
    const refused = takes('consent-refused');
    if (!refused) consented.add(client.clientId);
    const tenantId = takes('consent-foreign-tenant')
      ? '99999999-0000-4000-8000-000000000000'
      : (admin?.tenantId ?? options.tenantId);
    const fields = refused
      ? { error: 'access_denied', error_description: 'AADSTS65004: <b>User declined to consent</b>' }
      : { admin_consent: 'True', tenant: tenantId, scope: query.scope ?? '' };
    for (const [name, value] of Object.entries({ ...fields, state: query.state ?? '' }))
      back.searchParams.set(name, value);
    return { status: 303, body: {}, headers: { location: back.href } };
  }

  return startSimulator(vendor, options);
}

/** Two groups a page, so that following pages is exercised; a directory role among them, as Graph does. */
function groupPage(url: string, groups: readonly string[], token: string | undefined): Reply {
  const from = Number(token ?? '0');
  const value = groups.slice(from, from + 2).map((id) => ({ '@odata.type': '#microsoft.graph.group', id }));
  if (from === 0) value.push({ '@odata.type': '#microsoft.graph.directoryRole', id: 'a-directory-role' });
  const more = from + 2 < groups.length;
  return {
    status: 200,
    body: {
      value,
      ...(more ? { '@odata.nextLink': `${url}/v1.0/me/transitiveMemberOf?$skiptoken=${from + 2}` } : {}),
    },
  };
}

function graphError(code: string) {
  return { error: { code, message: 'Simulated.' } };
}
