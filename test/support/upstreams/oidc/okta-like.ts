/** An Okta-like upstream: the org authorization server, custom `cip_*` claims, and the two API paths that a check reads. */
import { startSimulator } from './simulator.ts';
import type { Simulator, SimulatorOptions, Vendor } from './vendor.ts';

export interface OktaLikeOptions extends SimulatorOptions {
  /** What `Authorization: SSWS …` must carry at /api/v1. */
  apiToken?: string;
}

export function startOktaLike(options: OktaLikeOptions): Promise<Simulator> {
  const vendor: Vendor = {
    brand: { name: 'Okta-like simulator', colour: '#1662dd' },
    issuer: (url) => url,
    paths: {
      document: '/.well-known/openid-configuration',
      authorize: '/oauth2/v1/authorize',
      token: '/oauth2/v1/token',
      keys: '/oauth2/v1/keys',
      userinfo: '/oauth2/v1/userinfo',
      logout: '/oauth2/v1/logout',
    },
    document: {
      response_types_supported: ['code', 'id_token', 'code id_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'profile', 'email'],
    },
    idTokenClaims: (user) => ({ ver: 1, amr: ['pwd'], ...user.claims }),
    userinfoClaims: (user) => ({ ...user.claims }),
    sendsAuthTime: true,
    extra(request) {
      if (!/^\/api\/v1\/(users|groups)$/.test(request.path)) return undefined;
      const allowed = options.apiToken !== undefined && request.bearer === options.apiToken;
      if (!allowed) return { status: 401, body: { errorCode: 'E0000011', errorSummary: 'Invalid token provided' } };
      return { status: 200, body: [] as never };
    },
  };
  return startSimulator(vendor, options);
}
