/**
 * Errors of the API as `application/problem+json` (RFC 9457): a closed list, each with its status and a title for
 * people; what exactly happened stands in the log under the reference code.
 *
 * Nobody else's organization shows: `not-found` is the same text for what is missing and for what is others' (CON-08).
 */
import { AppError, type AppErrorCode } from '../core/errors.ts';
import { DirectoryError, type DirectoryErrorCode, type Problem as FieldProblem } from '../directory/errors.ts';
import { StoreUnavailable } from '../store/store.ts';

export const problemTypes = {
  'request-invalid': { status: 400, title: 'The request is not valid' },
  'cursor-invalid': { status: 400, title: 'This cursor does not belong to this query' },
  'not-authenticated': { status: 401, title: 'A valid access token or a session is needed' },
  'not-permitted': { status: 403, title: 'Your access does not allow this' },
  'not-for-clients': { status: 403, title: 'A secure client may not do this; sign in as a person' },
  'full-access-by-persons': { status: 403, title: 'Only a person gives full access; a secure client may not' },
  'citrix-identity-needed': {
    status: 403,
    title: 'Only somebody who signed in with the Citrix identity may do this',
  },
  'proof-needed': { status: 403, title: 'A fresh proof of who you are is needed; confirm it in the console' },
  'cross-site-refused': { status: 403, title: 'The request did not come from a page of this service' },
  'not-found': { status: 404, title: 'There is no such resource' },
  'method-not-allowed': { status: 405, title: 'The resource does not have this method' },
  conflict: { status: 409, title: 'The change is not possible as things stand' },
  'last-administrator': {
    status: 409,
    title: 'The last full-access administrator with a Citrix identity cannot be removed',
  },
  'connection-in-use': { status: 409, title: 'Subscribers sign in with this connection' },
  'draft-incomplete': { status: 409, title: 'Settings are missing' },
  'draft-not-passed': { status: 409, title: 'These settings have not passed their test' },
  'already-exists': { status: 409, title: 'It exists already' },
  'limit-reached': { status: 409, title: 'There are as many as there may be' },
  'in-progress': { status: 409, title: 'A request with this Idempotency-Key is being answered' },
  'precondition-failed': { status: 412, title: 'Somebody else has changed it meanwhile' },
  'too-large': { status: 413, title: 'The request is too large' },
  'media-type-refused': { status: 415, title: 'The body must be of another media type' },
  'value-refused': { status: 422, title: 'A value is not possible' },
  'key-reused': { status: 422, title: 'This Idempotency-Key was used for another request' },
  'precondition-required': { status: 428, title: 'Name the version to change in If-Match' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong' },
  'upstream-failed': { status: 502, title: 'A system that this depends on failed' },
  unavailable: { status: 503, title: 'The service cannot answer now' },
} as const;
export type ProblemType = keyof typeof problemTypes;

/** One field that is wrong. `pointer`: RFC 6901, into the body; `#/…` as RFC 9457 §3 has it. `parameter`: of the query. */
export type FieldError = { pointer: string; message: string } | { parameter: string; message: string };

export interface ProblemOptions {
  cause?: unknown;
  errors?: readonly FieldError[];
  /** A sentence for a developer; never a person's value, never what another organization has. */
  detail?: string;
  /** Milliseconds. */
  retryAfter?: number;
  headers?: Readonly<Record<string, string>>;
}

export class ApiProblem extends Error {
  readonly type: ProblemType;
  readonly options: ProblemOptions;
  constructor(type: ProblemType, options: ProblemOptions = {}) {
    super(type, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiProblem';
    this.type = type;
    this.options = options;
  }
}

const byAppError: Readonly<Record<AppErrorCode, ProblemType>> = {
  request_invalid: 'request-invalid',
  field_repeated: 'request-invalid',
  signed_out: 'not-authenticated',
  forbidden: 'not-permitted',
  cross_site_refused: 'cross-site-refused',
  not_found: 'not-found',
  method_not_allowed: 'method-not-allowed',
  conflict: 'conflict',
  gone: 'not-found',
  precondition_failed: 'precondition-failed',
  too_large: 'too-large',
  media_type_refused: 'media-type-refused',
  host_unknown: 'not-found',
  too_many_requests: 'too-many-requests',
  internal: 'internal',
  upstream_failed: 'upstream-failed',
  unavailable: 'unavailable',
};

const byDirectoryError: Partial<Record<DirectoryErrorCode, ProblemType>> = {
  not_found: 'not-found',
  version_conflict: 'precondition-failed',
  name_taken: 'already-exists',
  email_taken: 'already-exists',
  already_administrator: 'already-exists',
  already_invited: 'already-exists',
  own_access: 'conflict',
  not_permitted: 'not-permitted',
  identifier_taken: 'already-exists',
  connection_in_use: 'connection-in-use',
  connection_not_live: 'conflict',
  draft_incomplete: 'draft-incomplete',
  draft_not_passed: 'draft-not-passed',
  citrix_identity_needed: 'citrix-identity-needed',
  tenant_not_proven: 'conflict',
  tenant_differs: 'conflict',
  invitation_over: 'conflict',
  too_many_sendings: 'limit-reached',
  last_administrator: 'last-administrator',
  limit_reached: 'limit-reached',
  too_busy: 'too-many-requests',
};

/** Whatever was thrown, as a problem. What the directory refuses says why: it is about the caller's own organization. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof AppError) {
    const { retryAfter } = error.detail;
    return new ApiProblem(byAppError[error.code], {
      cause: error,
      ...(typeof retryAfter === 'number' && { retryAfter }),
    });
  }
  if (error instanceof DirectoryError) {
    const type = byDirectoryError[error.code] ?? 'value-refused';
    if (type === 'not-found' || type === 'precondition-failed') return new ApiProblem(type, { cause: error });
    return new ApiProblem(type, {
      cause: error,
      detail: error.message,
      ...(error.problems.length > 0 && { errors: error.problems.map(fieldErrorOf) }),
    });
  }
  if (error instanceof StoreUnavailable) return new ApiProblem('unavailable', { cause: error, retryAfter: 5000 });
  const status = (error as { status?: unknown } | undefined)?.status;
  if (status === 400 || status === 404) return new ApiProblem(status === 400 ? 'request-invalid' : 'not-found');
  return new ApiProblem('internal', { cause: error });
}

/** Key path → JSON pointer. */
export function fieldErrorOf({ path, message }: FieldProblem): FieldError {
  const tokens = path === '' ? [] : path.split('.');
  return { pointer: pointerOf(tokens), message };
}

/** RFC 6901, as a URI fragment. */
export function pointerOf(path: readonly (string | number)[]): string {
  return `#${path
    .map((token) => `/${encodeURIComponent(String(token).replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')}`;
}
