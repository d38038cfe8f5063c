/** My account: who I am in this organization, what I may do, how long my session lasts and why. */
import type { Sites } from '../config/sites.ts';
import type { Language } from '../core/language.ts';
import type { ConnectionList } from '../directory/connections/connection-list.ts';
import type { Connections } from '../directory/connections/connections.ts';
import { permissionLabels } from '../directory/permission-labels.ts';
import type { Access } from '../directory/permissions.ts';
import { summaryOf } from '../http/session-models.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import { type OverviewPage, overviewPage } from './views/overview-page.ts';
import type { Handler } from './visit.ts';

export interface OverviewOptions {
  sites: Pick<Sites, 'workspaceUrl'>;
  connections: Pick<Connections, 'find'>;
  connectionList: Pick<ConnectionList, 'hasAny'>;
  labelOf(kind: string): string;
  show: Show;
}

export function overviewRoutes({ sites, connections, connectionList, labelOf, show }: OverviewOptions) {
  const showOverview: Handler = async (visit) => {
    const { state, organization, access, now } = visit;
    const connection = await connections.find(state.session.connectionId);
    const isNew = access.access === 'full' && !(await connectionList.hasAny(organization.id));
    const model: Omit<OverviewPage, 'access'> = {
      provider: connection?.name ?? labelOf(state.session.idp),
      methods: state.session.amr,
      customerId: organization.customerId,
      workspaceUrl: sites.workspaceUrl(organization.workspaceName),
      session: summaryOf(state, now),
      sessionsHref: visit.url('/sessions'),
      ...(isNew && { connectionsHref: visit.url('/connections') }),
    };
    show(visit, (context, frame) =>
      overviewPage(context, frame, { ...model, access: describe(access, context.language) }),
    );
  };
  return { 'GET /': showOverview } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function describe(access: Access, language: Language): OverviewPage['access'] {
  return access.access === 'full'
    ? 'full'
    : { custom: access.permissions.map((name) => permissionLabels[language][name]) };
}
