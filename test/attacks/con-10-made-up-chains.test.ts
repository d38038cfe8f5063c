/**
 * CON-10, GWY-2: whoever runs a Gateway writes its keys and their certificates, and we judge them on the thread that serves
 * everybody. Chains that are made to keep it busy cost what real ones do.
 */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findTrust } from '../../certs/trust.ts';
import { createKeySet } from '../../providers/protocols/oidc/keys.ts';
import { issue } from '../support/certificates.ts';

const now = Date.now();
const verify = vi.spyOn(X509Certificate.prototype, 'verify');
afterEach(() => verify.mockClear());

/** All of one name and key, so that each may be everybody's issuer; what they sign is not signed by it. */
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = issue({ name: 'X', authority: true });
const likeness = () => issue({ name: 'X', authority: true, keys, by: { ...stranger, publicKey: keys.publicKey } });

describe('CON-10: of certificates that all claim to have issued one another', () => {
  it('few are verified, however many authorities a connection brings along', () => {
    const connection = Array.from({ length: 60 }, () => likeness().certificate);
    const chain = Array.from({ length: 10 }, () => likeness().der);
    expect(findTrust(chain, { connection }, now)).toMatchObject({ trusted: false });
    expect(verify.mock.calls.length).toBeGreaterThan(0);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(20);
  });

  it('none is verified on a curve that takes hundred times as long', () => {
    const slow = issue({ name: 'S', authority: true, keys: generateKeyPairSync('ec', { namedCurve: 'sect571r1' }) });
    const below = issue({ name: 'below', by: slow });
    expect(findTrust([below.der, slow.der], { connection: [slow.certificate] }, now)).toMatchObject({ trusted: false });
    expect(verify).not.toHaveBeenCalled();
  });

  it('ten chains of a key set are judged', async () => {
    const published = Array.from({ length: 40 }, (_, index) => {
      const one = issue({ name: 'X', by: { ...stranger, publicKey: keys.publicKey } });
      const x5c = [one, ...Array.from({ length: 9 }, likeness)].map(({ der }) => der.toString('base64'));
      return { ...one.publicKey.export({ format: 'jwk' }), kid: String(index), x5c };
    });
    const fetch = async () => new Response(JSON.stringify({ keys: published }));
    const set = createKeySet('https://gateway.test/jwks', { fetch, now: () => now } as never, { authorities: {} });
    expect(await set.refresh()).toHaveLength(10);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(200);
  });
});
