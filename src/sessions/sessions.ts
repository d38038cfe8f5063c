/**
 * Is this person still signed in? One record answers for the OpenID Provider, console, workspace and every token.
 *
 * Owns: the session records in the store, keyed by oidc-provider's session `uid`; their opening, activity and end.
 * Does not own: cookies, authorizations of clients (`op/`), what the limits are (`policy.ts`), who may sign in (`signin/`).
 * Called by: `signin/` (open), `op/`, `console/`, `workspace/` (check), `app.ts` (finalise).
 *
 * The decision is made at read time from the organization's current settings. Ending has a second half: `finalise`
 * visits each ended session once, remembers what ended it and tells whoever must know (ARCHITECTURE §5).
 */
import type { Clock } from '../core/clock.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { Store, StoreWrite } from '../store/store.ts';
import {
  activityLag,
  administratorsRealm,
  type EndReason,
  endOf,
  longestOf,
  policyOf,
  type SessionFacts,
  type SessionPolicy,
  type SessionSettings,
} from './policy.ts';

/** What is remembered of a signed-in person. JSON. Times in milliseconds since the epoch. */
export interface Session extends SessionFacts {
  uid: string;
  accountId: string;
  /** Subscribers: their one organization. Administrators: those they administered when they signed in, and joined since. */
  organizationIds: readonly string[];
  /** Connection id, or `citrix`. */
  connectionId: string;
  /** `ProviderKind` or `citrix`: the `idp` claim. */
  idp: string;
  /** RFC 8176. */
  amr: readonly string[];
  acr: string | null;
  /** Every full authentication and every step-up; `auth_time`. */
  authTime: number;
  /** The last step-up with a second factor, not the password alone. */
  factorTime?: number;
  /** Normalised claims as of this sign-in. */
  claims: Readonly<Record<string, string | readonly string[]>>;
  /** The end has been announced. */
  announced?: true;
  /** Sealed; what the upstream's sign-out needs. */
  signOut: string | null;
  userAgent: string | null;
  clientAddress: string | null;
}

/** A session with the decision about it. */
export interface SessionState {
  session: Session;
  policy: SessionPolicy;
  /** When and why it ends, or ended. */
  end: { at: number; reason: EndReason };
  active: boolean;
}

export type NewSession = Omit<
  Session,
  'uid' | 'openedAt' | 'lastActivityAt' | 'authTime' | 'factorTime' | 'ended' | 'announced'
>;

export interface SessionsOptions {
  store: Store;
  clock: Clock;
  /** Current settings of these organizations; those that no longer exist are left out. */
  settingsOf(organizationIds: readonly string[]): readonly SessionSettings[] | Promise<readonly SessionSettings[]>;
  /** Called once for each ended session: log, notify clients. Throwing makes it come again. */
  onEnded(state: SessionState): Promise<void>;
}

/** An ended session is remembered this long, so that the person can be told why. */
const retention = 24 * 3_600_000;
/** oidc-provider changes its cookie at every resume; other tabs may still hold the old one. */
const handleGrace = 60_000;
/** A handle that the browser will have replaced in a moment. */
const passingLifetime = 5 * 60_000;
/** Before the uid of a retired handle, so that using it does not prolong it. */
const retiredMark = '~';
const finaliseLease = 30_000;
const queue = 'sessions-due';

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions({ store, clock, settingsOf, onEnded }: SessionsOptions) {
  const recordKey = (uid: string) => `session:{${uid}}`;
  const handleKey = (handle: string) => `session-handle:${hashOfToken(handle)}`;
  const accountSet = (accountId: string) => `sessions-of-account:${accountId}`;
  const administratorsSet = 'sessions-of-administrators';
  const organizationSet = (organizationId: string) => `sessions-of-organization:${organizationId}`;

  async function decide(session: Session): Promise<SessionState> {
    return judge(session, await settingsOf(session.organizationIds));
  }

  function judge(session: Session, settings: readonly SessionSettings[]): SessionState {
    const policy = policyOf(session, settings);
    const end = endOf(session, policy);
    return { session, policy, end, active: session.ended === null && end.at > clock.now() };
  }

  /** Records, handles and lists alike: whatever a later change of settings could give is still there. */
  const keepUntil = (session: Session) => (session.ended?.at ?? session.openedAt + longestOf(session)) + retention;

  /** Changes a record by compare-and-set; `change` may be called again with a newer one, or return undefined to stop. */
  async function update(uid: string, change: (session: Session) => Session | undefined): Promise<Session | undefined> {
    for (;;) {
      const stored = await store.get(recordKey(uid));
      if (stored === undefined) return undefined;
      const session: Session = JSON.parse(stored);
      const changed = change(session);
      if (changed === undefined) return session;
      const { end } = await decide(changed);
      if (await store.replace(recordKey(uid), stored, JSON.stringify(changed), keepUntil(changed))) {
        if (changed.ended === null) await scheduleVisit(uid, end.at);
        return changed;
      }
    }
  }

  /** Ended meanwhile, a session is visited now and not when it would have ended. */
  async function scheduleVisit(uid: string, at: number): Promise<void> {
    await store.schedule(queue, uid, at);
    const stored = await store.get(recordKey(uid));
    const session: Session | undefined = stored === undefined ? undefined : JSON.parse(stored);
    if (session && session.ended !== null && !session.announced) await store.schedule(queue, uid, clock.now());
  }

  /** The lists that it is found by; those of organizations that it has left are filtered when they are read. */
  const listings = (session: Session): StoreWrite[] =>
    setsOf(session).map((set) => ['addMember', set, session.uid, keepUntil(session)]);
  function setsOf({ realm, accountId, organizationIds }: Session): string[] {
    const ofRealm = realm === administratorsRealm ? [administratorsSet] : [];
    return [accountSet(accountId), ...organizationIds.map(organizationSet), ...ofRealm];
  }

  /** Opens a session; both clocks start (SES-2). `handle`: a passing one that stands for it from the first moment. */
  async function open(facts: NewSession, handle?: string): Promise<Session> {
    const now = clock.now();
    const session: Session = {
      ...facts,
      uid: randomToken(16),
      openedAt: now,
      lastActivityAt: now,
      authTime: now,
      ended: null,
    };
    const { end } = await decide(session);
    await store.writeAll([
      ['set', recordKey(session.uid), JSON.stringify(session), keepUntil(session)],
      ...listings(session),
      ...(handle === undefined ? [] : [passing(handle, session)]),
      ['schedule', queue, session.uid, end.at],
    ]);
    return session;
  }

  /** The same person signed in fully again: both clocks start anew, and `auth_time` moves. Undefined when it had ended. */
  async function reopen(uid: string, facts: NewSession): Promise<Session | undefined> {
    const now = clock.now();
    let isOpen = false;
    const session = await update(uid, (old) => {
      isOpen = old.ended === null && old.accountId === facts.accountId && old.realm === facts.realm;
      return isOpen ? { ...old, ...facts, openedAt: now, lastActivityAt: now, authTime: now } : undefined;
    });
    if (!isOpen || !session) return undefined;
    await store.writeAll(listings(session));
    return session;
  }

  /**
   * The person administers these organizations too, since after they signed in (CIT-9): from now on the session is held to
   * their settings and listed among their sessions. Nothing for one that has ended.
   */
  async function widen(uid: string, organizationIds: readonly string[]): Promise<void> {
    const state = await find(uid);
    if (!state?.active) return;
    const merged = (old: Session) => ({
      ...old,
      organizationIds: [...new Set([...old.organizationIds, ...organizationIds])],
    });
    // Listed first: a list may name a session that is not its, never lack one that is.
    await store.writeAll(listings(merged(state.session)));
    await update(uid, (old) => (old.ended === null ? merged(old) : undefined));
  }

  async function find(uid: string): Promise<SessionState | undefined> {
    const stored = await store.get(recordKey(uid));
    if (stored === undefined) return undefined;
    const session = parse(uid, stored);
    const settings = settingsOf(session.organizationIds);
    return judge(session, settings instanceof Promise ? await settings : settings);
  }

  /** Parsed once per text; a session that is asked about again and again has rarely changed. */
  const parsed = new Map<string, { text: string; session: Session }>();
  function parse(uid: string, text: string): Session {
    const known = parsed.get(uid);
    if (known?.text === text) return known.session;
    const session: Session = Object.freeze(JSON.parse(text));
    if (parsed.size >= 2_000) parsed.clear();
    parsed.set(uid, { text, session });
    return session;
  }

  /**
   * Notes that the person did something (SES-7), at most once per `activityLag`.
   * Two requests at once may both write; the later time stays.
   */
  async function recordActivity(state: SessionState): Promise<void> {
    const now = clock.now();
    if (!state.active || now - state.session.lastActivityAt < activityLag(state.policy)) return;
    await update(state.session.uid, (session) =>
      session.ended !== null || session.lastActivityAt >= now ? undefined : { ...session, lastActivityAt: now },
    );
  }

  /**
   * The person proved who they are once more, within the session (`auth_time`). False when it had ended. `withFactor`: not
   * by the password alone.
   */
  async function noteProof(uid: string, at: number, { withFactor = false } = {}): Promise<boolean> {
    if (!(await find(uid))?.active) return false;
    const session = await update(uid, (old) => {
      const isLater = old.authTime < at || (withFactor && (old.factorTime ?? 0) < at);
      if (old.ended !== null || !isLater) return undefined;
      return { ...old, authTime: Math.max(old.authTime, at), ...(withFactor && { factorTime: at }) };
    });
    return session !== undefined && session.ended === null;
  }

  /** Ends a session now. False when there was none that was still open. */
  async function end(uid: string, reason: EndReason): Promise<boolean> {
    const state = await find(uid);
    if (!state?.active) return false;
    const at = clock.now();
    let mine = false;
    await update(uid, (session) => {
      mine = session.ended === null;
      return mine ? { ...session, ended: { at, reason }, signOut: null } : undefined;
    });
    if (mine) {
      await store.schedule(queue, uid, at);
      await finaliseOne(uid);
    }
    return mine;
  }

  async function statesOf(set: string): Promise<SessionState[]> {
    const uids = await store.members(set);
    const stored = await store.getMany(uids.map(recordKey));
    const states = await Promise.all(
      stored.filter((value) => value !== undefined).map((value) => decide(JSON.parse(value))),
    );
    return states.filter((state) => state.active).sort((a, b) => b.session.openedAt - a.session.openedAt);
  }

  /** Active sessions of a person, newest first (SES-8). */
  const listOfAccount = (accountId: string) => statesOf(accountSet(accountId));
  /** Active sessions of everybody in an organization, newest first. */
  async function listOfOrganization(organizationId: string): Promise<SessionState[]> {
    const states = await statesOf(organizationSet(organizationId));
    return states.filter(({ session }) => session.organizationIds.includes(organizationId));
  }

  /** Active sessions of every administrator of the installation. */
  const listOfAdministrators = () => statesOf(administratorsSet);

  async function endAll(states: readonly SessionState[], reason: EndReason): Promise<number> {
    const ended = await Promise.all(states.map((state) => end(state.session.uid, reason)));
    return ended.filter(Boolean).length;
  }

  /**
   * Visits sessions that are due: ends are recorded and announced once each; the others get their next date. Goes on
   * while whole batches are due, for a while: what another node is at stays in the queue.
   */
  async function finalise(batch = 200, batches = 50): Promise<number> {
    let visited = 0;
    for (let round = 0; round < batches; round++) {
      const due = await store.due(queue, clock.now(), batch);
      for (const uid of due) await finaliseOne(uid);
      visited += due.length;
      if (due.length < batch) break;
    }
    return visited;
  }

  async function finaliseOne(uid: string): Promise<void> {
    // One node at a time; a node that dies leaves the entry in the queue, and the lease runs out.
    const lease = `session-finalising:{${uid}}`;
    if (!(await store.add(lease, '1', clock.now() + finaliseLease))) return;
    try {
      const state = await find(uid);
      if (state?.active) {
        await scheduleVisit(uid, state.end.at);
        return;
      }
      if (state && !state.session.announced) {
        await update(uid, (session) =>
          session.ended === null ? { ...session, ended: { ...state.end }, signOut: null } : undefined,
        );
        await onEnded(state);
        // From here on only why it ended is asked for: who it was need not be known any longer.
        await update(uid, (session) => ({
          ...session,
          announced: true,
          claims: {},
          userAgent: null,
          clientAddress: null,
        }));
        await Promise.all(setsOf(state.session).map((set) => store.removeMember(set, uid)));
      }
      await store.unschedule(queue, uid);
    } finally {
      await store.delete(lease);
    }
  }

  /** Lets a cookie value stand for a session. Only its hash is stored. */
  async function addHandle(handle: string, session: Session): Promise<void> {
    await store.set(handleKey(handle), session.uid, keepUntil(session));
  }
  /** For minutes only: until the browser has been given another. */
  const passing = (handle: string, session: Session): StoreWrite => [
    'set',
    handleKey(handle),
    retiredMark + session.uid,
    clock.now() + passingLifetime,
  ];
  const addPassingHandle = (handle: string, session: Session) => store.writeAll([passing(handle, session)]);
  /** The session that a cookie value stands for, of this realm only. */
  async function findByHandle(handle: string, realm: string): Promise<SessionState | undefined> {
    const uid = (await store.get(handleKey(handle)))?.replace(retiredMark, '');
    const state = uid === undefined ? undefined : await find(uid);
    return state?.session.realm === realm ? state : undefined;
  }
  /** A handle that was replaced stays good for a minute, for the other tabs; the session goes on. */
  async function retireHandle(handle: string): Promise<void> {
    const uid = await store.get(handleKey(handle));
    if (uid === undefined || uid.startsWith(retiredMark)) return;
    await store.set(handleKey(handle), retiredMark + uid, clock.now() + handleGrace);
  }

  return {
    open,
    reopen,
    widen,
    find,
    recordActivity,
    noteProof,
    end,
    endAll,
    listOfAccount,
    listOfOrganization,
    listOfAdministrators,
    finalise,
    addHandle,
    addPassingHandle,
    findByHandle,
    retireHandle,
  };
}
