import { describe, expect, it } from 'vitest';
import {
  checkIdTokenClaims,
  decodeIdToken,
  type IdTokenExpectations,
} from '../../../../providers/protocols/oidc/id-token.ts';

const now = Date.parse('2030-05-01T12:00:00Z');
const seconds = now / 1000;
const expected: IdTokenExpectations = {
  issuer: 'https://issuer.test',
  clientId: 'client',
  nonce: 'n',
  now,
  requiresAuthenticationTime: true,
};
const claims = { iss: 'https://issuer.test', aud: 'client', sub: 's', nonce: 'n', iat: seconds, exp: seconds + 300 };

function codeOf(changes: Record<string, unknown>, expectations: Partial<IdTokenExpectations> = {}): string {
  try {
    checkIdTokenClaims({ ...claims, ...changes }, { ...expected, ...expectations });
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('checkIdTokenClaims', () => {
  it.each([
    ['the claims of this moment', {}, 'accepted'],
    ['several audiences with us as authorized party', { aud: ['other', 'client'], azp: 'client' }, 'accepted'],
    ['several audiences and no authorized party', { aud: ['other', 'client'] }, 'id_token_audience_mismatch'],
    ['one audience and another authorized party', { azp: 'other' }, 'id_token_audience_mismatch'],
    ['no audience', { aud: undefined }, 'id_token_audience_mismatch'],
    ['an issuer with a slash more', { iss: 'https://issuer.test/' }, 'id_token_issuer_mismatch'],
    ['no issuer', { iss: undefined }, 'id_token_issuer_mismatch'],
    ['no nonce', { nonce: undefined }, 'id_token_nonce_mismatch'],
    ['an empty subject', { sub: '' }, 'subject_missing'],
    ['a subject that is a number', { sub: 7 }, 'subject_missing'],
    ['an expiry 119 seconds ago', { exp: seconds - 119 }, 'accepted'],
    ['an expiry 120 seconds ago', { exp: seconds - 120 }, 'id_token_expired'],
    ['no expiry', { exp: undefined }, 'id_token_malformed'],
    ['an expiry as text', { exp: `${seconds + 300}` }, 'id_token_malformed'],
    ['an expiry in two days', { exp: seconds + 2 * 86_400 }, 'id_token_malformed'],
    ['no time of issue', { iat: undefined }, 'id_token_malformed'],
    ['a time of issue ten minutes ago', { iat: seconds - 600 }, 'accepted'],
    ['a time of issue longer ago', { iat: seconds - 601 }, 'id_token_too_old'],
    ['a time of issue two minutes ahead', { iat: seconds + 120 }, 'accepted'],
    ['a time of issue further ahead', { iat: seconds + 121 }, 'clock_skew'],
    ['a not-before further ahead', { nbf: seconds + 121 }, 'clock_skew'],
  ])('%s: %s → %s', (_title, changes, code) => {
    expect(codeOf(changes)).toBe(code);
  });

  it.each([
    ['after the attempt began', seconds - 10, 'accepted'],
    ['within the tolerance before it', seconds - 60 - 120, 'accepted'],
    ['earlier', seconds - 60 - 121, 'reauthentication_missing'],
    ['never said', undefined, 'reauthentication_missing'],
    ['in the future', seconds + 121, 'clock_skew'],
  ])('where the person had to be asked again, an authentication %s is judged', (_title, auth_time, code) => {
    expect(codeOf({ auth_time }, { authenticatedSince: now - 60_000 })).toBe(code);
  });

  it('an upstream that never sends auth_time is not held to it, but is when it does', () => {
    const asked = { authenticatedSince: now - 60_000, requiresAuthenticationTime: false };
    expect(codeOf({}, asked)).toBe('accepted');
    expect(codeOf({ auth_time: seconds - 3600 }, asked)).toBe('reauthentication_missing');
  });

  it('an old token of an upstream whose clock is right is old, whatever small skew there is', () => {
    expect(codeOf({ exp: seconds - 600 }, { clockSkew: -30_000 })).toBe('id_token_expired');
    expect(codeOf({ exp: seconds - 600, iat: seconds - 900 }, { clockSkew: -900_000 })).toBe('clock_skew');
    // a slow clock that does not explain it
    expect(codeOf({ exp: seconds - 86_400, iat: seconds - 90_000 }, { clockSkew: -200_000 })).toBe('id_token_expired');
  });
});

describe('decodeIdToken', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const codeOfToken = (token: string) => {
    try {
      decodeIdToken(token, ['RS256']);
      return 'accepted';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it.each([
    ['', 'id_token_malformed'],
    ['a.b', 'id_token_malformed'],
    [`${encode({ alg: 'RS256' })}.${encode({})}.x.y.z`, 'id_token_malformed'],
    [`${encode({ alg: 'RS256' })}.${encode([])}.x`, 'id_token_malformed'],
    [`${encode('RS256')}.${encode({})}.x`, 'id_token_malformed'],
    [`${encode({ alg: 'RS256', crit: ['b64'] })}.${encode({})}.x`, 'id_token_malformed'],
    [`${encode({})}.${encode({})}.x`, 'id_token_algorithm_refused'],
    [`${encode({ alg: 'none' })}.${encode({})}.`, 'id_token_algorithm_refused'],
    [`${encode({ alg: 'rs256' })}.${encode({})}.x`, 'id_token_algorithm_refused'],
    [`${encode({ alg: ['RS256'] })}.${encode({})}.x`, 'id_token_algorithm_refused'],
    [`${encode({ alg: 'RS256' })}.${encode({})}.x`, 'accepted'],
  ])('%s → %s', (token, code) => {
    expect(codeOfToken(token)).toBe(code);
  });
});
