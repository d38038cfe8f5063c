/** Every element of XML Signature and XML Encryption that we know, and the only parents it may have. */
import { samlAssertion, samlProtocol, xmlEncryption, xmlEncryption11, xmlSignature } from './namespaces.ts';

interface Place {
  uri: string;
  local: string;
}

const ds = (...locals: string[]): Place[] => locals.map((local) => ({ uri: xmlSignature, local }));
const xenc = (...locals: string[]): Place[] => locals.map((local) => ({ uri: xmlEncryption, local }));
const saml = (local: string): Place => ({ uri: samlAssertion, local });

/** No Object and no Manifest: nothing that could carry a second document. */
export const signatureParents: ReadonlyMap<string, readonly Place[]> = new Map([
  ['Signature', [{ uri: samlProtocol, local: 'Response' }, saml('Assertion')]],
  ['SignedInfo', ds('Signature')],
  ['SignatureValue', ds('Signature')],
  ['KeyInfo', [...ds('Signature'), ...xenc('EncryptedData', 'EncryptedKey')]],
  ['CanonicalizationMethod', ds('SignedInfo')],
  ['SignatureMethod', ds('SignedInfo')],
  ['Reference', ds('SignedInfo')],
  ['Transforms', ds('Reference')],
  ['DigestMethod', [...ds('Reference'), ...xenc('EncryptionMethod')]],
  ['DigestValue', ds('Reference')],
  ['Transform', ds('Transforms')],
  ['KeyName', ds('KeyInfo')],
  ['KeyValue', ds('KeyInfo')],
  ['RetrievalMethod', ds('KeyInfo')],
  ['X509Data', ds('KeyInfo')],
  ['RSAKeyValue', ds('KeyValue')],
  ['Modulus', ds('RSAKeyValue')],
  ['Exponent', ds('RSAKeyValue')],
  ['X509Certificate', ds('X509Data')],
  ['X509SubjectName', ds('X509Data')],
  ['X509SKI', ds('X509Data')],
  ['X509CRL', ds('X509Data')],
  ['X509IssuerSerial', ds('X509Data')],
  ['X509IssuerName', ds('X509IssuerSerial')],
  ['X509SerialNumber', ds('X509IssuerSerial')],
]);

/** Only ever inside an EncryptedAssertion, because EncryptedData stands nowhere else. */
export const encryptionParents: ReadonlyMap<string, ReadonlyMap<string, readonly Place[]>> = new Map([
  [
    xmlEncryption,
    new Map([
      ['EncryptedData', [saml('EncryptedAssertion')]],
      ['EncryptedKey', [saml('EncryptedAssertion'), ...ds('KeyInfo')]],
      ['EncryptionMethod', xenc('EncryptedData', 'EncryptedKey')],
      ['CipherData', xenc('EncryptedData', 'EncryptedKey')],
      ['CipherValue', xenc('CipherData')],
      ['ReferenceList', xenc('EncryptedKey')],
      ['DataReference', xenc('ReferenceList')],
      ['CarriedKeyName', xenc('EncryptedKey')],
    ]),
  ],
  [xmlEncryption11, new Map([['MGF', xenc('EncryptionMethod')]])],
]);

/** Names that mean something to us; in a foreign namespace they are there to confuse somebody (SAML-17). */
export const ownNames: ReadonlyMap<string, string> = new Map([
  ['Response', samlProtocol],
  ['Assertion', samlAssertion],
  ['EncryptedAssertion', samlAssertion],
  ['NameID', samlAssertion],
  ['Signature', xmlSignature],
  ['SignedInfo', xmlSignature],
]);
