/** Every kind of upstream that an organization can connect: one line each. The broker knows vendors through this alone. */
import { azureAd } from './azure-ad/azure-ad.ts';
import { gateway } from './gateway/gateway.ts';
import { oidc } from './oidc/oidc.ts';
import { okta } from './okta/okta.ts';
import type { ProviderDefinition, ProviderKind } from './provider.ts';
import { saml } from './saml/saml.ts';

// biome-ignore lint/suspicious/noExplicitAny: each definition has settings of its own; `schema` makes what `create` takes
const providerDefinitions: Readonly<Record<ProviderKind, ProviderDefinition<any>>> = {
  okta,
  'azure-ad': azureAd,
  gateway,
  saml,
  oidc,
};

/** In the order in which they are offered. */
export const providerKinds: readonly ProviderKind[] = Object.keys(providerDefinitions);

/** Undefined for what is no kind: the word may come from an operator's file or a later version's row. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function definitionOf(kind: string): ProviderDefinition<any> | undefined {
  return Object.hasOwn(providerDefinitions, kind) ? providerDefinitions[kind] : undefined;
}

/** The redirect URIs below the issuer, as other people's systems know them (SPEC §2): `login-okta` and the like. */
export const redirectUris: readonly string[] = Object.values(providerDefinitions)
  .map(({ callback }) => callback)
  .filter((callback) => callback.startsWith('login-'));

/** Where the consent of a tenant comes back to, below the issuer too, for each kind that is connected so (AAD-1). */
export const consentUris: readonly { kind: ProviderKind; name: string }[] = Object.values(providerDefinitions)
  .filter(({ consent }) => consent !== undefined)
  .map(({ kind, callback }) => ({ kind, name: `${callback}/connect` }));
