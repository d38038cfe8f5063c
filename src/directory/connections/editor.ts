/** By what right somebody changes connections: full access (ADM-2), and for Azure AD the built-in identity (IDP-2). */
import type { Selectable } from 'kysely';
import type { ConnectionRow, Database } from '../../database/schema.ts';
import { type Authority, broker, operator, requireFullAccess } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import { lockConnection } from './connections.ts';

export interface ConnectionEditor extends Authority {
  /** `citrix`, or the id of the connection that the person signed in by; `operator`: the command line. */
  signedInWith: string;
}

/** The command line: whoever can run it owns the database. */
export const operatorEditor: ConnectionEditor = { ...operator, signedInWith: 'operator' };

/** The broker by itself, by a rule that an administrator has set for the connection. */
export const brokerEditor: ConnectionEditor = { ...broker, signedInWith: 'operator' };

/**
 * IDP-2: whoever signed in by Azure AD could otherwise lock out, or let in, everybody but themselves. Throws
 * `citrix_identity_needed`.
 */
export function requireEditor({ signedInWith }: ConnectionEditor, kind: string): void {
  if (kind !== 'azure-ad' || signedInWith === 'citrix' || signedInWith === 'operator') return;
  throw new DirectoryError(
    'citrix_identity_needed',
    'Only a full-access administrator who signed in with the Citrix identity may connect, change or disconnect Azure AD',
  );
}

/**
 * The row, locked for a change by this editor: with full access asked of the rows at that moment (SECURITY CON-06). Throws
 * `not_found`, `not_permitted`, `citrix_identity_needed`.
 */
export async function lockAsEditor(
  trx: Database,
  by: ConnectionEditor,
  connectionId: string,
): Promise<Selectable<ConnectionRow>> {
  const connection = await lockConnection(trx, connectionId);
  await requireFullAccess(trx, connection.organization_id, by);
  requireEditor(by, connection.kind);
  return connection;
}

/** SECURITY CON-13. `seen`: the version that the caller knows. Throws `version_conflict`. */
export function requireVersion({ version }: { version: number }, seen: number): void {
  if (version !== seen)
    throw new DirectoryError('version_conflict', 'Somebody else has changed this connection meanwhile');
}
