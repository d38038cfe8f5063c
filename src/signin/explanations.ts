/**
 * What can go wrong at an upstream, told three ways: to the person (vague, one of four pages), to the administrator
 * (what it means and who changes what) and to the log (how loud). A code without all three does not compile.
 */
import type { ProviderErrorCode } from '../../providers/errors.ts';

export interface Explanation {
  /** Which page the person sees; every page carries the reference code and nothing exact (CLM-1). */
  person: 'denied' | 'failed' | 'unreachable' | 'reauthentication';
  /** What it means, for somebody who administers the connection. Expected and received stand beside it. */
  meaning: string;
  /** Who has to do what. */
  remedy: string;
  level: 'info' | 'warn';
}

const row = (
  person: Explanation['person'],
  meaning: string,
  remedy: string,
  level: Explanation['level'] = 'warn',
): Explanation => ({ person, meaning, remedy, level });

const retry = 'Nobody, if it passes. Otherwise look at the provider’s status and at the network between.';
const provider = 'The administrator of the identity provider, in its application for this service.';
const connection = 'An administrator here, in the settings of the connection.';
const suspicious = 'Nobody. If it repeats, find out who sends such messages.';

export const explanations: Record<ProviderErrorCode, Explanation> = {
  upstream_unreachable: row('unreachable', 'The provider could not be reached.', retry),
  upstream_tls: row('unreachable', 'The provider’s TLS certificate was not accepted.', provider),
  upstream_timeout: row('unreachable', 'The provider did not answer in time.', retry),
  upstream_answer_invalid: row('failed', 'The provider’s answer was not what the protocol asks for.', provider),
  upstream_address_refused: row('unreachable', 'The provider’s address is one that we do not connect to.', connection),
  upstream_throttled: row('unreachable', 'The provider asked us to slow down.', retry),
  discovery_missing: row('failed', 'No discovery document was found at the issuer.', connection),
  discovery_incomplete: row('failed', 'The discovery document lacks endpoints.', provider),
  discovery_issuer_mismatch: row('failed', 'The discovery document names another issuer.', connection),
  keys_missing: row('failed', 'The provider publishes no key that signed this.', provider),
  upstream_denied: row(
    'denied',
    'The provider refused, or the person cancelled.',
    'The person, or whoever assigns people to the application at the provider.',
    'info',
  ),
  upstream_error: row('failed', 'The provider answered with an error.', provider),
  callback_invalid: row('failed', 'The answer was incomplete or malformed.', suspicious),
  reauthentication_missing: row(
    'reauthentication',
    'The provider did not ask the person again although that was demanded.',
    'The administrator of the identity provider; or switch off “always prompt” here (SES-5).',
  ),
  client_refused: row('failed', 'The provider did not accept our client id or secret.', connection),
  token_refused: row('failed', 'The provider did not redeem the authorization code.', provider),
  id_token_missing: row('failed', 'The answer had no ID token.', provider),
  id_token_malformed: row('failed', 'The ID token could not be read.', provider),
  id_token_algorithm_refused: row('failed', 'The ID token is signed with an algorithm that is not accepted.', provider),
  id_token_signature_invalid: row(
    'failed',
    'The signature of the ID token does not match the published keys.',
    provider,
  ),
  id_token_issuer_mismatch: row('failed', 'The ID token was issued by somebody else.', connection),
  id_token_audience_mismatch: row('failed', 'The ID token is meant for another application.', connection),
  id_token_expired: row('failed', 'The ID token had expired.', provider),
  id_token_nonce_mismatch: row('failed', 'The ID token answers another sign-in.', suspicious),
  id_token_too_old: row('failed', 'The ID token was issued too long ago.', provider),
  clock_skew: row(
    'failed',
    'The provider’s clock and ours differ too much.',
    'Whoever runs the machine whose clock is wrong: set up time synchronisation.',
  ),
  issuer_parameter_mismatch: row('failed', 'The answer came from another issuer than the one asked.', suspicious),
  subject_missing: row('failed', 'The provider did not say who the person is.', provider),
  tenant_mismatch: row(
    'failed',
    'The person belongs to another tenant than the connected one.',
    'The person: sign in with an account of the connected tenant.',
  ),
  guest_refused: row('failed', 'The account is a guest in the tenant.', 'The person: sign in with a member account.'),
  userinfo_refused: row('failed', 'The provider did not answer the userinfo request.', provider),
  userinfo_subject_mismatch: row('failed', 'Userinfo spoke of another person than the ID token.', provider),
  directory_refused: row(
    'failed',
    'The provider’s directory did not answer; permissions may be missing.',
    'An administrator of the tenant: grant the permissions again.',
  ),
  saml_malformed: row('failed', 'The SAML response could not be read.', suspicious),
  saml_too_large: row('failed', 'The SAML response is too large.', provider),
  saml_structure_refused: row('failed', 'The SAML response has a structure that is not accepted.', suspicious),
  saml_algorithm_refused: row(
    'failed',
    'The response uses an algorithm that is not accepted (SHA-256 or better is needed).',
    provider,
  ),
  saml_signature_missing: row('failed', 'What the connection requires to be signed was not signed.', connection),
  saml_signature_invalid: row(
    'failed',
    'The signature does not match the connection’s certificates.',
    'An administrator here: import the provider’s current metadata; its certificate may have changed.',
  ),
  saml_certificate_expired: row('failed', 'The certificate that signed has expired.', provider),
  saml_status: row('denied', 'The provider answered that the sign-in did not succeed.', provider),
  saml_unsolicited: row(
    'failed',
    'Nobody asked for this response (identity-provider-initiated).',
    'The person: open the workspace URL. The administrator: point the tile at the workspace URL (SML-4).',
    'info',
  ),
  saml_version_refused: row('failed', 'The message is not SAML 2.0.', provider),
  saml_issuer_mismatch: row('failed', 'The response was issued by another entity than the connected one.', connection),
  saml_destination_mismatch: row('failed', 'The response is addressed to another place.', provider),
  saml_recipient_mismatch: row('failed', 'The assertion is addressed to another recipient.', provider),
  saml_in_response_to_mismatch: row('failed', 'The response answers another request.', suspicious),
  saml_audience_mismatch: row('failed', 'The assertion is meant for another audience.', provider),
  saml_condition_unknown: row('failed', 'The assertion has a condition that is not understood.', provider),
  saml_conditions_missing: row('failed', 'The assertion lacks its conditions.', provider),
  saml_subject_missing: row('failed', 'The assertion does not say who the person is in a way that lasts.', provider),
  saml_confirmation_missing: row('failed', 'The assertion has no valid bearer confirmation.', provider),
  saml_expired: row('failed', 'The assertion had expired.', provider),
  saml_not_yet_valid: row(
    'failed',
    'The assertion is not valid yet; clocks may differ.',
    'Whoever runs the machine whose clock is wrong: set up time synchronisation.',
  ),
  saml_too_old: row('failed', 'The assertion was issued too long ago.', provider),
  saml_statement_missing: row('failed', 'The assertion does not say how the person authenticated.', provider),
  saml_context_mismatch: row('failed', 'The person did not authenticate in the required way.', provider),
  saml_encryption_refused: row('failed', 'The assertion is encrypted in a way that is not accepted.', provider),
  saml_replayed: row('failed', 'This response had been used before.', suspicious),
  saml_attribute_refused: row('failed', 'An attribute of the assertion is not acceptable.', provider),
  settings_invalid: row('failed', 'The connection’s settings are not usable.', connection),
};
