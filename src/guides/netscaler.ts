/** NetScaler Gateway as OpenID provider (SPEC GWY-1). As of 2026: NetScaler 13.1 and 14.1, the configuration utility. */
import type { Guide } from './guide.ts';

export const netscaler: Guide = {
  id: 'netscaler',
  kind: 'gateway',
  name: { en: 'NetScaler Gateway', ja: 'NetScaler Gateway' },
  protocol: 'OpenID Connect',
  steps: [
    {
      title: { en: 'Create the OAuth IdP profile', ja: 'OAuth IdPプロファイルを作成する' },
      parts: [
        {
          do: [
            {
              en: 'Open **Security** > **AAA - Application Traffic** > **Policies** > **Authentication** > **Advanced Policies** > **OAuth IdP** > **Profiles** > **Add**.',
              ja: '**Security** > **AAA - Application Traffic** > **Policies** > **Authentication** > **Advanced Policies** > **OAuth IdP** > **Profiles** > **Add**を開きます。',
            },
            {
              en: '**Client ID** and **Client Secret**: those that you were given. Where you were given none, choose both yourself, the secret of at least 32 random letters and digits.',
              ja: '**Client ID**と**Client Secret**には、受け取った値を入力します。受け取っていない場合は、任意の値を決めてください（シークレットは32文字以上のランダムな英数字）。',
            },
            {
              en: '**Redirect URL** is the value below. **Issuer Name**: `https://` and the FQDN of the Gateway. **Audience**: the client ID again. **Skew Time**: 5.',
              ja: '**Redirect URL**には下の値を入力します。**Issuer Name**は`https://`に続けてGatewayのFQDN、**Audience**はClient IDと同じ値、**Skew Time**は5にします。',
            },
          ],
        },
        {
          copy: [
            { value: 'redirectUri', at: { en: 'Redirect URL', ja: 'Redirect URL' } },
            { value: 'clientId', at: { en: 'Client ID', ja: 'Client ID' } },
          ],
        },
        {
          note: {
            en: 'Leave **Send Password** off: a password that is sent along is thrown away unread.',
            ja: '**Send Password**はオフにしてください。パスワードが送信されても、読み取らずに破棄します。',
          },
        },
      ],
    },
    {
      title: { en: 'Bind it', ja: 'バインドする' },
      parts: [
        {
          do: [
            {
              en: 'Under **OAuth IdP** > **Policies** add a policy with this profile and the expression `true`.',
              ja: '**OAuth IdP** > **Policies**で、このプロファイルと式`true`を指定したポリシーを追加します。',
            },
            {
              en: 'Bind the policy to the authentication virtual server that the Gateway uses (**OAuth IdP Policies**), beside its LDAP policy.',
              ja: 'Gatewayが使用する認証仮想サーバーの**OAuth IdP Policies**に、LDAPポリシーとあわせてバインドします。',
            },
            {
              en: 'Bind the certificate that signs tokens: `bind vpn global -certkeyName <name>`.',
              ja: 'トークンに署名する証明書をバインドします: `bind vpn global -certkeyName <名前>`',
            },
          ],
        },
        {
          note: {
            en: 'The clock must follow NTP: a token of another time is refused, and the message says by how much the clock is off.',
            ja: '時刻はNTPで同期してください。時刻がずれていると拒否され、ずれの大きさがメッセージに表示されます。',
          },
        },
      ],
    },
    {
      title: { en: 'See that the attributes are there', ja: '属性を確認する' },
      parts: [
        {
          say: {
            en: 'The Gateway answers the scope below with these claims, which it reads from Active Directory by the LDAP action. Its service account must be able to read them.',
            ja: 'Gatewayは、下のスコープに対して次のクレームを返します。値はLDAPアクションでActive Directoryから読み取られるため、サービスアカウントに読み取り権限が必要です。',
          },
        },
        { copy: [{ value: 'scopes', at: { en: 'Scope that we ask for', ja: '要求するスコープ' } }] },
        {
          attributes: [
            { role: 'sid', from: 'objectSid' },
            { role: 'upn', from: 'userPrincipalName' },
            { role: 'oid', from: 'objectGUID' },
            { role: 'email', from: 'mail' },
          ],
          source: { en: 'Active Directory attribute', ja: 'Active Directoryの属性' },
        },
      ],
    },
  ],
  fields: ['fqdn', 'clientId', 'clientSecret'],
  bringBack: {
    en: 'The FQDN of the Gateway, and the same client ID and secret as in the profile.',
    ja: 'GatewayのFQDNと、プロファイルに入力したものと同じクライアントID、シークレットを入力してください。',
  },
};
