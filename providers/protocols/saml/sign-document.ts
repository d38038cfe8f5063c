import { createHash, type KeyObject, sign } from 'node:crypto';
import { attributeOf } from '../../../metadata/xml-tree.ts';
import { canonicalize } from './canonicalize.ts';
import { envelopedSignature, exclusiveCanonicalization, xmlSignature } from './namespaces.ts';
import { scanDocument } from './scan-document.ts';

/** Our key for requests: RSA, with its certificate as bare base64 for KeyInfo. */
export interface RequestSigner {
  key: KeyObject;
  certificate: string;
}

export const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/**
 * The enveloped `ds:Signature` (RSA-SHA256, exclusive canonicalisation) for the root of `document`, to be put into it
 * where its schema wants it: after `saml:Issuer`.
 */
export function makeSignature(document: string, signer: RequestSigner): string {
  const root = scanDocument(document);
  const digest = createHash('sha256').update(canonicalize(root, []), 'utf8').digest('base64');
  // Written in canonical form already; the namespace is declared where canonicalisation would put it.
  const signedInfo = [
    `<ds:SignedInfo xmlns:ds="${xmlSignature}">`,
    `<ds:CanonicalizationMethod Algorithm="${exclusiveCanonicalization}"></ds:CanonicalizationMethod>`,
    `<ds:SignatureMethod Algorithm="${rsaSha256}"></ds:SignatureMethod>`,
    `<ds:Reference URI="#${attributeOf(root, 'ID')}"><ds:Transforms>`,
    `<ds:Transform Algorithm="${envelopedSignature}"></ds:Transform>`,
    `<ds:Transform Algorithm="${exclusiveCanonicalization}"></ds:Transform></ds:Transforms>`,
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>',
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
  ].join('');
  const value = sign('sha256', Buffer.from(signedInfo), signer.key).toString('base64');
  return [
    `<ds:Signature xmlns:ds="${xmlSignature}">${signedInfo}<ds:SignatureValue>${value}</ds:SignatureValue>`,
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${signer.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`,
    '</ds:Signature>',
  ].join('');
}
