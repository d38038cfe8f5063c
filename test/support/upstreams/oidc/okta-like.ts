/** An Okta-like upstream: the org authorization server, custom `cip_*` claims, and the users and groups of its API. */

import type { Json } from './signing.ts';
import { startSimulator } from './simulator.ts';
import type { Reply, SimulatedRequest, Simulator, SimulatorOptions, Tools, Vendor } from './vendor.ts';

export interface OktaLikeOptions extends SimulatorOptions {
  /** What `Authorization: SSWS …` must carry at /api/v1. */
  apiToken?: string;
  /** What the API answers with, shaped as Okta documents it. */
  directoryUsers?: readonly Json[];
  directoryGroups?: readonly Json[];
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
    extra: (request, _user, tools) => answerApi(request, options, tools),
  };
  return startSimulator(vendor, options);
}

/** `/api/v1/users` and `/api/v1/groups`: by `search`, in pages, as Okta documents them. */
function answerApi(
  request: SimulatedRequest & { bearer: string | undefined },
  options: OktaLikeOptions,
  { url, takes }: Tools,
): Reply | undefined {
  const [, collection = '', id] = /^\/api\/v1\/(users|groups)(?:\/([^/]+))?$/.exec(request.path) ?? [];
  if (collection === '') return undefined;
  if (options.apiToken === undefined || request.bearer !== options.apiToken)
    return { status: 401, body: { errorCode: 'E0000011', errorSummary: 'Invalid token provided' } };
  if (takes(collection === 'users' ? 'users-forbidden' : 'groups-forbidden'))
    return { status: 403, body: { errorCode: 'E0000006', errorSummary: 'You do not have permission' } };
  if (takes('directory-throttled')) {
    const reset = Math.floor((options.clock ?? { now: Date.now }).now() / 1000) + 30;
    const body = { errorCode: 'E0000047', errorSummary: 'API call exceeded rate limit' };
    return { status: 429, body, headers: { 'x-rate-limit-reset': String(reset) } };
  }
  const entries = (collection === 'users' ? options.directoryUsers : options.directoryGroups) ?? [];
  if (id !== undefined) {
    const entry = entries.find((each) => each.id === id);
    return entry ? { status: 200, body: entry } : { status: 404, body: { errorCode: 'E0000007' } };
  }
  const limit = Number(request.query.limit ?? 200);
  const start = Number(request.query.after ?? 0);
  const found = entries.filter((entry) => matches(entry, request.query.search));
  const next = new URL(request.path, takes('next-page-elsewhere') ? 'https://evil.example' : url);
  for (const [name, value] of Object.entries(request.query)) next.searchParams.set(name, value);
  next.searchParams.set('after', String(start + limit));
  const links = [
    `<${url}${request.path}>; rel="self"`,
    ...(found.length > start + limit ? [`<${next}>; rel="next"`] : []),
  ];
  return { status: 200, body: found.slice(start, start + limit) as never, headers: { link: links.join(', ') } };
}

/** Of Okta's filter language: `profile.x sw "text"`, joined by `or`. */
function matches({ profile }: Json, search: string | undefined): boolean {
  if (search === undefined) return true;
  return search.split(' or ').some((part) => {
    const [, name = '', text = ''] = /^profile\.(\w+) sw "(.*)"$/.exec(part) ?? [];
    const value = (profile as Json)[name];
    return typeof value === 'string' && value.toLowerCase().startsWith(text.replace(/\\(.)/g, '$1').toLowerCase());
  });
}
