/**
 * Our own errors: a closed list, each with the status it is answered with. Upstream errors are `ProviderError`s.
 * What a person reads is chosen by code in `http/errors.ts` and the views, never taken from `message` or `detail`.
 */
export const statusOfError = {
  request_invalid: 400,
  field_repeated: 400,
  signed_out: 401,
  forbidden: 403,
  cross_site_refused: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  too_large: 413,
  media_type_refused: 415,
  host_unknown: 421,
  too_many_requests: 429,
  internal: 500,
  upstream_failed: 502,
  unavailable: 503,
} as const;
export type AppErrorCode = keyof typeof statusOfError;

export interface AppErrorOptions {
  cause?: unknown;
  /** For the log: exact, but without personal values or secrets. */
  detail?: Readonly<Record<string, string | number | boolean>>;
}

export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly status: number;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
  constructor(code: AppErrorCode, options: AppErrorOptions = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = statusOfError[code];
    this.detail = options.detail ?? {};
  }
}
