import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { type RequestSigner, rsaSha256 } from './sign-document.ts';

/**
 * HTTP-Redirect (SAML bindings §3.4.4): the URL with the deflated request. With `signer`, the signature covers exactly
 * the octets that are sent, in the order SAMLRequest, RelayState, SigAlg.
 */
export function redirectUrl(endpoint: string, message: string, relayState: string, signer?: RequestSigner): string {
  const request = deflateRawSync(Buffer.from(message)).toString('base64');
  let query = `SAMLRequest=${encodeURIComponent(request)}&RelayState=${encodeURIComponent(relayState)}`;
  if (signer) {
    query += `&SigAlg=${encodeURIComponent(rsaSha256)}`;
    const signature = sign('sha256', Buffer.from(query), signer.key).toString('base64');
    query += `&Signature=${encodeURIComponent(signature)}`;
  }
  return `${endpoint}${endpoint.includes('?') ? '&' : '?'}${query}`;
}
