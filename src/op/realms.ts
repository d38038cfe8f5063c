/**
 * Which of a browser's sessions a request is about (ARCHITECTURE §5 "Realms").
 *
 * oidc-provider knows one session per browser. We know one per realm: the administrators, and the subscribers of each
 * organization. The realm is decided before the mount and travels in an AsyncLocalStorage; the provider's cookie name
 * depends on it, and asking for a session without a realm is a bug that throws.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionState } from '../sessions/sessions.ts';

/** A request that belongs to nobody yet: the organization will be asked for during sign-in. No session lives here. */
export const undecidedRealm = 'undecided';

export interface RealmContext {
  /** Undefined where no browser is involved (token, userinfo, introspection …). */
  realm: string | undefined;
  /** What the session adapter found for this request's cookie. */
  found?: { handle: string; state: SessionState; logout: string | undefined };
  /** The sessions met so far in this request, by uid: lifetimes are cut to their ends. */
  met: Map<string, SessionState>;
}

const current = new AsyncLocalStorage<RealmContext>();

export function runInRealm<T>(realm: string | undefined, run: () => T): T {
  if (realm !== undefined && !/^[a-z0-9-]+$/.test(realm)) throw new Error('a realm name has only a-z, 0-9 and -');
  return current.run({ realm, met: new Map() }, run);
}

export function realmContext(): RealmContext {
  const context = current.getStore();
  if (!context) throw new Error('this request came past the mount');
  return context;
}

/** The realm, where a request may ask for a session. Throws where it may not. */
export function requireRealm(): string {
  const { realm } = realmContext();
  if (realm === undefined) throw new Error('this request was not given a realm');
  return realm;
}
