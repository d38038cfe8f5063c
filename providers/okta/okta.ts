/**
 * Okta (SPEC §9): OpenID Connect with the custom, case-sensitive claims `cip_*`. The protocol is `protocols/oidc`; here is
 * what is Okta's own: its settings, userinfo for what a thin ID token lacks, the ID token as hint at sign-out, its API token.
 */
import { z } from 'zod';
import { attempt, checkOpenIdProvider, result } from '../protocols/oidc/check.ts';
import { authenticationOf, readAttributes } from '../protocols/oidc/identity.ts';
import { createRelyingParty } from '../protocols/oidc/relying-party.ts';
import {
  attributesSetting,
  clientIdSetting,
  describeAttributes,
  issuerSetting,
  scopeSetting,
  secretSetting,
} from '../protocols/oidc/settings.ts';
import { buildSignOutUrl } from '../protocols/oidc/sign-out.ts';
import type {
  BrowsesDirectory,
  CheckResult,
  ChecksConnection,
  Ports,
  ProviderDefinition,
  RedirectProvider,
  SignsOutUpstream,
} from '../provider.ts';
import { createOktaDirectory, type OktaDirectory } from './directory.ts';
import { proveDomain } from './domain.ts';

const schema = z.strictObject({
  url: issuerSetting,
  customDomain: z.boolean().default(false),
  issuer: issuerSetting.optional(),
  clientId: clientIdSetting,
  clientSecret: secretSetting,
  apiToken: secretSetting.optional(),
  scopes: scopeSetting.default('openid profile email'),
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
export type OktaSettings = z.output<typeof schema>;

export const okta: ProviderDefinition<OktaSettings> = {
  kind: 'okta',
  label: 'Okta',
  about: {
    en: 'People of an Okta organization, by an OpenID Connect application there.',
    ja: 'Oktaに登録したOpenID Connectアプリケーションを使ってサインインします。',
  },
  administrators: 'none',
  subscribers: true,
  callback: 'login-okta',
  schema,
  descriptions: [
    {
      key: 'url',
      required: true,
      endpoint: true,
      label: { en: 'Okta URL', ja: 'Okta URL' },
      help: {
        en: 'Your Okta domain, such as https://example.okta.com, or a custom domain. With a custom authorization server, add its path: /oauth2/default.',
        ja: 'Oktaドメイン（例: https://example.okta.com）またはカスタムドメインです。カスタム認可サーバーを使う場合は、そのパス（/oauth2/default）も付けます。',
      },
    },
    {
      key: 'customDomain',
      type: 'yes-no',
      label: { en: 'This is our own domain', ja: '自社のカスタムドメインを使用する' },
      help: {
        en: 'Only for a custom domain: an Okta URL that does not end in okta.com, okta-eu.com or oktapreview.com.',
        ja: 'Okta URLが okta.com、okta-eu.com、oktapreview.com で終わらない、カスタムドメインの場合のみ選択してください。',
      },
    },
    {
      key: 'issuer',
      endpoint: true,
      advanced: true,
      label: { en: 'Issuer', ja: '発行者' },
      help: {
        en: 'Only when tokens name another issuer than the Okta URL, as with a custom domain set to dynamic issuer.',
        ja: 'トークンの発行者がOktaのURLと異なる場合のみ入力します（カスタムドメインで動的な発行者を使う場合など）。',
      },
    },
    {
      key: 'clientId',
      required: true,
      label: { en: 'Client ID', ja: 'クライアントID' },
      help: {
        en: 'Of the OIDC web application that you made in Okta.',
        ja: 'Oktaで作成したOIDC Webアプリケーションの値です。',
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
      key: 'apiToken',
      label: { en: 'API token', ja: 'APIトークン' },
      help: {
        en: 'Reads users and groups when you assign them to resources. Sign-in works without it.',
        ja: 'リソースへの割り当て時にユーザーとグループを読み取ります。なくてもサインインできます。',
      },
      secret: true,
    },
    {
      key: 'scopes',
      advanced: true,
      label: { en: 'Scopes', ja: 'スコープ' },
      help: { en: 'Space-separated; openid is required.', ja: 'スペースで区切ります。openidは必須です。' },
    },
    ...describeAttributes({ en: 'claim of the ID token or of userinfo', ja: ' IDトークンまたはuserinfoのクレーム' }),
  ],
  create: createOkta,
};

function createOkta(
  settings: OktaSettings,
  ports: Ports,
): RedirectProvider & SignsOutUpstream & ChecksConnection & Partial<BrowsesDirectory> {
  const { apiToken } = settings;
  const party = createRelyingParty(
    {
      issuer: settings.issuer ?? settings.url,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
      scope: settings.scopes,
      sendsAuthenticationTime: true,
    },
    ports,
  );
  const directory = apiToken === undefined ? undefined : createOktaDirectory({ url: settings.url, apiToken }, ports);
  const { proveReading: _, ...browsing } = directory ?? {};

  /** OKT-1: a token that is refused, people that it may not read, groups that it may not read. */
  async function* checkDirectory({ proveReading }: OktaDirectory): AsyncIterable<CheckResult> {
    const users = await attempt(() => proveReading('users'));
    if (users.error?.code === 'directory_token_refused') {
      yield result('api-token', users);
      return;
    }
    yield { check: 'api-token', ok: true };
    yield result('users', users);
    yield result('groups', await attempt(() => proveReading('groups')));
  }

  return {
    kind: 'redirect',
    begin: party.begin,
    async complete(callback, remembered) {
      const answer = await party.complete(callback, remembered);
      return {
        subject: answer.claims.sub,
        // Okta leaves claims of a scope out of the ID token when an access token comes with it
        raw: await readAttributes(party, settings.attributes, answer),
        signOut: { idToken: answer.idToken },
        ...authenticationOf(answer),
      };
    },
    async signOutUrl(signOut, returnTo, handle) {
      if (typeof signOut.idToken !== 'string') return undefined;
      return buildSignOutUrl(await party.discovery.get(), returnTo, handle, { id_token_hint: signOut.idToken });
    },
    async *check(about) {
      yield result('domain', await attempt(async () => proveDomain(settings.url, settings.customDomain)));
      yield* checkOpenIdProvider(party, ports.now, about);
      if (directory !== undefined) yield* checkDirectory(directory);
    },
    ...browsing,
  };
}
