/**
 * The identity providers of a Keycloak realm export (`kc.sh export`, or partial export in its console). What it says of
 * each is `org.keycloak.broker.saml.SAMLIdentityProviderConfig` and `…oidc.OIDCIdentityProviderConfig`; every value is text.
 */
import { z } from 'zod';
import { problemsOf } from '../../errors.ts';
import { documentInvalid, parseYaml } from '../document.ts';
import { createImport, type ImportBuilder, type Importer, toPem } from './imported.ts';

const configSchema = z.record(z.string(), z.string().nullish());
const realmSchema = z.looseObject({
  identityProviders: z
    .array(
      z.looseObject({
        alias: z.string(),
        displayName: z.string().optional(),
        providerId: z.string(),
        enabled: z.boolean().default(true),
        config: configSchema.default({}),
      }),
    )
    .default([]),
  identityProviderMappers: z
    .array(z.looseObject({ identityProviderAlias: z.string(), config: configSchema.default({}) }))
    .default([]),
});
type Realm = z.output<typeof realmSchema>;
type Config = Realm['identityProviders'][number]['config'];

/** Keycloak shows these instead of a secret. */
const masked = /^\*+$/;

const rolesByUserAttribute: Readonly<Record<string, string>> = {
  email: 'email',
  firstName: 'givenName',
  lastName: 'familyName',
};

export const importKeycloak: Importer = (text, definitionOf) => {
  const read = realmSchema.safeParse(parseYaml(text));
  if (!read.success) throw documentInvalid(problemsOf(read.error));
  const building = createImport(definitionOf);
  for (const { alias, displayName, providerId, enabled, config } of read.data.identityProviders) {
    const name = displayName || alias;
    if (!enabled) building.remark(`"${name}" is disabled in Keycloak; it comes as a draft like the others`);
    if (providerId === 'saml') importSaml(building, name, config, attributesOf(read.data, alias));
    else if (['oidc', 'keycloak-oidc', 'microsoft'].includes(providerId)) importOpenId(building, name, config);
    else building.skip(name, `"${providerId}" is no provider that subscribers or administrators sign in with here`);
  }
  return building.result();
};

function importSaml(building: ImportBuilder, name: string, config: Config, attributes: Record<string, string>): void {
  const certificates = (config.signingCertificate ?? '').split(',').filter((one) => one.trim() !== '');
  const { idpEntityId: entityId, singleSignOnServiceUrl: singleSignOnUrl } = config;
  if (!singleSignOnUrl) {
    building.skip(name, 'it has no singleSignOnServiceUrl');
    return;
  }
  if (!entityId)
    building.remark(
      `"${name}": Keycloak does not know its entity ID (idpEntityId); import its metadata before the test`,
    );
  if (certificates.length === 0)
    building.remark(`"${name}": Keycloak has no certificate of it; import its metadata before the test`);
  if (config.validateSignature !== 'true')
    building.remark(`"${name}": Keycloak did not check its signatures; here they always are`);
  building.saml(name, {
    ...(entityId && { entityId }),
    singleSignOnUrl,
    binding: config.postBindingAuthnRequest === 'true' ? 'post' : 'redirect',
    signRequests: config.wantAuthnRequestsSigned === 'true',
    signatures: config.wantAssertionsSigned === 'true' ? 'assertion' : 'either',
    ...(certificates.length > 0 && { certificates: certificates.map(toPem) }),
    ...(config.wantAssertionsEncrypted === 'true' && { encryption: 'require' }),
    ...(config.singleLogoutServiceUrl && { logoutUrl: config.singleLogoutServiceUrl }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  });
}

function importOpenId(building: ImportBuilder, name: string, config: Config): void {
  const { clientId, clientSecret, tenantId } = config;
  const issuer = config.issuer || (tenantId && `https://login.microsoftonline.com/${tenantId}/v2.0`);
  if (!issuer) {
    building.skip(name, 'it has no issuer, so nothing says whose tokens would be accepted');
    return;
  }
  if (!clientId) {
    building.skip(name, 'it has no client id');
    return;
  }
  const isKnown = clientSecret && !masked.test(clientSecret) && !clientSecret.startsWith('${');
  building.openId(name, { issuer, clientId, secret: isKnown ? clientSecret : undefined });
}

function attributesOf({ identityProviderMappers }: Realm, alias: string): Record<string, string> {
  const found = identityProviderMappers
    .filter(({ identityProviderAlias }) => identityProviderAlias === alias)
    .flatMap(({ config }) => {
      const role = rolesByUserAttribute[config['user.attribute'] ?? ''];
      const name = config['attribute.name'];
      return role && name ? [[role, name] as const] : [];
    });
  return Object.fromEntries(found);
}
