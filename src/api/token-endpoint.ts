/**
 * The token endpoints of secure clients: RFC 6749 §4.4 as it stands, and the vendor's shape of the same (ADM-5).
 *
 * Errors are those of RFC 6749 §5.2 and say the same for an unknown client, a wrong secret, and one whose creator is
 * gone; which it was stands in the log. Limited by network, never by client: nobody can lock another's client out.
 */
import type { Request, Response } from 'express';
import { AppError } from '../core/errors.ts';
import { edgeOf, originOf } from '../http/edge.ts';
import { type Form, readForm } from '../http/forms.ts';
import { networkOf, type RateLimiter } from '../http/rate-limit.ts';
import { type ClientTokens, clientTokenLifetime, type TokenOutcome } from '../signin/client-tokens.ts';
import type { Act, SystemLogEntry } from '../system-log/events.ts';

export interface TokenEndpointOptions {
  tokens: Pick<ClientTokens, 'issue'>;
  organizations: { find(id: string): Promise<{ customerId: string } | undefined> };
  rateLimiter: RateLimiter;
  record(entry: SystemLogEntry): Promise<void>;
}

export class TokenError extends Error {
  readonly code: 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'temporarily_unavailable';
  readonly status: number;
  readonly description: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: TokenError['code'],
    description: string,
    more: { status?: number; headers?: Record<string, string> } = {},
  ) {
    super(code);
    this.name = 'TokenError';
    this.code = code;
    this.description = description;
    this.status = more.status ?? 400;
    this.headers = more.headers ?? {};
  }
}

const requests = { name: 'api-token', max: 300, window: 60_000 };
const refusals = { name: 'api-token-refusals', max: 30, window: 5 * 60_000 };
/** Refusals of one client that are told to its organization: a flood of them must not become a flood in the log. */
const toldOfOne = { name: 'api-token-told', max: 10, window: 3_600_000 };

export interface Issued {
  token: string;
  /** Seconds. */
  expiresIn: number;
}

export type TokenEndpoint = ReturnType<typeof createTokenEndpoint>;

export function createTokenEndpoint({ tokens, organizations, rateLimiter, record }: TokenEndpointOptions) {
  /** `customerId`: whose client it must be; undefined: anybody's. Throws `TokenError`. */
  return async function issueToken(request: Request, customerId?: string): Promise<Issued> {
    const network = networkOf(edgeOf(request).address);
    await limited(() => rateLimiter.count(requests, network));
    const form = await readTokenForm(request);
    const basic = readBasic(request.headers.authorization);
    const { clientId, secret } = credentialsOf(form, basic);
    if (form.grant_type !== 'client_credentials') {
      if (form.grant_type === undefined) throw new TokenError('invalid_request', 'grant_type is missing');
      throw new TokenError('unsupported_grant_type', 'Only client_credentials is possible here');
    }
    const outcome = await withinCustomer(await tokens.issue(clientId, secret), customerId);
    if (outcome.outcome === 'issued') {
      const { client, token } = outcome;
      await record({ ...entryAbout(client, request), event: 'platform/clientadministrator/signin' });
      return { token, expiresIn: clientTokenLifetime / 1000 };
    }
    await limited(() => rateLimiter.count(refusals, network));
    if (outcome.client && (await mayTell(outcome.client.clientId))) {
      await record({
        ...entryAbout(outcome.client, request),
        event: 'platform/clientadministrator/signinfailed',
        detail: { reason: outcome.reason },
      });
    }
    throw refused(basic !== undefined);
  };

  /** A client of another customer is one that does not exist there. */
  async function withinCustomer(outcome: TokenOutcome, customerId: string | undefined): Promise<TokenOutcome> {
    if (customerId === undefined || outcome.outcome === 'refused') return outcome;
    const organization = await organizations.find(outcome.client.organizationId);
    if (organization?.customerId === customerId.toLowerCase()) return outcome;
    return { outcome: 'refused', reason: 'unknown_client' };
  }

  async function mayTell(clientId: string): Promise<boolean> {
    try {
      await rateLimiter.count(toldOfOne, clientId);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'too_many_requests') return false;
      throw error;
    }
  }
}

/** RFC 6749 has no word for it; RFC 6585 has a status. */
async function limited(count: () => Promise<void>): Promise<void> {
  try {
    await count();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'too_many_requests') throw error;
    const seconds = Math.ceil(Number(error.detail.retryAfter) / 1000);
    throw new TokenError('temporarily_unavailable', 'Too many requests from this network', {
      status: 429,
      headers: { 'Retry-After': String(seconds) },
    });
  }
}

async function readTokenForm(request: Request): Promise<Form> {
  try {
    return await readForm(request, { maxBytes: 8192, maxFields: 20 });
  } catch (error) {
    if (error instanceof AppError && error.status < 500)
      throw new TokenError('invalid_request', 'The body must be one form, each parameter once', {
        status: error.status,
      });
    throw error;
  }
}

interface Credentials {
  clientId: string;
  secret: string;
}

/** RFC 6749 §2.3.1: name and password are form-encoded before they are joined. */
function readBasic(authorization: string | undefined): Credentials | undefined {
  if (authorization === undefined) return undefined;
  const encoded = /^basic +([A-Za-z0-9+/=]{1,2000})$/i.exec(authorization)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) throw refused(true);
  try {
    return {
      clientId: decodeURIComponent(text.slice(0, colon).replaceAll('+', ' ')),
      secret: decodeURIComponent(text.slice(colon + 1).replaceAll('+', ' ')),
    };
  } catch {
    throw refused(true);
  }
}

/** One way to say who one is, never two (RFC 6749 §2.3). */
function credentialsOf(form: Form, basic: Credentials | undefined): Credentials {
  const { client_id: clientId, client_secret: secret } = form;
  if (basic) {
    if (secret !== undefined || (clientId !== undefined && clientId !== basic.clientId))
      throw new TokenError('invalid_request', 'Client credentials were given twice');
    return basic;
  }
  if (clientId === undefined || secret === undefined)
    throw new TokenError('invalid_request', 'client_id or client_secret is missing');
  return { clientId, secret };
}

function refused(byBasic: boolean): TokenError {
  return new TokenError('invalid_client', 'No secure client has these credentials', {
    status: 401,
    headers: byBasic ? { 'WWW-Authenticate': 'Basic realm="sekisho"' } : {},
  });
}

function entryAbout(
  client: { clientId: string; name: string; organizationId: string },
  request: Request,
): Act & Pick<SystemLogEntry, 'organizationId' | 'target'> {
  return {
    organizationId: client.organizationId,
    actor: { type: 'client', id: client.clientId, name: client.name },
    target: { type: 'clientadministrator', id: client.clientId, name: client.name },
    ...originOf(request),
  };
}

export function sendTokenError(response: Response, error: TokenError): void {
  response.status(error.status).set({ ...error.headers, 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ error: error.code, error_description: error.description }));
}
