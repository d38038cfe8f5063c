import { describe, expect, it } from 'vitest';
import { samlConnection } from '../support/upstreams/saml/connection.ts';
import { craftSigned, ground, refusal, toCertificate } from '../support/upstreams/saml/crafted.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

describe('SAML-27 and 28, an answer of or for another connection', () => {
  const otherKey = makeIdpKey();

  it("refuses what another organization's identity provider signs for our request", () => {
    const pretending = craftSigned({}, 'both', { key: otherKey });
    expect(refusal(pretending)).toMatchObject({ code: 'saml_signature_invalid' });
    const honest = craftSigned({ issuer: 'https://b-idp.test', responseIssuer: 'https://b-idp.test' }, 'both', {
      key: otherKey,
    });
    expect(refusal(honest)).toMatchObject({ code: 'saml_signature_invalid' });
    // Also where both organizations put the same certificate in.
    expect(refusal(honest, { certificates: [toCertificate(otherKey)] })).toMatchObject({
      code: 'saml_issuer_mismatch',
    });
  });

  it('refuses what the same identity provider answered to another request', () => {
    expect(refusal(craftSigned({}, 'both'), { requestId: '_request-of-organization-a' })).toMatchObject({
      code: 'saml_in_response_to_mismatch',
    });
    expect(
      refusal(craftSigned({ inResponseTo: '_request-of-organization-a' }), { requestId: '_request-of-organization-a' }),
    ).toMatchObject({
      code: 'saml_in_response_to_mismatch',
      detail: { where: 'SubjectConfirmationData InResponseTo' },
    });
  });

  it('refuses an answer when the connection was pointed elsewhere meanwhile', async () => {
    const settings = { singleSignOnUrl: 'https://idp.test/sso', certificates: [otherKey.certificate] };
    const before = samlConnection({ ...settings, entityId: ground.idpEntityId });
    const after = samlConnection({ ...settings, entityId: 'https://new-idp.test' });
    const request = { handle: 'h', callbackUrl: ground.acsUrl, forceAuthentication: false };
    const { remember } = await before.provider.begin(request);
    const parameters = { SAMLResponse: Buffer.from('<x/>').toString('base64') };
    await expect(
      after.provider.complete({ method: 'POST', url: ground.acsUrl, parameters }, remember),
    ).rejects.toMatchObject({ code: 'saml_issuer_mismatch' });
  });
});
