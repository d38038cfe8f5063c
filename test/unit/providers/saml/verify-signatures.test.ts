import { describe, expect, it } from 'vitest';
import { allElements, childElements, type XmlElement } from '../../../../metadata/xml-tree.ts';
import { checkStructure } from '../../../../providers/protocols/saml/check-structure.ts';
import type { SignaturePolicy } from '../../../../providers/protocols/saml/expectations.ts';
import { scanDocument } from '../../../../providers/protocols/saml/scan-document.ts';
import { verifySignature } from '../../../../providers/protocols/saml/signature-kernel.ts';
import { verifySignatures } from '../../../../providers/protocols/saml/verify-signatures.ts';
import {
  craft,
  craftSigned,
  idpKey,
  refusal,
  signCrafted,
  toCertificate,
} from '../../../support/upstreams/saml/crafted.ts';
import { makeIdpKey } from '../../../support/upstreams/saml/sign-xml.ts';

const certificates = [toCertificate(makeIdpKey()), toCertificate(idpKey)];

function verified(xml: string) {
  const structure = checkStructure(scanDocument(xml));
  const { assertion } = structure;
  return verifySignatures({ ...structure, assertion: assertion! }, 'either', certificates, verifySignature);
}
const namesIn = (element: XmlElement) => [...allElements(element)].map(({ local }) => local);

describe('what a signature covers', () => {
  it('is all that can be reached from a verified element', () => {
    const outside = '<samlp:Extensions><x:evil xmlns:x="urn:x">victim</x:evil></samlp:Extensions>';
    const { response, assertion } = verified(craftSigned({ extraInResponse: outside }));
    expect(response).toBeUndefined();
    const reached = JSON.stringify(assertion);
    expect(reached).not.toContain('evil');
    expect(reached).not.toContain('SignatureValue');
    expect(namesIn(assertion)[0]).toBe('Assertion');
  });

  it('is the response without its own signature, and with the one of the assertion in it', () => {
    const { response, assertion } = verified(craftSigned({}, 'both'));
    expect(childElements(response!).map(({ local }) => local)).toEqual(['Issuer', 'Status', 'Assertion']);
    expect(namesIn(response!)).toContain('SignatureValue');
    expect(namesIn(assertion)).not.toContain('SignatureValue');
  });

  it('leaves the tree as it was', () => {
    const root = scanDocument(craftSigned({}, 'both'));
    const before = JSON.stringify(root);
    const structure = checkStructure(root);
    verifySignatures({ ...structure, assertion: structure.assertion! }, 'both', certificates, verifySignature);
    expect(JSON.stringify(root)).toBe(before);
  });
});

describe('the signature policy', () => {
  const signed = {
    none: craft(),
    response: signCrafted(craft(), 'response'),
    assertion: craftSigned(),
    both: craftSigned({}, 'both'),
  };
  const sufficient: Record<SignaturePolicy, (keyof typeof signed)[]> = {
    response: ['response', 'both'],
    assertion: ['assertion', 'both'],
    both: ['both'],
    either: ['response', 'assertion', 'both'],
  };
  for (const [policy, list] of Object.entries(sufficient) as [SignaturePolicy, (keyof typeof signed)[]][]) {
    it(`"${policy}" is satisfied by ${list.join(', ')} and by nothing else`, () => {
      for (const [name, xml] of Object.entries(signed)) {
        const answer = refusal(xml, { signatures: policy });
        if (list.includes(name as keyof typeof signed)) expect(answer).toEqual({ accepted: 'victim@idp.test' });
        else expect(answer).toMatchObject({ code: 'saml_signature_missing' });
      }
    });
  }

  it('does not excuse a wrong signature that it does not ask for', () => {
    const stranger = { key: makeIdpKey() };
    const wrongInside = signCrafted(craftSigned({}, 'assertion', stranger), 'response');
    expect(refusal(wrongInside, { signatures: 'response' })).toMatchObject({ code: 'saml_signature_invalid' });
    const wrongOutside = signCrafted(craftSigned(), 'response', stranger);
    expect(refusal(wrongOutside, { signatures: 'assertion' })).toMatchObject({ code: 'saml_signature_invalid' });
  });
});
