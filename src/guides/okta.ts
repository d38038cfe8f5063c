/** Okta, by OpenID Connect and by SAML. As of 2026; the Admin Console. */
import type { Text } from '../../providers/provider.ts';
import type { Guide, GuidePart } from './guide.ts';
import { attributePart, bringMetadata, exactNames, samlFields, startAtWorkspace } from './saml-parts.ts';

/** Four attributes that Okta's own profile lacks. */
const profile: GuidePart = {
  do: [
    {
      en: 'Open **Directory** > **Profile Editor** > **User (default)** > **Add Attribute**. Add `cip_sid`, `cip_upn`, `cip_oid` and `cip_email`, type string. The variable names are case-sensitive.',
      ja: '**Directory** > **Profile Editor** > **User (default)** > **Add Attribute**を開き、`cip_sid`、`cip_upn`、`cip_oid`、`cip_email`をstring型で追加します。変数名は大文字と小文字が区別されます。',
    },
    {
      en: 'Open **Directory** > **Directory Integrations** > your Active Directory > **Provisioning** > **To Okta** and map the attributes in **Attribute Mappings** as below. The expressions are Okta’s names of the AD attributes.',
      ja: '**Directory** > **Directory Integrations** > 対象のActive Directory > **Provisioning** > **To Okta**を開き、**Attribute Mappings**で次のとおりにマッピングします。式はAD属性のOktaでの名前です。',
    },
  ],
};

const fromDirectory = attributePart(
  {
    sid: 'appuser.objectSid',
    upn: 'appuser.userName',
    oid: 'appuser.externalId',
    email: 'appuser.email',
  },
  { en: 'Expression of the Active Directory application', ja: 'Active Directoryアプリケーションの式' },
);
const refresh: GuidePart = {
  note: {
    en: 'Where objectSid is not offered, add it in the **Profile Editor** of the directory first. Run a full import afterwards, so that people who are there already get their values.',
    ja: 'objectSidが選択できない場合は、先にディレクトリの**Profile Editor**で追加してください。既存のユーザーに値が入るよう、設定後にフルインポートを実行します。',
  },
};
const assign: Text = {
  en: 'On **Assignments** assign the people or groups who may sign in; yourself too, for the test.',
  ja: '**Assignments**で、サインインを許可するユーザーまたはグループを割り当てます。テストのため、ご自身も割り当ててください。',
};

export const oktaOidc: Guide = {
  id: 'okta-oidc',
  kind: 'okta',
  name: { en: 'Okta', ja: 'Okta' },
  protocol: 'OpenID Connect',
  steps: [
    {
      title: { en: 'Keep the attributes in Okta', ja: 'Oktaに属性を用意する' },
      parts: [profile, fromDirectory, refresh],
    },
    {
      title: { en: 'Create the application', ja: 'アプリケーションを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Applications** > **Applications** > **Create App Integration**. Choose **OIDC - OpenID Connect** and **Web Application**.',
              ja: '**Applications** > **Applications** > **Create App Integration**を開き、**OIDC - OpenID Connect**と**Web Application**を選択します。',
            },
            {
              en: 'Grant type: **Authorization Code**. Enter these addresses and **Save**.',
              ja: 'Grant typeは**Authorization Code**にします。次のアドレスを入力して**Save**を選択します。',
            },
          ],
        },
        {
          copy: [
            { value: 'redirectUri', at: { en: 'Sign-in redirect URIs', ja: 'Sign-in redirect URIs' } },
            { value: 'workspace', at: { en: 'Sign-out redirect URIs', ja: 'Sign-out redirect URIs' } },
          ],
        },
        { do: [assign] },
      ],
    },
    {
      title: { en: 'Put the attributes into the token', ja: 'トークンに属性を含める' },
      parts: [
        {
          do: [
            {
              en: 'Add the four attributes to the application’s user profile too, and map them from the Okta user: **Directory** > **Profile Editor** > your application > **Add Attribute**, then **Mappings**.',
              ja: 'アプリケーションのユーザープロファイルにも4つの属性を追加し、Oktaユーザーからマッピングします（**Directory** > **Profile Editor** > 対象のアプリケーション > **Add Attribute**、続いて**Mappings**）。',
            },
            {
              en: 'The org authorization server then gives them with the scope `profile`. With a custom authorization server, add a claim for each at **Security** > **API** > your server > **Claims**.',
              ja: '組織の認可サーバーでは、スコープ`profile`でこれらの値が返ります。カスタム認可サーバーの場合は、**Security** > **API** > 対象のサーバー > **Claims**で、それぞれのクレームを追加します。',
            },
          ],
        },
      ],
    },
  ],
  fields: ['url', 'clientId', 'clientSecret', 'apiToken'],
  bringBack: {
    en: 'Client ID and secret are on the application’s General tab. An API token (Security > API > Tokens) is optional: with it, people can be picked by name.',
    ja: 'クライアントIDとシークレットは、アプリケーションの「General」タブにあります。APIトークン（Security > API > Tokens）は省略できます。設定すると、ユーザーを名前で選べるようになります。',
  },
};

export const oktaSaml: Guide = {
  id: 'okta-saml',
  kind: 'saml',
  name: { en: 'Okta', ja: 'Okta' },
  protocol: 'SAML 2.0',
  steps: [
    {
      title: { en: 'Keep the attributes in Okta', ja: 'Oktaに属性を用意する' },
      parts: [profile, fromDirectory, refresh],
    },
    {
      title: { en: 'Create the application', ja: 'アプリケーションを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Applications** > **Applications** > **Create App Integration** > **SAML 2.0**. Enter a name and go on to **Configure SAML**.',
              ja: '**Applications** > **Applications** > **Create App Integration** > **SAML 2.0**を開きます。名前を入力し、**Configure SAML**に進みます。',
            },
            {
              en: 'Enter these values. Name ID format: **Persistent** or **Unspecified**.',
              ja: '次の値を入力します。Name ID formatは**Persistent**または**Unspecified**にします。',
            },
          ],
        },
        {
          copy: [
            { value: 'acs', at: { en: 'Single sign-on URL', ja: 'Single sign-on URL' } },
            { value: 'entityId', at: { en: 'Audience URI (SP Entity ID)', ja: 'Audience URI (SP Entity ID)' } },
          ],
        },
        {
          note: {
            en: 'Keep **Use this for Recipient URL and Destination URL** ticked. Under **Show Advanced Settings** response and assertion stay **Signed** with **RSA-SHA256**, and encryption stays off.',
            ja: '**Use this for Recipient URL and Destination URL**はオンのままにします。**Show Advanced Settings**では、ResponseとAssertionを**Signed**、アルゴリズムを**RSA-SHA256**のままとし、暗号化は無効のままにします。',
          },
        },
      ],
    },
    {
      title: { en: 'Send the attributes', ja: '属性を送信する' },
      parts: [
        {
          do: [
            {
              en: 'Add an attribute statement for each row (name format **Unspecified**), then finish with **Next** and **Finish**.',
              ja: '各行について属性ステートメントを追加し（Name formatは**Unspecified**）、**Next**、**Finish**の順に選択します。',
            },
          ],
        },
        attributePart(
          {
            sid: 'user.cip_sid',
            upn: 'user.cip_upn',
            oid: 'user.cip_oid',
            email: 'user.cip_email',
            displayName: 'user.displayName',
          },
          { en: 'Value', ja: 'Value' },
        ),
        exactNames,
      ],
    },
    {
      title: { en: 'Assign people', ja: 'ユーザーを割り当てる' },
      parts: [
        {
          do: [
            assign,
            {
              en: 'On **Sign On** open the **Metadata URL** and copy the whole document.',
              ja: '**Sign On**で**Metadata URL**を開き、ドキュメント全体をコピーします。',
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
