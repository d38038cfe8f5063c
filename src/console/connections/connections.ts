/** Everything about connections in the console (SPEC §3): a file for each page or journey, put together here. */
import { type ConnectionOptions, connectionRoutes } from './connection.ts';
import { type ConnectionListOptions, connectionListRoutes } from './connection-list.ts';
import { type DetailsOptions, detailsRoutes } from './details.ts';
import { type DisconnectingOptions, disconnectingRoutes } from './disconnecting.ts';
import { type DraftOptions, draftRoutes } from './draft.ts';
import { type HistoryOptions, historyRoutes } from './history.ts';
import { type NewConnectionOptions, newConnectionRoutes } from './new-connection.ts';

export type ConnectionsOptions = ConnectionListOptions &
  NewConnectionOptions &
  ConnectionOptions &
  DetailsOptions &
  DraftOptions &
  HistoryOptions &
  DisconnectingOptions;

export function connectionsRoutes(options: ConnectionsOptions) {
  return {
    ...connectionListRoutes(options),
    ...newConnectionRoutes(options),
    ...connectionRoutes(options),
    ...detailsRoutes(options),
    ...draftRoutes(options),
    ...historyRoutes(options),
    ...disconnectingRoutes(options),
  };
}
