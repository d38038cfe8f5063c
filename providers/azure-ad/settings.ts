/** What a connection to Microsoft Entra ID is made of, and how a form explains it. */
import { z } from 'zod';
import {
  attributesSetting,
  baseUrlSetting,
  clientIdSetting,
  describeAttributes,
  secretSetting,
} from '../protocols/oidc/settings.ts';
import type { SettingDescription } from '../provider.ts';

export const azureAdSchema = z
  .strictObject({
    tenantId: z
      .string()
      .trim()
      .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be the tenant (directory) ID, a GUID')
      .transform((id) => id.toLowerCase()),
    authority: baseUrlSetting.default('https://login.microsoftonline.com'),
    graphUrl: baseUrlSetting.default('https://graph.microsoft.com'),
    clientId: clientIdSetting.optional(),
    clientSecret: secretSetting.optional(),
    cloudOnlyAccounts: z.boolean().default(false),
    groups: z.boolean().default(false),
    // property names go into a $select
    attributes: attributesSetting(
      {
        sid: 'onPremisesSecurityIdentifier',
        upn: 'userPrincipalName',
        oid: 'onPremisesImmutableId',
        email: 'mail',
        displayName: 'displayName',
        givenName: 'givenName',
        familyName: 'surname',
        groups: 'transitiveMemberOf',
      },
      /^[A-Za-z][A-Za-z0-9_]*$/,
    ),
  })
  .superRefine((settings, context) => {
    for (const [has, lacks] of [
      ['clientId', 'clientSecret'],
      ['clientSecret', 'clientId'],
    ] as const) {
      if (settings[has] === undefined || settings[lacks] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [lacks], message: `is needed beside ${has}` });
    }
  });
export type AzureAdSettings = z.output<typeof azureAdSchema>;

export const azureAdDescriptions: readonly SettingDescription[] = [
  { key: 'tenantId', label: 'Tenant ID', help: 'The directory (tenant) ID, a GUID.' },
  { key: 'authority', label: 'Authority', help: 'Another one for a national cloud only.' },
  { key: 'graphUrl', label: 'Microsoft Graph', help: 'Another address for a national cloud only.' },
  { key: 'clientId', label: 'Application ID', help: 'Only for an app registration of your own.' },
  { key: 'clientSecret', label: 'Client secret', help: 'Of your own app registration.', secret: true },
  {
    key: 'cloudOnlyAccounts',
    label: 'Allow cloud-only accounts',
    help: 'People who are not synchronised from Active Directory have no security identifier.',
  },
  { key: 'groups', label: 'Read groups', help: 'Needs the delegated permission GroupMember.Read.All.' },
  ...describeAttributes('Microsoft Graph property of the user'),
];
