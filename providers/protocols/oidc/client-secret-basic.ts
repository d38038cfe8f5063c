/**
 * HTTP Basic with client id and secret, each form-encoded (RFC 6749 §2.3.1).
 *
 * The library encodes even `-`, `_` and `.`, which every decoder would take as they are, and which the providers that
 * decode nothing (LemonLDAP::NG 2.16, NetScaler, home-made ones) then compare with the secret and refuse. Here only what
 * must be is encoded.
 */
import type { ClientAuth } from 'openid-client';

export function clientSecretBasic(secret: string): ClientAuth {
  return (_server, { client_id: id }, _body, headers) => {
    headers.set('authorization', `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`);
  };
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+');
}
