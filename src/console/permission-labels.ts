/** Permissions as the console and the vendor's documentation name them (SPEC ADM-2). */

import { translations } from '../core/language.ts';
import type { Permission } from '../directory/permissions.ts';

type Labels = Readonly<Record<Permission, string>>;

export const permissionLabels = translations<Labels>({
  en: {
    'customer-dashboard-view': 'Customer Dashboard (View Only)',
    domains: 'Domains',
    library: 'Library',
    licensing: 'Licensing',
    notifications: 'Notifications',
    'resource-locations': 'Resource Locations',
    'secure-client': 'Secure Client',
    'system-log': 'System Log',
    'workspace-configuration': 'Workspace Configuration',
  },
  ja: {
    'customer-dashboard-view': 'カスタマーダッシュボード（表示のみ）',
    domains: 'ドメイン',
    library: 'ライブラリ',
    licensing: 'ライセンス',
    notifications: '通知',
    'resource-locations': 'リソースの場所',
    'secure-client': 'セキュアクライアント',
    'system-log': 'システムログ',
    'workspace-configuration': 'ワークスペース構成',
  },
});
