import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { findTrust } from '../../../certs/trust.ts';
import { issue } from '../../support/certificates.ts';

const now = Date.now();
const day = 86_400_000;
const root = issue({ name: 'Company Root CA', authority: true });
const intermediate = issue({ name: 'Company Issuing CA', authority: true, by: root });
const leaf = issue({ name: 'gateway.example.com', by: intermediate });

describe('a chain of certificates', () => {
  it('is trusted by whoever trusts its authority, and by the strongest of them', () => {
    const chain = [leaf.der, intermediate.der];
    const found = (authorities: Parameters<typeof findTrust>[1]) => findTrust(chain, authorities, now);
    expect(found({ operator: [root.certificate] })).toEqual({
      trusted: true,
      by: 'operator',
      authority: 'Company Root CA',
    });
    expect(found({ connection: [root.certificate] })).toMatchObject({ trusted: true, by: 'connection' });
    expect(found({ operator: [root.certificate], connection: [intermediate.certificate] })).toMatchObject({
      by: 'operator',
    });
    expect(found({})).toEqual({ trusted: false, reason: 'authority_unknown' });
  });

  it('may come in any order, with its root, and with certificates that do not belong to it', () => {
    const stranger = issue({ name: 'Stranger', authority: true });
    expect(
      findTrust([leaf.der, stranger.der, root.der, intermediate.der], { operator: [root.certificate] }, now),
    ).toMatchObject({ trusted: true });
  });

  it('of one of the public authorities is publicly trusted', () => {
    const valid = rootCertificates
      .map((pem) => new X509Certificate(pem))
      .find(({ validToDate }) => validToDate.getTime() > now);
    expect(findTrust([valid!.raw], {}, now)).toMatchObject({ trusted: true, by: 'public' });
  });

  it('whose middle is missing leads nowhere', () => {
    expect(findTrust([leaf.der], { operator: [root.certificate] }, now)).toEqual({
      trusted: false,
      reason: 'authority_unknown',
    });
  });

  it('that bears the name of an authority but not its signature leads nowhere', () => {
    const impostor = issue({ name: 'Company Root CA', authority: true });
    const forged = issue({ name: 'gateway.example.com', by: impostor });
    expect(findTrust([forged.der, impostor.der], { operator: [root.certificate] }, now)).toMatchObject({
      trusted: false,
    });
  });

  it('issued by a certificate that is no authority leads nowhere', () => {
    const fake = issue({ name: 'accounts.example.com', by: leaf });
    expect(findTrust([fake.der, leaf.der, intermediate.der], { operator: [root.certificate] }, now)).toMatchObject({
      trusted: false,
      reason: 'authority_unknown',
    });
  });

  it('is told apart when it signs itself, has expired, or is not valid yet', () => {
    const own = issue({ name: 'netscaler' });
    expect(findTrust([own.der], {}, now)).toEqual({ trusted: false, reason: 'self_signed' });
    expect(findTrust([own.der], { connection: [own.certificate] }, now)).toMatchObject({ trusted: true });
    const old = issue({ name: 'old', by: root, notBefore: now - 2 * day, notAfter: now - day });
    const early = issue({ name: 'early', by: root, notBefore: now + day, notAfter: now + 2 * day });
    const authorities = { operator: [root.certificate] };
    expect(findTrust([old.der], authorities, now)).toEqual({ trusted: false, reason: 'expired' });
    expect(findTrust([early.der], authorities, now)).toEqual({ trusted: false, reason: 'not_yet_valid' });
    expect(findTrust([old.der], authorities, now - 1.5 * day)).toMatchObject({ trusted: false });
  });

  it('under an authority that has expired is no longer trusted', () => {
    const gone = issue({ name: 'Gone CA', authority: true, notBefore: now - 2 * day, notAfter: now - day });
    const below = issue({ name: 'below', by: gone });
    expect(findTrust([below.der], { operator: [gone.certificate] }, now)).toMatchObject({ trusted: false });
  });

  it('that goes in a circle, is too long, or is rubbish ends', () => {
    const pair = issue({ name: 'A', authority: true });
    const a = issue({ name: 'A', authority: true, by: { ...pair, name: 'B' }, keys: pair });
    const b = issue({ name: 'B', authority: true, by: { ...pair, name: 'A' }, keys: pair });
    expect(findTrust([a.der, b.der, a.der, b.der, a.der, b.der, a.der, b.der], {}, now)).toMatchObject({
      reason: 'authority_unknown',
    });
    expect(
      findTrust(
        Array.from({ length: 11 }, () => leaf.der),
        {},
        now,
      ),
    ).toMatchObject({ reason: 'malformed' });
    expect(findTrust([Buffer.from('x')], {}, now)).toMatchObject({ reason: 'malformed' });
    expect(findTrust([], {}, now)).toMatchObject({ reason: 'malformed' });
  });
});
