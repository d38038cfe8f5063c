import { describe, expect, it } from 'vitest';
import { craft, craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

const status = (name: string) => `urn:oasis:names:tc:SAML:2.0:status:${name}`;

describe('SAML-37, status', () => {
  it('refuses an assertion under a status other than Success', () => {
    for (const signs of ['response', 'assertion', 'both'] as const) {
      expect(refusal(craftSigned({ statusCodes: [status('Responder')] }, signs))).toMatchObject({
        code: 'saml_status',
      });
    }
  });
  it('says which status it was, by the names of the standard only', () => {
    const failed = craft({ hasAssertion: false, statusCodes: [status('Responder'), status('NoAuthnContext')] });
    expect(refusal(failed)).toMatchObject({ code: 'saml_status', detail: { received: 'Responder, NoAuthnContext' } });
    const odd = craft({ hasAssertion: false, statusCodes: [status('Responder'), 'urn:evil:"><script>'] });
    expect(refusal(odd)).toMatchObject({ detail: { received: 'Responder, a code outside the standard' } });
  });
  it('tells a refusal by the person or the policy apart', () => {
    const denied = craft({ hasAssertion: false, statusCodes: [status('Responder'), status('RequestDenied')] });
    expect(refusal(denied)).toMatchObject({ code: 'upstream_denied' });
  });
  it('refuses success without assertion, and no status at all', () => {
    expect(refusal(craft({ hasAssertion: false }))).toMatchObject({ code: 'saml_structure_refused' });
    expect(refusal(craftSigned({ statusCodes: [] }))).toMatchObject({ code: 'saml_status' });
    const bare = craft().replace(/<samlp:Status>[\s\S]*<\/samlp:Status>/, '');
    expect(refusal(bare)).toMatchObject({ code: 'saml_status', detail: { received: '(absent)' } });
  });
  it('refuses Success as the second code', () => {
    expect(refusal(craftSigned({ statusCodes: [status('Responder'), status('Success')] }))).toMatchObject({
      code: 'saml_status',
    });
  });
});
