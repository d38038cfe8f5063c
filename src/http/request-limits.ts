/**
 * How many requests one address may send: the one table of what is open to people who have not signed in, or takes a
 * secret (SECURITY ID-01, ID-16). IPv6 counts by /64. Counted before anything else is done for the request.
 *
 * Large enough for some thousand people behind one address (figures per minute; README, "Limits"). Every other request
 * that is no GET falls under `other`, so that nothing is without a limit. Limits per account are with what they protect:
 * `directory/password-throttle.ts`, `directory/mfa.ts`.
 */
import type { Service } from '../config/sites.ts';
import type { Middleware } from './edge.ts';
import { edgeOf } from './edge.ts';
import type { RateLimit, RateLimiter } from './rate-limit.ts';

const minute = 60_000;

export const requestLimits = {
  /** Begins a sign-in, or comes back from one: something is stored, or an upstream asked. */
  journeys: { name: 'journeys', max: 6_000, window: minute },
  /** A form of somebody who is signing in. */
  forms: { name: 'forms', max: 3_000, window: minute },
  /** Names are typed by hand; whoever tries more is guessing which organizations there are. */
  names: { name: 'organization-name', max: 60, window: minute },
  /** Answers by a mail to whoever is named (ID-16). */
  mails: { name: 'mails', max: 60, window: 10 * minute },
  /** Applications' servers: few addresses, many people. */
  servers: { name: 'servers', max: 30_000, window: minute },
  /** Forms of somebody signed in. */
  pages: { name: 'pages', max: 3_000, window: minute },
  other: { name: 'other', max: 600, window: minute },
} as const satisfies Readonly<Record<string, RateLimit>>;

type Method = 'GET' | 'POST' | '*';
/** `*` at the end: whatever follows; `:name`: one segment. First match. `accounts`: the SAML host answers the same. */
type Row = readonly [limit: keyof typeof requestLimits, method: Method, path: string];

export const limitedRoutes: Readonly<Record<Exclude<Service, 'saml'>, readonly Row[]>> = {
  accounts: [
    ['names', 'POST', '/signin/:uid/company'],
    ['names', 'POST', '/signin/:uid/organization'],
    ['mails', 'POST', '/signin/:uid/forgotten'],
    ['forms', 'POST', '/signin/*'],
    ['forms', 'POST', '/password-reset/:token'],
    ['forms', 'POST', '/invitation/*'],
    ['forms', 'POST', '/setup/*'],
    ['journeys', '*', '/core/connect/authorize'],
    ['journeys', '*', '/core/connect/endsession'],
    ['journeys', 'POST', '/core/session/end/confirm'],
    ['servers', '*', '/core/connect/*'],
    ['servers', 'POST', '/core/session/activity'],
    ['journeys', 'GET', '/core/:callback'],
    ['journeys', 'POST', '/saml/acs'],
    ['journeys', 'POST', '/saml/logout'],
    // Noted for its connection (SML-1): a write.
    ['other', 'GET', '/saml/metadata*'],
  ],
  console: [
    ['journeys', 'GET', '/'],
    ['journeys', 'GET', '/go/:identifier'],
    ['journeys', 'GET', '/callback'],
    ['pages', 'POST', '/sign-out'],
    ['pages', 'POST', '/organizations'],
    ['pages', 'POST', '/o/*'],
    ['servers', '*', '/api/*'],
  ],
  workspace: [
    ['journeys', 'GET', '/callback'],
    ['pages', 'POST', '/sign-out'],
  ],
  api: [['servers', '*', '/*']],
};

/** The limit of a request; undefined: a page that only shows. */
export function limitOf(service: Service, method: string, path: string): keyof typeof requestLimits | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const row = compiled[service === 'saml' ? 'accounts' : service].find(
    (each) => (each.method === '*' || each.method === wanted) && each.pattern.test(path),
  );
  if (row) return row.limit;
  return wanted === 'GET' || wanted === 'OPTIONS' ? undefined : 'other';
}

const compiled = Object.fromEntries(
  Object.entries(limitedRoutes).map(([service, rows]) => [
    service,
    rows.map(([limit, method, path]) => ({ limit, method, pattern: patternOf(path) })),
  ]),
) as Record<keyof typeof limitedRoutes, { limit: Row[0]; method: Method; pattern: RegExp }[]>;

/** As the routers compare: without case, and with or without a slash at the end. */
function patternOf(path: string): RegExp {
  const open = path.endsWith('*');
  const source = (open ? path.slice(0, -1) : path).replaceAll(/[.]/g, '\\.').replaceAll(/:\w+/g, '[^/]+');
  return new RegExp(open ? `^${source}` : `^${source.replace(/\/$/, '')}/?$`, 'i');
}

/** Behind the edge, before every surface. */
export function createRequestLimits(limiter: RateLimiter): Middleware {
  const byAddress = Object.fromEntries(
    Object.entries(requestLimits).map(([name, limit]) => [name, limiter.byAddress(limit)]),
  ) as Record<keyof typeof requestLimits, Middleware>;
  return (request, response, next) => {
    const { service, path } = edgeOf(request);
    const limit = limitOf(service, request.method ?? 'GET', path);
    if (limit === undefined) next();
    else byAddress[limit](request, response, next);
  };
}
