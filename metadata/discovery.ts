/**
 * OpenID Connect discovery documents (OpenID Connect Discovery 1.0 §3, RFC 8414): from JSON to what a connection uses.
 *
 * Owns: which fields must be there, which addresses are acceptable, the issuer's identity. Does not own: fetching
 * (`providers/protocols`, guarded) or what an algorithm list is worth (the OIDC protocol module pins its own).
 */
import { z } from 'zod';

export interface OpenIdDiscovery {
  /** Verbatim: compared character by character, slash and case included. */
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  userinfo_endpoint?: string;
  end_session_endpoint?: string;
  response_types_supported: string[];
  id_token_signing_alg_values_supported: string[];
  token_endpoint_auth_methods_supported?: string[];
  code_challenge_methods_supported?: string[];
  authorization_response_iss_parameter_supported?: boolean;
}

export const discoveryErrorCodes = [
  'not_a_document',
  'incomplete',
  'malformed',
  'issuer_invalid',
  'issuer_mismatch',
  'endpoint_refused',
] as const;
export type DiscoveryErrorCode = (typeof discoveryErrorCodes)[number];

export class DiscoveryError extends Error {
  readonly code: DiscoveryErrorCode;
  /** The fields concerned: with `incomplete` every required one that is missing. */
  readonly fields: readonly string[];
  /** With `issuer_mismatch`. */
  readonly expected?: string;
  readonly received?: string;
  constructor(
    code: DiscoveryErrorCode,
    message: string,
    about: { fields?: readonly string[]; expected?: string; received?: string } = {},
  ) {
    super(message);
    this.name = 'DiscoveryError';
    this.code = code;
    this.fields = about.fields ?? [];
    if (about.expected !== undefined) this.expected = about.expected;
    if (about.received !== undefined) this.received = about.received;
  }
}

const text = z.string().max(2048);
const list = z.array(z.string().max(200)).max(200);
const required = {
  issuer: text.min(1),
  authorization_endpoint: text,
  token_endpoint: text,
  jwks_uri: text,
  response_types_supported: list,
  id_token_signing_alg_values_supported: list,
};
// What we can do without may also be null or empty: several products write that instead of leaving it out.
const absent = z.union([z.null(), z.literal('')]).transform(() => undefined);
const schema = z.object({
  ...required,
  userinfo_endpoint: absent.or(text).optional(),
  end_session_endpoint: absent.or(text).optional(),
  token_endpoint_auth_methods_supported: absent.or(list).optional(),
  code_challenge_methods_supported: absent.or(list).optional(),
  authorization_response_iss_parameter_supported: absent.or(z.boolean()).optional(),
});
const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
  'end_session_endpoint',
] as const;

export interface ReadDiscoveryOptions {
  /** The issuer that was asked for; for Entra's common endpoints the template with `{tenantid}`. */
  expectedIssuer?: string;
  /** For tests and the demo: `http` is accepted for addresses of this machine. */
  allowLoopbackHttp?: boolean;
}

/** Reads a parsed JSON document. Throws `DiscoveryError`. */
export function readDiscovery(document: unknown, options: ReadDiscoveryOptions = {}): OpenIdDiscovery {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new DiscoveryError('not_a_document', 'The discovery document is no JSON object.');
  }
  const missing = Object.keys(required).filter((field) =>
    ['', null, undefined].includes((document as Record<string, never>)[field]),
  );
  if (missing.length > 0) {
    throw new DiscoveryError('incomplete', `The discovery document lacks ${missing.join(', ')}.`, { fields: missing });
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
    throw new DiscoveryError(
      'malformed',
      `The discovery document has values of the wrong kind: ${fields.join(', ')}.`,
      { fields },
    );
  }
  // Without the fields that are `undefined`.
  const discovery = Object.fromEntries(
    Object.entries(parsed.data).filter(([, value]) => value !== undefined),
  ) as unknown as OpenIdDiscovery;
  checkIssuer(discovery.issuer, options);
  const refused = endpoints.flatMap((field) => {
    const address = discovery[field];
    const reason = address === undefined ? undefined : reasonToRefuse(address, options);
    return reason === undefined ? [] : [{ field, reason }];
  });
  if (refused.length > 0) {
    const reasons = refused.map(({ field, reason }) => `${field} ${reason}`).join(', ');
    throw new DiscoveryError('endpoint_refused', `Addresses in the discovery document are refused: ${reasons}.`, {
      fields: refused.map(({ field }) => field),
    });
  }
  return discovery;
}

const tenantPlaceholder = '{tenantid}';

/** Entra's multi-tenant documents have `…/{tenantid}/v2.0` as issuer; each tenant's tokens carry its own. */
export function isTemplatedIssuer(issuer: string): boolean {
  return issuer.includes(tenantPlaceholder);
}

/**
 * The issuer that one tenant's tokens carry. `tenantId` must be a GUID: anything else (a `tid` claim of
 * `../other`, a domain name) throws `DiscoveryError`.
 */
export function issuerForTenant(template: string, tenantId: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenantId)) {
    throw new DiscoveryError('issuer_invalid', 'The tenant id is no GUID.', { fields: ['issuer'] });
  }
  return template.replaceAll(tenantPlaceholder, tenantId.toLowerCase());
}

function checkIssuer(issuer: string, options: ReadDiscoveryOptions): void {
  const reason = reasonToRefuse(issuer, options) ?? (/[?#]/.test(issuer) ? 'has a query or fragment' : undefined);
  if (reason !== undefined) {
    throw new DiscoveryError('issuer_invalid', `The issuer "${issuer.slice(0, 200)}" ${reason}.`, {
      fields: ['issuer'],
    });
  }
  const { expectedIssuer } = options;
  // RFC 8414 §3.3: identical, no normalisation. Whoever may choose the issuer may choose who people are.
  if (expectedIssuer !== undefined && issuer !== expectedIssuer) {
    throw new DiscoveryError(
      'issuer_mismatch',
      `The issuer is "${issuer.slice(0, 200)}", expected was "${expectedIssuer}".`,
      {
        fields: ['issuer'],
        expected: expectedIssuer,
        received: issuer,
      },
    );
  }
}

function reasonToRefuse(address: string, { allowLoopbackHttp = false }: ReadDiscoveryOptions): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:\/\//i.test(address)) return 'is no absolute https URL';
  if (url.username !== '' || url.password !== '') return 'contains a user name or password';
  if (url.protocol === 'https:' || (allowLoopbackHttp && isLoopback(url.hostname))) return undefined;
  return 'is not https';
}

/** Of this machine: for tests and the demo. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
