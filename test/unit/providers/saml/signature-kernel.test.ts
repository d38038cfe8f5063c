import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { childElements, textOf } from '../../../../metadata/xml-tree.ts';
import { scanDocument } from '../../../../providers/protocols/saml/scan-document.ts';
import { makeSignature } from '../../../../providers/protocols/saml/sign-document.ts';
import { type SigningCertificate, verifySignature } from '../../../../providers/protocols/saml/signature-kernel.ts';
import { craft, refusal } from '../../../support/upstreams/saml/crafted.ts';
import { algorithms } from '../../../support/upstreams/saml/sign-xml.ts';

const hashes = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' } as const;

/** Signs by xml-crypto with an algorithm that it does not bring along. */
function signWithEc(
  xml: string,
  curve: keyof typeof hashes,
  kind = 'ecdsa',
): { xml: string; certificate: SigningCertificate } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const hash = hashes[curve];
  const algorithm = `http://www.w3.org/2001/04/xmldsig-more#${kind}-${hash}`;
  const signer = new SignedXml({
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    signatureAlgorithm: algorithm,
    canonicalizationAlgorithm: algorithms.exclusive,
  });
  signer.SignatureAlgorithms[algorithm] = class {
    getAlgorithmName = () => algorithm;
    getSignature = (text: unknown) =>
      sign(hash, Buffer.from(String(text)), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64');
    verifySignature = () => false;
  } as never;
  const path = "//*[local-name(.)='Assertion']";
  signer.addReference({
    xpath: path,
    digestAlgorithm: algorithms.sha256,
    transforms: [algorithms.enveloped, algorithms.exclusive],
  });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${path}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  const certificate = {
    publicKey: createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
    notBefore: 0,
    notAfter: 1e14,
    fingerprint: 'ec',
  };
  return { xml: signer.getSignedXml(), certificate };
}

describe('the signature kernel', () => {
  it.each(Object.keys(hashes) as (keyof typeof hashes)[])('verifies ECDSA with %s', (curve) => {
    const { xml, certificate } = signWithEc(craft(), curve);
    expect(refusal(xml, { certificates: [certificate] })).toEqual({ accepted: 'victim@idp.test' });
    const other = signWithEc(craft(), curve).certificate;
    expect(refusal(xml, { certificates: [other] })).toMatchObject({ code: 'saml_signature_invalid' });
  });

  it('goes by the algorithm that the signature names, and not by the key that happens to fit', () => {
    const { xml, certificate } = signWithEc(craft(), 'P-256', 'rsa');
    expect(refusal(xml, { certificates: [certificate] })).toMatchObject({
      code: 'saml_signature_invalid',
      detail: { expected: 'one of 0 rsa certificates of the connection' },
    });
  });

  it('verifies what our own requests are signed with, and gives back what is signed and nothing else', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const document = '<a ID="_1"><b xmlns="urn:b">text</b></a>';
    const signature = makeSignature(document, { key: privateKey, certificate: 'AAAA' });
    const root = scanDocument(document.replace('</a>', `${signature}</a>`));
    const certificate = { publicKey, notBefore: 0, notAfter: 1, fingerprint: 'one' };
    const verified = verifySignature(root, childElements(root)[1]!, [certificate]);
    expect(verified).toMatchObject({ canonical: document, certificate });
    expect(childElements(verified.element).map(textOf)).toEqual(['text']);
    expect(childElements(root)).toHaveLength(2);
  });
});
