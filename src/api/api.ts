/**
 * The JSON API (SPEC §2: `/api/v1`, and the vendor's paths beside it).
 *
 * Owns: who calls, what they may, what a request must look like, how an answer or an error looks: once for all routes of
 * the table (`rules.ts`). Does not own: what is done (`directory/`, `sessions/`, `signin/`: the functions that the
 * console's pages use). Mounted by `app.ts` for the service `api`, and below `/api/v1` of the console's host, where the
 * console's session counts.
 */
import { type NextFunction, type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import type { Sealer } from '../../certs/sealing.ts';
import type { Sites } from '../config/sites.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { referenceCode } from '../core/random.ts';
import { type Access, isAllowed } from '../directory/permissions.ts';
import type { Csrf } from '../http/csrf.ts';
import { edgeOf } from '../http/edge.ts';
import { type Form, readJson, readQuery } from '../http/forms.ts';
import type { RateLimiter } from '../http/rate-limit.ts';
import { isFreshlyProven } from '../sessions/policy.ts';
import type { SessionState } from '../sessions/sessions.ts';
import type { Administered } from '../signin/administered.ts';
import type { Store } from '../store/store.ts';
import { type AdministratorsOptions, administratorsHandlers } from './administrators.ts';
import { type ApplicationsOptions, applicationsHandlers } from './applications.ts';
import { actOf, type CallersOptions, createCallers, membershipsOf } from './callers.ts';
import { type ConnectionsOptions, connectionsHandlers } from './connections.ts';
import { createCursors } from './cursors.ts';
import { etagOfText, isMatch, readTags } from './etags.ts';
import { type ExpiryOptions, expiryHandlers } from './expiry.ts';
import type { AllHandlers } from './handlers.ts';
import { createIdempotency, type KeptAnswer, readIdempotencyKey } from './idempotency.ts';
import { type MeOptions, meHandlers } from './me.ts';
import { buildDocument } from './openapi.ts';
import { type OrganizationOptions, organizationHandlers } from './organization.ts';
import { ApiProblem, type ProblemType, pointerOf, problemOf, problemTypes } from './problems.ts';
import type { Answer, ApiHandler, ApiRule, Caller, OrganizationCall } from './route.ts';
import { type ApiRoute, apiRoutes, ruleOf } from './rules.ts';
import { type PathParameter, pageParameters, pathParameters } from './schemas.ts';
import { type SecureClientsOptions, secureClientsHandlers } from './secure-clients.ts';
import { type SessionsOptions, sessionsHandlers } from './sessions.ts';
import { type SignInsOptions, signInsHandlers } from './sign-ins.ts';
import { type SystemLogOptions, systemLogHandlers, vendorParameters } from './system-log.ts';
import { createTokenEndpoint, sendTokenError, type TokenEndpointOptions, TokenError } from './token-endpoint.ts';

export interface ApiOptions
  extends MeOptions,
    OrganizationOptions,
    SecureClientsOptions,
    Omit<SessionsOptions, 'sessions'>,
    AdministratorsOptions,
    ConnectionsOptions,
    ApplicationsOptions,
    Omit<ExpiryOptions, 'organizations'>,
    SignInsOptions,
    SystemLogOptions {
  sites: Sites;
  sessions: SessionsOptions['sessions'];
  administered: Administered;
  organizations: MeOptions['organizations'] & TokenEndpointOptions['organizations'] & ExpiryOptions['organizations'];
  clientTokens: CallersOptions['tokens'] & TokenEndpointOptions['tokens'];
  /** The console's session that this browser holds, whether it still lasts or not. */
  sessionOf(request: Request): Promise<SessionState | undefined>;
  /** Name of that session's cookie, for the document. */
  cookieName: string;
  csrf: Csrf;
  rateLimiter: RateLimiter;
  store: Pick<Store, 'add' | 'get' | 'replace' | 'delete'>;
  sealer: Sealer;
  /** From `followKeys(sealingKeys, 'api-cursors')`. */
  cursorKeys(): readonly Uint8Array[];
  clock: Clock;
  log: Log;
}

type AnyHandler = ApiHandler<ApiRule>;
const usualLimit = 50;

export function createApi(options: ApiOptions): Router {
  const { administered, clock, sites } = options;
  const callers = createCallers({ ...options, tokens: options.clientTokens });
  const cursors = createCursors(options.cursorKeys);
  const once = createIdempotency(options);
  const handlers: AllHandlers = {
    ...meHandlers(options),
    ...organizationHandlers(options),
    ...administratorsHandlers(options),
    ...secureClientsHandlers(options),
    ...sessionsHandlers(options),
    ...connectionsHandlers(options),
    ...expiryHandlers(options),
    ...applicationsHandlers(options),
    ...signInsHandlers(options),
    ...systemLogHandlers(options),
    ...publicHandlers(options),
  };
  // Types are gone at run time; what gets past them does not start.
  for (const route of new Set([...Object.keys(handlers), ...apiRoutes]))
    if (!(route in handlers) || !apiRoutes.includes(route as ApiRoute))
      throw new Error(`the route ${route} has no rule or no handler`);

  const router = Router();
  const byPath = Map.groupBy(apiRoutes, (route) => route.split(' ')[1] as string);
  for (const [path, routes] of [...byPath].sort(([one], [other]) => (sortKey(one) < sortKey(other) ? -1 : 1))) {
    router.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), (request, response) => dispatch(routes, request, response));
  }
  router.use(['/api', '/systemlog', '/cctrustoauth2'], () => {
    throw new ApiProblem('not-found');
  });
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    sendError(error, request, response),
  );
  return router;

  async function dispatch(routes: readonly ApiRoute[], request: Request, response: Response): Promise<void> {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = routes.find((each) => each.startsWith(`${method} `));
    if (route === undefined) {
      const methods = routes.map((each) => each.slice(0, each.indexOf(' ')));
      const allow = methods.includes('GET') ? ['HEAD', ...methods] : methods;
      throw new ApiProblem('method-not-allowed', { headers: { Allow: allow.join(', ') } });
    }
    const rule = ruleOf(route);
    const params = readParams(rule, request);
    const caller = rule.needs === 'public' ? undefined : await callers.identify(request);
    const admitted = caller && rule.needs !== 'caller' ? await admit(rule, caller, params, request) : undefined;
    const context = [callerId(caller), admitted?.organization.id ?? '', route].join('\0');
    const { query, page, queryText } = readQueries(rule, request, context);
    const body = await readBody(rule, request);
    if (caller?.kind === 'client' && rule.fullAccessByPersons && givesFullAccess(body))
      throw new ApiProblem('full-access-by-persons');
    const matches = readMatches(rule, request);
    const call = { request, response, now: clock.now(), params, query, page, body, matches, caller, ...admitted };
    const handle = async (): Promise<KeptAnswer | undefined> => {
      const answer = await (handlers[route] as AnyHandler)(call as never);
      if (response.headersSent) return undefined;
      return render(rule, answer, request, { context, queryText });
    };
    const key = rule.creates ? readIdempotencyKey(request.headers['idempotency-key']) : undefined;
    if (key === undefined) return send(await handle(), request, response);
    const asked = JSON.stringify([params, queryText, body]);
    const kept = await once({ scope: context, key, request: asked }, async () => (await handle()) as KeptAnswer);
    if (kept.replayed) response.setHeader('Idempotency-Replayed', 'true');
    send(kept, request, response);
  }

  /** Throws `not-found` for an organization of others as for one that there is not; then `not-permitted` and the like. */
  async function admit(
    rule: ApiRule,
    caller: Caller,
    params: Readonly<Record<string, string>>,
    request: Request,
  ): Promise<OrganizationCall> {
    const customerId = params.customerId ?? '';
    const admission = await administered.admissionTo(customerId, membershipsOf(caller));
    if (!admission) throw new ApiProblem('not-found');
    const { organization, membership } = admission;
    const { access, administratorIds } = membership;
    if (rule.needs === 'public' || rule.needs === 'caller' || !isAllowed(access, rule.needs))
      throw new ApiProblem('not-permitted');
    if (caller.kind === 'client' && rule.persons) throw new ApiProblem('not-for-clients');
    if (caller.kind === 'person' && rule.sensitive && !isFreshlyProven(caller.state.session, clock.now()))
      throw new ApiProblem('proof-needed');
    return { caller, organization, access, administratorIds, act: actOf(caller, request) };
  }

  function readQueries(rule: ApiRule, request: Request, context: string) {
    const given = rule.queryAsVendor ? asVendor(readQuery(request.url)) : { ...readQuery(request.url) };
    const shape = { ...rule.query?.shape, ...(rule.paged && pageParameters) } as Record<string, z.ZodType>;
    const errors = Object.keys(given)
      .filter((name) => !Object.hasOwn(shape, name))
      .map((parameter) => ({ parameter, message: 'unknown parameter' }));
    const query: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(shape)) {
      const read = schema.safeParse(given[name]);
      if (read.success) query[name] = read.data;
      else errors.push(...read.error.issues.map(({ message }) => ({ parameter: name, message })));
    }
    if (errors.length > 0) throw new ApiProblem('request-invalid', { errors });
    const { limit, cursor, ...own } = query as { limit?: number; cursor?: string };
    const queryText = JSON.stringify(Object.entries(own).sort(([one], [other]) => (one < other ? -1 : 1)));
    const after = cursor === undefined ? undefined : cursors.open(cursor, `${context}\0${queryText}`);
    return { query: own, page: { limit: limit ?? usualLimit, after }, queryText };
  }

  function render(
    rule: ApiRule,
    answer: Answer<ApiRule>,
    request: Request,
    bound: { context: string; queryText: string },
  ): KeptAnswer {
    const headers: Record<string, string> = {};
    if (answer.location !== undefined) headers.Location = sites.apiUrl(answer.location);
    if (answer.body === undefined) return { status: 204, headers, body: '' };
    let body = answer.body as Record<string, unknown>;
    if (rule.paged) {
      const next = answer.last ? cursors.seal(answer.last, `${bound.context}\0${bound.queryText}`) : null;
      body = { ...body, next };
      if (next !== null) headers.Link = `<${nextUrl(request, next)}>; rel="next"`;
    }
    const text = JSON.stringify(body);
    if (rule.needs !== 'public') headers.ETag = `"${answer.etag ?? etagOfText(text)}"`;
    return { status: rule.status ?? 200, headers, body: text };
  }

  /** From configuration, never from the request's Host. */
  function nextUrl(request: Request, cursor: string): string {
    const { origin } = edgeOf(request);
    const url = new URL(request.originalUrl, origin);
    url.searchParams.set('cursor', cursor);
    return url.href;
  }

  function send(kept: KeptAnswer | undefined, request: Request, response: Response): void {
    if (!kept) return;
    const { status, headers, body } = kept;
    response.set(headers);
    const etag = headers.ETag?.slice(1, -1);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && etag !== undefined && isMatch(readTags(request.headers['if-none-match'], 'weak'), etag)) {
      response.status(304).end();
      return;
    }
    response.status(status);
    if (body !== '') response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(request.method === 'HEAD' ? '' : body);
  }

  function sendError(error: unknown, request: Request, response: Response): void {
    if (error instanceof TokenError) {
      sendTokenError(response, error);
      return;
    }
    const problem = problemOf(error);
    const { status, title } = problemTypes[problem.type];
    const { detail, errors, retryAfter, headers } = problem.options;
    const reference = referenceCode();
    const { requestId, path } = edgeOf(request);
    const fields = { requestId, reference, method: request.method, path, problem: problem.type, err: error };
    if (status >= 500) options.log.error(fields, 'API request failed');
    else options.log.info(fields, 'API request refused');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(status).set({ ...headers, 'Content-Type': 'application/problem+json; charset=utf-8' });
    if (retryAfter !== undefined) response.setHeader('Retry-After', Math.max(1, Math.ceil(retryAfter / 1000)));
    if (status === 413) response.setHeader('Connection', 'close');
    const type = sites.apiUrl(`/api/v1/problems/${problem.type}`);
    const text = JSON.stringify({ type, title, status, detail, reference, errors });
    response.end(request.method === 'HEAD' ? '' : text);
  }
}

/** What nobody need sign in for. */
function publicHandlers(options: ApiOptions) {
  const { sites } = options;
  const issueToken = createTokenEndpoint({ ...options, tokens: options.clientTokens });
  let document: Readonly<Record<string, unknown>> | undefined;
  return {
    'POST /api/v1/token': async ({ request }) => {
      const { token, expiresIn } = await issueToken(request);
      return { body: { access_token: token, token_type: 'Bearer', expires_in: expiresIn } };
    },
    'POST /cctrustoauth2/{customerId}/tokens/clients': async ({ request, params }) => {
      const { token, expiresIn } = await issueToken(
        request,
        params.customerId === anyCustomer ? undefined : params.customerId,
      );
      return { body: { token_type: 'bearer', access_token: token, expires_in: String(expiresIn) } };
    },
    'GET /api/v1/openapi.json': async () => {
      document ??= buildDocument({
        servers: [
          { url: sites.apiUrl(''), description: 'API' },
          { url: sites.consoleUrl('').replace(/\/$/, ''), description: 'Console, with its session' },
        ],
        cookieName: options.cookieName,
      });
      return { body: { ...document } };
    },
    'GET /api/v1/problems/{problemType}': async ({ params }) => {
      const name = params.problemType ?? '';
      if (!Object.hasOwn(problemTypes, name)) throw new ApiProblem('not-found');
      const { status, title } = problemTypes[name as ProblemType];
      return { body: { type: sites.apiUrl(`/api/v1/problems/${name}`), title, status, name: name as ProblemType } };
    },
  } satisfies Partial<AllHandlers>;
}

/** What the vendor's own scripts write instead of the customer id. */
const anyCustomer = 'root';

/** A word before any name: `/sessions/end-all` is no session. */
function sortKey(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '\uffff');
}

function callerId(caller: Caller | undefined): string {
  if (!caller) return '';
  return caller.kind === 'client' ? `client ${caller.client.clientId}` : `person ${caller.state.session.accountId}`;
}

function asVendor(query: Form): Record<string, string> {
  const known = Object.entries(query).flatMap(([name, value]) => {
    const parameter = vendorParameters.get(name.toLowerCase());
    return parameter === undefined ? [] : [[parameter, value] as const];
  });
  if (new Set(known.map(([name]) => name)).size < known.length) throw new ApiProblem('request-invalid');
  return Object.fromEntries(known);
}

/** What cannot be one is not found. */
function readParams(rule: ApiRule, request: Request): Record<string, string> {
  const params: Record<string, string> = { ...request.params } as Record<string, string>;
  if (rule.organizationHeader) params.customerId = String(request.headers['citrix-customerid'] ?? '').toLowerCase();
  for (const [name, value] of Object.entries(params))
    if (!pathParameters[name as PathParameter].safeParse(value).success) throw new ApiProblem('not-found');
  return params;
}

async function readBody(rule: ApiRule, request: Request): Promise<unknown> {
  if (rule.form !== undefined) return undefined;
  if (rule.body === undefined) {
    const isEmpty = request.headers['transfer-encoding'] === undefined && !Number(request.headers['content-length']);
    if (!isEmpty) throw new ApiProblem('request-invalid', { detail: 'This request has no body' });
    return undefined;
  }
  const read = rule.body.safeParse(await readJson(request));
  if (read.success) return read.data;
  const errors = read.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointerOf([...(issue.path as string[]), key]), message: 'unknown field' }))
      : [{ pointer: pointerOf(issue.path as string[]), message: issue.message }],
  );
  throw new ApiProblem('request-invalid', { errors: errors.slice(0, 50) });
}

function givesFullAccess(body: unknown): boolean {
  return (body as { access?: Access } | undefined)?.access?.access === 'full';
}

function readMatches(rule: ApiRule, request: Request): string[] {
  if (!rule.matches) return [];
  const header = request.headers['if-match'];
  if (header === undefined) throw new ApiProblem('precondition-required');
  return readTags(header, 'strong');
}
