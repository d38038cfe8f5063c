/**
 * What a trace of a sign-in holds: a closed list of steps, each with fields of its own, and how it ended.
 *
 * Nothing in it is a person's: no token, assertion, password, code, attribute value, user name, email or query string
 * (SECURITY 0.5, CON-17, GWY-5). Texts that came from outside get in through `traceText` only. Types and words; no work.
 */
import type { ProviderErrorCode } from '../../../providers/errors.ts';
import type { ExplainedAttribute } from '../../claims/claims.ts';
import { scrubText } from '../../core/log.ts';
import { plainText } from '../../system-log/plain-text.ts';

/**
 * `waiting`: the answer was proven, the browser has not fetched what it brings. `interrupted`: everything was right, but
 * the application had given up waiting. `stale`: an answer that came too late or again.
 */
export const traceOutcomes = [
  'waiting',
  'signed_in',
  'failed',
  'attributes',
  'no_access',
  'other_browser',
  'interrupted',
  'stale',
] as const;
export type TraceOutcome = (typeof traceOutcomes)[number];

/** What went as it should, or is not known to have gone otherwise. */
export const soundOutcomes: ReadonlySet<TraceOutcome> = new Set<TraceOutcome>(['waiting', 'signed_in']);

/** `unexpected`: a fault of ours; the server's log has it. */
export type TraceCode = ProviderErrorCode | 'unexpected';

/** `at`: milliseconds since the beginning. */
type Step<Name extends string, Fields = object> = { step: Name; at: number } & Readonly<Fields>;

export type TraceStep =
  /** `forced`: the person must be asked again (SES-5). */
  | Step<'begun', { forced: boolean }>
  /** One that we made to the provider. Without its query; whom it was about is left out of the path. */
  | Step<'request', { method: string; host: string; path: string; ms: number; status?: number; error?: TraceCode }>
  | Step<'left', { binding: Binding }>
  | Step<'came_back', { binding: Binding }>
  | Step<'failed', { code: TraceCode } & Partial<Record<FailureField, string>>>
  | Step<'proven', Proof>
  | Step<'attributes', { ok: boolean; attributes: readonly ExplainedAttribute[] }>
  | Step<'returned', { sameBrowser: boolean }>
  /** SES-4. */
  | Step<'stay_asked'>
  | Step<'no_access'>
  | Step<'session_opened'>
  | Step<'interrupted'>;

/** How the browser carried the message. */
export type Binding = 'redirect' | 'post';

export const failureFields = ['where', 'expected', 'received', 'note'] as const;
export type FailureField = (typeof failureFields)[number];

/** How the answer was proven. */
export interface Proof {
  /** SHA-256 of the certificate that signed (SAML). */
  certificate?: string;
  /** The key that signed, by its id in the provider's key set (OpenID Connect). */
  keyId?: string;
  /** Milliseconds by which the provider's clock is ahead, where it could be measured. */
  clockSkew?: number;
  /** As the provider says that the person authenticated: RFC 8176, and its `acr` or AuthnContextClassRef. */
  methods?: readonly string[];
  context?: string;
}

const longest = 200;
/** Whatever looks like an address of a person; an entity ID that looks so is masked as well. */
const address = /[^\s"'<>()[\],;:/]+(?:@|%40)[^\s"'<>()[\],;:/]+/g;

/** One short line, without query strings, tokens and email addresses. */
export function traceText(text: string): string {
  return plainText(scrubText(text.slice(0, 4 * longest)), longest).replace(address, '…@…');
}

/** Of a request: whom it is about stands behind `users` in Graph's and Okta's addresses. */
export function tracePath(path: string): string {
  return traceText(path.replace(/\/users(\/|\(')[^/]+/i, '/users/…'));
}

const method = /^[A-Za-z0-9_-]{1,20}$/;

/** Values of `amr` as RFC 8176 has them; what is none may be anything. */
export function traceMethods(methods: readonly string[]): readonly string[] {
  return methods.filter((each) => method.test(each)).slice(0, 8);
}
