/** Everybody who is signed in to the organization, and ending it (SES-8). */
import { DirectoryError } from '../directory/errors.ts';
import { entryOfEnd, personOf } from '../http/session-models.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import { findByPublicId, publicIdOf } from '../sessions/public-id.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';
import { entryBy, type SystemLogEntry } from '../system-log/events.ts';
import { pageOf } from './cursors.ts';
import type { HandlersOf } from './handlers.ts';
import type { OrganizationCall } from './route.ts';

export interface SessionsOptions {
  sessions: Pick<Sessions, 'listOfOrganization' | 'end' | 'endAll'>;
  record(entry: SystemLogEntry): Promise<void>;
}

export function sessionsHandlers({ sessions, record }: SessionsOptions) {
  /** Nobody ends the session that they are calling from: that is signing out. */
  const others = async ({ organization, caller }: OrganizationCall): Promise<SessionState[]> => {
    const all = await sessions.listOfOrganization(organization.id);
    return caller.kind === 'client' ? all : all.filter(({ session }) => session.uid !== caller.state.session.uid);
  };

  return {
    'GET /api/v1/organizations/{customerId}/sessions': async ({ organization, caller, query, page }) => {
      const all = (await sessions.listOfOrganization(organization.id)).filter(
        ({ session }) => query.kind === undefined || kindOf(session.realm) === query.kind,
      );
      const { items, last } = pageOf(all, ({ session }) => [-session.openedAt, publicIdOf(session.uid)], page);
      const current = caller.kind === 'person' ? caller.state.session.uid : undefined;
      return { body: { items: items.map((state) => describe(state, current)) }, last };
    },

    'DELETE /api/v1/organizations/{customerId}/sessions/{sessionId}': async (call) => {
      const found = findByPublicId(await others(call), call.params.sessionId);
      const ended = found !== undefined && (await sessions.end(found.session.uid, 'revoked'));
      if (!ended) throw new DirectoryError('not_found', 'There is no such session');
      await record(entryBy(call.act, { ...entryOfEnd(found), organizationId: call.organization.id }));
      return {};
    },

    'POST /api/v1/organizations/{customerId}/sessions/end-all': async (call) => {
      const { id, name } = call.organization;
      const ended = await sessions.endAll(await others(call), 'revoked');
      if (ended > 0) {
        const what = { event: 'platform/session/end', organizationId: id, detail: { sessions: ended } } as const;
        await record(entryBy(call.act, { ...what, target: { type: 'organization', id, name } }));
      }
      return { body: { ended } };
    },
  } satisfies HandlersOf<`${string}/sessions${string}`>;
}

function kindOf(realm: string): 'administrator' | 'subscriber' {
  return realm === administratorsRealm ? 'administrator' : 'subscriber';
}

function describe({ session, end }: SessionState, currentUid: string | undefined) {
  const time = (at: number): string => new Date(at).toISOString();
  return {
    id: publicIdOf(session.uid),
    kind: kindOf(session.realm),
    person: personOf(session),
    connectionId: session.connectionId,
    current: session.uid === currentUid,
    clientAddress: session.clientAddress,
    userAgent: session.userAgent,
    openedAt: time(session.openedAt),
    lastActivityAt: time(session.lastActivityAt),
    endsAt: time(end.at),
  };
}
