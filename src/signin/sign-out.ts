/** Ends a session here first, then says whether the upstream has a sign-out of its own to visit (SML-2, OKT-2). */
import { canSignOut, type FlowState } from '../../providers/provider.ts';
import type { Log } from '../core/log.ts';
import type { Connections } from '../directory/connections/connections.ts';
import type { Session, Sessions } from '../sessions/sessions.ts';
import { citrixConnection } from './citrix-identity.ts';
import type { Handles } from './handles.ts';
import type { Upstreams } from './upstreams.ts';

export interface SignOutOptions {
  sessions: Pick<Sessions, 'end'>;
  connections: Pick<Connections, 'find'>;
  upstreams: Upstreams;
  handles: Handles;
  openSignOut(connectionId: string, sealed: string): FlowState;
  log: Log;
}

export interface SignOutRequest {
  session: Session;
  /** The relying party that the person comes back to; its handle travels along as `state` or `RelayState`. */
  clientId: string;
  /** Absolute; where the upstream sends the browser afterwards. */
  returnTo: string;
}

export type SignOut = ReturnType<typeof createSignOut>;

export function createSignOut({ sessions, connections, upstreams, handles, openSignOut, log }: SignOutOptions) {
  /** Where the browser goes next: the upstream's sign-out, or undefined when there is none to visit. */
  return async function signOut({ session, clientId, returnTo }: SignOutRequest): Promise<string | undefined> {
    await sessions.end(session.uid, 'signed_out');
    if (session.signOut === null || session.connectionId === citrixConnection) return undefined;
    try {
      const connection = await connections.find(session.connectionId);
      const provider = connection && (await upstreams.providerOf(connection));
      if (!provider || !canSignOut(provider)) return undefined;
      const state = openSignOut(session.connectionId, session.signOut);
      return await provider.signOutUrl(state, returnTo, handles.make(clientId));
    } catch (error) {
      // We have signed the person out; an upstream that cannot be asked does not keep them here.
      log.warn({ err: error, connectionId: session.connectionId }, 'no sign-out at the upstream');
      return undefined;
    }
  };
}
