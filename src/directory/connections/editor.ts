/** By what right somebody changes connections: full access (ADM-2), and for Azure AD the built-in identity (IDP-2). */
import { type Authority, broker, operator } from '../authority.ts';
import { DirectoryError } from '../errors.ts';

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
