/** The organization and its settings. */
import type { Sites } from '../config/sites.ts';
import type { ChangeSettings } from '../directory/change-settings.ts';
import type { Organization } from '../directory/organizations.ts';
import { requireMatch } from './etags.ts';
import type { HandlersOf } from './handlers.ts';
import type { Answer } from './route.ts';
import type { RuleOf } from './rules.ts';

export interface OrganizationOptions {
  sites: Pick<Sites, 'workspaceUrl'>;
  changeSettings: ChangeSettings;
}

const settingsEtag = ({ version }: Organization): string => `v${version}`;

type SettingsAnswer = Answer<RuleOf<'GET /api/v1/organizations/{customerId}/settings'>>;

export function organizationHandlers({ sites, changeSettings }: OrganizationOptions) {
  const settingsOf = (organization: Organization): SettingsAnswer => ({
    body: organization.settings,
    etag: settingsEtag(organization),
  });

  return {
    'GET /api/v1/organizations/{customerId}': async ({ organization }) => ({
      body: {
        customerId: organization.customerId,
        orgId: organization.orgId,
        name: organization.name,
        workspaceUrl: sites.workspaceUrl(organization.workspaceName),
        subscriberConnectionId: organization.subscriberConnectionId,
        createdAt: new Date(organization.createdAt).toISOString(),
      },
    }),

    'GET /api/v1/organizations/{customerId}/settings': async ({ organization }) => settingsOf(organization),

    'PATCH /api/v1/organizations/{customerId}/settings': async ({ organization, act, body, matches }) => {
      requireMatch(matches, settingsEtag(organization));
      const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      const changed = await changeSettings(act, organization.id, change, organization.version);
      return settingsOf(changed.organization);
    },
  } satisfies HandlersOf<`${string}/{customerId}` | `${string}/settings`>;
}
