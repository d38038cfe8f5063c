import { describe, expect, it } from 'vitest';
import { craftSigned, ground, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-24, recipient', () => {
  const withRecipient = (recipient: string | null) =>
    craftSigned((facts) => ({ confirmation: { ...facts.confirmation!, recipient } }));

  it.each([['https://other.test/acs'], [`${ground.acsUrl}/`], [`${ground.acsUrl}?x`], ['']])(
    'refuses %s',
    (recipient) => {
      expect(refusal(withRecipient(recipient))).toMatchObject({ code: 'saml_recipient_mismatch' });
    },
  );
  it('refuses a confirmation without Recipient', () => {
    expect(refusal(withRecipient(null))).toMatchObject({ code: 'saml_recipient_mismatch' });
  });
});
