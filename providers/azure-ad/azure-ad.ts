/**
 * Microsoft Entra ID (SPEC §7): sign-in by OpenID Connect v2.0 at one tenant, attributes by Microsoft Graph.
 *
 * The person is `tid.oid`: both come from the verified ID token, neither can be chosen by the person or by the
 * administrator of another tenant, unlike email and UPN (RP-15, "nOAuth"). `sub` is pairwise per application and not used.
 */
import { issuerForTenant } from '../../metadata/discovery.ts';
import { createAppToken } from '../protocols/graph/app-token.ts';
import { createGraphDirectory } from '../protocols/graph/directory.ts';
import { createGraph } from '../protocols/graph/graph.ts';
import { pickAttributes } from '../protocols/oidc/attributes.ts';
import { checkOpenIdProvider } from '../protocols/oidc/check.ts';
import { authenticationOf } from '../protocols/oidc/identity.ts';
import { createRelyingParty, type RelyingParty } from '../protocols/oidc/relying-party.ts';
import { buildSignOutUrl } from '../protocols/oidc/sign-out.ts';
import {
  type AzureAdUse,
  azureAdUses,
  type BrowsesDirectory,
  type ChecksConnection,
  type Installation,
  type Ports,
  type ProviderDefinition,
  type RedirectProvider,
  type SignsOutUpstream,
  type TellsPermissions,
  type UpstreamIdentity,
} from '../provider.ts';
import { registrationsOf, saysExpired, wantedPermissions } from './applications.ts';
import { createConsent } from './consent.ts';
import { refuseGuest, refuseOtherPerson, refuseOtherTenant, renameIssuerMismatch } from './person.ts';
import { type AzureAdSettings, azureAdDescriptions, azureAdSchema } from './settings.ts';

export const azureAd: ProviderDefinition<AzureAdSettings> = {
  kind: 'azure-ad',
  label: 'Azure AD',
  about: {
    en: 'Microsoft Entra ID: people and groups of a Microsoft 365 or Azure tenant.',
    ja: 'Microsoft Entra ID（Microsoft 365やAzureのテナント）のユーザーとグループでサインインします。',
  },
  administrators: 'individuals-and-groups',
  subscribers: true,
  callback: 'login-azuread',
  schema: azureAdSchema,
  descriptions: azureAdDescriptions,
  create: createAzureAd,
  // a registration of its own is let in by its own tenant alone
  tenantOf: ({ tenantId, clientId }) => (clientId === undefined ? tenantId : undefined),
  consent: (ports, installation) => installation.azureAd && createConsent(installation.azureAd, ports),
};

type AzureAd = RedirectProvider & SignsOutUpstream & ChecksConnection & BrowsesDirectory & TellsPermissions;

function createAzureAd(settings: AzureAdSettings, ports: Ports, installation: Installation): AzureAd {
  const { tenantId } = settings;
  const registrations = registrationsOf(settings, installation);
  const { authority, graphUrl, applications } = registrations;
  const graph = createGraph(graphUrl, ports);
  const parties = { subscribers: partyOf('subscribers'), administrators: partyOf('administrators') };
  const directory = createGraphDirectory(
    graphUrl,
    createAppToken(
      {
        tokenEndpoint: `${authority}/${tenantId}/oauth2/v2.0/token`,
        application: applications.directory,
        scope: `${graphUrl}/.default`,
        saysExpired,
      },
      ports,
    ),
    ports,
  );

  function partyOf(use: 'subscribers' | 'administrators'): RelyingParty {
    const { clientId, credential } = applications[use];
    return createRelyingParty(
      {
        issuer: `${authority}/${tenantId}/v2.0`,
        resolveIssuer: (issuer) => issuerForTenant(issuer, tenantId),
        clientId,
        clientSecret: credential,
        saysExpired,
        scope: ['openid', 'profile', 'email', ...graphScopes()].join(' '),
        // an optional claim of Entra's, absent unless the registration asks for it; checked where it comes
        sendsAuthenticationTime: false,
      },
      ports,
    );
  }

  /** One's own memberships can be read with `User.Read`; a registration of its own may have been set up for more. */
  function graphScopes(): string[] {
    const more = registrations.isOwn && settings.groups ? [`${graphUrl}/GroupMember.Read.All`] : [];
    return [`${graphUrl}/User.Read`, ...more];
  }

  return {
    kind: 'redirect',

    async begin(request) {
      const use = request.asAdministrator === true ? 'administrators' : 'subscribers';
      const { send, remember } = await parties[use].begin(request);
      return { send, remember: { ...remember, use } };
    },

    async complete(callback, remembered) {
      const isAdministrator = remembered.use === 'administrators';
      const party = isAdministrator ? parties.administrators : parties.subscribers;
      const answer = await party.complete(callback, remembered).catch((error: unknown) => {
        throw renameIssuerMismatch(error, authority, tenantId);
      });
      const { claims, accessToken } = answer;
      const subject = refuseOtherTenant(claims, tenantId);
      refuseGuest(claims, undefined, tenantId);
      const me = await graph.readMe(accessToken, ['userType', ...directoryProperties(settings)]);
      refuseOtherPerson(me, subject.oid);
      refuseGuest(claims, me, tenantId);
      // AAD-4: a group that administers must be seen, whatever the connection does for subscribers
      const wantsGroups = settings.groups || (isAdministrator && !registrations.isOwn);
      const groups = wantsGroups ? await readGroups(claims, accessToken) : [];
      return {
        subject: subjectOf(subject.oid),
        raw: pickFromGraph(me, groups),
        // the hint spares the person Entra's "which account?" page; an optional claim of the registration
        signOut: typeof claims.login_hint === 'string' ? { logoutHint: claims.login_hint } : {},
        ...authenticationOf(answer),
      };
    },

    async signOutUrl(signOut, returnTo, handle) {
      const hint = typeof signOut.logoutHint === 'string' ? { logout_hint: signOut.logoutHint } : {};
      return buildSignOutUrl(await parties.subscribers.discovery.get(), returnTo, handle, hint);
    },

    check: (about) => checkOpenIdProvider(parties.subscribers, ports.now, about),

    async searchUsers(text, page) {
      const { entries, ...rest } = await directory.searchUsers(text, page);
      return { ...rest, entries: entries.map((user) => ({ ...user, subject: subjectOf(user.id) })) };
    },
    searchGroups: directory.searchGroups,
    async findUser(id) {
      const user = await directory.findUser(id);
      return user && { ...user, subject: subjectOf(user.id) };
    },
    findGroup: directory.findGroup,

    async readPermissions() {
      const byClient = Map.groupBy(azureAdUses, (use) => applications[use].clientId);
      return Promise.all(
        [...byClient].map(async ([clientId, uses]) => {
          const granted = await directory.readGranted(clientId);
          return { clientId, uses, isThere: granted !== undefined, permissions: comparePermissions(uses, granted) };
        }),
      );
    },
  };

  function subjectOf(oid: string): string {
    return `${tenantId}.${oid}`;
  }

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

/** What one application needs for all that it is used for. */
function comparePermissions(
  uses: readonly AzureAdUse[],
  granted: { delegated: readonly string[]; application: readonly string[] } | undefined,
) {
  return (['delegated', 'application'] as const).flatMap((type) => {
    const names = [...new Set(uses.flatMap((use) => wantedPermissions[use][type]))].sort();
    return names.map((name) => ({ name, type, granted: granted?.[type].includes(name) ?? false }));
  });
}
