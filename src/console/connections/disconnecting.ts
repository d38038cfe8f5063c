/** Disconnecting a connection and deleting one, each after asking (SPEC IDP-1, IDP-2). */
import { AppError } from '../../core/errors.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { Disconnecting } from '../../directory/connections/disconnecting.ts';
import type { Csrf } from '../../http/csrf.ts';
import { refuseUnknownFields } from '../../http/forms.ts';
import { type RefusalCode, refusalText } from '../../http/views/problem-texts.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { confirmConnectionPage } from './confirm-page.ts';
import { headOf } from './connection.ts';
import { connectionPath, connectionsPath, requireOwnConnection } from './own-connection.ts';
import { readVersion, refusalOf } from './refusals.ts';

export interface DisconnectingOptions {
  connections: Pick<Connections, 'find'>;
  disconnecting: Pick<Disconnecting, 'disconnect' | 'remove'>;
  csrf: Csrf;
  show: Show;
}

type Act = 'disconnect' | 'remove';
const paths = { disconnect: '/disconnect', remove: '/delete' } as const;

export function disconnectingRoutes({ connections, disconnecting, csrf, show }: DisconnectingOptions) {
  const ask =
    (act: Act): Handler =>
    async (visit) => {
      const connection = await requireOwnConnection(connections, visit);
      const isLive = connection.state === 'live';
      if (isLive !== (act === 'disconnect')) return finish(visit, connectionPath(connection.id));
      const isMethod = visit.organization.subscriberConnectionId === connection.id;
      if (isLive && isMethod) return send(visit, connection, act, 'connection_in_use', 200);
      send(visit, connection, act);
    };

  const disconnect: Handler = async (visit) => {
    refuseUnknownFields(visit.form, ['version']);
    const connection = await requireOwnConnection(connections, visit);
    try {
      await disconnecting.disconnect(editorOf(visit), connection.id, readVersion(visit.form.version));
      finish(visit, connectionPath(connection.id), 'connection_disconnected');
    } catch (error) {
      answer(visit, connection, 'disconnect', error);
    }
  };

  const remove: Handler = async (visit) => {
    refuseUnknownFields(visit.form, ['version']);
    const connection = await requireOwnConnection(connections, visit);
    try {
      await disconnecting.remove(editorOf(visit), connection.id, readVersion(visit.form.version));
      finish(visit, connectionsPath, 'connection_deleted');
    } catch (error) {
      answer(visit, connection, 'remove', error);
    }
  };

  function answer(visit: Visit, connection: Connection, act: Act, error: unknown): void {
    const { code } = refusalOf(error);
    if (refusalText('en', code) === undefined) throw new AppError('conflict', { cause: error });
    send(visit, connection, act, code as RefusalCode, 409);
  }

  function send(visit: Visit, connection: Connection, act: Act, refusal?: RefusalCode, status = 200): void {
    const model = {
      ...headOf(visit, connection),
      act,
      action: visit.url(connectionPath(connection.id, paths[act])),
      csrf: csrf.tokenFor(visit.state.session.uid),
      version: connection.version,
      ...(refusal && { refusal }),
      ...(refusal === 'connection_in_use' && { workspaceConfigurationHref: visit.url('/workspace-configuration') }),
    };
    show(visit, (context, frame) => confirmConnectionPage(context, frame, model), { status });
  }

  return {
    'GET /connections/:connectionId/disconnect': ask('disconnect'),
    'POST /connections/:connectionId/disconnect': disconnect,
    'GET /connections/:connectionId/delete': ask('remove'),
    'POST /connections/:connectionId/delete': remove,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
