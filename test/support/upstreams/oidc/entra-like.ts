/** An Entra-like tenant: v2.0 endpoints below the tenant, a templated issuer in discovery, and Graph for the person. */
import { startSimulator } from './simulator.ts';
import type { Reply, Simulator, SimulatorOptions, Vendor } from './vendor.ts';

export interface EntraLikeOptions extends SimulatorOptions {
  /** GUID. */
  tenantId: string;
  /** Write `{tenantid}` into the discovery document's issuer. Default true. */
  templatedIssuer?: boolean;
}

export function startEntraLike(options: EntraLikeOptions): Promise<Simulator> {
  const tenant = `/${options.tenantId}`;
  const vendor: Vendor = {
    brand: { name: 'Entra-like simulator', colour: '#3a3f94' },
    issuer: (url) => `${url}${tenant}/v2.0`,
    documentIssuer: (url) => (options.templatedIssuer === false ? `${url}${tenant}/v2.0` : `${url}/{tenantid}/v2.0`),
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
    idTokenClaims: (user) => ({ ver: '2.0', tid: options.tenantId, oid: user.subject, ...user.claims }),
    userinfoClaims: (user) => ({ ...user.claims }),
    sendsAuthTime: false,
    extra(request, user, { url, takes }): Reply | undefined {
      if (!request.path.startsWith('/v1.0/me')) return undefined;
      if (takes('graph-throttled')) {
        return { status: 429, body: graphError('TooManyRequests'), headers: { 'retry-after': '17' } };
      }
      if (takes('graph-refused')) return { status: 403, body: graphError('Authorization_RequestDenied') };
      if (user === undefined) return { status: 401, body: graphError('InvalidAuthenticationToken') };
      if (request.path === '/v1.0/me') {
        const id = takes('graph-foreign-person') ? 'somebody-else' : user.subject;
        const all: Record<string, unknown> = { userType: 'Member', ...user.graph, id };
        const wanted = request.query.$select?.split(',') ?? ['id'];
        return { status: 200, body: Object.fromEntries(wanted.map((name) => [name, all[name] ?? null])) };
      }
      if (request.path === '/v1.0/me/transitiveMemberOf')
        return groupPage(url, user.groups ?? [], request.query.$skiptoken);
      return undefined;
    },
  };
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
