/** Keycloak, by SAML and by OpenID Connect. As of 2026: the admin console of version 26. */
import type { Guide, GuidePart } from './guide.ts';
import { attributePart, bringMetadata, exactNames, samlFields, startAtWorkspace } from './saml-parts.ts';

/** Keycloak keeps objectGUID as the attribute LDAP_ID of every person that comes from Active Directory. */
const directory: GuidePart = {
  do: [
    {
      en: 'Open **User federation** > your Active Directory > **Mappers** > **Add mapper**. Type `user-attribute-ldap-mapper`, user model attribute and LDAP attribute `objectSid`, **Always Read Value From LDAP** and **Is Binary Attribute** on.',
      ja: '**User federation** > 対象のActive Directory > **Mappers** > **Add mapper**を開きます。種類は`user-attribute-ldap-mapper`、User model attributeとLDAP attributeは`objectSid`とし、**Always Read Value From LDAP**と**Is Binary Attribute**をオンにします。',
    },
    {
      en: 'Add another one for `userPrincipalName`, not binary. The objectGUID is there already: as the attribute `LDAP_ID`.',
      ja: '同様に`userPrincipalName`のマッパーを追加します（バイナリではありません）。objectGUIDは属性`LDAP_ID`としてすでに保存されています。',
    },
    {
      en: 'Where **Realm settings** > **User profile** does not allow unmanaged attributes, add both names there too.',
      ja: '**Realm settings** > **User profile**で未定義の属性（Unmanaged attributes）が許可されていない場合は、2つの属性をそこにも追加します。',
    },
  ],
};

const sources = attributePart(
  {
    sid: 'objectSid',
    upn: 'userPrincipalName',
    oid: 'LDAP_ID',
    email: 'email',
  },
  { en: 'User attribute', ja: 'User attribute' },
);

export const keycloakSaml: Guide = {
  id: 'keycloak-saml',
  kind: 'saml',
  name: { en: 'Keycloak', ja: 'Keycloak' },
  protocol: 'SAML 2.0',
  steps: [
    { title: { en: 'Read the Active Directory values', ja: 'Active Directoryの値を読み取る' }, parts: [directory] },
    {
      title: { en: 'Create the client', ja: 'クライアントを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Download our metadata from this address.',
              ja: '次のアドレスから本サービスのメタデータをダウンロードします。',
            },
            {
              en: 'Open **Clients** > **Import client**, choose the file and **Save**: entity ID, addresses and our certificate are filled in.',
              ja: '**Clients** > **Import client**を開き、ファイルを選択して**Save**を選択します。エンティティID、アドレス、本サービスの証明書が設定されます。',
            },
            {
              en: 'In the client’s settings: **Name ID format** persistent, **Force name ID format** on, **Sign assertions** on, **Encrypt assertions** off.',
              ja: 'クライアントの設定で、**Name ID format**をpersistent、**Force name ID format**をオン、**Sign assertions**をオン、**Encrypt assertions**をオフにします。',
            },
          ],
        },
        {
          copy: [
            { value: 'metadata', at: { en: 'Our metadata', ja: '本サービスのメタデータ' } },
            { value: 'entityId', at: { en: 'Client ID (after the import)', ja: 'Client ID（インポート後の値）' } },
          ],
        },
      ],
    },
    {
      title: { en: 'Send the attributes', ja: '属性を送信する' },
      parts: [
        {
          do: [
            {
              en: 'In the client open **Client scopes** > the scope that ends in `-dedicated` > **Configure a new mapper** > **User Attribute** for each row; **User Property** for email.',
              ja: 'クライアントの**Client scopes** > 末尾が`-dedicated`のスコープ > **Configure a new mapper**を開き、各行について**User Attribute**（emailは**User Property**）のマッパーを追加します。',
            },
            {
              en: '**SAML Attribute Name** is the name below, **SAML Attribute NameFormat** Basic.',
              ja: '**SAML Attribute Name**に下の名前を入力し、**SAML Attribute NameFormat**はBasicにします。',
            },
          ],
        },
        sources,
        {
          note: {
            en: 'Remove the default scope `role_list` from the client where roles are none of our business: nothing but the attributes above is read.',
            ja: '上記以外の属性は読み取りません。ロールを送信したくない場合は、クライアントから既定のスコープ`role_list`を外してください。',
          },
        },
        exactNames,
      ],
    },
    {
      title: { en: 'Get your metadata', ja: 'メタデータを取得する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Realm settings** > **General** > **SAML 2.0 Identity Provider Metadata** and save the document.',
              ja: '**Realm settings** > **General** > **SAML 2.0 Identity Provider Metadata**を開き、ドキュメントを保存します。',
            },
          ],
        },
        startAtWorkspace,
      ],
    },
  ],
  fields: samlFields,
  bringBack: bringMetadata,
};

export const keycloakOidc: Guide = {
  id: 'keycloak-oidc',
  kind: 'oidc',
  name: { en: 'Keycloak', ja: 'Keycloak' },
  protocol: 'OpenID Connect',
  steps: [
    { title: { en: 'Read the Active Directory values', ja: 'Active Directoryの値を読み取る' }, parts: [directory] },
    {
      title: { en: 'Create the client', ja: 'クライアントを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Clients** > **Create client**: type **OpenID Connect** and a client ID of your choice.',
              ja: '**Clients** > **Create client**を開き、種類を**OpenID Connect**にして、任意のクライアントIDを入力します。',
            },
            {
              en: '**Client authentication** on; of the flows only **Standard flow**. Enter these addresses and **Save**.',
              ja: '**Client authentication**をオンにし、フローは**Standard flow**だけを選択します。次のアドレスを入力して**Save**を選択します。',
            },
          ],
        },
        {
          copy: [
            { value: 'redirectUri', at: { en: 'Valid redirect URIs', ja: 'Valid redirect URIs' } },
            {
              value: 'workspace',
              at: { en: 'Valid post logout redirect URIs', ja: 'Valid post logout redirect URIs' },
            },
          ],
        },
      ],
    },
    {
      title: { en: 'Put the attributes into the token', ja: 'トークンに属性を含める' },
      parts: [
        {
          do: [
            {
              en: 'In the client open **Client scopes** > the scope that ends in `-dedicated` > **Configure a new mapper** > **User Attribute** for each row (**User Property** for email). **Token Claim Name** is the name below; **Add to ID token** on.',
              ja: 'クライアントの**Client scopes** > 末尾が`-dedicated`のスコープ > **Configure a new mapper**を開き、各行について**User Attribute**（emailは**User Property**）のマッパーを追加します。**Token Claim Name**に下の名前を入力し、**Add to ID token**をオンにします。',
            },
          ],
        },
        sources,
        exactNames,
      ],
    },
  ],
  fields: ['issuer', 'clientId', 'clientSecret', 'certificateAuthorities'],
  bringBack: {
    en: 'The issuer is https://<host>/realms/<realm>; the secret is on the client’s Credentials tab. For a server certificate of a private authority, add that authority’s certificate under “More settings”.',
    ja: '発行者は https://<ホスト>/realms/<レルム> です。シークレットはクライアントの「Credentials」タブにあります。サーバー証明書がプライベート認証局のものである場合は、その認証局の証明書も入力してください。',
  },
};
