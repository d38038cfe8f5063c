/**
 * openid-client's errors → ours. Its causes carry tokens, claims and whole responses, so nothing of them is attached:
 * only its code travels on, as a note. Most refusals come from `id-token.ts` first, with an exact reason; these are the rest.
 */
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { ProviderError, type ProviderErrorCode } from '../../errors.ts';

const codes: Readonly<Record<string, ProviderErrorCode>> = {
  OAUTH_RESPONSE_IS_NOT_JSON: 'upstream_answer_invalid',
  OAUTH_RESPONSE_IS_NOT_CONFORM: 'upstream_answer_invalid',
  OAUTH_PARSE_ERROR: 'upstream_answer_invalid',
  OAUTH_INVALID_RESPONSE: 'upstream_answer_invalid',
  OAUTH_KEY_SELECTION_FAILED: 'id_token_signature_invalid',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'id_token_expired',
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: 'id_token_malformed',
  OAUTH_UNSUPPORTED_OPERATION: 'id_token_malformed',
  OAUTH_HTTP_REQUEST_FORBIDDEN: 'discovery_incomplete',
  OAUTH_REQUEST_PROTOCOL_FORBIDDEN: 'discovery_incomplete',
  OAUTH_TIMEOUT: 'upstream_timeout',
};

/** `saysExpired`: see `RelyingPartyOptions`. */
export function explainLibraryError(
  error: unknown,
  saysExpired: (refusal: Readonly<Record<string, unknown>>) => boolean = () => false,
): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof ResponseBodyError) {
    return refusedByTokenEndpoint(error.error, error.status, saysExpired({ ...error.cause }));
  }
  if (error instanceof WWWAuthenticateChallengeError) return refusedByTokenEndpoint('invalid_client', error.status);
  if (error instanceof AuthorizationResponseError) return explainAuthorizationError(error.error);
  // what our own fetch threw comes wrapped
  if (error instanceof ClientError && error.cause instanceof ProviderError) return error.cause;
  const code = error instanceof ClientError ? error.code : undefined;
  return new ProviderError(codes[code ?? ''] ?? 'upstream_answer_invalid', {
    detail: { where: 'token_endpoint', ...(code === undefined ? {} : { note: code }) },
  });
}

/** `error` of an authorization response. Only a plain code is repeated; `error_description` never is (RP-19). */
export function explainAuthorizationError(error: string): ProviderError {
  const denied = [
    'access_denied',
    'login_required',
    'consent_required',
    'interaction_required',
    'account_selection_required',
  ];
  return new ProviderError(denied.includes(error) ? 'upstream_denied' : 'upstream_error', {
    detail: { where: 'authorization_endpoint', ...receivedCode(error) },
  });
}

export function refusedByTokenEndpoint(error: string, status: number, isExpired = false): ProviderError {
  const isClient = error === 'invalid_client' || error === 'unauthorized_client';
  const code = isExpired ? 'client_credential_expired' : isClient ? 'client_refused' : 'token_refused';
  return new ProviderError(code, {
    detail: { where: 'token_endpoint', ...receivedCode(error), note: `HTTP ${status}` },
  });
}

function receivedCode(error: string): { received?: string } {
  return /^[a-z_]{1,40}$/.test(error) ? { received: error } : {};
}
