/**
 * How a client proves itself at a token endpoint with a certificate instead of a secret: `private_key_jwt` (RFC 7523 §2.2,
 * OpenID Connect Core §9), signed PS256, the certificate named by `x5t#S256` (RFC 7515 §4.1.8), as Entra ID asks for it.
 */
import { constants, createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { ProviderError } from '../../errors.ts';
import type { ClientCertificate, Ports } from '../../provider.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Used at once; the rest is for clocks that differ. */
const lifetime = 5 * 60_000;

/**
 * The form fields for one request to `tokenEndpoint`, which is the audience: an assertion made for one provider is worth
 * nothing at another. Throws `client_credential_expired`.
 */
export function assertClient(
  clientId: string,
  { certificate, privateKey }: ClientCertificate,
  tokenEndpoint: string,
  ports: Pick<Ports, 'now' | 'random'>,
): { client_assertion_type: string; client_assertion: string } {
  const x509 = new X509Certificate(certificate);
  const now = ports.now();
  const expiresAt = Date.parse(x509.validTo);
  if (now > expiresAt) {
    throw new ProviderError('client_credential_expired', {
      detail: { where: 'our certificate', expected: 'a certificate that is valid', received: iso(expiresAt) },
    });
  }
  const header = {
    alg: 'PS256',
    typ: 'JWT',
    'x5t#S256': createHash('sha256').update(x509.raw).digest('base64url'),
  };
  const seconds = Math.floor(now / 1000);
  const claims = {
    aud: tokenEndpoint,
    iss: clientId,
    sub: clientId,
    jti: Buffer.from(ports.random(16)).toString('base64url'),
    nbf: seconds,
    iat: seconds,
    exp: seconds + lifetime / 1000,
  };
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: createPrivateKey(privateKey),
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
  return { client_assertion_type: assertionType, client_assertion: `${input}.${signature.toString('base64url')}` };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
