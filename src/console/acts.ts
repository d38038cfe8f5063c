/** What the acts of administrators have in common: the entry in the system log, and the redirect after a post. */
import type { Authority } from '../directory/authority.ts';
import type { ConnectionEditor } from '../directory/connections/editor.ts';
import { originOf } from '../http/edge.ts';
import { personOf } from '../http/session-models.ts';
import { type Act, entryBy, type SystemLogEntry } from '../system-log/events.ts';
import type { Done } from './flash.ts';
import type { Visit } from './visit.ts';

/** `SystemLog.record` (system-log/system-log.ts). */
export type RecordEntry = (entry: SystemLogEntry) => Promise<void>;

/** This administrator, in this request. */
export function actOf({ state, request }: Pick<Visit, 'state' | 'request'>): Act {
  return {
    actor: { type: 'administrator', id: state.session.accountId, name: personOf(state.session).name },
    ...originOf(request),
  };
}

/** Their right to change administrators, asked of the rows again at that moment. */
export function authorityOf(visit: Visit): Authority {
  return { act: actOf(visit), as: visit.administratorIds };
}

/** Their right to change connections: for some kinds it matters how they signed in (IDP-2). */
export function editorOf(visit: Visit): ConnectionEditor {
  return { ...authorityOf(visit), signedInWith: visit.state.session.connectionId };
}

/** An entry in this organization's log, by this administrator. */
export function entryOf(visit: Visit, what: Omit<SystemLogEntry, keyof Act | 'organizationId'>): SystemLogEntry {
  return entryBy(actOf(visit), { ...what, organizationId: visit.organization.id });
}

/** After a post always 303, so that reloading the page repeats nothing. */
export function finish(visit: Visit, path: string, done?: Done): void {
  visit.response.redirect(303, visit.url(done === undefined ? path : `${path}?done=${done}`));
}
