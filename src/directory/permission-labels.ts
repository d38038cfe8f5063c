/** Permissions as pages, mails and the vendor's documentation name them (SPEC ADM-2). */

import { type Language, translations } from '../core/language.ts';
import type { Access, Permission } from './permissions.ts';

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

const full = translations({ en: 'Full access', ja: 'フルアクセス' });

/** "Full access", or the permissions in one line. */
export function textOfAccess(language: Language, access: Access): string {
  if (access.access === 'full') return full[language];
  return access.permissions.map((name) => permissionLabels[language][name]).join(language === 'ja' ? '、' : ', ');
}
