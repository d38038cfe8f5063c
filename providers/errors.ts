/** The closed list of what can go wrong at an upstream. Text is for logs; what people read is in `src/signin/explanations.ts`. */
export const providerErrorCodes = [
  // reaching it
  'upstream_name_unknown',
  'upstream_unreachable',
  'upstream_interrupted',
  'upstream_tls',
  'upstream_tls_expired',
  'upstream_tls_name',
  'upstream_timeout',
  'upstream_redirected',
  'upstream_answer_too_large',
  'upstream_answer_invalid',
  'upstream_address_refused',
  'upstream_throttled',
  // its documents
  'discovery_missing',
  'discovery_incomplete',
  'discovery_issuer_mismatch',
  'keys_missing',
  'redirect_refused',
  'certificate_untrusted',
  'domain_unconfirmed',
  // its answers to the browser
  'upstream_denied',
  'upstream_error',
  'callback_invalid',
  'reauthentication_missing',
  // OpenID Connect
  'client_refused',
  'client_credential_expired',
  'token_refused',
  'id_token_missing',
  'id_token_malformed',
  'id_token_algorithm_refused',
  'id_token_signature_invalid',
  'id_token_issuer_mismatch',
  'id_token_audience_mismatch',
  'id_token_expired',
  'id_token_nonce_mismatch',
  'id_token_too_old',
  'clock_skew',
  'issuer_parameter_mismatch',
  'subject_missing',
  'tenant_mismatch',
  'guest_refused',
  'consent_refused',
  'role_missing',
  'userinfo_refused',
  'userinfo_subject_mismatch',
  'directory_refused',
  'directory_token_refused',
  // SAML
  'saml_malformed',
  'saml_too_large',
  'saml_structure_refused',
  'saml_algorithm_refused',
  'saml_signature_missing',
  'saml_signature_invalid',
  'saml_certificate_expired',
  'saml_status',
  'saml_unsolicited',
  'saml_version_refused',
  'saml_issuer_mismatch',
  'saml_destination_mismatch',
  'saml_recipient_mismatch',
  'saml_in_response_to_mismatch',
  'saml_audience_mismatch',
  'saml_condition_unknown',
  'saml_conditions_missing',
  'saml_subject_missing',
  'saml_confirmation_missing',
  'saml_expired',
  'saml_not_yet_valid',
  'saml_too_old',
  'saml_statement_missing',
  'saml_context_mismatch',
  'saml_encryption_refused',
  'saml_replayed',
  'saml_attribute_refused',
  // ours
  'settings_invalid',
] as const;
export type ProviderErrorCode = (typeof providerErrorCodes)[number];

/** What was expected and what came. Never a value of a person's attribute, a token or an assertion. */
export interface ProviderErrorDetail {
  expected?: string;
  received?: string;
  /** Seconds after which the upstream may be asked again (`upstream_throttled`). */
  retryAfter?: number;
  /** Which document, endpoint or element this is about. */
  where?: string;
  note?: string;
  /** Milliseconds by which the upstream's clock is ahead (positive) or behind, where that is what is wrong. */
  clockSkew?: number;
}

export class ProviderError extends Error {
  readonly code: ProviderErrorCode;
  readonly detail: ProviderErrorDetail;
  constructor(code: ProviderErrorCode, options: { cause?: unknown; detail?: ProviderErrorDetail } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProviderError';
    this.code = code;
    this.detail = options.detail ?? {};
  }
}
