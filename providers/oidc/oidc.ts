/**
 * Any OpenID provider that keeps to the standard (Keycloak, PingOne, LemonLDAP::NG …): what needs no vendor's folder.
 * The protocol is `protocols/oidc`. Subscribers only: SPEC §3 has no such row, and nobody has said how its groups prove an
 * administrator.
 */
import { z } from 'zod';
import { checkOpenIdProvider } from '../protocols/oidc/check.ts';
import { authenticationOf, readAttributes } from '../protocols/oidc/identity.ts';
import { createRelyingParty } from '../protocols/oidc/relying-party.ts';
import {
  attributesSetting,
  certificateAuthoritiesDescription,
  certificateAuthoritiesSetting,
  clientIdSetting,
  describeAttributes,
  scopeSetting,
  secretSetting,
  slashedIssuerSetting,
} from '../protocols/oidc/settings.ts';
import { buildSignOutUrl } from '../protocols/oidc/sign-out.ts';
import type { ChecksConnection, Ports, ProviderDefinition, RedirectProvider, SignsOutUpstream } from '../provider.ts';

const schema = z.strictObject({
  issuer: slashedIssuerSetting,
  clientId: clientIdSetting,
  clientSecret: secretSetting,
  scopes: scopeSetting.default('openid profile email'),
  authenticationTime: z.boolean().default(true),
  certificateAuthorities: certificateAuthoritiesSetting.optional(),
  attributes: attributesSetting({
    sid: 'cip_sid',
    upn: 'cip_upn',
    oid: 'cip_oid',
    email: 'cip_email',
    displayName: 'name',
    givenName: 'given_name',
    familyName: 'family_name',
    groups: 'cip_groups',
  }),
});
export type OidcSettings = z.output<typeof schema>;

export const oidc: ProviderDefinition<OidcSettings> = {
  kind: 'oidc',
  label: 'OpenID Connect',
  about: {
    en: 'Any other provider that speaks OpenID Connect, such as Keycloak, Google or Ping.',
    ja: 'OpenID Connectに対応するその他のプロバイダー（Keycloak、Google、Pingなど）でサインインします。',
  },
  administrators: 'none',
  subscribers: true,
  callback: 'login-oidc',
  schema,
  descriptions: [
    {
      key: 'issuer',
      required: true,
      endpoint: true,
      label: { en: 'Issuer', ja: '発行者' },
      help: {
        en: 'Such as https://login.example.com/realms/corp; the discovery document is found below it. With a slash at the end where the provider’s own has one.',
        ja: '例: https://login.example.com/realms/corp。ディスカバリードキュメントはこの下から読み取ります。プロバイダー側の値が「/」で終わる場合は「/」も付けます。',
      },
    },
    {
      key: 'clientId',
      required: true,
      label: { en: 'Client ID', ja: 'クライアントID' },
      help: {
        en: 'Of the confidential web application that you registered for us.',
        ja: '本サービス用に登録した、シークレットを持つWebアプリケーションの値です。',
      },
    },
    {
      key: 'clientSecret',
      required: true,
      label: { en: 'Client secret', ja: 'クライアントシークレット' },
      help: { en: 'Of the same application.', ja: '同じアプリケーションの値です。' },
      secret: true,
    },
    {
      key: 'scopes',
      advanced: true,
      label: { en: 'Scopes', ja: 'スコープ' },
      help: { en: 'Space-separated; openid is required.', ja: 'スペースで区切ります。openidは必須です。' },
    },
    {
      key: 'authenticationTime',
      type: 'yes-no',
      advanced: true,
      label: { en: 'Says when people signed in', ja: 'サインインの日時を通知する' },
      help: {
        en: 'OpenID Connect demands auth_time when a new sign-in is asked for. Switch it off only for a provider that leaves it out.',
        ja: 'OpenID Connectでは、再サインインを求めたときに auth_time を返すことが必須です。返さないプロバイダーの場合のみオフにします。',
      },
    },
    certificateAuthoritiesDescription,
    ...describeAttributes({ en: 'claim of the ID token or of userinfo', ja: ' IDトークンまたはuserinfoのクレーム' }),
  ],
  create: createOidc,
};

function createOidc(settings: OidcSettings, ports: Ports): RedirectProvider & SignsOutUpstream & ChecksConnection {
  const { attributes, certificateAuthorities } = settings;
  const party = createRelyingParty(
    {
      issuer: settings.issuer,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
      scope: settings.scopes,
      sendsAuthenticationTime: settings.authenticationTime,
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities: [certificateAuthorities] }),
    },
    ports,
  );
  return {
    kind: 'redirect',
    begin: party.begin,
    async complete(callback, remembered) {
      const answer = await party.complete(callback, remembered);
      return {
        subject: answer.claims.sub,
        raw: await readAttributes(party, attributes, answer),
        signOut: { idToken: answer.idToken },
        ...authenticationOf(answer),
      };
    },
    async signOutUrl(signOut, returnTo, handle) {
      if (typeof signOut.idToken !== 'string') return undefined;
      const hints = { id_token_hint: signOut.idToken, client_id: settings.clientId };
      return buildSignOutUrl(await party.discovery.get(), returnTo, handle, hints);
    },
    check: (about) => checkOpenIdProvider(party, ports.now, about),
  };
}
