/** Signs like other people's software does: by xml-crypto, with every part to choose, also the forbidden ones. */
import { generateKeyPairSync } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { makeSelfSignedCertificate } from '../../../../certs/self-signed.ts';

export interface IdpKey {
  /** PEM. */
  privateKey: string;
  certificate: string;
}

export function makeIdpKey(
  options: { notBefore?: number; notAfter?: number; bits?: number; commonName?: string } = {},
): IdpKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: options.bits ?? 2048 });
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const certificate = makeSelfSignedCertificate({
    commonName: options.commonName ?? 'Simulated identity provider',
    privateKeyPem,
    notBefore: options.notBefore ?? Date.UTC(2020, 0, 1),
    notAfter: options.notAfter ?? Date.UTC(2045, 0, 1),
  });
  return { privateKey: privateKeyPem, certificate };
}

export const algorithms = {
  rsaSha1: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  rsaSha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  rsaSha512: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  sha1: 'http://www.w3.org/2000/09/xmldsig#sha1',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  exclusiveWithComments: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
} as const;

export interface SignOptions {
  key: IdpKey;
  signature?: string;
  digest?: string;
  canonicalization?: string;
  transforms?: readonly string[];
  /** Prefixes for ec:InclusiveNamespaces. */
  prefixList?: string;
  /** Of the signature's elements; empty for the default namespace. Default `ds`. */
  prefix?: string;
  /** XPath of what is signed, when it is not the element around the signature. */
  reference?: string;
  /** XPath and action; default: after the element's Issuer. */
  place?: { reference: string; action: 'append' | 'prepend' | 'before' | 'after' };
}

/** The document with a `ds:Signature` for its Response or its Assertion, the certificate in KeyInfo as usual. */
export function signXml(xml: string, element: 'Response' | 'Assertion', options: SignOptions): string {
  const path = `//*[local-name(.)='${element}']`;
  const signer = new SignedXml({
    privateKey: options.key.privateKey,
    publicCert: options.key.certificate,
    signatureAlgorithm: options.signature ?? algorithms.rsaSha256,
    canonicalizationAlgorithm: (options.canonicalization ?? algorithms.exclusive) as never,
    ...(options.prefixList === undefined ? {} : { inclusiveNamespacesPrefixList: options.prefixList }),
  });
  signer.addReference({
    xpath: options.reference ?? path,
    digestAlgorithm: options.digest ?? algorithms.sha256,
    transforms: [...(options.transforms ?? [algorithms.enveloped, algorithms.exclusive])],
    ...(options.prefixList === undefined ? {} : { inclusiveNamespacesPrefixList: options.prefixList.split(' ') }),
  });
  signer.computeSignature(xml, {
    ...(options.prefix === '' ? {} : { prefix: options.prefix ?? 'ds' }),
    location: options.place ?? { reference: `${path}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  return signer.getSignedXml();
}
