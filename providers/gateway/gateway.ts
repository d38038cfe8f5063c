/**
 * On-premises Citrix Gateway (SPEC §8): NetScaler as OpenID provider. Its own: documents below /oauth/idp/, an issuer that
 * is the bare host exactly as typed, and that it may send the person's password along (GWY-5): so no claim beyond the pick
 * list is kept, and the ID token itself is dropped as well, also as a hint for sign-out.
 */
import { z } from 'zod';
import { checkOpenIdProvider } from '../protocols/oidc/check.ts';
import { explainBadIssuer } from '../protocols/oidc/endpoints.ts';
import { authenticationOf, readAttributes } from '../protocols/oidc/identity.ts';
import { createRelyingParty } from '../protocols/oidc/relying-party.ts';
import {
  attributesSetting,
  certificateAuthoritiesDescription,
  certificateAuthoritiesSetting,
  clientIdSetting,
  describeAttributes,
  exactIssuerSetting,
  scopeSetting,
  secretSetting,
} from '../protocols/oidc/settings.ts';
import { buildSignOutUrl } from '../protocols/oidc/sign-out.ts';
import type {
  ChecksConnection,
  Installation,
  Ports,
  ProviderDefinition,
  RedirectProvider,
  SignsOutUpstream,
} from '../provider.ts';

/** As typed, or pasted: the address of the discovery document stands for the host that it is on (RP-10). */
export const fqdnSetting = z
  .string()
  .trim()
  .max(1000)
  .superRefine((text, context) => {
    const problem = explainBadIssuer(baseUrlOf(text));
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .transform((text) => text.replace(/(\/oauth\/idp(\/\.well-known\/openid-configuration)?)?\/*$/, ''));

const schema = z.strictObject({
  fqdn: fqdnSetting,
  issuer: exactIssuerSetting.optional(),
  clientId: clientIdSetting,
  clientSecret: secretSetting,
  scopes: scopeSetting.default('openid ctxs_cc'),
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
export type GatewaySettings = z.output<typeof schema>;

export const gateway: ProviderDefinition<GatewaySettings> = {
  kind: 'gateway',
  label: 'Citrix Gateway',
  about: {
    en: 'An on-premises Citrix Gateway (NetScaler) that is set up as OAuth identity provider.',
    ja: 'OAuth IDプロバイダーとして構成したオンプレミスのCitrix Gateway（NetScaler）でサインインします。',
  },
  administrators: 'none',
  subscribers: true,
  callback: 'login-cip',
  schema,
  descriptions: [
    {
      key: 'fqdn',
      required: true,
      endpoint: true,
      label: { en: 'FQDN', ja: 'FQDN' },
      help: {
        en: 'Of the Gateway, such as gateway.example.com; its address if it needs a port.',
        ja: 'GatewayのFQDN（例: gateway.example.com）です。ポートが必要な場合はアドレスを入力します。',
      },
    },
    {
      key: 'issuer',
      endpoint: true,
      advanced: true,
      label: { en: 'Issuer', ja: '発行者' },
      help: {
        en: 'As the Gateway names itself in its discovery document. Case-sensitive. Default: https:// and the FQDN as typed.',
        ja: 'ディスカバリードキュメントでGatewayが名乗っている値です。大文字と小文字は区別されます。既定値は https:// に、入力したFQDNを続けたものです。',
      },
    },
    {
      key: 'clientId',
      required: true,
      label: { en: 'Client ID', ja: 'クライアントID' },
      help: {
        en: 'Enter the same in the OAuth IdP profile of the Gateway.',
        ja: 'GatewayのOAuth IdPプロファイルに同じ値を入力してください。',
      },
    },
    {
      key: 'clientSecret',
      required: true,
      label: { en: 'Client secret', ja: 'クライアントシークレット' },
      help: {
        en: 'Enter the same in the OAuth IdP profile.',
        ja: 'OAuth IdPプロファイルに同じ値を入力してください。',
      },
      secret: true,
    },
    {
      key: 'scopes',
      advanced: true,
      label: { en: 'Scopes', ja: 'スコープ' },
      help: { en: 'Space-separated; openid is required.', ja: 'スペースで区切ります。openidは必須です。' },
    },
    certificateAuthoritiesDescription,
    ...describeAttributes({ en: 'claim of the ID token or of userinfo', ja: ' IDトークンまたはuserinfoのクレーム' }),
  ],
  create: createGateway,
};

function createGateway(
  settings: GatewaySettings,
  ports: Ports,
  installation: Installation,
): RedirectProvider & SignsOutUpstream & ChecksConnection {
  const base = baseUrlOf(settings.fqdn);
  const { attributes, certificateAuthorities } = settings;
  const party = createRelyingParty(
    {
      issuer: settings.issuer ?? base,
      documentUrl: documentUrlOf(base),
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
      scope: settings.scopes,
      // its document names no method. NOT verified on an appliance: that it prefers the form over HTTP Basic
      defaultAuthMethod: 'client_secret_post',
      sendsAuthenticationTime: false,
      ...authoritiesOf(certificateAuthorities, installation),
    },
    ports,
  );

  return {
    kind: 'redirect',
    begin: party.begin,
    async complete(callback, remembered) {
      const answer = await party.complete(callback, remembered);
      // GWY-5: what it says of the context (`acr`) is not on the pick list either
      const { context: _, ...authentication } = authenticationOf(answer);
      return {
        subject: answer.claims.sub,
        raw: await readAttributes(party, attributes, answer),
        signOut: {},
        ...authentication,
      };
    },
    async signOutUrl(_signOut, returnTo, handle) {
      // no id_token_hint: keeping the token would keep whatever it carries
      return buildSignOutUrl(await party.discovery.get(), returnTo, handle, { client_id: settings.clientId });
    },
    check: (about) => checkOpenIdProvider(party, ports.now, about),
  };
}

/** The FQDN's case stays as typed: the issuer is compared with it. */
export function baseUrlOf(fqdn: string): string {
  return (fqdn.includes('://') ? fqdn : `https://${fqdn}`).replace(/\/+$/, '');
}

export const documentUrlOf = (base: string): string => `${base}/oauth/idp/.well-known/openid-configuration`;

/** GWY-2: whose certificates are trusted, for TLS and for what the keys bring along. */
export function authoritiesOf(
  ofConnection: string | undefined,
  { certificateAuthorities: operator = [] }: Pick<Installation, 'certificateAuthorities'>,
) {
  const connection = ofConnection === undefined ? [] : [ofConnection];
  return {
    authorities: { operator, connection },
    ...(ofConnection !== undefined && { certificateAuthorities: connection }),
  };
}
