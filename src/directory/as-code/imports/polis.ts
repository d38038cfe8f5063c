/**
 * Connections of Ory Polis (SAML Jackson): as its API answers them (`GET /api/v1/sso`), or as its pre-loaded ones are
 * written, each with the provider's metadata.
 */
import { z } from 'zod';
import { problemsOf } from '../../errors.ts';
import { documentInvalid, parseYaml } from '../document.ts';
import { createImport, type ImportBuilder, type Importer, toPem } from './imported.ts';

const connectionSchema = z.looseObject({
  name: z.string().nullish(),
  tenant: z.string().nullish(),
  product: z.string().nullish(),
  rawMetadata: z.string().nullish(),
  encodedRawMetadata: z.string().nullish(),
  idpMetadata: z
    .looseObject({
      entityID: z.string().nullish(),
      sso: z.looseObject({ postUrl: z.string().nullish(), redirectUrl: z.string().nullish() }).nullish(),
      slo: z.looseObject({ postUrl: z.string().nullish(), redirectUrl: z.string().nullish() }).nullish(),
      publicKey: z.string().nullish(),
    })
    .nullish(),
  oidcDiscoveryUrl: z.string().nullish(),
  oidcClientId: z.string().nullish(),
  oidcClientSecret: z.string().nullish(),
  oidcProvider: z
    .looseObject({
      discoveryUrl: z.string().nullish(),
      clientId: z.string().nullish(),
      clientSecret: z.string().nullish(),
      metadata: z.looseObject({ issuer: z.string().nullish() }).nullish(),
    })
    .nullish(),
});
type PolisConnection = z.output<typeof connectionSchema>;

const wellKnown = /\/\.well-known\/openid-configuration$/;

export const importPolis: Importer = (text, definitionOf) => {
  const given = parseYaml(text);
  const read = z.array(connectionSchema).safeParse(Array.isArray(given) ? given : [given]);
  if (!read.success) throw documentInvalid(problemsOf(read.error));
  const building = createImport(definitionOf);
  for (const connection of read.data) {
    const name = connection.name || [connection.tenant, connection.product].filter(Boolean).join(' ') || 'Polis';
    const metadata = metadataOf(connection);
    if (metadata !== undefined) building.saml(name, { metadata });
    else if (connection.idpMetadata) importSaml(building, name, connection.idpMetadata);
    else importOpenId(building, name, connection);
  }
  return building.result();
};

function metadataOf({ rawMetadata, encodedRawMetadata }: PolisConnection): string | undefined {
  if (rawMetadata) return rawMetadata;
  return encodedRawMetadata ? Buffer.from(encodedRawMetadata, 'base64').toString('utf8') : undefined;
}

function importSaml(building: ImportBuilder, name: string, idp: NonNullable<PolisConnection['idpMetadata']>): void {
  const { postUrl, redirectUrl } = idp.sso ?? {};
  const singleSignOnUrl = postUrl || redirectUrl;
  if (!singleSignOnUrl) {
    building.skip(name, 'it has no sign-on address');
    return;
  }
  if (!idp.publicKey)
    building.remark(`"${name}": its certificate is not in the file; import the provider’s metadata before the test`);
  building.saml(name, {
    entityId: idp.entityID ?? undefined,
    singleSignOnUrl,
    binding: postUrl ? 'post' : 'redirect',
    certificates: idp.publicKey ? [toPem(idp.publicKey)] : undefined,
    logoutUrl: idp.slo?.redirectUrl ?? undefined,
  });
}

function importOpenId(building: ImportBuilder, name: string, connection: PolisConnection): void {
  const { oidcProvider } = connection;
  const discoveryUrl = connection.oidcDiscoveryUrl ?? oidcProvider?.discoveryUrl;
  const issuer = oidcProvider?.metadata?.issuer ?? discoveryUrl?.replace(wellKnown, '');
  const clientId = connection.oidcClientId ?? oidcProvider?.clientId;
  if (!issuer || !clientId) {
    building.skip(name, 'it is neither a SAML nor a complete OpenID connection');
    return;
  }
  const secret = connection.oidcClientSecret ?? oidcProvider?.clientSecret ?? undefined;
  building.openId(name, { issuer, clientId, secret });
}
