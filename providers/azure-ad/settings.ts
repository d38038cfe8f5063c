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
    // absent: the operator's
    authority: baseUrlSetting.optional(),
    graphUrl: baseUrlSetting.optional(),
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
  {
    key: 'tenantId',
    required: true,
    endpoint: true,
    label: { en: 'Tenant ID', ja: 'テナントID' },
    help: { en: 'The directory (tenant) ID, a GUID.', ja: 'ディレクトリ（テナント）ID（GUID）です。' },
  },
  {
    key: 'authority',
    endpoint: true,
    advanced: true,
    label: { en: 'Authority', ja: '認証機関のURL' },
    help: {
      en: 'Only for an app registration of your own in a national cloud.',
      ja: '国別クラウドに独自のアプリ登録がある場合のみ指定します。',
    },
  },
  {
    key: 'graphUrl',
    endpoint: true,
    advanced: true,
    label: { en: 'Microsoft Graph', ja: 'Microsoft Graph' },
    help: {
      en: 'Only for an app registration of your own in a national cloud.',
      ja: '国別クラウドに独自のアプリ登録がある場合のみ指定します。',
    },
  },
  {
    key: 'clientId',
    label: { en: 'Application ID', ja: 'アプリケーションID' },
    help: { en: 'Only for an app registration of your own.', ja: '独自のアプリ登録を使う場合のみ入力します。' },
  },
  {
    key: 'clientSecret',
    label: { en: 'Client secret', ja: 'クライアントシークレット' },
    help: { en: 'Of your own app registration.', ja: '独自のアプリ登録の値です。' },
    secret: true,
  },
  {
    key: 'cloudOnlyAccounts',
    type: 'yes-no',
    label: { en: 'Allow cloud-only accounts', ja: 'クラウド専用アカウントを許可する' },
    help: {
      en: 'People who are not synchronised from Active Directory have no security identifier.',
      ja: 'Active Directoryから同期されていないユーザーにはセキュリティ識別子がありません。',
    },
  },
  {
    key: 'groups',
    type: 'yes-no',
    label: { en: 'Read groups', ja: 'グループを読み取る' },
    help: {
      en: 'Needs the delegated permission GroupMember.Read.All.',
      ja: '委任されたアクセス許可 GroupMember.Read.All が必要です。',
    },
  },
  ...describeAttributes({ en: 'Microsoft Graph property of the user', ja: ' Microsoft Graphのユーザーのプロパティ' }),
];
