/** The history of a connection, and the way back to an earlier version. */
import { AppError } from '../../core/errors.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import type { ConnectionVersions } from '../../directory/connections/versions.ts';
import type { Csrf } from '../../http/csrf.ts';
import { refuseUnknownFields } from '../../http/forms.ts';
import { type RefusalCode, refusalText } from '../../http/views/problem-texts.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { confirmConnectionPage } from './confirm-page.ts';
import { headOf } from './connection.ts';
import { historyPage } from './history-page.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';
import { readVersion, refusalOf } from './refusals.ts';

export interface HistoryOptions {
  connections: Pick<Connections, 'find'>;
  connectionVersions: Pick<ConnectionVersions, 'list' | 'rollBack'>;
  definitionOf: DefinitionOf;
  csrf: Csrf;
  show: Show;
}

export function historyRoutes({ connections, connectionVersions, definitionOf, csrf, show }: HistoryOptions) {
  const showHistory: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    const versions = await connectionVersions.list(connection);
    const mayGoBack = connection.state === 'live';
    const model = {
      ...headOf(visit, connection),
      descriptions: definitionOf(connection.kind)?.descriptions ?? [],
      versions: versions.map((version) => ({
        ...version,
        ...(mayGoBack && !version.isLive && { backHref: visit.url(restorePath(connection, version.number)) }),
      })),
    };
    show(visit, (context, frame) => historyPage(context, frame, model));
  };

  const ask: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    const number = numberOf(visit);
    const isThere = (await connectionVersions.list(connection)).some((each) => each.number === number && !each.isLive);
    if (!isThere || connection.state !== 'live') throw new AppError('not_found');
    send(visit, connection);
  };

  const restore: Handler = async (visit) => {
    refuseUnknownFields(visit.form, ['version']);
    const connection = await requireOwnConnection(connections, visit);
    const seen = readVersion(visit.form.version);
    try {
      await connectionVersions.rollBack(editorOf(visit), connection.id, numberOf(visit), seen);
      finish(visit, connectionPath(connection.id), 'connection_restored');
    } catch (error) {
      const { code } = refusalOf(error);
      if (refusalText('en', code) === undefined) throw new AppError('conflict', { cause: error });
      send(visit, connection, code as RefusalCode);
    }
  };

  function send(visit: Visit, connection: Connection, refusal?: RefusalCode): void {
    const model = {
      ...headOf(visit, connection),
      act: 'rollback' as const,
      action: visit.url(restorePath(connection, numberOf(visit))),
      csrf: csrf.tokenFor(visit.state.session.uid),
      version: connection.version,
      ...(refusal && { refusal }),
    };
    show(visit, (context, frame) => confirmConnectionPage(context, frame, model), { status: refusal ? 409 : 200 });
  }

  return {
    'GET /connections/:connectionId/history': showHistory,
    'GET /connections/:connectionId/history/:version/restore': ask,
    'POST /connections/:connectionId/history/:version/restore': restore,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function numberOf({ request }: Visit): number {
  return readVersion(String(request.params.version));
}

function restorePath({ id }: Connection, number: number): string {
  return connectionPath(id, `/history/${number}/restore`);
}
