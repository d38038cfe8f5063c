import { describe, expect, it } from 'vitest';
import { craft, craftSigned, factsOf, read, refusal } from '../support/upstreams/saml/crafted.ts';
import { writeAssertion } from '../support/upstreams/saml/response-template.ts';

/**
 * The eight arrangements of "On Breaking SAML: Be Whoever You Want to Be" (XSW1 to XSW8): the signed original is kept
 * somewhere so that the signature verifies, and a forged one stands where a careless reader looks.
 */
const forgedName = 'attacker@idp.test';
const forgedFacts = () => factsOf({ nameId: { value: forgedName }, assertionId: '_forged', responseId: '_evil' });
const responseSigned = () => craftSigned({}, 'response');
const assertionSigned = () => craftSigned();

const signatureOf = (xml: string) => /<ds:Signature[\s\S]*?<\/ds:Signature>/.exec(xml)![0];
const assertionOf = (xml: string) => /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)![0];
const forgedAssertion = () => writeAssertion(forgedFacts());
/** The forged response, with `inside` put in before its assertion. */
const forgedResponse = (inside: string) => craft({ ...forgedFacts(), extraInResponse: inside });
/** The genuine response envelope with other assertions. */
const withAssertions = (original: string, ...assertions: string[]) =>
  original.replace(assertionOf(original), assertions.join(''));

const attacks: Record<string, () => string> = {
  'XSW1: the original response inside the signature of a forged one': () => {
    const original = responseSigned();
    const signature = signatureOf(original);
    const bare = original.replace(signature, '');
    return forgedResponse(signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`));
  },
  'XSW2: the original response beside the detached signature in a forged one': () => {
    const original = responseSigned();
    const signature = signatureOf(original);
    return forgedResponse(`${original.replace(signature, '')}${signature}`);
  },
  'XSW3: a forged assertion before the original': () => {
    const original = assertionSigned();
    return withAssertions(original, forgedAssertion(), assertionOf(original));
  },
  'XSW4: the original assertion inside the forged one': () => {
    const original = assertionSigned();
    const forged = forgedAssertion().replace('</saml:Assertion>', `${assertionOf(original)}</saml:Assertion>`);
    return withAssertions(original, forged);
  },
  'XSW5: the forged assertion carries the signature, the original follows the response': () => {
    const original = assertionSigned();
    const signature = signatureOf(original);
    const forged = forgedAssertion().replace('</saml:Issuer>', `</saml:Issuer>${signature}`);
    return withAssertions(original, forged, assertionOf(original).replace(signature, ''));
  },
  'XSW6: the original inside the signature of the forged assertion': () => {
    const original = assertionSigned();
    const signature = signatureOf(original);
    const bare = assertionOf(original).replace(signature, '');
    const wrapped = signature.replace('</ds:Signature>', `${bare}</ds:Signature>`);
    return withAssertions(original, forgedAssertion().replace('</saml:Issuer>', `</saml:Issuer>${wrapped}`));
  },
  'XSW7: the original assertion in Extensions': () => {
    const original = assertionSigned();
    const extensions = `<samlp:Extensions>${assertionOf(original)}</samlp:Extensions>`;
    return withAssertions(original, extensions, forgedAssertion());
  },
  'XSW8: the original in an Object of the forged assertion': () => {
    const original = assertionSigned();
    const signature = signatureOf(original);
    const object = `<ds:Object>${assertionOf(original).replace(signature, '')}</ds:Object>`;
    const wrapped = signature.replace('</ds:Signature>', `${object}</ds:Signature>`);
    return withAssertions(original, forgedAssertion().replace('</saml:Issuer>', `</saml:Issuer>${wrapped}`));
  },
  'a forged assertion after the original': () => {
    const original = assertionSigned();
    return withAssertions(original, assertionOf(original), forgedAssertion());
  },
  'the original hidden in StatusDetail': () => {
    const original = assertionSigned();
    const hidden = `<samlp:StatusDetail>${assertionOf(original)}</samlp:StatusDetail></samlp:Status>`;
    return withAssertions(original, forgedAssertion()).replace('</samlp:Status>', hidden);
  },
};

describe('SAML-01 to 08, signature wrapping', () => {
  it('accepts the genuine response that the attacks are made from', () => {
    expect(read(assertionSigned()).nameId.value).toBe('victim@idp.test');
    expect(read(responseSigned()).nameId.value).toBe('victim@idp.test');
  });

  for (const [title, attack] of Object.entries(attacks)) {
    it(`refuses ${title}`, () => {
      const xml = attack();
      expect(xml).toContain(forgedName);
      expect(xml).toContain('victim@idp.test');
      expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused' });
    });
  }

  it('refuses a signature moved onto a forged assertion of the same ID', () => {
    const original = assertionSigned();
    const id = /<saml:Assertion[^>]* ID="([^"]+)"/.exec(original)![1]!;
    const forged = writeAssertion(factsOf({ nameId: { value: forgedName }, assertionId: id }));
    const xml = withAssertions(original, forged.replace('</saml:Issuer>', `</saml:Issuer>${signatureOf(original)}`));
    expect(refusal(xml)).toMatchObject({ code: 'saml_signature_invalid' });
  });

  it('believes the signed assertion and not the envelope around it', () => {
    const original = assertionSigned();
    const renamed = original.replace('<samlp:Response ', '<samlp:Response Consent="urn:x" ');
    expect(read(renamed).nameId.value).toBe('victim@idp.test');
  });

  it('refuses a response inside a response, wherever it stands', () => {
    const whole = craftSigned({}, 'both');
    const inside = craft({ hasAssertion: false });
    for (const xml of [
      whole.replace('<samlp:Status>', `<samlp:Extensions>${inside}</samlp:Extensions><samlp:Status>`),
      whole.replace('<saml:Assertion', `${inside}<saml:Assertion`),
      craftSigned({ extraInAssertion: `<saml:Advice>${inside}</saml:Advice>` }),
    ]) {
      expect(refusal(xml)).toMatchObject({ code: 'saml_structure_refused', detail: { received: 'samlp:Response' } });
    }
  });
});
