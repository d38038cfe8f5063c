/** PingOne (its admin console, as of 2026), with what differs in PingFederate. */
import type { Guide } from './guide.ts';
import { attributePart, bringMetadata, exactNames, samlFields, stableNameId, startAtWorkspace } from './saml-parts.ts';

export const ping: Guide = {
  id: 'ping',
  kind: 'saml',
  name: { en: 'Ping Identity (PingOne)', ja: 'Ping Identity（PingOne）' },
  protocol: 'SAML 2.0',
  steps: [
    {
      title: { en: 'Keep the Active Directory values in PingOne', ja: 'PingOneに Active Directoryの値を用意する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Directory** > **User Attributes** and add `objectSid`, `userPrincipalName` and `objectGUID` (declared, string).',
              ja: '**Directory** > **User Attributes**を開き、`objectSid`、`userPrincipalName`、`objectGUID`を追加します（Declared、String）。',
            },
            {
              en: 'Fill them where your people come from: the LDAP gateway’s user type, or inbound provisioning.',
              ja: 'ユーザーの取り込み元（LDAPゲートウェイのユーザータイプ、またはインバウンドプロビジョニング）で値をマッピングします。',
            },
          ],
        },
        {
          note: {
            en: 'In PingFederate the attributes come from the Active Directory data store of the connection’s attribute contract fulfilment; choose Base64 for objectSid and objectGUID.',
            ja: 'PingFederateでは、SP接続のAttribute Contract FulfillmentでActive Directoryのデータストアから属性を取得します。objectSidとobjectGUIDのエンコードにはBase64を選択してください。',
          },
        },
      ],
    },
    {
      title: { en: 'Create the application', ja: 'アプリケーションを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Applications** > **Applications** > **+**, enter a name, choose **SAML Application** and **Configure**.',
              ja: '**Applications** > **Applications** > **+**を開き、名前を入力して**SAML Application**、**Configure**の順に選択します。',
            },
            {
              en: 'Choose **Import From URL** with the first value, or **Manually Enter** with the other two. **Save**.',
              ja: '**Import From URL**を選んで1つ目の値を入力するか、**Manually Enter**を選んで残りの2つを入力し、**Save**を選択します。',
            },
          ],
        },
        {
          copy: [
            { value: 'metadata', at: { en: 'Import From URL', ja: 'Import From URL' } },
            { value: 'acs', at: { en: 'ACS URLs', ja: 'ACS URLs' } },
            { value: 'entityId', at: { en: 'Entity ID', ja: 'Entity ID' } },
          ],
        },
        stableNameId,
      ],
    },
    {
      title: { en: 'Map the attributes', ja: '属性をマッピングする' },
      parts: [
        {
          do: [
            {
              en: 'On **Attribute Mappings** select the pencil and add a row for each; map `saml_subject` to **User ID**.',
              ja: '**Attribute Mappings**の鉛筆アイコンを選択し、各行を追加します。`saml_subject`は**User ID**にマッピングします。',
            },
          ],
        },
        attributePart(
          {
            sid: 'objectSid',
            upn: 'userPrincipalName',
            oid: 'objectGUID',
            email: 'Email Address',
            displayName: 'Formatted',
          },
          { en: 'PingOne user attribute', ja: 'PingOneのユーザー属性' },
        ),
        exactNames,
      ],
    },
    {
      title: { en: 'Switch it on', ja: 'アプリケーションを有効にする' },
      parts: [
        {
          do: [
            {
              en: 'On **Access** choose the groups that may sign in, if not everybody.',
              ja: '全員に許可しない場合は、**Access**でサインインを許可するグループを選択します。',
            },
            {
              en: 'Switch the application on with the toggle at the top.',
              ja: '画面上部のトグルでアプリケーションを有効にします。',
            },
            {
              en: 'On **Overview** select **Download Metadata** and keep the file.',
              ja: '**Overview**で**Download Metadata**を選択し、ファイルを保存します。',
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
