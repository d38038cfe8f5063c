/**
 * oidc-provider's Session on our sessions (ARCHITECTURE §5).
 *
 * oidc-provider writes the whole session back after every request; we let it decide nothing. A session with an account
 * exists because `sessions/` opened it: writing cannot bring an ended one back, `destroy` drops a cookie's handle and
 * ends nothing, and which grant a client holds is kept apart and changed by compare-and-set, so that two clients in
 * parallel cannot overwrite each other.
 */
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Session, SessionState, Sessions } from '../sessions/sessions.ts';
import type { Store } from '../store/store.ts';
import { type AdapterOptions, createModelAdapter } from './adapter.ts';
import { realmContext, requireRealm } from './realms.ts';

/** Which grant each client holds in a session. */
type Grants = Readonly<Record<string, string>>;

export type SessionGrants = ReturnType<typeof createSessionGrants>;

/** The grants of a session's clients, merged and never overwritten. */
export function createSessionGrants(store: Store) {
  const key = (uid: string) => `op:grants:{${uid}}`;

  async function read(uid: string): Promise<Grants> {
    const stored = await store.get(key(uid));
    return stored === undefined ? {} : JSON.parse(stored);
  }

  /** Puts `grantId` where `replacing` stood. Returns the grant that stands there afterwards: perhaps another's. */
  async function put(
    uid: string,
    clientId: string,
    grantId: string,
    replacing: string | undefined,
    expiresAt: number,
  ): Promise<string> {
    // The first client of a session: nothing to merge with.
    if (replacing === undefined && (await store.add(key(uid), JSON.stringify({ [clientId]: grantId }), expiresAt))) {
      return grantId;
    }
    for (;;) {
      const stored = await store.get(key(uid));
      const grants: Grants = stored === undefined ? {} : JSON.parse(stored);
      const present = grants[clientId];
      if (present !== undefined && present !== replacing) return present;
      const changed = JSON.stringify({ ...grants, [clientId]: grantId });
      const written =
        stored === undefined
          ? await store.add(key(uid), changed, expiresAt)
          : await store.replace(key(uid), stored, changed, expiresAt);
      if (written) return grantId;
    }
  }

  return { read, put };
}

export interface SessionAdapterOptions extends AdapterOptions {
  sessions: Sessions;
  grants: SessionGrants;
  /** Whether the person may still be here at all. */
  hasAccess(session: Session): Promise<boolean>;
}

export function createSessionAdapter(options: SessionAdapterOptions): Adapter {
  const { sessions, grants, store, clock, hasAccess } = options;
  // Somebody who has not signed in (a logout page in progress) stays in the store and never reaches sessions/.
  const anonymous = createModelAdapter('Session', options);
  const logoutKey = (uid: string) => `op:logout:{${uid}}`;

  async function payloadOf(state: SessionState, handle: string | undefined, logout?: string): Promise<AdapterPayload> {
    const { session, end } = state;
    const held = await grants.read(session.uid);
    return {
      kind: 'Session',
      iat: Math.floor(session.openedAt / 1000),
      exp: Math.ceil(end.at / 1000),
      ...(handle === undefined ? {} : { jti: handle }),
      uid: session.uid,
      accountId: session.accountId,
      loginTs: Math.floor(session.authTime / 1000),
      amr: [...session.amr],
      ...(session.acr === null ? {} : { acr: session.acr }),
      ...(logout === undefined ? {} : { state: JSON.parse(logout) }),
      // `sid` is the session's uid for every client: front and back channel name the same session.
      authorizations: Object.fromEntries(
        Object.entries(held).map(([clientId, grantId]) => [clientId, { sid: session.uid, grantId }]),
      ),
    };
  }

  return {
    async find(handle) {
      const context = realmContext();
      const state = await sessions.findByHandle(handle, requireRealm());
      if (!state) return anonymous.find(handle);
      if (!state.active || !(await hasAccess(state.session))) return undefined;
      context.met.set(state.session.uid, state);
      const logout = await store.get(logoutKey(state.session.uid));
      context.found = { handle, state, logout };
      return payloadOf(state, handle, logout);
    },

    /** Every use of a token asks here: no session, no token (SES-6). */
    async findByUid(uid) {
      const state = await sessions.find(uid);
      if (!state?.active || !(await hasAccess(state.session))) return undefined;
      realmContext().met.set(uid, state);
      return payloadOf(state, undefined);
    },

    async upsert(handle, payload, expiresIn) {
      const { found } = realmContext();
      if (payload.accountId === undefined) return anonymous.upsert(handle, payload, expiresIn);
      // A session that sessions/ does not know as open is not written: revocation during a request stands.
      if (found === undefined || found.state.session.uid !== payload.uid) return;
      if (handle !== found.handle) await sessions.addHandle(handle, found.state.session);
      const logout = payload.state === undefined ? undefined : JSON.stringify(payload.state);
      if (logout !== undefined && logout !== found.logout) {
        await store.set(logoutKey(found.state.session.uid), logout, clock.now() + 3_600_000);
      }
    },

    async destroy(handle) {
      const { found } = realmContext();
      if (found?.handle === handle) await sessions.retireHandle(handle);
      else await anonymous.destroy(handle);
    },

    async consume() {
      throw new Error('a session is not consumed');
    },
    async revokeByGrantId() {},
    async findByUserCode() {
      throw new Error('the device flow is off');
    },
  };
}
