/**
 * Who calls the API: a secure client by its token, or a person by the console's session, who must then show on every
 * change that the console's own page sent it (CON-01).
 *
 * A request with an `Authorization` header is judged by it alone. No answer allows another origin (no CORS).
 */
import type { Request } from 'express';
import { AppError } from '../core/errors.ts';
import type { Membership } from '../directory/memberships.ts';
import { type Csrf, csrfField, refuseCrossSite } from '../http/csrf.ts';
import { edgeOf, originOf } from '../http/edge.ts';
import type { RateLimiter } from '../http/rate-limit.ts';
import { networkOf } from '../http/rate-limit.ts';
import { personOf } from '../http/session-models.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';
import type { Administered } from '../signin/administered.ts';
import type { ClientTokens } from '../signin/client-tokens.ts';
import type { Act } from '../system-log/events.ts';
import { ApiProblem } from './problems.ts';
import type { Caller } from './route.ts';

export interface CallersOptions {
  /** The console's session that this browser holds, whether it still lasts or not. */
  sessionOf(request: Request): Promise<SessionState | undefined>;
  sessions: Pick<Sessions, 'end'>;
  administered: Pick<Administered, 'membershipsOf' | 'lossOf'>;
  tokens: Pick<ClientTokens, 'find'>;
  csrf: Csrf;
  rateLimiter: RateLimiter;
}

/** Tokens that are none, from one network. */
const refusals = { name: 'api-refusals', max: 100, window: 60_000 };
const callsOfOne = { name: 'api-calls', max: 1200, window: 60_000 };
/** However many clients it makes, one organization does not take the API from the others. */
const callsOfOrganization = { name: 'api-organization', max: 6000, window: 60_000 };

/** `Bearer …` (RFC 6750), and the vendor's `CwsAuth Bearer=…`; its collectors put spaces and capitals where they like. */
const bearer = /^(?:cwsauth +bearer *= *|cwsauth +bearer +|bearer +)([\w-]{20,200})$/i;

export function createCallers(options: CallersOptions) {
  const { sessionOf, sessions, administered, tokens, csrf, rateLimiter } = options;

  /** Throws `not-authenticated`, `cross-site-refused`, `too-many-requests`. */
  async function identify(request: Request): Promise<Caller> {
    const { authorization } = request.headers;
    const caller = authorization === undefined ? await personCalling(request) : await clientCalling(authorization);
    if (!caller) {
      await rateLimiter.count(refusals, networkOf(edgeOf(request).address));
      throw notAuthenticated(authorization !== undefined);
    }
    if (caller.kind === 'client') await rateLimiter.count(callsOfOrganization, caller.client.organizationId);
    await rateLimiter.count(callsOfOne, caller.kind === 'client' ? caller.client.clientId : caller.state.session.uid);
    return caller;
  }

  async function clientCalling(authorization: string): Promise<Caller | undefined> {
    const token = authorization.length > 400 ? undefined : bearer.exec(authorization.trim())?.[1];
    const found = token === undefined ? undefined : await tokens.find(token);
    return found && { kind: 'client', client: found.client, ...found.standing };
  }

  async function personCalling(request: Request): Promise<Caller | undefined> {
    const state = await sessionOf(request);
    if (!state?.active) return undefined;
    const { uid } = state.session;
    if (request.method !== 'GET' && request.method !== 'HEAD') requireOwnPage(request, uid);
    const memberships = await administered.membershipsOf(state.session);
    if (memberships.length === 0) {
      await sessions.end(uid, await administered.lossOf(state.session));
      return undefined;
    }
    return { kind: 'person', state, memberships, csrfToken: csrf.tokenFor(uid) };
  }

  function requireOwnPage(request: Request, uid: string): void {
    refuseCrossSite(request, request.res as never, (error) => {
      if (error) throw error;
    });
    const token = request.headers['x-csrf-token'];
    if (typeof token !== 'string') throw new AppError('cross_site_refused', { detail: { note: 'no X-CSRF-Token' } });
    csrf.require(uid, { [csrfField]: token });
  }

  return { identify };
}

function notAuthenticated(wasToken: boolean): ApiProblem {
  const challenge = `Bearer realm="sekisho"${wasToken ? ', error="invalid_token"' : ''}`;
  return new ApiProblem('not-authenticated', { headers: { 'WWW-Authenticate': challenge } });
}

/** What this caller may open: of a client its one organization. */
export function membershipsOf(caller: Caller): readonly Membership[] {
  if (caller.kind === 'person') return caller.memberships;
  const { client, access, administratorIds } = caller;
  return [{ organizationId: client.organizationId, access, administratorIds }];
}

export function actOf(caller: Caller, request: Request): Act {
  return {
    actor:
      caller.kind === 'client'
        ? { type: 'client', id: caller.client.clientId, name: caller.client.name }
        : { type: 'administrator', id: caller.state.session.accountId, name: personOf(caller.state.session).name },
    ...originOf(request),
  };
}
