/**
 * What is checked of a connection and of one sign-in by it, as a closed list in the order in which it happens: what a
 * test shows line by line, what a trace of a sign-in names, what a failure belongs to.
 *
 * Owns: the list, its names for people, which failure belongs to which check. Does not own: the checks themselves
 * (`providers/`), what a failure means (`explanations.ts`). Pure.
 */
import type { ProviderErrorCode } from '../../providers/errors.ts';
import type { Text } from '../../providers/provider.ts';

export type Protocol = 'oidc' | 'saml';

const labels = {
  settings: { en: 'Settings are complete', ja: '設定の完全性' },
  reachable: { en: 'Provider can be reached', ja: 'プロバイダーへの接続' },
  tls: { en: 'TLS certificate is trusted', ja: 'TLS証明書の信頼性' },
  document: { en: 'Discovery document is found and complete', ja: 'ディスカバリードキュメント' },
  issuer: { en: 'Discovery document names the expected issuer', ja: 'ディスカバリードキュメントの発行者' },
  clock: { en: 'Clocks agree', ja: '時刻のずれ' },
  keys: { en: 'Signing keys are published', ja: '署名鍵の公開' },
  certificate: { en: 'Signing certificate is valid', ja: '署名証明書の有効性' },
  client: { en: 'Client ID and secret are accepted', ja: 'クライアントIDとシークレット' },
  redirect: { en: 'Redirect URI is registered', ja: 'リダイレクトURIの登録' },
  directory: { en: 'Directory can be read', ja: 'ディレクトリの読み取り' },
  returned: { en: 'Browser came back with an answer', ja: '応答の受信' },
  response: { en: 'Answer is well-formed and belongs to this sign-in', ja: '応答の形式と対応関係' },
  status: { en: 'Provider reports success', ja: 'プロバイダーでのサインイン結果' },
  token: { en: 'Code is redeemed for an ID token', ja: 'IDトークンの取得' },
  encryption: { en: 'Encryption is as agreed', ja: '暗号化の方式' },
  signature: { en: 'Signature is valid', ja: '署名の検証' },
  recipient: { en: 'Addressed to this service', ja: '宛先' },
  issuer_of_response: { en: 'Issued by the connected provider', ja: '応答の発行者' },
  audience: { en: 'Meant for this application (audience)', ja: '対象者（Audience）' },
  time: { en: 'Valid at this time', ja: '有効期間' },
  request: { en: 'Answers this very request', ja: '要求との対応' },
  subject: { en: 'Says who the person is', ja: '利用者の識別子' },
  authentication: { en: 'Person authenticated as required', ja: '認証の方法' },
  userinfo: { en: 'Userinfo can be read', ja: 'userinfoの取得' },
  attributes: { en: 'Required attributes are present and readable', ja: '必須属性' },
} as const satisfies Readonly<Record<string, Text>>;
export type Check = keyof typeof labels;

export const checks = Object.keys(labels) as Check[];

export function isCheck(name: string): name is Check {
  return Object.hasOwn(labels, name);
}

/** As people read it. */
export const checkLabels: Readonly<Record<Check, Text>> = labels;

/** Needs nobody to sign in. Some only for providers that have what is checked. */
export const checksBefore = {
  oidc: [
    'settings',
    'reachable',
    'tls',
    'document',
    'issuer',
    'clock',
    'keys',
    'certificate',
    'client',
    'redirect',
    'directory',
  ],
  saml: ['settings', 'certificate', 'reachable', 'tls'],
} as const satisfies Readonly<Record<Protocol, readonly Check[]>>;

/**
 * Of one sign-in, in the order in which the protocol's own code goes: what stands before a failure has passed. Some were
 * made before as well; then the sign-in has the last word.
 */
export const checksAtSignIn = {
  oidc: [
    'returned',
    'response',
    'status',
    'client',
    'token',
    'keys',
    'certificate',
    'signature',
    'issuer_of_response',
    'audience',
    'clock',
    'time',
    'request',
    'subject',
    'authentication',
    'userinfo',
    'directory',
    'attributes',
  ],
  saml: [
    'returned',
    'response',
    'status',
    'encryption',
    'signature',
    'certificate',
    'recipient',
    'request',
    'issuer_of_response',
    'clock',
    'time',
    'subject',
    'audience',
    'authentication',
    'attributes',
  ],
} as const satisfies Readonly<Record<Protocol, readonly Check[]>>;

/** Which check a failure belongs to. A code without one does not compile. */
const checkOfCode: Readonly<Record<ProviderErrorCode, Check>> = {
  upstream_name_unknown: 'reachable',
  upstream_unreachable: 'reachable',
  upstream_interrupted: 'reachable',
  upstream_tls: 'tls',
  upstream_tls_expired: 'tls',
  upstream_tls_name: 'tls',
  upstream_timeout: 'reachable',
  upstream_redirected: 'reachable',
  upstream_answer_too_large: 'reachable',
  upstream_answer_invalid: 'reachable',
  upstream_address_refused: 'reachable',
  upstream_throttled: 'reachable',
  discovery_missing: 'document',
  discovery_incomplete: 'document',
  discovery_issuer_mismatch: 'issuer',
  keys_missing: 'keys',
  certificate_untrusted: 'certificate',
  domain_unconfirmed: 'settings',
  redirect_refused: 'redirect',
  upstream_denied: 'status',
  upstream_error: 'status',
  callback_invalid: 'response',
  reauthentication_missing: 'authentication',
  client_refused: 'client',
  client_credential_expired: 'client',
  token_refused: 'token',
  id_token_missing: 'token',
  id_token_malformed: 'token',
  id_token_algorithm_refused: 'signature',
  id_token_signature_invalid: 'signature',
  id_token_issuer_mismatch: 'issuer_of_response',
  id_token_audience_mismatch: 'audience',
  id_token_expired: 'time',
  id_token_nonce_mismatch: 'request',
  id_token_too_old: 'time',
  clock_skew: 'clock',
  issuer_parameter_mismatch: 'response',
  subject_missing: 'subject',
  tenant_mismatch: 'subject',
  guest_refused: 'subject',
  consent_refused: 'status',
  role_missing: 'subject',
  userinfo_refused: 'userinfo',
  userinfo_subject_mismatch: 'userinfo',
  directory_refused: 'directory',
  directory_token_refused: 'directory',
  saml_malformed: 'response',
  saml_too_large: 'response',
  saml_structure_refused: 'response',
  saml_algorithm_refused: 'signature',
  saml_signature_missing: 'signature',
  saml_signature_invalid: 'signature',
  saml_certificate_expired: 'certificate',
  saml_status: 'status',
  saml_unsolicited: 'request',
  saml_version_refused: 'response',
  saml_issuer_mismatch: 'issuer_of_response',
  saml_destination_mismatch: 'recipient',
  saml_recipient_mismatch: 'recipient',
  saml_in_response_to_mismatch: 'request',
  saml_audience_mismatch: 'audience',
  saml_condition_unknown: 'time',
  saml_conditions_missing: 'time',
  saml_subject_missing: 'subject',
  saml_confirmation_missing: 'subject',
  saml_expired: 'time',
  saml_not_yet_valid: 'clock',
  saml_too_old: 'time',
  saml_statement_missing: 'authentication',
  saml_context_mismatch: 'authentication',
  saml_encryption_refused: 'encryption',
  saml_replayed: 'request',
  saml_attribute_refused: 'attributes',
  settings_invalid: 'settings',
};

/** Which endpoint could not be asked, or gave an answer that is none: `detail.where` of `providers/protocols/oidc`. */
const checkOfPlace: Readonly<Record<string, Check>> = {
  jwks_uri: 'keys',
  token_endpoint: 'token',
  userinfo_endpoint: 'userinfo',
};

/** The check that a failure belongs to. */
export function checkOf({ code, detail }: { code: ProviderErrorCode; detail?: { where?: string } }): Check {
  const place = detail?.where ?? '';
  if (code.startsWith('upstream_') && Object.hasOwn(checkOfPlace, place)) return checkOfPlace[place] as Check;
  if (code !== 'upstream_answer_invalid' && code !== 'upstream_answer_too_large') return checkOfCode[code];
  return place.endsWith('/.well-known/openid-configuration') ? 'document' : checkOfCode[code];
}

/** What had passed when a sign-in failed at `failed`: nothing, when that is a check that belongs to no fixed moment. */
export function passedBefore(protocol: Protocol, failed: Check): readonly Check[] {
  const order: readonly Check[] = checksAtSignIn[protocol];
  return order.slice(0, Math.max(0, order.indexOf(failed)));
}

/** Which list a kind of connection follows. */
export function protocolOf(kind: string): Protocol {
  return kind === 'saml' ? 'saml' : 'oidc';
}
