/**
 * Where in each vendor's console the thing is that has to be changed: beside every failure of a connection, and in the
 * set-up guides. Menu paths as the vendors write them; they move now and then, so a path is a hint and never a link.
 *
 * NOT verified against a live console of each vendor: written from their public documentation.
 */
import type { ProviderErrorCode } from '../../providers/errors.ts';
import type { Text } from '../../providers/provider.ts';
import type { Vendor } from './vendors.ts';

export type Topic =
  /** Redirect URI, or ACS (reply) URL. */
  | 'return_address'
  /** Our entity ID as audience, or the client as audience. */
  | 'audience'
  /** Client ID and secret. */
  | 'client'
  /** Who may use the application. */
  | 'assignment'
  /** What is signed, and how. */
  | 'signing'
  /** The signing certificate or keys, and the metadata that publishes them. */
  | 'certificate'
  | 'encryption'
  /** Attributes or claims. */
  | 'attributes'
  | 'name_id'
  /** Their own issuer or entity ID. */
  | 'issuer'
  /** API permissions or tokens. */
  | 'directory'
  /** Which sign-in methods are asked for. */
  | 'policy'
  /** Where they write down what they refused. */
  | 'log';

type Places = Partial<Readonly<Record<Topic, Text>>>;

const entraApp = {
  en: 'Entra admin center › App registrations › (application)',
  ja: 'Entra管理センター › アプリの登録 › （アプリケーション）',
};
const entraSso = {
  en: 'Entra admin center › Enterprise applications › (application) › Single sign-on',
  ja: 'Entra管理センター › エンタープライズ アプリケーション › （アプリケーション） › シングル サインオン',
};
const entraEnterprise = {
  en: 'Entra admin center › Enterprise applications › (application)',
  ja: 'Entra管理センター › エンタープライズ アプリケーション › （アプリケーション）',
};
const oktaApp = {
  en: 'Okta Admin Console › Applications › (application)',
  ja: 'Okta管理コンソール › アプリケーション › （アプリケーション）',
};
const oktaSaml = {
  en: 'Okta Admin Console › Applications › (application) › General › SAML Settings › Edit',
  ja: 'Okta管理コンソール › アプリケーション › （アプリケーション） › 一般 › SAML設定 › 編集',
};
const adfsTrust = {
  en: 'AD FS Management › Relying Party Trusts › (trust) › Properties',
  ja: 'AD FSの管理 › 証明書利用者信頼 › （信頼） › プロパティ',
};
const googleApp = {
  en: 'Google Admin console › Apps › Web and mobile apps › (application)',
  ja: 'Google管理コンソール › アプリ › ウェブアプリとモバイルアプリ › （アプリ）',
};
const oneLoginApp = {
  en: 'OneLogin Administration › Applications › (application)',
  ja: 'OneLogin管理画面 › Applications › （アプリケーション）',
};
const pingApp = {
  en: 'PingOne admin console › Applications › (application)',
  ja: 'PingOne管理コンソール › Applications › （アプリケーション）',
};
const keycloakClient = {
  en: 'Keycloak admin console › Clients › (client)',
  ja: 'Keycloak管理コンソール › Clients › （クライアント）',
};
const netscalerProfile = {
  en: 'NetScaler › Security › AAA - Application Traffic › Policies › Authentication › Advanced Policies › OAuth IdP › Profiles › (profile)',
  ja: 'NetScaler › Security › AAA - Application Traffic › Policies › Authentication › Advanced Policies › OAuth IdP › Profiles › （プロファイル）',
};
const simpleRemote = {
  en: 'metadata/saml20-sp-remote.php, entry of our entity ID',
  ja: 'metadata/saml20-sp-remote.php（こちらのエンティティIDの項目）',
};
const simpleHosted = { en: 'metadata/saml20-idp-hosted.php', ja: 'metadata/saml20-idp-hosted.php' };

/** Below a place. `ja`: where the console is not in English. */
const below = (place: Text, en: string, ja = en): Text => ({ en: `${place.en} › ${en}`, ja: `${place.ja} › ${ja}` });
const same = (text: string): Text => ({ en: text, ja: text });

export const where: Readonly<Record<Vendor, Places>> = {
  'entra-oidc': {
    return_address: below(entraApp, 'Authentication › Web › Redirect URIs', '認証 › Web › リダイレクト URI'),
    audience: below(entraApp, 'Overview › Application (client) ID', '概要 › アプリケーション (クライアント) ID'),
    client: below(
      entraApp,
      'Certificates & secrets › Client secrets',
      '証明書とシークレット › クライアント シークレット',
    ),
    assignment: below(entraEnterprise, 'Users and groups', 'ユーザーとグループ'),
    attributes: below(
      entraApp,
      'Token configuration; and the person in Users, On-premises',
      'トークン構成。値はユーザーの「オンプレミス」の項目',
    ),
    issuer: below(entraApp, 'Overview › Directory (tenant) ID', '概要 › ディレクトリ (テナント) ID'),
    directory: below(entraApp, 'API permissions › Grant admin consent', 'API のアクセス許可 › 管理者の同意を与えます'),
    policy: {
      en: 'Entra admin center › Protection › Conditional Access',
      ja: 'Entra管理センター › 保護 › 条件付きアクセス',
    },
    log: below(entraEnterprise, 'Sign-in logs', 'サインイン ログ'),
  },
  'entra-saml': {
    return_address: below(
      entraSso,
      'Basic SAML Configuration › Reply URL (Assertion Consumer Service URL)',
      '基本的な SAML 構成 › 応答 URL (Assertion Consumer Service URL)',
    ),
    audience: below(
      entraSso,
      'Basic SAML Configuration › Identifier (Entity ID)',
      '基本的な SAML 構成 › 識別子 (エンティティ ID)',
    ),
    assignment: below(entraEnterprise, 'Users and groups', 'ユーザーとグループ'),
    signing: below(
      entraSso,
      'SAML Certificates › Edit › Signing Option and Signing Algorithm',
      'SAML 証明書 › 編集 › 署名オプション・署名アルゴリズム',
    ),
    certificate: below(
      entraSso,
      'SAML Certificates › App Federation Metadata Url',
      'SAML 証明書 › アプリのフェデレーション メタデータ URL',
    ),
    encryption: below(entraEnterprise, 'Token encryption', 'トークンの暗号化'),
    attributes: below(entraSso, 'Attributes & Claims', '属性とクレーム'),
    name_id: below(
      entraSso,
      'Attributes & Claims › Unique User Identifier (Name ID)',
      '属性とクレーム › 一意のユーザー識別子 (名前 ID)',
    ),
    issuer: below(
      entraSso,
      'Set up (application) › Microsoft Entra Identifier',
      '（アプリケーション）のセットアップ › Microsoft Entra 識別子',
    ),
    policy: {
      en: 'Entra admin center › Protection › Conditional Access',
      ja: 'Entra管理センター › 保護 › 条件付きアクセス',
    },
    log: below(entraEnterprise, 'Sign-in logs', 'サインイン ログ'),
  },
  'okta-oidc': {
    return_address: below(
      oktaApp,
      'General › LOGIN › Sign-in redirect URIs',
      '一般 › ログイン › サインインリダイレクトURI',
    ),
    audience: below(
      oktaApp,
      'General › Client Credentials › Client ID',
      '一般 › クライアント資格情報 › クライアントID',
    ),
    client: below(oktaApp, 'General › Client Credentials', '一般 › クライアント資格情報'),
    assignment: below(oktaApp, 'Assignments', '割り当て'),
    signing: below(oktaApp, 'Sign On › OpenID Connect ID Token', 'サインオン › OpenID Connect IDトークン'),
    certificate: {
      en: 'Okta Admin Console › Security › API › Authorization Servers',
      ja: 'Okta管理コンソール › セキュリティ › API › 認可サーバー',
    },
    attributes: {
      en: 'Okta Admin Console › Security › API › Authorization Servers › (server) › Claims; values in Directory › Profile Editor › Mappings',
      ja: 'Okta管理コンソール › セキュリティ › API › 認可サーバー › （サーバー） › クレーム。値はディレクトリ › プロファイルエディター › マッピング',
    },
    issuer: below(
      oktaApp,
      'Sign On › OpenID Connect ID Token › Issuer',
      'サインオン › OpenID Connect IDトークン › 発行者',
    ),
    directory: {
      en: 'Okta Admin Console › Security › API › Tokens',
      ja: 'Okta管理コンソール › セキュリティ › API › トークン',
    },
    policy: below(oktaApp, 'Sign On › User authentication', 'サインオン › ユーザー認証'),
    log: { en: 'Okta Admin Console › Reports › System Log', ja: 'Okta管理コンソール › レポート › システムログ' },
  },
  'okta-saml': {
    return_address: below(oktaSaml, 'Single sign-on URL', 'シングルサインオンURL'),
    audience: below(oktaSaml, 'Audience URI (SP Entity ID)', 'オーディエンスURI（SPエンティティID）'),
    assignment: below(oktaApp, 'Assignments', '割り当て'),
    signing: below(
      oktaSaml,
      'Show Advanced Settings › Response, Assertion Signature, Signature Algorithm',
      '高度な設定を表示 › 応答・アサーション署名・署名アルゴリズム',
    ),
    certificate: below(
      oktaApp,
      'Sign On › SAML Signing Certificates, Metadata URL',
      'サインオン › SAML署名証明書・メタデータURL',
    ),
    encryption: below(
      oktaSaml,
      'Show Advanced Settings › Assertion Encryption',
      '高度な設定を表示 › アサーション暗号化',
    ),
    attributes: below(oktaSaml, 'Attribute Statements', '属性ステートメント'),
    name_id: below(oktaSaml, 'Name ID format, Application username', '名前IDの形式・アプリケーションユーザー名'),
    issuer: below(
      oktaApp,
      'Sign On › SAML Setup › Identity Provider Issuer',
      'サインオン › SAMLの設定 › IDプロバイダー発行者',
    ),
    policy: below(oktaApp, 'Sign On › User authentication', 'サインオン › ユーザー認証'),
    log: { en: 'Okta Admin Console › Reports › System Log', ja: 'Okta管理コンソール › レポート › システムログ' },
  },
  adfs: {
    return_address: below(
      adfsTrust,
      'Endpoints › SAML Assertion Consumer Endpoints',
      'エンドポイント › SAML アサーション コンシューマー エンドポイント',
    ),
    audience: below(adfsTrust, 'Identifiers › Relying party identifiers', '識別子 › 証明書利用者の識別子'),
    client: {
      en: 'AD FS Management › Application Groups › (group)',
      ja: 'AD FSの管理 › アプリケーション グループ › （グループ）',
    },
    assignment: {
      en: 'AD FS Management › Relying Party Trusts › (trust) › Edit Access Control Policy',
      ja: 'AD FSの管理 › 証明書利用者信頼 › （信頼） › アクセス制御ポリシーの編集',
    },
    signing: below(
      adfsTrust,
      'Advanced › Secure hash algorithm; what is signed: Set-AdfsRelyingPartyTrust -SamlResponseSignature',
      '詳細設定 › セキュア ハッシュ アルゴリズム。署名の対象は Set-AdfsRelyingPartyTrust -SamlResponseSignature',
    ),
    certificate: {
      en: 'AD FS Management › Service › Certificates › Token-signing',
      ja: 'AD FSの管理 › サービス › 証明書 › トークン署名',
    },
    encryption: below(adfsTrust, 'Encryption', '暗号化'),
    attributes: {
      en: 'AD FS Management › Relying Party Trusts › (trust) › Edit Claim Issuance Policy',
      ja: 'AD FSの管理 › 証明書利用者信頼 › （信頼） › 要求発行ポリシーの編集',
    },
    name_id: {
      en: 'AD FS Management › Relying Party Trusts › (trust) › Edit Claim Issuance Policy › rule for Name ID',
      ja: 'AD FSの管理 › 証明書利用者信頼 › （信頼） › 要求発行ポリシーの編集 › 名前 ID の規則',
    },
    issuer: {
      en: 'AD FS Management › Service › Edit Federation Service Properties',
      ja: 'AD FSの管理 › サービス › フェデレーション サービスのプロパティの編集',
    },
    policy: { en: 'AD FS Management › Authentication Policies', ja: 'AD FSの管理 › 認証ポリシー' },
    log: {
      en: 'Event Viewer on the AD FS server › Applications and Services Logs › AD FS › Admin',
      ja: 'AD FSサーバーのイベント ビューアー › アプリケーションとサービス ログ › AD FS › Admin',
    },
  },
  google: {
    return_address: below(googleApp, 'Service provider details › ACS URL', 'サービス プロバイダの詳細 › ACS の URL'),
    audience: below(googleApp, 'Service provider details › Entity ID', 'サービス プロバイダの詳細 › エンティティ ID'),
    assignment: below(googleApp, 'User access', 'ユーザー アクセス'),
    signing: below(googleApp, 'Service provider details › Signed response', 'サービス プロバイダの詳細 › 署名付き応答'),
    certificate: below(
      googleApp,
      'Service provider details › Certificate, Download metadata',
      'サービス プロバイダの詳細 › 証明書・メタデータをダウンロード',
    ),
    attributes: below(googleApp, 'SAML attribute mapping', 'SAML 属性のマッピング'),
    name_id: below(googleApp, 'Service provider details › Name ID', 'サービス プロバイダの詳細 › 名前 ID'),
    issuer: below(googleApp, 'Download metadata › Entity ID', 'メタデータをダウンロード › エンティティ ID'),
    log: {
      en: 'Google Admin console › Reporting › Audit and investigation › SAML log events',
      ja: 'Google管理コンソール › レポート › 監査と調査 › SAML のログイベント',
    },
  },
  onelogin: {
    return_address: below(oneLoginApp, 'Configuration › ACS (Consumer) URL and its validator'),
    audience: below(oneLoginApp, 'Configuration › Audience (EntityID)'),
    client: below(oneLoginApp, 'SSO › Client ID, Client Secret'),
    assignment: below(oneLoginApp, 'Access; or Users › (person) › Applications'),
    signing: below(oneLoginApp, 'Configuration › SAML signature element; SSO › SAML Signature Algorithm'),
    certificate: below(oneLoginApp, 'SSO › X.509 Certificate; More Actions › SAML Metadata'),
    encryption: below(oneLoginApp, 'Configuration › SAML encryption method'),
    attributes: below(oneLoginApp, 'Parameters'),
    name_id: below(oneLoginApp, 'Configuration › SAML nameID format; Parameters › NameID value'),
    issuer: below(oneLoginApp, 'SSO › Issuer URL'),
    log: same('OneLogin Administration › Activity › Events'),
  },
  ping: {
    return_address: below(pingApp, 'Configuration › ACS URLs, Redirect URIs'),
    audience: below(pingApp, 'Configuration › Entity ID'),
    client: below(pingApp, 'Configuration › Client ID, Client Secret'),
    assignment: below(pingApp, 'Access'),
    signing: below(pingApp, 'Configuration › Signing: Sign Assertion, Sign Response, Signing Algorithm'),
    certificate: below(pingApp, 'Configuration › Signing Key; Download Metadata'),
    encryption: below(pingApp, 'Configuration › Encryption'),
    attributes: below(pingApp, 'Attribute Mappings'),
    name_id: below(pingApp, 'Configuration › Subject NameID Format; Attribute Mappings › saml_subject'),
    issuer: below(pingApp, 'Configuration › Issuer ID'),
    policy: below(pingApp, 'Policies'),
    log: same('PingOne admin console › Monitoring › Audit'),
  },
  keycloak: {
    return_address: below(
      keycloakClient,
      'Settings › Valid redirect URIs, Master SAML Processing URL; Advanced › Assertion Consumer Service POST Binding URL',
    ),
    audience: below(keycloakClient, 'Settings › Client ID (for SAML: our entity ID); Client scopes › Audience mapper'),
    client: below(keycloakClient, 'Credentials › Client Secret'),
    assignment: below(keycloakClient, 'Roles; Authentication › flow of this client'),
    signing: below(
      keycloakClient,
      'Settings › Sign documents, Sign assertions, Signature algorithm; Advanced › ID token signature algorithm',
    ),
    certificate: same('Keycloak admin console › Realm settings › Keys; General › Endpoints'),
    encryption: below(keycloakClient, 'Keys › Encrypt assertions'),
    attributes: below(keycloakClient, 'Client scopes › (dedicated scope) › Mappers'),
    name_id: below(keycloakClient, 'Settings › Name ID format, Force name ID format'),
    issuer: same('Keycloak admin console › Realm settings › General › Endpoints; Frontend URL'),
    policy: same('Keycloak admin console › Authentication › Flows'),
    log: same('Keycloak admin console › Events › User events'),
  },
  netscaler: {
    return_address: below(netscalerProfile, 'Redirect URL'),
    audience: below(netscalerProfile, 'Audience'),
    client: below(netscalerProfile, 'Client ID, Client Secret'),
    assignment: same(
      'NetScaler › Security › AAA - Application Traffic › Policies › Authentication › Advanced Policies › (policy of the virtual server)',
    ),
    signing: below(netscalerProfile, 'Signature Algorithm, Signature Service'),
    certificate: same(
      'NetScaler › Security › AAA - Application Traffic › Virtual Servers › (server) › Certificate; VPN Global › Certkey for OAuth IdP',
    ),
    attributes: below(netscalerProfile, 'Send Password off; Attributes; LDAP server › Other Settings › Attributes'),
    name_id: below(netscalerProfile, 'Attributes'),
    issuer: below(netscalerProfile, 'Issuer Name'),
    log: same('NetScaler › shell › /var/log/ns.log; aaad.debug'),
  },
  simplesamlphp: {
    return_address: below(simpleRemote, 'AssertionConsumerService'),
    audience: simpleRemote,
    assignment: below(simpleRemote, 'authproc'),
    signing: below(simpleRemote, 'saml20.sign.response, saml20.sign.assertion, signature.algorithm'),
    certificate: below(simpleHosted, 'certificate, privatekey'),
    encryption: below(simpleRemote, 'assertion.encryption'),
    attributes: below(simpleRemote, 'attributes, authproc'),
    name_id: below(simpleRemote, 'NameIDFormat, simplesaml.nameidattribute'),
    issuer: simpleHosted,
    log: same('log/simplesamlphp.log'),
  },
  'generic-oidc': {
    return_address: {
      en: 'The application’s list of redirect (callback) URIs',
      ja: 'アプリケーションのリダイレクト（コールバック）URIの一覧',
    },
    audience: {
      en: 'The application’s client ID, as the audience of ID tokens',
      ja: 'アプリケーションのクライアントID（IDトークンの対象者）',
    },
    client: { en: 'The application’s client ID and secret', ja: 'アプリケーションのクライアントIDとシークレット' },
    assignment: {
      en: 'Who is assigned to, or may use, the application',
      ja: 'アプリケーションへの割り当て、または利用許可',
    },
    signing: {
      en: 'The application’s ID token signature algorithm',
      ja: 'アプリケーションのIDトークンの署名アルゴリズム',
    },
    certificate: { en: 'The provider’s signing keys (jwks_uri)', ja: 'プロバイダーの署名鍵（jwks_uri）' },
    attributes: {
      en: 'The application’s claims or attribute mapping, and its scopes',
      ja: 'アプリケーションのクレーム（属性マッピング）とスコープ',
    },
    name_id: {
      en: 'The subject (sub) of the application’s ID tokens',
      ja: 'アプリケーションのIDトークンのサブジェクト（sub）',
    },
    issuer: {
      en: 'The issuer in the provider’s discovery document',
      ja: 'プロバイダーのディスカバリードキュメントのissuer',
    },
    directory: {
      en: 'The permissions of the provider’s API client or token',
      ja: 'プロバイダーのAPIクライアントまたはトークンの権限',
    },
    policy: { en: 'The application’s sign-in policy', ja: 'アプリケーションのサインインポリシー' },
    log: { en: 'The provider’s sign-in log', ja: 'プロバイダーのサインインログ' },
  },
  'generic-saml': {
    return_address: {
      en: 'The application’s ACS (assertion consumer service, reply) URL',
      ja: 'アプリケーションのACS（Assertion Consumer Service、応答）URL',
    },
    audience: {
      en: 'The application’s audience (service provider entity ID)',
      ja: 'アプリケーションの対象者（SPエンティティID）',
    },
    assignment: {
      en: 'Who is assigned to, or may use, the application',
      ja: 'アプリケーションへの割り当て、または利用許可',
    },
    signing: {
      en: 'The application’s signing options: response, assertion, algorithm',
      ja: 'アプリケーションの署名オプション（応答、アサーション、アルゴリズム）',
    },
    certificate: { en: 'The provider’s signing certificate and metadata', ja: 'プロバイダーの署名証明書とメタデータ' },
    encryption: { en: 'The application’s assertion encryption', ja: 'アプリケーションのアサーション暗号化' },
    attributes: {
      en: 'The application’s attribute statements (attribute mapping)',
      ja: 'アプリケーションの属性ステートメント（属性マッピング）',
    },
    name_id: { en: 'The application’s NameID and its format', ja: 'アプリケーションのNameIDとその形式' },
    issuer: { en: 'The entity ID in the provider’s metadata', ja: 'プロバイダーのメタデータのエンティティID' },
    policy: { en: 'The application’s sign-in policy', ja: 'アプリケーションのサインインポリシー' },
    log: { en: 'The provider’s sign-in log', ja: 'プロバイダーのサインインログ' },
  },
};

/** What to look for; null: nothing in the vendor's console. A code without an answer does not compile. */
const topicOfCode: Readonly<Record<ProviderErrorCode | 'attributes', Topic | null>> = {
  upstream_name_unknown: null,
  upstream_unreachable: null,
  upstream_interrupted: null,
  upstream_tls: null,
  upstream_tls_expired: null,
  upstream_tls_name: null,
  upstream_timeout: null,
  upstream_redirected: null,
  upstream_answer_too_large: null,
  upstream_answer_invalid: 'log',
  upstream_address_refused: null,
  upstream_throttled: 'log',
  discovery_missing: 'issuer',
  discovery_incomplete: 'issuer',
  discovery_issuer_mismatch: 'issuer',
  keys_missing: 'certificate',
  redirect_refused: 'return_address',
  upstream_denied: 'assignment',
  upstream_error: 'log',
  callback_invalid: null,
  reauthentication_missing: 'policy',
  client_refused: 'client',
  client_credential_expired: 'client',
  token_refused: 'log',
  id_token_missing: 'client',
  id_token_malformed: 'signing',
  id_token_algorithm_refused: 'signing',
  id_token_signature_invalid: 'certificate',
  id_token_issuer_mismatch: 'issuer',
  id_token_audience_mismatch: 'audience',
  id_token_expired: null,
  id_token_nonce_mismatch: null,
  id_token_too_old: null,
  clock_skew: null,
  issuer_parameter_mismatch: 'issuer',
  subject_missing: 'name_id',
  tenant_mismatch: 'issuer',
  guest_refused: 'assignment',
  consent_refused: 'directory',
  role_missing: 'directory',
  userinfo_refused: 'attributes',
  userinfo_subject_mismatch: 'log',
  directory_refused: 'directory',
  directory_token_refused: 'directory',
  saml_malformed: null,
  saml_too_large: 'attributes',
  saml_structure_refused: null,
  saml_algorithm_refused: 'signing',
  saml_signature_missing: 'signing',
  saml_signature_invalid: 'certificate',
  saml_certificate_expired: 'certificate',
  saml_status: 'log',
  saml_unsolicited: null,
  saml_version_refused: 'signing',
  saml_issuer_mismatch: 'issuer',
  saml_destination_mismatch: 'return_address',
  saml_recipient_mismatch: 'return_address',
  saml_in_response_to_mismatch: null,
  saml_audience_mismatch: 'audience',
  saml_condition_unknown: 'log',
  saml_conditions_missing: 'signing',
  saml_subject_missing: 'name_id',
  saml_confirmation_missing: 'return_address',
  saml_expired: null,
  saml_not_yet_valid: null,
  saml_too_old: null,
  saml_statement_missing: 'policy',
  saml_context_mismatch: 'policy',
  saml_encryption_refused: 'encryption',
  saml_replayed: null,
  saml_attribute_refused: 'attributes',
  certificate_untrusted: 'certificate',
  domain_unconfirmed: null,
  settings_invalid: null,
  attributes: 'attributes',
};

/** Where this failure is mended in this vendor's console; undefined when it is not mended there. */
export function placeOf(vendor: Vendor, code: ProviderErrorCode | 'attributes'): Text | undefined {
  const topic = topicOfCode[code];
  if (topic === null) return undefined;
  return where[vendor][topic] ?? where[vendor].log;
}
