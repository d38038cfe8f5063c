/** A certificate and its key for `private_key_jwt`, as an operator makes them. */
import { generateKeyPairSync } from 'node:crypto';
import { makeSelfSignedCertificate } from '../../../../certs/self-signed.ts';
import type { ClientCertificate } from '../../../../providers/provider.ts';

/** Times in milliseconds. */
export function makeClientCertificate(
  { notBefore, notAfter }: { notBefore: number; notAfter: number },
  commonName = 'Sekisho at Entra',
): ClientCertificate {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const certificate = makeSelfSignedCertificate({ commonName, privateKeyPem: privateKey, notBefore, notAfter });
  return { certificate, privateKey };
}
