/** OneLogin. As of 2026; the Administration portal. */
import type { Guide } from './guide.ts';
import { attributePart, bringMetadata, exactNames, samlFields, stableNameId, startAtWorkspace } from './saml-parts.ts';

export const onelogin: Guide = {
  id: 'onelogin',
  kind: 'saml',
  name: { en: 'OneLogin', ja: 'OneLogin' },
  protocol: 'SAML 2.0',
  steps: [
    {
      title: { en: 'Keep the Active Directory values in OneLogin', ja: 'OneLoginに Active Directoryの値を用意する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Users** > **Custom User Fields** and add `objectSid` and `objectGUID`.',
              ja: '**Users** > **Custom User Fields**を開き、`objectSid`と`objectGUID`を追加します。',
            },
            {
              en: 'Open **Users** > **Directories** > your Active Directory > **Directory Attributes** and map both AD attributes to the new fields. Synchronise once.',
              ja: '**Users** > **Directories** > 対象のActive Directory > **Directory Attributes**を開き、2つのAD属性を追加したフィールドにマッピングして、一度同期します。',
            },
          ],
        },
      ],
    },
    {
      title: { en: 'Create the application', ja: 'アプリケーションを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Applications** > **Applications** > **Add App**, search for `SAML Custom Connector (Advanced)`, enter a name and **Save**.',
              ja: '**Applications** > **Applications** > **Add App**を開き、`SAML Custom Connector (Advanced)`を検索します。名前を入力して**Save**を選択します。',
            },
            {
              en: 'On **Configuration** enter these values. **SAML initiator**: Service Provider. **SAML signature element**: Both. **SAML nameID format**: Persistent.',
              ja: '**Configuration**で次の値を入力します。**SAML initiator**はService Provider、**SAML signature element**はBoth、**SAML nameID format**はPersistentにします。',
            },
          ],
        },
        {
          copy: [
            { value: 'entityId', at: { en: 'Audience (EntityID)', ja: 'Audience (EntityID)' } },
            { value: 'acs', at: { en: 'Recipient, and ACS (Consumer) URL', ja: 'Recipient と ACS (Consumer) URL' } },
          ],
        },
        {
          note: {
            en: '**ACS (Consumer) URL Validator** is a regular expression: the same address, with `^` before and `$` after it and each dot written `\\.`.',
            ja: '**ACS (Consumer) URL Validator**は正規表現です。同じアドレスの前に`^`、後に`$`を付け、ドットは`\\.`と入力します。',
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
              en: 'On **Parameters** add a field for each row, tick **Include in SAML assertion**, save it and choose its value.',
              ja: '**Parameters**で各行のフィールドを追加し、**Include in SAML assertion**をオンにして保存してから、値を選択します。',
            },
          ],
        },
        attributePart(
          {
            sid: 'objectSid (Custom)',
            upn: 'User Principal Name (UPN)',
            oid: 'objectGUID (Custom)',
            email: 'Email',
            displayName: 'Name',
          },
          { en: 'Value', ja: 'Value' },
        ),
        stableNameId,
        exactNames,
      ],
    },
    {
      title: { en: 'Get your metadata', ja: 'メタデータを取得する' },
      parts: [
        {
          do: [
            {
              en: 'On **SSO** set **SAML Signature Algorithm** to **SHA-256** and **Save**.',
              ja: '**SSO**で**SAML Signature Algorithm**を**SHA-256**にして**Save**を選択します。',
            },
            {
              en: 'Assign people on **Access** or **Users**; yourself too, for the test.',
              ja: '**Access**または**Users**でユーザーを割り当てます。テストのため、ご自身も割り当ててください。',
            },
            {
              en: 'Select **More Actions** > **SAML Metadata** and keep the file.',
              ja: '**More Actions** > **SAML Metadata**を選択し、ファイルを保存します。',
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
