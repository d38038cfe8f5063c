/**
 * The applications that Azure AD connections work with (AAD-1): the operator's three, or a connection's own one.
 *
 * What each is for and what it may do at Microsoft Graph; when what it proves itself with expires.
 */
import { X509Certificate } from 'node:crypto';
import { ProviderError } from '../errors.ts';
import {
  type AzureAdApplication,
  type AzureAdInstallation,
  type AzureAdUse,
  azureAdUses,
  type Installation,
} from '../provider.ts';
import type { AzureAdSettings } from './settings.ts';

/** AAD-1. Names of Microsoft Graph's permissions. */
export const wantedPermissions: Readonly<
  Record<AzureAdUse, { delegated: readonly string[]; application: readonly string[] }>
> = {
  subscribers: { delegated: ['User.Read'], application: [] },
  directory: {
    delegated: ['GroupMember.Read.All', 'User.Read', 'User.Read.All', 'User.ReadBasic.All'],
    application: ['GroupMember.Read.All', 'User.Read.All'],
  },
  administrators: { delegated: ['User.Read', 'User.ReadBasic.All'], application: [] },
};

export interface Registrations extends AzureAdInstallation {
  /** The connection's own registration, of its own directory; not the operator's. */
  isOwn: boolean;
}

/**
 * The connection's own registration for everything, else the operator's applications. Those only at the operator's
 * authority: a connection that names another one would carry their credentials to it (SECURITY RP-20). Throws
 * `settings_invalid`.
 */
export function registrationsOf(
  { clientId, clientSecret, authority, graphUrl }: AzureAdSettings,
  { azureAd }: Installation,
): Registrations {
  if (clientId !== undefined && clientSecret !== undefined) {
    const own: AzureAdApplication = { clientId, credential: { secret: clientSecret } };
    return {
      isOwn: true,
      authority: authority ?? azureAd?.authority ?? defaultAuthority,
      graphUrl: graphUrl ?? azureAd?.graphUrl ?? defaultGraphUrl,
      applications: { subscribers: own, directory: own, administrators: own },
    };
  }
  if (azureAd === undefined) {
    throw invalid('clientId', 'clientId and clientSecret, as this installation has no app registration of its own');
  }
  for (const [where, asked, own] of [
    ['authority', authority, azureAd.authority],
    ['graphUrl', graphUrl, azureAd.graphUrl],
  ] as const) {
    if (asked !== undefined && asked !== own) {
      throw invalid(where, `${own}, or clientId and clientSecret of a registration there`, asked);
    }
  }
  return { ...azureAd, isOwn: false };
}

export const defaultAuthority = 'https://login.microsoftonline.com';
export const defaultGraphUrl = 'https://graph.microsoft.com';

/** For the register of what expires. When a secret expires only Entra knows. */
export function expiriesOf(
  applications: AzureAdInstallation['applications'],
): { use: AzureAdUse; expiresAt: number }[] {
  return azureAdUses.flatMap((use) => {
    const { credential } = applications[use];
    if (!('certificate' in credential)) return [];
    return [{ use, expiresAt: Date.parse(new X509Certificate(credential.certificate).validTo) }];
  });
}

/**
 * Entra's own number for "the secret has expired" (AADSTS7000222), and for a certificate that it refuses as expired
 * (AADSTS700027), which its text tells from an unknown one.
 */
export function saysExpired({
  error_codes: codes,
  error_description: text,
}: Readonly<Record<string, unknown>>): boolean {
  const has = (code: number) => Array.isArray(codes) && codes.includes(code);
  if (has(7000222)) return true;
  return has(700027) && typeof text === 'string' && /\bexpired\b/i.test(text);
}

function invalid(where: string, expected: string, received?: string): ProviderError {
  return new ProviderError('settings_invalid', {
    detail: { where, expected, ...(received === undefined ? {} : { received }) },
  });
}
