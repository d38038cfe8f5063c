import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate } from '../../certs/self-signed.ts';
import { findTrust } from '../../certs/trust.ts';
import { samlSettings } from '../../providers/saml/settings.ts';
import { testPorts } from '../support/ports.ts';
import { samlConnection } from '../support/upstreams/saml/connection.ts';
import { craftSigned, ground, now, refusal, toCertificate } from '../support/upstreams/saml/crafted.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

const year = 365 * 86_400_000;

describe('SAML-22, certificates', () => {
  const problemsOf = (certificate: string) => {
    const parsed = samlSettings.safeParse({
      entityId: ground.idpEntityId,
      singleSignOnUrl: 'https://idp.test/sso',
      certificates: [certificate],
    });
    return (parsed.error?.issues ?? []).map((issue) => issue.path.join('.'));
  };

  it('refuses a weak key when the connection is written', () => {
    expect(problemsOf(makeIdpKey({ bits: 1024 }).certificate)).toEqual(['certificates.0']);
    expect(problemsOf('no certificate')).toEqual(['certificates.0']);
    expect(problemsOf(makeIdpKey().privateKey)).toEqual(['certificates.0']);
    expect(problemsOf(makeIdpKey().certificate)).toEqual([]);
  });

  it('accepts EC keys of the NIST curves and refuses others', () => {
    const ec = (namedCurve: string) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve });
      const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      return makeSelfSignedCertificate({ commonName: 'ec', privateKeyPem, notBefore: now, notAfter: now + year });
    };
    expect(problemsOf(ec('P-256'))).toEqual([]);
    expect(problemsOf(ec('P-384'))).toEqual([]);
    expect(problemsOf(ec('secp256k1'))).toEqual(['certificates.0']);
  });

  it('refuses a certificate whose dates cannot be read, which would never expire', () => {
    for (const which of [0, 1]) {
      const der = new X509Certificate(makeIdpKey().certificate).raw;
      const dates = [...der.toString('latin1').matchAll(/\d{12}Z/g)];
      expect(dates).toHaveLength(2);
      der.write('999999999999Z', dates[which]!.index, 'latin1');
      expect(problemsOf(der.toString('base64'))).toEqual(['certificates.0']);
      expect(findTrust([der], { connection: [new X509Certificate(der).toString()] }, now)).toEqual({
        trusted: false,
        reason: 'malformed',
      });
    }
  });

  const expired = makeIdpKey({ notBefore: now - 2 * year, notAfter: now - year });
  const early = makeIdpKey({ notBefore: now + year, notAfter: now + 2 * year });
  for (const [name, key] of Object.entries({ expired, early })) {
    it(`refuses a certificate that is ${name} where the connection says so`, () => {
      const xml = craftSigned({}, 'assertion', { key });
      const certificates = [toCertificate(key)];
      expect(refusal(xml, { certificates, certificateExpiry: 'refuse' })).toMatchObject({
        code: 'saml_certificate_expired',
      });
      expect(refusal(xml, { certificates, certificateExpiry: 'warn' })).toHaveProperty('accepted');
    });
  }

  it('warns in the log by default, with the fingerprint and without the person', async () => {
    const ports = testPorts({ now: () => now });
    const { provider } = samlConnection(
      { entityId: ground.idpEntityId, singleSignOnUrl: 'https://idp.test/sso', certificates: [expired.certificate] },
      ports,
    );
    const { remember } = await provider.begin({ handle: 'h', callbackUrl: ground.acsUrl, forceAuthentication: false });
    const requestId = String(remember.requestId);
    const xml = craftSigned(
      (facts) => ({ inResponseTo: requestId, confirmation: { ...facts.confirmation!, inResponseTo: requestId } }),
      'assertion',
      { key: expired },
    );
    const parameters = { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: 'h' };
    await provider.complete({ method: 'POST', url: ground.acsUrl, parameters }, remember);
    expect(ports.lines).toHaveLength(1);
    expect(ports.lines[0]).toContain('expired');
    expect(ports.lines[0]).not.toContain('victim');
  });
});
