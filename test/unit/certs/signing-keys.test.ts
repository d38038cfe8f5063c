import { X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint, createLocalJWKSet, importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  generateSigningKey,
  orderForPublishing,
  privateJwks,
  publicJwks,
  RotationError,
  retiredKeyLifetime,
  rotate,
  type SigningKey,
} from '../../../certs/signing-keys.ts';

const now = Date.UTC(2026, 10, 22);
const hour = 3_600_000;

function stubKey(kid: string, state: SigningKey['state'], more: Partial<SigningKey> = {}): SigningKey {
  const bare = {
    kid,
    use: 'oidc-es256',
    algorithm: 'ES256',
    privateKeyPem: '',
    publicJwk: { kid },
    createdAt: now,
  } as const;
  return { ...bare, state, ...more };
}

describe('a new signing key', () => {
  it('is RSA 2048 for RS256, with its RFC 7638 thumbprint as key id', async () => {
    const key = await generateSigningKey({ use: 'oidc-rs256', now });
    expect(key).toMatchObject({
      algorithm: 'RS256',
      createdAt: now,
      state: 'next',
      publicJwk: { kty: 'RSA', e: 'AQAB', alg: 'RS256', use: 'sig' },
    });
    expect(Buffer.from(key.publicJwk.n ?? '', 'base64url')).toHaveLength(256);
    expect(key.kid).toBe(await calculateJwkThumbprint(key.publicJwk));
    expect(key.publicJwk.kid).toBe(key.kid);
    expect(key.certificatePem).toBeUndefined();
  });

  it('is EC P-256 for ES256', async () => {
    const key = await generateSigningKey({ use: 'oidc-es256', now, state: 'current' });
    expect(key).toMatchObject({
      algorithm: 'ES256',
      state: 'current',
      publicJwk: { kty: 'EC', crv: 'P-256', alg: 'ES256' },
    });
  });

  it('comes with a self-signed certificate of that key for SAML, valid already and for three years', async () => {
    const key = await generateSigningKey({ use: 'saml', now, entityName: 'https://saml.example.test' });
    const certificate = new X509Certificate(key.certificatePem ?? '');
    expect(certificate.subject).toBe('CN=https://saml.example.test');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.export({ format: 'jwk' }).n).toBe(key.publicJwk.n);
    expect(certificate.validFromDate.getTime()).toBe(now - hour);
    expect(certificate.validToDate.getTime()).toBe(now + 3 * 365 * 24 * hour);
    expect(certificate.ca).toBe(false);
  });
});

describe('rotation', () => {
  it('makes next current and current retired, and forgets what retired more than 72 hours ago', () => {
    const keys = [
      stubKey('old', 'retired', { retiredAt: now - retiredKeyLifetime - 1 }),
      stubKey('recent', 'retired', { retiredAt: now - retiredKeyLifetime }),
      stubKey('a', 'current'),
      stubKey('b', 'next'),
    ];
    const rotated = rotate(keys, now);
    expect(rotated.map(({ kid, state, retiredAt }) => [kid, state, retiredAt])).toEqual([
      ['recent', 'retired', now - retiredKeyLifetime],
      ['a', 'retired', now],
      ['b', 'current', undefined],
    ]);
    expect(keys[2]?.state).toBe('current');
  });

  it('rolls each use by itself', () => {
    const saml = { use: 'saml', algorithm: 'RS256' } as const;
    const rotated = rotate(
      [stubKey('a', 'current'), stubKey('b', 'next'), stubKey('c', 'current', saml), stubKey('d', 'next', saml)],
      now,
    );
    expect(rotated.map(({ kid, state }) => `${kid} ${state}`)).toEqual([
      'a retired',
      'b current',
      'c retired',
      'd current',
    ]);
  });

  it('does not happen without a next key, since nobody would know the new signer', () => {
    expect(() => rotate([stubKey('a', 'current')], now)).toThrow(RotationError);
  });
});

describe('publishing', () => {
  it('has current first, next last, retired for 72 hours and not longer', () => {
    const keys = [stubKey('n', 'next'), stubKey('r', 'retired', { retiredAt: now }), stubKey('c', 'current')];
    expect(orderForPublishing(keys, now + retiredKeyLifetime).map((key) => key.kid)).toEqual(['c', 'r', 'n']);
    expect(orderForPublishing(keys, now + retiredKeyLifetime + 1).map((key) => key.kid)).toEqual(['c', 'n']);
  });

  it('gives private and public sets of the same keys, without the SAML key and without private parts in public', async () => {
    const keys = [
      await generateSigningKey({ use: 'oidc-es256', now }),
      await generateSigningKey({ use: 'oidc-rs256', now, state: 'current' }),
      await generateSigningKey({ use: 'saml', now, state: 'current' }),
    ];
    const secret = privateJwks(keys, now).keys;
    const open = publicJwks(keys, now).keys;
    expect(secret.map((key) => key.alg)).toEqual(['RS256', 'ES256']);
    expect(open.map((key) => key.kid)).toEqual(secret.map((key) => key.kid));
    expect(secret.every((key) => typeof key.d === 'string' && key.use === 'sig')).toBe(true);
    for (const key of open) for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key).not.toHaveProperty(part);
    for (const key of secret) {
      const header = { alg: key.alg ?? '', kid: key.kid ?? '' };
      const token = await new SignJWT({}).setProtectedHeader(header).sign(await importJWK(key));
      await expect(jwtVerify(token, createLocalJWKSet({ keys: open }))).resolves.toBeDefined();
    }
  });
});
