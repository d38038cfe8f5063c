import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-25, destination', () => {
  const refused = { code: 'saml_destination_mismatch' };

  it('refuses a signed response to another place or to none', () => {
    expect(refusal(craftSigned({ destination: 'https://other.test/acs' }, 'response'))).toMatchObject(refused);
    expect(refusal(craftSigned({ destination: null }, 'response'))).toMatchObject(refused);
  });
  it('refuses another place on an unsigned envelope too, and lets it be absent there', () => {
    expect(refusal(craftSigned({ destination: 'https://other.test/acs' }))).toMatchObject(refused);
    expect(refusal(craftSigned({ destination: null }))).toHaveProperty('accepted');
  });
});
