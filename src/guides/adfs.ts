/** Active Directory Federation Services. As of 2026: Windows Server 2016 and later, the AD FS management console. */
import type { Guide, Script } from './guide.ts';
import { attributePart, bringMetadata, samlFields, sourceIsActiveDirectory, startAtWorkspace } from './saml-parts.ts';

const claims = 'http://schemas.microsoft.com/ws/2008/06/identity/claims';
const identity = 'http://schemas.xmlsoap.org/ws/2005/05/identity';

/** Binary attributes come out of the LDAP store in Base64, which is accepted. The SID of the account is a NameID that stays. */
const claimRules: Script = ({ sid, upn, oid, email, displayName }) => `@RuleName = "Attributes"
c:[Type == "${claims}/windowsaccountname", Issuer == "AD AUTHORITY"]
 => issue(store = "Active Directory",
    types = ("${sid}", "${upn}", "${oid}", "${email}", "${displayName}"),
    query = ";objectSid,userPrincipalName,objectGUID,mail,displayName;{0}", param = c.Value);

@RuleName = "Name ID"
c:[Type == "${claims}/primarysid", Issuer == "AD AUTHORITY"]
 => issue(Type = "${identity}/claims/nameidentifier", Issuer = c.Issuer, OriginalIssuer = c.OriginalIssuer,
    Value = c.Value, ValueType = c.ValueType,
    Properties["${identity}/claimproperties/format"] = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");
`;

export const adfs: Guide = {
  id: 'adfs',
  kind: 'saml',
  name: { en: 'AD FS', ja: 'AD FS' },
  protocol: 'SAML 2.0',
  steps: [
    {
      title: { en: 'Add the relying party trust', ja: '証明書利用者信頼を追加する' },
      parts: [
        {
          do: [
            {
              en: 'In the AD FS management console open **Relying Party Trusts** > **Add Relying Party Trust** and choose **Claims aware**.',
              ja: 'AD FSの管理コンソールで**証明書利用者信頼** > **証明書利用者信頼の追加**を開き、**要求に対応する**を選択します。',
            },
            {
              en: 'Choose **Import data about the relying party published online** and enter this address. Where the server cannot reach it, download the document and import the file.',
              ja: '**オンラインまたはローカル ネットワークで公開されている証明書利用者についてのデータをインポートする**を選択し、次のアドレスを入力します。サーバーから接続できない場合は、ドキュメントをダウンロードしてファイルからインポートします。',
            },
          ],
        },
        {
          copy: [
            {
              value: 'metadata',
              at: { en: 'Federation metadata address', ja: 'フェデレーション メタデータのアドレス' },
            },
          ],
        },
        {
          do: [
            {
              en: 'Enter a display name, choose an **access control policy** (who may sign in) and finish the wizard.',
              ja: '表示名を入力し、**アクセス制御ポリシー**（サインインを許可するユーザー）を選択して、ウィザードを完了します。',
            },
          ],
        },
        {
          note: {
            en: 'On the trust’s **Monitoring** tab let AD FS monitor and update the trust: then our next certificate is known in time.',
            ja: '信頼のプロパティの**監視**タブで、監視と自動更新を有効にしてください。本サービスの証明書の更新が自動的に反映されます。',
          },
        },
      ],
    },
    {
      title: { en: 'Issue the claims', ja: '要求を発行する' },
      parts: [
        {
          do: [
            {
              en: 'Select the trust, then **Edit Claim Issuance Policy** > **Add Rule** > **Send Claims Using a Custom Rule**. Make a rule of each block below (without its first line, which is the rule’s name).',
              ja: '作成した信頼を選択し、**要求発行ポリシーの編集** > **規則の追加** > **カスタム規則を使用して要求を送信**を開きます。下のブロックごとに規則を作成します（1行目は規則名なので除きます）。',
            },
            {
              en: 'Or save the whole text as `rules.txt` and run `Set-AdfsRelyingPartyTrust -TargetName "<display name>" -IssuanceTransformRulesFile rules.txt` in PowerShell.',
              ja: 'または、全体を`rules.txt`に保存し、PowerShellで`Set-AdfsRelyingPartyTrust -TargetName "<表示名>" -IssuanceTransformRulesFile rules.txt`を実行します。',
            },
          ],
        },
        { script: claimRules, label: { en: 'Claim rules', ja: '要求規則' } },
        {
          say: {
            en: 'They send these attributes. SID and GUID travel in Base64, which is accepted.',
            ja: 'これにより次の属性が送信されます。SIDとGUIDはBase64で送信されますが、そのまま使用できます。',
          },
        },
        attributePart(
          {
            sid: 'objectSid',
            upn: 'userPrincipalName',
            oid: 'objectGUID',
            email: 'mail',
            displayName: 'displayName',
          },
          sourceIsActiveDirectory,
        ),
      ],
    },
    {
      title: { en: 'Get your metadata', ja: 'メタデータを取得する' },
      parts: [
        {
          do: [
            {
              en: 'Open `https://<your federation service name>/FederationMetadata/2007-06/FederationMetadata.xml` and save the document.',
              ja: '`https://<フェデレーション サービス名>/FederationMetadata/2007-06/FederationMetadata.xml`を開き、ドキュメントを保存します。',
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
