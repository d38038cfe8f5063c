import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ResponseExpectations } from '../../../../providers/protocols/saml/expectations.ts';
import { craft, craftSigned, ground, idpKey, refusal, signCrafted } from '../../../support/upstreams/saml/crafted.ts';
import {
  type EncryptOptions,
  encryptAssertion,
  encryptText,
} from '../../../support/upstreams/saml/encrypt-assertion.ts';
import { makeIdpKey } from '../../../support/upstreams/saml/sign-xml.ts';

const ours = makeIdpKey();
const before = makeIdpKey();
const keys = [ours, before].map(({ privateKey }) => createPrivateKey(privateKey));
const accepting: Partial<ResponseExpectations> = { encryption: { required: false, keys } };
const accepted = { accepted: 'victim@idp.test' };
const refused = { code: 'saml_encryption_refused' };

const encrypted = (options: Partial<EncryptOptions> = {}, xml = craft()) =>
  signCrafted(encryptAssertion(xml, { recipientKey: ours.certificate, ...options }), 'response');

describe('encrypted assertions', () => {
  it.each<Partial<EncryptOptions>>([
    {},
    { content: 'aes128-gcm' },
    { content: 'aes192-gcm' },
    { hash: 'sha1' },
    { transport: 'rsa-oaep' },
    { transport: 'rsa-oaep', hash: 'sha1' },
    { transport: 'rsa-oaep', hash: 'sha256' },
    { transport: 'rsa-oaep', hash: 'sha384' },
    { transport: 'rsa-oaep', hash: 'sha512', content: 'aes128-gcm' },
    { place: 'beside' },
    { place: 'beside, pointed at' },
    { recipient: ground.spEntityId },
    { recipientKey: before.certificate },
  ])('are read as providers write them: %o', (options) => {
    expect(refusal(encrypted(options), accepting)).toEqual(accepted);
  });

  it('are read with a signature inside, which must be right', () => {
    expect(refusal(encrypted({}, craftSigned()), { ...accepting, signatures: 'both' })).toEqual(accepted);
    expect(refusal(encrypted({}, craftSigned()), { ...accepting, signatures: 'assertion' })).toEqual(accepted);
    const forged = craftSigned({}, 'assertion', { key: makeIdpKey() });
    for (const signatures of ['either', 'response', 'assertion', 'both'] as const) {
      const answer = refusal(encrypted({}, forged), { ...accepting, signatures });
      expect(answer).toMatchObject({ code: 'saml_signature_invalid' });
    }
  });

  it.each(['assertion', 'both'] as const)(
    'are refused without a signature inside where the policy is %s',
    (signatures) => {
      expect(refusal(encrypted(), { ...accepting, signatures })).toMatchObject({ code: 'saml_signature_missing' });
    },
  );

  it('are asked for where the connection requires them', () => {
    const requiring = { encryption: { required: true, keys } };
    expect(refusal(encrypted(), requiring)).toEqual(accepted);
    expect(refusal(craftSigned({}, 'both'), requiring)).toMatchObject(refused);
  });

  it('go through the same checks as a plain one', () => {
    const old = craft((facts) => ({
      conditions: facts.conditions && { ...facts.conditions, audiences: [['https://x.test']] },
    }));
    expect(refusal(encrypted({}, old), accepting)).toMatchObject({ code: 'saml_audience_mismatch' });
    const seal = (text: string) => {
      const inside = encryptText(text, { recipientKey: ours.certificate });
      return refusal(signCrafted(craft({ hasAssertion: false, extraInResponse: inside }), 'response'), accepting);
    };
    const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(craft())![0];
    expect(seal(assertion)).toEqual(accepted);
    for (const text of [
      `<!DOCTYPE x>${assertion}`,
      assertion.replace('victim@', 'victim<!-- -->@'),
      craft(),
      `${assertion}${assertion}`,
      assertion.replace('</saml:Assertion>', `<saml:Advice>${assertion}</saml:Advice></saml:Assertion>`),
      `x${assertion}`,
      '',
    ]) {
      expect(seal(text)).toMatchObject({
        code: expect.stringMatching(/^saml_(structure|encryption)_refused|^saml_malformed/),
      });
    }
    const twice = assertion.replace(
      /<saml:NameID[\s\S]*<\/saml:NameID>/,
      encryptText('<x/>', { recipientKey: ours.certificate }),
    );
    expect(seal(twice)).toMatchObject(refused);
  });

  it('are for us alone: a key for somebody else, or two for us, is none', () => {
    expect(refusal(encrypted({ recipient: 'https://other.test' }), accepting)).toMatchObject(refused);
    expect(refusal(encrypted({ recipientKey: idpKey.certificate }), accepting)).toMatchObject(refused);
    const doubled = encryptAssertion(craft(), { recipientKey: ours.certificate, place: 'beside' }).replace(
      /<xenc:EncryptedKey[\s\S]*<\/xenc:EncryptedKey>/,
      (key) => key + key.replace('_key', '_key2'),
    );
    expect(refusal(signCrafted(doubled, 'response'), accepting)).toMatchObject(refused);
    const other = doubled.replace('Id="_key2"', 'Id="_key2" Recipient="https://other.test"');
    expect(refusal(signCrafted(other, 'response'), accepting)).toEqual(accepted);
    const elsewhere = encryptAssertion(craft(), { recipientKey: ours.certificate, place: 'beside, pointed at' });
    expect(refusal(signCrafted(elsewhere.replace('#_key', '#_other'), 'response'), accepting)).toMatchObject(refused);
  });
});
