/** Google Workspace and Cloud Identity. As of 2026; the Admin console at admin.google.com. */
import type { Guide } from './guide.ts';
import { attributePart, bringMetadata, exactNames, samlFields, startAtWorkspace } from './saml-parts.ts';

export const google: Guide = {
  id: 'google',
  kind: 'saml',
  name: { en: 'Google Workspace', ja: 'Google Workspace' },
  protocol: 'SAML 2.0',
  steps: [
    {
      title: { en: 'Keep the Active Directory values at Google', ja: 'Googleに Active Directoryの値を用意する' },
      parts: [
        {
          say: {
            en: 'Google does not know the identifiers of Active Directory by itself. They are kept in custom attributes.',
            ja: 'GoogleにはActive Directoryの識別子がないため、カスタム属性に保存します。',
          },
        },
        {
          do: [
            {
              en: 'In the Admin console (admin.google.com) open **Directory** > **Users** > **More options** > **Manage custom attributes** > **Add custom attribute**.',
              ja: '管理コンソール（admin.google.com）で**ディレクトリ** > **ユーザー** > **その他のオプション** > **カスタム属性を管理** > **カスタム属性を追加**を開きます。',
            },
            {
              en: 'Category `AD`; fields `objectSid`, `userPrincipalName` and `objectGUID`: text, single value, visible to the user and administrators.',
              ja: 'カテゴリを`AD`とし、`objectSid`、`userPrincipalName`、`objectGUID`の各フィールドを、テキスト、単一の値、ユーザーと管理者に表示、として追加します。',
            },
            {
              en: 'Fill them with Google Cloud Directory Sync (**Custom schemas**; the two binary attributes encoded as Base64), or by hand for a first test.',
              ja: 'Google Cloud Directory Syncの**Custom Schemas**で値を同期します（バイナリの2つの属性はBase64でエンコード）。最初のテストでは手入力でもかまいません。',
            },
          ],
        },
      ],
    },
    {
      title: { en: 'Create the application', ja: 'アプリを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Apps** > **Web and mobile apps** > **Add app** > **Add custom SAML app** and enter a name.',
              ja: '**アプリ** > **ウェブアプリとモバイルアプリ** > **アプリを追加** > **カスタム SAML アプリの追加**を開き、名前を入力します。',
            },
            {
              en: 'On **Google Identity Provider details** select **Download metadata** and keep the file for later.',
              ja: '**Google ID プロバイダの詳細**で**メタデータをダウンロード**を選択し、ファイルを保存しておきます。',
            },
            {
              en: 'On **Service provider details** enter these values; tick **Signed response**.',
              ja: '**サービス プロバイダの詳細**で次の値を入力し、**署名付き応答**をオンにします。',
            },
          ],
        },
        {
          copy: [
            { value: 'acs', at: { en: 'ACS URL', ja: 'ACS の URL' } },
            { value: 'entityId', at: { en: 'Entity ID', ja: 'エンティティ ID' } },
          ],
        },
        {
          note: {
            en: 'Name ID format **PERSISTENT**, Name ID `AD > objectGUID`: with the primary email a renamed person would be somebody new.',
            ja: '名前 ID の形式は**PERSISTENT**、名前 ID は`AD > objectGUID`にします。メインのメールアドレスにすると、アドレスを変更した人が別人として扱われます。',
          },
        },
      ],
    },
    {
      title: { en: 'Map the attributes', ja: '属性をマッピングする' },
      parts: [
        {
          do: [
            {
              en: 'On **Attribute mapping** select **Add mapping** for each row, then **Finish**.',
              ja: '**属性のマッピング**で、各行について**マッピングを追加**を選択し、**完了**します。',
            },
          ],
        },
        attributePart(
          {
            sid: 'AD > objectSid',
            upn: 'AD > userPrincipalName',
            oid: 'AD > objectGUID',
            email: { en: 'Basic information > Primary email', ja: '基本情報 > メインのメールアドレス' },
          },
          { en: 'Google Directory attribute', ja: 'Google Directoryの属性' },
        ),
        exactNames,
      ],
    },
    {
      title: { en: 'Switch it on', ja: 'アプリを有効にする' },
      parts: [
        {
          do: [
            {
              en: 'In the app open **User access**, choose **ON for everyone** or an organizational unit, and **Save**. It may take a few minutes, at most a day.',
              ja: 'アプリの**ユーザー アクセス**を開き、**オン（すべてのユーザー）**または組織部門を選択して**保存**します。反映には通常数分、最長で1日かかります。',
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
