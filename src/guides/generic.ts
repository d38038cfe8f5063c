/** Any other product that keeps to the standard. */
import type { Guide } from './guide.ts';
import {
  attributePart,
  bringMetadata,
  exactNames,
  samlFields,
  sourceIsActiveDirectory,
  stableNameId,
  startAtWorkspace,
} from './saml-parts.ts';

const attributes = attributePart(
  { sid: 'objectSid', upn: 'userPrincipalName', oid: 'objectGUID', email: 'mail', displayName: 'displayName' },
  sourceIsActiveDirectory,
);

export const genericSaml: Guide = {
  id: 'generic-saml',
  kind: 'saml',
  name: { en: 'Another SAML 2.0 provider', ja: 'その他のSAML 2.0プロバイダー' },
  protocol: 'SAML 2.0',
  steps: [
    {
      title: { en: 'Register us as a service provider', ja: '本サービスをサービスプロバイダーとして登録する' },
      parts: [
        {
          do: [
            {
              en: 'Import our metadata from its address, or enter the values by hand.',
              ja: '本サービスのメタデータをアドレスからインポートするか、値を入力します。',
            },
            {
              en: 'Sign the response or the assertion with RSA and SHA-256 or better. Do not encrypt assertions.',
              ja: '応答またはアサーションに、RSAとSHA-256以上で署名します。アサーションは暗号化しないでください。',
            },
          ],
        },
        {
          copy: [
            { value: 'metadata', at: { en: 'Metadata', ja: 'メタデータ' } },
            { value: 'entityId', at: { en: 'Entity ID (audience)', ja: 'エンティティID（オーディエンス）' } },
            {
              value: 'acs',
              at: { en: 'Assertion consumer service (HTTP-POST)', ja: 'Assertion Consumer Service（HTTP-POST）' },
            },
          ],
        },
        stableNameId,
        startAtWorkspace,
      ],
    },
    {
      title: { en: 'Send the attributes', ja: '属性を送信する' },
      parts: [
        attributes,
        {
          note: {
            en: 'SID and GUID may be written out or be the Base64 of their bytes.',
            ja: 'SIDとGUIDは、文字列表記とバイト列のBase64のどちらでも使用できます。',
          },
        },
        exactNames,
      ],
    },
  ],
  fields: samlFields,
  bringBack: bringMetadata,
};

export const genericOidc: Guide = {
  id: 'generic-oidc',
  kind: 'oidc',
  name: { en: 'Another OpenID Connect provider', ja: 'その他のOpenID Connectプロバイダー' },
  protocol: 'OpenID Connect',
  steps: [
    {
      title: { en: 'Register a web application', ja: 'Webアプリケーションを登録する' },
      parts: [
        {
          do: [
            {
              en: 'Register a confidential web application: authorization code flow with PKCE (S256), with a client secret.',
              ja: 'クライアントシークレットを使用するWebアプリケーションを登録します。フローは認可コード（PKCE S256）です。',
            },
            { en: 'Enter these addresses exactly.', ja: '次のアドレスを正確に入力します。' },
          ],
        },
        {
          copy: [
            { value: 'redirectUri', at: { en: 'Redirect URI', ja: 'リダイレクトURI' } },
            {
              value: 'workspace',
              at: { en: 'Post-logout redirect URI', ja: 'サインアウト後のリダイレクトURI' },
            },
            { value: 'scopes', at: { en: 'Scopes', ja: 'スコープ' } },
          ],
        },
      ],
    },
    {
      title: { en: 'Send the claims', ja: 'クレームを送信する' },
      parts: [
        {
          say: {
            en: 'In the ID token, or at the userinfo endpoint:',
            ja: 'IDトークン、またはuserinfoエンドポイントで次のクレームを返します。',
          },
        },
        attributes,
        exactNames,
      ],
    },
  ],
  fields: ['issuer', 'clientId', 'clientSecret', 'certificateAuthorities'],
  bringBack: {
    en: 'The issuer is what the discovery document calls “issuer”; its address may be pasted too.',
    ja: '発行者はディスカバリードキュメントの「issuer」の値です。ドキュメントのアドレスを貼り付けることもできます。',
  },
};
