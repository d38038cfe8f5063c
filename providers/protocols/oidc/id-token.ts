/**
 * Our own reading of an ID token (OpenID Connect Core §3.1.3.7), with the clock as an argument and an exact reason for
 * each refusal. openid-client then checks the same token again; neither is trusted alone. Signatures: `keys.ts`.
 */
import { ProviderError } from '../../errors.ts';
import { describeClockSkew, isJsonObject, type JsonObject, quoteReceived } from './answers.ts';
import type { SignedParts } from './keys.ts';

/** Milliseconds: how far an upstream's clock may be off. */
export const clockTolerance = 120_000;
const maximumAge = 10 * 60_000;
/** Okta's longest ID token lives a day; a token for years is a sign of something else (RP-09). */
const maximumLifetime = 24 * 3_600_000;

export interface IdTokenExpectations {
  issuer: string;
  clientId: string;
  nonce: string;
  /** Milliseconds. */
  now: number;
  /** Milliseconds when the attempt began; set when the person had to be asked again (SES-5). */
  authenticatedSince?: number;
  /** False: an upstream that sends no `auth_time`. */
  requiresAuthenticationTime: boolean;
  /** Milliseconds by its HTTP `Date`, where known. */
  clockSkew?: number;
}

export interface DecodedIdToken {
  parts: SignedParts;
  claims: JsonObject;
}
export interface IdTokenClaims extends JsonObject {
  sub: string;
}

/** Takes a compact JWS apart and refuses an algorithm outside `algorithms`. Verifies nothing. */
export function decodeIdToken(token: string, algorithms: readonly string[]): DecodedIdToken {
  const [header, payload, signature, ...rest] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw malformed('three parts', `${token.split('.').length} parts`);
  }
  const { alg, kid, crit } = decodePart(header, 'header');
  // never `none`, never HS*: their absence from the list is what stops both (RP-06)
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    throw new ProviderError('id_token_algorithm_refused', {
      detail: { expected: algorithms.join(', '), received: quoteReceived(alg) },
    });
  }
  if (crit !== undefined) throw malformed('no crit header', 'crit');
  // jwk, jku, x5c and x5u are not read: keys come from the connection's jwks_uri only
  return {
    parts: {
      algorithm: alg,
      keyId: typeof kid === 'string' ? kid : undefined,
      input: Buffer.from(`${header}.${payload}`),
      signature: Buffer.from(signature, 'base64url'),
    },
    claims: decodePart(payload, 'payload'),
  };
}

/** Every claim that makes the token this connection's, this attempt's and of this moment. */
export function checkIdTokenClaims(claims: JsonObject, expected: IdTokenExpectations): asserts claims is IdTokenClaims {
  // exact string: no folding of case or trailing slash (RP-08)
  if (claims.iss !== expected.issuer) {
    throw refuse('id_token_issuer_mismatch', 'iss', expected.issuer, claims.iss);
  }
  checkAudience(claims, expected.clientId);
  checkTimes(claims, expected);
  // the value of a nonce is nobody's business, so neither side is shown
  if (claims.nonce !== expected.nonce) {
    throw refuse(
      'id_token_nonce_mismatch',
      'nonce',
      'the nonce of this attempt',
      claims.nonce === undefined ? 'none' : 'another',
    );
  }
  if (typeof claims.sub !== 'string' || claims.sub === '' || claims.sub.length > 255) {
    throw refuse('subject_missing', 'sub', 'a subject of 1 to 255 characters', typeof claims.sub);
  }
  checkAuthenticationTime(claims, expected);
}

function checkAudience(claims: JsonObject, clientId: string): void {
  const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!audience.includes(clientId)) throw refuse('id_token_audience_mismatch', 'aud', clientId, claims.aud);
  // stricter than the standard: `azp` must be us wherever it is present, not only beside several audiences
  if (claims.azp !== undefined ? claims.azp !== clientId : audience.length > 1) {
    throw refuse('id_token_audience_mismatch', 'azp', clientId, claims.azp);
  }
}

function checkTimes(claims: JsonObject, { now, clockSkew }: IdTokenExpectations): void {
  const issuedAt = timeOf(claims, 'iat');
  const expiresAt = timeOf(claims, 'exp');
  const notBefore = claims.nbf === undefined ? undefined : timeOf(claims, 'nbf');
  if (issuedAt > now + clockTolerance) throw clockIsOff('iat', issuedAt - now);
  if (notBefore !== undefined && notBefore > now + clockTolerance) throw clockIsOff('nbf', notBefore - now);
  // a slow clock makes fresh tokens look old: then the clock is the news, not the token (GWY-2)
  const isSlow = clockSkew !== undefined && clockSkew < -clockTolerance;
  if (expiresAt <= now - clockTolerance) {
    if (isSlow && expiresAt > now + clockSkew - clockTolerance) throw clockIsOff('exp', clockSkew);
    throw refuse('id_token_expired', 'exp', `after ${iso(now)}`, iso(expiresAt));
  }
  if (issuedAt < now - maximumAge) {
    if (isSlow && issuedAt >= now + clockSkew - maximumAge) throw clockIsOff('iat', clockSkew);
    throw refuse('id_token_too_old', 'iat', `after ${iso(now - maximumAge)}`, iso(issuedAt));
  }
  if (expiresAt > now + maximumLifetime + clockTolerance) throw malformed('exp within a day', iso(expiresAt));
}

function checkAuthenticationTime(claims: JsonObject, expected: IdTokenExpectations): void {
  const authenticatedAt = claims.auth_time === undefined ? undefined : timeOf(claims, 'auth_time');
  if (authenticatedAt !== undefined && authenticatedAt > expected.now + clockTolerance) {
    throw clockIsOff('auth_time', authenticatedAt - expected.now);
  }
  const since = expected.authenticatedSince;
  if (since === undefined) return;
  if (authenticatedAt === undefined) {
    // NOT verified for such an upstream: that it asked again. We asked for it (prompt=login, max_age=0), and the token
    // was issued within the last minutes for our nonce; an upstream that ignores prompt=login goes unnoticed.
    if (!expected.requiresAuthenticationTime) return;
    throw refuse('reauthentication_missing', 'auth_time', `not before ${iso(since)}`, undefined);
  }
  if (authenticatedAt < since - clockTolerance) {
    throw refuse('reauthentication_missing', 'auth_time', `not before ${iso(since)}`, iso(authenticatedAt));
  }
}

/** Seconds in the token, milliseconds here. */
function timeOf(claims: JsonObject, name: string): number {
  const value = claims[name];
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 1e11)
    throw malformed(`${name}, a number`, typeof value);
  return value * 1000;
}

function decodePart(part: string, name: string): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (isJsonObject(value)) return value;
  } catch {
    // reported below, without the text
  }
  throw malformed(`a JSON object as ${name}`, 'something else');
}

function clockIsOff(where: string, skew: number): ProviderError {
  return new ProviderError('clock_skew', {
    detail: { where, expected: 'at most 2 minutes off', received: describeClockSkew(skew), clockSkew: skew },
  });
}

function refuse(code: ProviderError['code'], where: string, expected: string, received: unknown): ProviderError {
  return new ProviderError(code, {
    detail: { where, expected, received: received === undefined ? 'none' : quoteReceived(received) },
  });
}

function malformed(expected: string, received: string): ProviderError {
  return new ProviderError('id_token_malformed', { detail: { where: 'id_token', expected, received } });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
