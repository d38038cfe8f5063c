/**
 * OpenID Connect client metadata that an application may have (OpenID Connect Dynamic Registration 1.0 §2; its own
 * names), and the hygiene of its URLs (SECURITY OP-02). Pure. Unknown keys are refused.
 */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { isLoopbackHost } from '../core/loopback.ts';

const url = (check: (url: string) => string | undefined) =>
  z
    .string()
    .max(2000)
    .superRefine((text, context) => {
      const message = check(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });
const webUrl = url(problemOfUrl);
const urls = z.array(z.string().max(2000)).max(20);

const schema = z.strictObject({
  application_type: z.enum(['web', 'native']).default('web'),
  redirect_uris: urls.min(1),
  post_logout_redirect_uris: urls.default([]),
  /** Home page: where a dead end leads (ARCHITECTURE §3). */
  client_uri: webUrl.optional(),
  /** OpenID Connect Core §4. */
  initiate_login_uri: webUrl.optional(),
  backchannel_logout_uri: webUrl.optional(),
  backchannel_logout_session_required: z.boolean().default(true),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .default('client_secret_basic'),
  id_token_signed_response_alg: z.enum(['RS256', 'ES256']).default('RS256'),
  grant_types: z
    .array(z.enum(['authorization_code', 'refresh_token']))
    .min(1)
    .default(['authorization_code', 'refresh_token']),
  jwks: z
    .strictObject({
      keys: z
        .array(z.looseObject({ kty: z.string() }))
        .min(1)
        .max(10),
    })
    .optional(),
  jwks_uri: webUrl.optional(),
  /** Ours: client ids of this organization's applications that may introspect this one's access tokens. */
  audiences: z.array(z.string()).max(20).default([]),
});
export type ClientMetadata = z.output<typeof schema>;
export type ClientMetadataInput = z.input<typeof schema>;

export const clientMetadataSchema = schema.superRefine((metadata, context) => {
  const add = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    for (const [index, uri] of metadata[field].entries()) {
      const message = problemOfRedirectUri(uri, metadata.application_type);
      if (message) add([field, index], message);
    }
  }
  const hasKeys = metadata.jwks !== undefined || metadata.jwks_uri !== undefined;
  const usesKeys = metadata.token_endpoint_auth_method === 'private_key_jwt';
  if (metadata.jwks && metadata.jwks_uri) add(['jwks_uri'], 'cannot be combined with jwks');
  if (usesKeys && !hasKeys) add(['jwks'], 'private_key_jwt needs jwks or jwks_uri');
  if (!usesKeys && hasKeys) add([metadata.jwks ? 'jwks' : 'jwks_uri'], 'is for private_key_jwt only');
  for (const [index, key] of (metadata.jwks?.keys ?? []).entries()) {
    const message = problemOfPublicKey(key);
    if (message) add(['jwks', 'keys', index], message);
  }
  if (!metadata.grant_types.includes('authorization_code')) add(['grant_types'], 'must include authorization_code');
});

/** A web page of an application: https, or http on this machine for development. */
function problemOfUrl(text: string): string | undefined {
  const shape = problemOfShape(text);
  if (shape) return shape;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'http:') return isLoopbackHost(hostname) ? undefined : 'must begin with https://';
  if (protocol !== 'https:') return 'must begin with https://';
  // An address has no certificate that means anything and belongs to somebody else tomorrow.
  if (ipaddr.isValid(hostname.replace(/^\[|\]$/g, '')) && !isLoopbackHost(hostname))
    return 'must name a host, not an address';
  return undefined;
}

/** RFC 8252 §7: native applications may have a scheme of their own, in reverse domain form. */
function problemOfRedirectUri(text: string, applicationType: 'web' | 'native'): string | undefined {
  const shape = problemOfShape(text);
  if (shape) return shape;
  const { protocol } = new URL(text);
  // `javascript:`, `data:` and the like hold no dot.
  const isOwnScheme = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/.test(protocol);
  if (applicationType === 'native' && isOwnScheme) return undefined;
  return problemOfUrl(text);
}

/** What no URI of an application may be, whatever its scheme: compared as text later, so it must have one reading. */
function problemOfShape(text: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(text) || /[\\*<>"{}|^`]/.test(text))
    return 'must be plain ASCII without spaces, wildcards and quotes';
  if (!URL.canParse(text)) return 'must be an absolute URL';
  const { username, password, pathname } = new URL(text);
  if (text.includes('#')) return 'must have no fragment';
  if (username || password || /^[a-z0-9.+-]+:\/\/[^/?]*@/i.test(text)) return 'must hold no user name';
  if (/\/\.{1,2}(\/|$)|%2e|%2f|%5c|%00/i.test(text.split('?')[0]!) || pathname.startsWith('//'))
    return 'must have a plain path without dot segments or encoded slashes';
  return undefined;
}

function problemOfPublicKey(key: Record<string, unknown>): string | undefined {
  const isPrivate = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].some((member) => member in key);
  if (isPrivate) return 'is a private or symmetric key; register the public key only, and replace this one';
  if (key.kty === 'RSA') return modulusBits(key.n) >= 2048 ? undefined : 'is an RSA key below 2048 bits';
  if (key.kty === 'EC') return key.crv === 'P-256' ? undefined : 'must be on the curve P-256';
  return 'must be an RSA or EC key';
}

function modulusBits(modulus: unknown): number {
  return typeof modulus === 'string' ? Buffer.from(modulus, 'base64url').length * 8 : 0;
}
