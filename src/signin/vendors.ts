/**
 * Whose product is at the other end of a connection, guessed from what the connection says: so that a message can name
 * the place in that vendor's console. A wrong guess costs a wrong hint and nothing else. Pure.
 */

export const vendors = [
  'entra-oidc',
  'entra-saml',
  'okta-oidc',
  'okta-saml',
  'adfs',
  'google',
  'onelogin',
  'ping',
  'keycloak',
  'netscaler',
  'simplesamlphp',
  'generic-oidc',
  'generic-saml',
] as const;
export type Vendor = (typeof vendors)[number];

/** Product names are the same in every language; the generic ones are not shown. */
export const vendorNames: Readonly<Record<Vendor, string | undefined>> = {
  'entra-oidc': 'Microsoft Entra ID',
  'entra-saml': 'Microsoft Entra ID',
  'okta-oidc': 'Okta',
  'okta-saml': 'Okta',
  adfs: 'AD FS',
  google: 'Google Workspace',
  onelogin: 'OneLogin',
  ping: 'PingOne / PingFederate',
  keycloak: 'Keycloak',
  netscaler: 'NetScaler (Citrix Gateway)',
  simplesamlphp: 'SimpleSAMLphp',
  'generic-oidc': undefined,
  'generic-saml': undefined,
};

/** Hosts of clouds, by their last labels; entity IDs may be URLs of theirs. */
const hosts: readonly (readonly [suffix: string, vendor: Vendor])[] = [
  ['sts.windows.net', 'entra-saml'],
  ['login.microsoftonline.com', 'entra-saml'],
  ['login.microsoftonline.us', 'entra-saml'],
  ['login.partner.microsoftonline.cn', 'entra-saml'],
  ['okta.com', 'okta-saml'],
  ['okta-emea.com', 'okta-saml'],
  ['oktapreview.com', 'okta-saml'],
  ['accounts.google.com', 'google'],
  ['onelogin.com', 'onelogin'],
  ['pingidentity.com', 'ping'],
  ['pingone.com', 'ping'],
  ['pingone.eu', 'ping'],
  ['pingone.asia', 'ping'],
  ['pingone.ca', 'ping'],
  ['pingone.com.au', 'ping'],
];

/** Paths that a product has wherever it runs. */
const paths: readonly (readonly [pattern: RegExp, vendor: Vendor])[] = [
  [/^\/adfs(\/|$)/i, 'adfs'],
  [/\/realms\/[^/]+/, 'keycloak'],
  [/\/saml2\/idp\/|\/simplesaml(php)?\//i, 'simplesamlphp'],
  [/\/module\.php\/saml\/idp\//i, 'simplesamlphp'],
  [/^\/idp\/SSO\.saml2$/i, 'ping'],
  [/^\/saml\/login$|^\/nf\/auth\/|^\/cgi\/samlauth/i, 'netscaler'],
];

/** Where an OpenID provider of the general kind is one of these. */
const oidcProducts: Partial<Readonly<Record<Vendor, Vendor>>> = {
  'entra-saml': 'entra-oidc',
  'okta-saml': 'okta-oidc',
  keycloak: 'keycloak',
  onelogin: 'onelogin',
  ping: 'ping',
  adfs: 'adfs',
};

/** `settings`: as far as they are known; of a draft they may be incomplete. */
export function vendorOf(kind: string, settings: Readonly<Record<string, unknown>>): Vendor {
  if (kind === 'azure-ad') return 'entra-oidc';
  if (kind === 'okta') return 'okta-oidc';
  if (kind === 'gateway') return 'netscaler';
  if (kind !== 'saml') return oidcProducts[vendorOfAddress(settings.issuer) ?? 'generic-saml'] ?? 'generic-oidc';
  // The entity ID first: the sign-on address may be a custom domain.
  return vendorOfAddress(settings.entityId) ?? vendorOfAddress(settings.singleSignOnUrl) ?? 'generic-saml';
}

function vendorOfAddress(value: unknown): Vendor | undefined {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null) return undefined;
  const { hostname, pathname } = url;
  const byHost = hosts.find(([suffix]) => hostname === suffix || hostname.endsWith(`.${suffix}`));
  return byHost?.[1] ?? paths.find(([pattern]) => pattern.test(pathname))?.[1];
}
