/**
 * Microsoft Entra ID (SPEC §7): sign-in by OpenID Connect v2.0 at one tenant, attributes by Microsoft Graph.
 *
 * The person is `tid.oid`: both come from the verified ID token, neither can be chosen by the person or by the
 * administrator of another tenant, unlike email and UPN (RP-15, "nOAuth"). `sub` is pairwise per application and not used.
 */
import { issuerForTenant } from '../../metadata/discovery.ts';
import { ProviderError } from '../errors.ts';
import { createGraph } from '../protocols/graph/graph.ts';
import { pickAttributes } from '../protocols/oidc/attributes.ts';
import { checkOpenIdProvider } from '../protocols/oidc/check.ts';
import { authenticationOf } from '../protocols/oidc/identity.ts';
import { createRelyingParty } from '../protocols/oidc/relying-party.ts';
import { buildSignOutUrl } from '../protocols/oidc/sign-out.ts';
import type {
  ChecksConnection,
  Installation,
  Ports,
  ProviderDefinition,
  RedirectProvider,
  SignsOutUpstream,
  UpstreamIdentity,
} from '../provider.ts';
import { refuseGuest, refuseOtherPerson, refuseOtherTenant, renameIssuerMismatch } from './person.ts';
import { type AzureAdSettings, azureAdDescriptions, azureAdSchema } from './settings.ts';

export const azureAd: ProviderDefinition<AzureAdSettings> = {
  kind: 'azure-ad',
  label: 'Azure AD',
  administrators: 'individuals-and-groups',
  subscribers: true,
  callback: 'login-azuread',
  schema: azureAdSchema,
  descriptions: azureAdDescriptions,
  create: createAzureAd,
};

function createAzureAd(
  settings: AzureAdSettings,
  ports: Ports,
  installation: Installation,
): RedirectProvider & SignsOutUpstream & ChecksConnection {
  const { tenantId, graphUrl } = settings;
  const graph = createGraph(graphUrl, ports);
  const party = createRelyingParty(
    {
      issuer: `${settings.authority}/${tenantId}/v2.0`,
      resolveIssuer: (issuer) => issuerForTenant(issuer, tenantId),
      ...registrationOf(settings, installation),
      scope: ['openid', 'profile', 'email', ...graphScopes(settings)].join(' '),
      // an optional claim of Entra's, absent unless the registration asks for it; checked where it comes
      sendsAuthenticationTime: false,
    },
    ports,
  );

  return {
    kind: 'redirect',
    begin: party.begin,

    async complete(callback, remembered) {
      const answer = await party.complete(callback, remembered).catch((error: unknown) => {
        throw renameIssuerMismatch(error, settings);
      });
      const { claims, accessToken } = answer;
      const subject = refuseOtherTenant(claims, tenantId);
      refuseGuest(claims, undefined, tenantId);
      const me = await graph.readMe(accessToken, ['userType', ...directoryProperties(settings)]);
      refuseOtherPerson(me, subject.oid);
      refuseGuest(claims, me, tenantId);
      const groups = settings.groups ? await readGroups(claims, accessToken) : [];
      return {
        subject: `${tenantId}.${subject.oid}`,
        raw: pickFromGraph(me, groups),
        // the hint spares the person Entra's "which account?" page; an optional claim of the registration
        signOut: typeof claims.login_hint === 'string' ? { logoutHint: claims.login_hint } : {},
        ...authenticationOf(answer),
      };
    },

    async signOutUrl(signOut, returnTo, handle) {
      const hint = typeof signOut.logoutHint === 'string' ? { logout_hint: signOut.logoutHint } : {};
      return buildSignOutUrl(await party.discovery.get(), returnTo, handle, hint);
    },

    check: (about) => checkOpenIdProvider(party, ports.now, about),
  };

  /**
   * The token's own list when it is whole; Graph when the token says that there are too many. `_claim_sources` names
   * an address of the retired Azure AD Graph: it is not even read.
   */
  async function readGroups(
    claims: Readonly<Record<string, unknown>>,
    accessToken: string,
  ): Promise<readonly string[]> {
    const { groups } = claims;
    const isWhole = Array.isArray(groups) && claims.hasgroups === undefined && claims._claim_names === undefined;
    return isWhole ? groups.filter((id) => typeof id === 'string') : graph.readGroupIds(accessToken);
  }

  /** CLM-3. Groups come as object ids, under the connection's name for them. */
  function pickFromGraph(me: Readonly<Record<string, unknown>>, groups: readonly string[]): UpstreamIdentity['raw'] {
    const names = settings.attributes;
    const raw = { ...pickAttributes(names, { ...me, [names.groups]: groups }) };
    // an account that is not synchronised has no objectGUID: the directory's own id then
    if (raw.oid === undefined && names.oid === 'onPremisesImmutableId' && typeof me.id === 'string') {
      raw.oid = { name: 'id', values: [me.id] };
    }
    return raw;
  }
}

function directoryProperties({ attributes }: AzureAdSettings): string[] {
  const { groups: _, ...single } = attributes;
  return Object.values(single);
}

function graphScopes({ graphUrl, groups }: AzureAdSettings): string[] {
  return [`${graphUrl}/User.Read`, ...(groups ? [`${graphUrl}/GroupMember.Read.All`] : [])];
}

/** The connection's own registration, else the installation's (AAD-1). */
function registrationOf({ clientId, clientSecret }: AzureAdSettings, { azureAd: shared }: Installation) {
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  if (shared !== undefined) return shared;
  throw new ProviderError('settings_invalid', {
    detail: {
      where: 'clientId',
      expected: 'clientId and clientSecret, as this installation has no app registration of its own',
    },
  });
}
