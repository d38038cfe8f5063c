/** Changing a connection's name, uses and identifier (`directory/connections/details.ts`). */
import type { Sites } from '../../config/sites.ts';
import { AppError } from '../../core/errors.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { ChangeDetails } from '../../directory/connections/details.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import type { Csrf } from '../../http/csrf.ts';
import { refuseUnknownFields } from '../../http/forms.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { headOf } from './connection.ts';
import { detailsPage } from './details-page.ts';
import { asHeadRefusal, type HeadRefusal, headFieldNames, readHead, type TypedHead } from './head-fields.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';
import { readVersion, refusalOf } from './refusals.ts';

export interface DetailsOptions {
  sites: Pick<Sites, 'goUrl'>;
  connections: Pick<Connections, 'find'>;
  changeDetails: ChangeDetails;
  definitionOf: DefinitionOf;
  csrf: Csrf;
  show: Show;
}

export function detailsRoutes(options: DetailsOptions) {
  const { sites, connections, changeDetails, definitionOf, csrf, show } = options;

  const ask: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    const { name, forSubscribers, forAdministrators, identifier } = connection;
    showForm(visit, connection, {
      name,
      subscribers: forSubscribers,
      administrators: forAdministrators,
      identifier: identifier ?? '',
    });
  };

  const change: Handler = async (visit) => {
    const { form } = visit;
    refuseUnknownFields(form, [...headFieldNames, 'version']);
    const connection = await requireOwnConnection(connections, visit);
    const typed = readHead(form, offersOf(connection));
    try {
      const wanted = { ...typed, identifier: typed.identifier || undefined };
      const version = readVersion(form.version);
      const { changed } = await changeDetails(editorOf(visit), connection.id, wanted, version);
      finish(visit, connectionPath(connection.id), changed ? 'connection_changed' : 'unchanged');
    } catch (error) {
      showForm(visit, connection, typed, asHeadRefusal(refusalOf(error)));
    }
  };

  function showForm(visit: Visit, connection: Connection, typed: TypedHead, refusal?: HeadRefusal): void {
    const model = {
      ...headOf(visit, connection),
      fields: { ...typed, offers: offersOf(connection), goUrl: sites.goUrl(''), refusal },
      version: connection.detailsVersion,
      action: visit.url(connectionPath(connection.id, '/details')),
      csrf: csrf.tokenFor(visit.state.session.uid),
    };
    const status = refusal === undefined ? 200 : refusal.code === 'settings_invalid' ? 422 : 409;
    show(visit, (context, frame) => detailsPage(context, frame, model), { status });
  }

  function offersOf({ kind }: Connection) {
    const definition = definitionOf(kind);
    if (!definition) throw new AppError('not_found');
    return { subscribers: definition.subscribers, administrators: definition.administrators };
  }

  return {
    'GET /connections/:connectionId/details': ask,
    'POST /connections/:connectionId/details': change,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
