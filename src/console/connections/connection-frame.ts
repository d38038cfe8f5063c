/**
 * Around every page about one connection: its name and state, and the tabs that lead between its pages. A page of its own
 * is a line in `connectionTabs`; it shows when its route exists.
 */
import type { Text } from '../../../providers/provider.ts';
import { translations } from '../../core/language.ts';
import type { ConnectionState } from '../../directory/connections/connection-states.ts';
import type { Child, Html } from '../../http/views/html.ts';
import { html } from '../../http/views/html.ts';
import { tabs } from '../../http/views/navigation.ts';
import type { PageContext } from '../../http/views/page.ts';
import { hasRoute } from '../rules.ts';
import { type ConsoleFrame, consolePage } from '../views/console-layout.ts';
import { stateBadge } from './connection-words.ts';
import { connectionsMessages } from './connections-messages.ts';

export type ConnectionTab =
  | ''
  | '/tenant'
  | '/gateway'
  | '/directory'
  | '/metadata'
  | '/details'
  | '/rollover'
  | '/setup-links'
  | '/history';

/** Path below `/connections/:connectionId`, in the order of the tabs. `kinds`: only for these. */
const connectionTabs: readonly { path: ConnectionTab; label: Text; kinds?: readonly string[] }[] = [
  { path: '', label: { en: 'Overview', ja: '概要' } },
  { path: '/tenant', label: { en: 'Tenant', ja: 'テナント' } },
  { path: '/gateway', label: { en: 'Detect', ja: '検出' }, kinds: ['gateway'] },
  { path: '/directory', label: { en: 'Users and groups', ja: 'ユーザーとグループ' }, kinds: ['okta', 'azure-ad'] },
  { path: '/metadata', label: { en: 'Metadata', ja: 'メタデータ' }, kinds: ['saml'] },
  { path: '/details', label: { en: 'Name and use', ja: '名前と用途' } },
  { path: '/setup-links', label: { en: 'Set-up links', ja: '設定リンク' } },
  { path: '/rollover', label: { en: 'Our certificates', ja: '本サービスの証明書' }, kinds: ['saml'] },
  { path: '/history', label: { en: 'History', ja: '履歴' } },
];

const messages = translations({ en: { pages: 'Pages of this connection' }, ja: { pages: 'この接続のページ' } });

export interface ConnectionHead {
  kind?: string;
  name: string;
  state: ConnectionState;
  listHref: string;
  /** Absolute URL of the connection's first page. */
  href: string;
  /** Its tenant is connected by consent (AAD-1): a page of its own. */
  hasTenant?: boolean;
}

export function connectionPageFrame(
  context: PageContext,
  frame: ConsoleFrame,
  head: ConnectionHead,
  page: {
    /** None is current on a page that is no tab; it has a title of its own then. */
    tab?: ConnectionTab;
    title?: string;
    lead?: Child;
    titlePrefix?: string | undefined;
    beside?: Child;
    body: Child;
  },
): Html {
  const { language } = context;
  const { tab, title, body, ...rest } = page;
  const links = connectionTabs
    .filter(({ path, kinds }) => {
      const isOfKind = kinds === undefined || (head.kind !== undefined && kinds.includes(head.kind));
      return isOfKind && hasRoute(`GET /connections/:connectionId${path}`);
    })
    .filter(({ path }) => path !== '/tenant' || head.hasTenant === true)
    .map(({ path, label }) => ({ label: label[language], href: `${head.href}${path}`, current: path === tab }));
  const above = [{ label: connectionsMessages[language].title, href: head.listHref }];
  return consolePage(context, frame, {
    ...rest,
    page: 'connections',
    title: title ?? head.name,
    above: tab === undefined ? [...above, { label: head.name, href: head.href }] : above,
    badge: tab === undefined ? undefined : stateBadge(context, head.state),
    body: tab === undefined ? body : html`${tabs(messages[language].pages, links)}${body}`,
  });
}
