/** The connection that a path of the console names, and what its pages have in common. */
import { AppError } from '../../core/errors.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { Visit } from '../visit.ts';

export const connectionsPath = '/connections';

export const connectionPath = (id: string, rest = '') => `${connectionsPath}/${id}${rest}`;

/** Throws `not_found` for another organization's exactly as for one that does not exist (CON-08). */
export async function requireOwnConnection(
  connections: Pick<Connections, 'find'>,
  { organization, request }: Visit,
): Promise<Connection> {
  const connection = await connections.find(String(request.params.connectionId));
  if (connection?.organizationId !== organization.id) throw new AppError('not_found');
  return connection;
}
