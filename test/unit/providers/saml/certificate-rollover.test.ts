import { describe, expect, it } from 'vitest';
import { testPorts } from '../../../support/ports.ts';
import { samlConnection } from '../../../support/upstreams/saml/connection.ts';
import { craftSigned, ground, now, toCertificate } from '../../../support/upstreams/saml/crafted.ts';
import { type IdpKey, makeIdpKey } from '../../../support/upstreams/saml/sign-xml.ts';

const current = makeIdpKey();
const next = makeIdpKey();
const ports = testPorts({ now: () => now });
const certificates = [current, next].map(({ certificate }) => certificate);
const { provider } = samlConnection(
  { entityId: ground.idpEntityId, singleSignOnUrl: 'https://idp.test/sso', certificates },
  ports,
);

async function signIn(key: IdpKey) {
  const { remember } = await provider.begin({ handle: 'h', callbackUrl: ground.acsUrl, forceAuthentication: false });
  const inResponseTo = String(remember.requestId);
  const xml = craftSigned(
    (facts) => ({ inResponseTo, confirmation: { ...facts.confirmation!, inResponseTo } }),
    'assertion',
    { key },
  );
  const parameters = { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: 'h' };
  return provider.complete({ method: 'POST', url: ground.acsUrl, parameters }, remember);
}

describe('a connection with several certificates', () => {
  it('tells which one vouched, and logs it when it is not the first', async () => {
    expect((await signIn(current)).signedWith).toBe(
      toCertificate(current).fingerprint.replaceAll(':', '').toLowerCase(),
    );
    expect(ports.lines).toEqual([]);
    expect((await signIn(next)).signedWith).toBe(toCertificate(next).fingerprint.replaceAll(':', '').toLowerCase());
    expect(ports.lines).toHaveLength(1);
    expect(JSON.parse(ports.lines[0]!)).toMatchObject({ position: 2, idp: ground.idpEntityId });
    await expect(signIn(makeIdpKey())).rejects.toMatchObject({ code: 'saml_signature_invalid' });
  });
});
