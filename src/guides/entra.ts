/** Microsoft Entra ID, by SAML and by OpenID Connect. As of 2026; the admin center at entra.microsoft.com. */
import type { Guide } from './guide.ts';
import { attributePart, bringMetadata, exactNames, samlFields, startAtWorkspace } from './saml-parts.ts';

export const entraSaml: Guide = {
  id: 'entra-saml',
  kind: 'saml',
  name: { en: 'Microsoft Entra ID', ja: 'Microsoft Entra ID' },
  protocol: 'SAML 2.0',
  steps: [
    {
      title: { en: 'Create the application', ja: 'アプリケーションを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Sign in to the Microsoft Entra admin center (entra.microsoft.com) as a Cloud Application Administrator or higher.',
              ja: 'クラウドアプリケーション管理者以上の権限で、Microsoft Entra管理センター（entra.microsoft.com）にサインインします。',
            },
            {
              en: 'Open **Entra ID** > **Enterprise apps** > **New application** > **Create your own application**.',
              ja: '**Entra ID** > **エンタープライズ アプリ** > **新しいアプリケーション** > **独自のアプリケーションの作成**を開きます。',
            },
            {
              en: 'Enter a name, choose **Integrate any other application you don’t find in the gallery (Non-gallery)**, and select **Create**.',
              ja: '名前を入力し、**ギャラリーに見つからないその他のアプリケーションを統合します（ギャラリー以外）**を選択して、**作成**を選択します。',
            },
          ],
        },
      ],
    },
    {
      title: { en: 'Enter our addresses', ja: '本サービスのアドレスを入力する' },
      parts: [
        {
          do: [
            {
              en: 'In the new application open **Single sign-on** and choose **SAML**.',
              ja: '作成したアプリケーションで**シングル サインオン**を開き、**SAML**を選択します。',
            },
            {
              en: 'In **Basic SAML Configuration** select **Edit**, enter these values and **Save**.',
              ja: '**基本的な SAML 構成**の**編集**を選択し、次の値を入力して**保存**します。',
            },
          ],
        },
        {
          copy: [
            { value: 'entityId', at: { en: 'Identifier (Entity ID)', ja: '識別子（エンティティ ID）' } },
            {
              value: 'acs',
              at: {
                en: 'Reply URL (Assertion Consumer Service URL)',
                ja: '応答 URL（Assertion Consumer Service URL）',
              },
            },
            { value: 'workspace', at: { en: 'Sign on URL (optional)', ja: 'サインオン URL（省略可）' } },
          ],
        },
        {
          note: {
            en: 'A tenant takes each identifier once. If it says that the identifier is in use, ask whoever sent you this link to give the connection an entity ID of its own.',
            ja: '1つのテナントで同じ識別子を登録できるのは一度だけです。使用中と表示された場合は、リンクの送信者に、この接続専用のエンティティIDを使うよう依頼してください。',
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
              en: 'In **Attributes & Claims** select **Edit**, then **Add new claim** for each row. Leave **Namespace** empty.',
              ja: '**属性とクレーム**の**編集**を選択し、各行について**新しいクレームの追加**を行います。**名前空間**は空欄のままにします。',
            },
            {
              en: 'Open **Unique User Identifier (Name ID)**: format **Persistent**, source attribute `user.objectid`.',
              ja: '**一意のユーザー識別子（名前 ID）**を開き、形式を**永続的（Persistent）**、ソース属性を`user.objectid`にします。',
            },
          ],
        },
        attributePart(
          {
            sid: 'user.onpremisesecurityidentifier',
            upn: 'user.userprincipalname',
            oid: { en: 'objectGUID (directory extension)', ja: 'objectGUID（ディレクトリ拡張）' },
            email: 'user.mail',
            displayName: 'user.displayname',
          },
          { en: 'Source attribute', ja: 'ソース属性' },
        ),
        {
          note: {
            en: 'The list shows objectGUID once Entra Connect synchronises it: **Customize synchronization options** > **Directory extension attribute sync**. Where the source anchor of Entra Connect is objectGUID, the immutable ID holds the same value.',
            ja: 'objectGUIDは、Entra Connectで同期すると一覧に表示されます（**同期オプションのカスタマイズ** > **ディレクトリ拡張属性の同期**）。Entra ConnectのソースアンカーがobjectGUIDの場合は、不変ID（immutable ID）にも同じ値が入っています。',
          },
        },
        {
          note: {
            en: 'Accounts that exist in the cloud only have no security identifier and cannot sign in by SAML.',
            ja: 'クラウドのみのアカウントにはセキュリティ識別子がないため、SAMLではサインインできません。',
          },
        },
        exactNames,
      ],
    },
    {
      title: { en: 'Assign people', ja: 'ユーザーを割り当てる' },
      parts: [
        {
          do: [
            {
              en: 'Open **Users and groups** > **Add user/group** and assign whoever may sign in; yourself too, for the test.',
              ja: '**ユーザーとグループ** > **ユーザーまたはグループの追加**を開き、サインインを許可するユーザーを割り当てます。テストのため、ご自身も割り当ててください。',
            },
            {
              en: 'Back in **Single sign-on**, under **SAML Certificates**, download **Federation Metadata XML**.',
              ja: '**シングル サインオン**に戻り、**SAML 証明書**の**フェデレーション メタデータ XML**をダウンロードします。',
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

export const entraOidc: Guide = {
  id: 'entra-oidc',
  kind: 'azure-ad',
  name: { en: 'Microsoft Entra ID', ja: 'Microsoft Entra ID' },
  protocol: 'OpenID Connect',
  steps: [
    {
      title: { en: 'Register the application', ja: 'アプリケーションを登録する' },
      parts: [
        {
          do: [
            {
              en: 'Sign in to the Microsoft Entra admin center (entra.microsoft.com) as an Application Administrator or higher.',
              ja: 'アプリケーション管理者以上の権限で、Microsoft Entra管理センター（entra.microsoft.com）にサインインします。',
            },
            {
              en: 'Open **Entra ID** > **App registrations** > **New registration**. Enter a name.',
              ja: '**Entra ID** > **アプリの登録** > **新規登録**を開き、名前を入力します。',
            },
            {
              en: 'Supported account types: **this organizational directory only (single tenant)**.',
              ja: 'サポートされているアカウントの種類は、**この組織ディレクトリのみ（シングル テナント）**を選択します。',
            },
            {
              en: 'Redirect URI: platform **Web**, with this value. Then **Register**.',
              ja: 'リダイレクト URIは、プラットフォームに**Web**を選んで次の値を入力し、**登録**を選択します。',
            },
          ],
        },
        { copy: [{ value: 'redirectUri', at: { en: 'Redirect URI (Web)', ja: 'リダイレクト URI（Web）' } }] },
      ],
    },
    {
      title: { en: 'Allow it to read the person who signs in', ja: 'サインインするユーザーの読み取りを許可する' },
      parts: [
        {
          do: [
            {
              en: 'Open **API permissions**. Microsoft Graph, delegated, `User.Read` is there already.',
              ja: '**API のアクセス許可**を開きます。Microsoft Graphの委任されたアクセス許可`User.Read`は追加済みです。',
            },
            {
              en: 'Select **Grant admin consent**, so that nobody is asked at the first sign-in.',
              ja: '初回サインイン時に同意画面が表示されないよう、**管理者の同意を与えます**を選択します。',
            },
          ],
        },
        {
          say: {
            en: 'The attributes come from Microsoft Graph: onPremisesSecurityIdentifier, onPremisesImmutableId, userPrincipalName and mail. There is nothing to map.',
            ja: '属性はMicrosoft Graphから読み取ります（onPremisesSecurityIdentifier、onPremisesImmutableId、userPrincipalName、mail）。属性のマッピングは不要です。',
          },
        },
      ],
    },
    {
      title: { en: 'Make a client secret', ja: 'クライアントシークレットを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Certificates & secrets** > **Client secrets** > **New client secret**. Choose how long it lives; we warn before it expires.',
              ja: '**証明書とシークレット** > **クライアント シークレット** > **新しいクライアント シークレット**を開き、有効期間を選択します。期限が近づくと本サービスから通知します。',
            },
            {
              en: 'Copy its **Value** now (not the Secret ID): it is shown once.',
              ja: '**値**をコピーします（シークレット IDではありません）。値は一度しか表示されません。',
            },
            {
              en: 'On **Overview** copy **Application (client) ID** and **Directory (tenant) ID**.',
              ja: '**概要**で**アプリケーション（クライアント）ID**と**ディレクトリ（テナント）ID**をコピーします。',
            },
          ],
        },
      ],
    },
  ],
  fields: ['tenantId', 'clientId', 'clientSecret', 'cloudOnlyAccounts'],
  bringBack: {
    en: 'The two IDs are on the Overview of the app registration; the secret is the Value that was shown once.',
    ja: '2つのIDはアプリの登録の「概要」にあります。シークレットには、一度だけ表示された「値」を入力してください。',
  },
};
