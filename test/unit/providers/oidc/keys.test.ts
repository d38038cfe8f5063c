import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { decodeIdToken } from '../../../../providers/protocols/oidc/id-token.ts';
import { createKeySet } from '../../../../providers/protocols/oidc/keys.ts';
import { allowedAlgorithms } from '../../../../providers/protocols/oidc/signature-algorithms.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;
const elliptic = Object.fromEntries(
  Object.entries(curves).map(([alg, namedCurve]) => [alg, generateKeyPairSync('ec', { namedCurve })]),
);
const edwards = generateKeyPairSync('ed25519');

function pairFor(alg: string) {
  return elliptic[alg] ?? (alg.startsWith('Ed') ? edwards : rsa);
}

async function partsOf(alg: string, privateKey: KeyObject, kid?: string) {
  const token = await new SignJWT({ sub: 's' })
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .sign(privateKey);
  return decodeIdToken(token, allowedAlgorithms).parts;
}

/** A key set that publishes what `publish` says at each fetch. */
function keySet(publish: () => readonly object[], now: () => number = () => 0) {
  let fetches = 0;
  const set = createKeySet('https://issuer.test/keys', {
    now,
    fetch: async () => {
      fetches += 1;
      return Response.json({ keys: publish() });
    },
  });
  return { verify: set.verify, fetches: () => fetches };
}
const jwk = (key: KeyObject, fields: object = {}) => ({ ...key.export({ format: 'jwk' }), ...fields });

describe('a key set', () => {
  it.each(allowedAlgorithms)('verifies what jose signed with %s', async (alg) => {
    const { publicKey, privateKey } = pairFor(alg);
    const { verify } = keySet(() => [jwk(publicKey)]);
    await expect(verify(await partsOf(alg, privateKey))).resolves.toBeUndefined();
  });

  it('does not take a key for another algorithm than the one that it is published for', async () => {
    const { verify } = keySet(() => [jwk(rsa.publicKey, { alg: 'RS512' })]);
    await expect(verify(await partsOf('RS256', rsa.privateKey))).rejects.toMatchObject({
      code: 'id_token_signature_invalid',
    });
  });

  it('does not take an encryption key, a key without the verify operation, or one of another kid', async () => {
    for (const fields of [{ use: 'enc' }, { key_ops: ['encrypt'] }, { kid: 'other' }]) {
      const spare = jwk(generateKeyPairSync('ed25519').publicKey);
      const { verify } = keySet(() => [jwk(rsa.publicKey, fields), spare]);
      await expect(verify(await partsOf('RS256', rsa.privateKey, 'mine'))).rejects.toMatchObject({
        code: 'id_token_signature_invalid',
      });
    }
  });

  it('does not take an RSA key below 2048 bits', async () => {
    const { verify } = keySet(() => [jwk(small.publicKey)]);
    const { privateKey } = small;
    const { parts } = decodeIdToken(signWeakly(privateKey), allowedAlgorithms);
    await expect(verify(parts)).rejects.toMatchObject({ code: 'id_token_signature_invalid' });
  });

  it('tries every key for a token without kid, ten at most', async () => {
    const others = Array.from({ length: 10 }, () =>
      jwk(generateKeyPairSync('ed25519').publicKey, { kid: crypto.randomUUID() }),
    );
    const parts = await partsOf('EdDSA', edwards.privateKey);
    const tenth = keySet(() => [...others.slice(0, 9), jwk(edwards.publicKey, { kid: 'z' })]);
    await expect(tenth.verify(parts)).resolves.toBeUndefined();
    const eleventh = keySet(() => [...others, jwk(edwards.publicKey, { kid: 'z' })]);
    await expect(eleventh.verify(parts)).rejects.toMatchObject({ code: 'id_token_signature_invalid' });
  });

  it('is fetched again when no key matches, once a minute at most, and then finds the new key', async () => {
    let now = 0;
    let published = [jwk(generateKeyPairSync('ed25519').publicKey)];
    const set = keySet(
      () => published,
      () => now,
    );
    const parts = await partsOf('EdDSA', edwards.privateKey);
    const refused = { code: 'id_token_signature_invalid' };
    await expect(set.verify(parts)).rejects.toMatchObject(refused);
    published = [jwk(edwards.publicKey)];
    now = 59_999;
    await expect(set.verify(parts)).rejects.toMatchObject(refused);
    expect(set.fetches()).toBe(1);
    now = 60_000;
    await expect(set.verify(parts)).resolves.toBeUndefined();
    await expect(set.verify(parts)).resolves.toBeUndefined();
    expect(set.fetches()).toBe(2);
  });

  it('is fetched once for many tokens at a time', async () => {
    const set = keySet(() => [jwk(rsa.publicKey)]);
    const parts = await partsOf('RS256', rsa.privateKey);
    await Promise.all(Array.from({ length: 20 }, () => set.verify(parts)));
    expect(set.fetches()).toBe(1);
  });
});

/** jose itself refuses to sign with such a key. */
function signWeakly(key: KeyObject): string {
  const input = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}`;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}
