/** Data folders as an operator would have filled them, before the server that is measured starts on them. */

import { mkdir } from 'node:fs/promises';
import { type Installation, openInstallation } from '../../src/cli/installation.ts';
import { readConfig } from '../../src/config/config.ts';
import { operator } from '../../src/directory/authority.ts';
import { generateTotpKey } from '../../src/directory/totp.ts';
import { samlCertificates } from '../../src/services.ts';
import { client } from '../support/scenario/upstreams.ts';
import type { Administrator, RelyingParty } from './sign-in-client.ts';

export const redirectUri = 'http://127.0.0.1:9/callback';

export interface Place {
  port: number;
  folder: string;
}

/** The server's environment. */
export function environmentOf({ port, folder }: Place): Record<string, string> {
  return {
    SEKISHO_PUBLIC_URL: `http://localhost:${port}`,
    SEKISHO_LISTEN: `127.0.0.1:${port}`,
    SEKISHO_DATA: folder,
    SEKISHO_UPSTREAM_LOOPBACK: 'allow',
    // Everybody comes from one address here; the counting itself stays.
    SEKISHO_RATE_LIMIT_FACTOR: '1000000',
  };
}

export async function openPlace(place: Place): Promise<Installation> {
  await mkdir(place.folder, { recursive: true });
  const installation = await openInstallation(readConfig(environmentOf(place)));
  // This process only fills; the server opens the file with its own pragmas.
  installation.database.sqlite?.exec('pragma synchronous = off');
  await installation.signingKeys.ensure();
  return installation;
}

/** What a SAML identity provider is told about us. */
export async function describeServiceProvider({ sites, signingKeys }: Installation) {
  const [certificate] = samlCertificates(await signingKeys.load(), Date.now());
  return {
    entityId: sites.samlEntityId,
    acsUrl: sites.acsUrl,
    ...(certificate !== undefined && { certificate }),
  };
}

/** An organization with one live connection that its subscribers use. */
export async function addOrganization(
  installation: Installation,
  customerId: string,
  kind: 'okta' | 'saml',
  settings: Record<string, unknown>,
): Promise<string> {
  const { organizations, connections } = installation;
  const organization = await organizations.create({ name: `The ${customerId} company`, customerId });
  const connection = await connections.create(organization.id, { kind, name: kind, subscribers: true, settings });
  await connections.makeLive(connection.id);
  await organizations.setSubscriberConnection(organization.id, connection.id);
  return organization.id;
}

export const oktaSettings = (url: string) => ({ url, ...client });

/** `organizationId` null: an application of the whole installation. */
export async function addApplication(installation: Installation, organizationId: string | null): Promise<RelyingParty> {
  const { application, secret } = await installation.applications.add({
    organizationId,
    name: 'Bench',
    metadata: { redirect_uris: [redirectUri], grant_types: ['authorization_code'] },
  });
  return { issuer: installation.sites.issuer, clientId: application.clientId, secret: secret!, redirectUri };
}

/** A code works once in half a minute, so each sign-in has a person of its own. */
export async function addAdministrators(
  installation: Installation,
  organizationId: string,
  count: number,
): Promise<Administrator[]> {
  const made: Administrator[] = [];
  for (let index = 0; index < count; index++) {
    const email = `administrator-${index}@example.com`;
    const [password, totpKey] = ['Hakone-Gate-1619', generateTotpKey()];
    const identity = await installation.identities.create({ email, displayName: 'Hanako Sato', password, totpKey });
    const { termsAcceptances } = installation;
    const { version } = termsAcceptances.terms;
    await termsAcceptances.accept({ identity, language: 'en', version }, { actor: { type: 'system' } });
    await installation.administrators.add(
      {
        organizationId,
        kind: 'identity',
        connectionId: 'citrix',
        subject: identity.id,
        displayName: 'Hanako Sato',
        email,
        access: { access: 'full' },
      },
      operator,
    );
    made.push({ email, password, totpKey });
  }
  return made;
}
