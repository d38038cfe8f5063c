/** What races: two nodes on one store, an end in the middle of an activity, a sign-in anew; and what is kept how long. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../../src/database/database.ts';
import { administratorsRealm, type SessionSettings, subscribersRealm } from '../../../src/sessions/policy.ts';
import { createSessions, type NewSession, type SessionState, type Sessions } from '../../../src/sessions/sessions.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { type Store, StoreUnavailable } from '../../../src/store/store.ts';
import { createTestClock, type TestClock } from '../../support/clock.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let folder: string;
let database: OpenDatabase;
let store: Store;
let clock: TestClock;
let settings: SessionSettings;
let announced: SessionState[];
/** Two nodes. */
let sessions: Sessions;
let other: Sessions;
let onEnded: (state: SessionState) => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-sessions-'));
  database = await openDatabase({ kind: 'sqlite', file: join(folder, 'sekisho.sqlite') });
  clock = createTestClock();
  store = createSqliteStore({ database: database.sqlite!, clock });
  settings = {
    administratorInactivityMinutes: null,
    subscriberWebHours: 24,
    subscriberInactivityMinutes: 30,
    nativeReauthenticationDays: 30,
  };
  announced = [];
  onEnded = async (state) => void announced.push(state);
  [sessions, other] = [nodeOn(store), nodeOn(store)];
});
afterEach(async () => {
  await store.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function nodeOn(on: Store): Sessions {
  const settingsOf = async (ids: readonly string[]) => ids.map(() => settings);
  return createSessions({ store: on, clock, settingsOf, onEnded: (state) => onEnded(state) });
}

/** The store with a pause before the next call of one method: what `meanwhile` does comes in between. */
function pausedAt(method: 'replace' | 'schedule', meanwhile: () => Promise<unknown>): Store {
  let isDone = false;
  const pause = async () => {
    if (isDone) return;
    isDone = true;
    await meanwhile();
  };
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== method) return value.bind(target);
      return async (...words: unknown[]) => {
        await pause();
        return value.apply(target, words);
      };
    },
  });
}

const facts: NewSession = {
  realm: subscribersRealm('acme'),
  accountId: 'alice',
  organizationIds: ['acme'],
  connectionId: 'okta',
  idp: 'okta',
  amr: ['pwd'],
  acr: null,
  claims: { name: 'Alice', groups: [] },
  signOut: 'sealed',
  upstreamNotOnOrAfter: null,
  staying: null,
  userAgent: null,
  clientAddress: null,
};
const administrator: NewSession = { ...facts, realm: administratorsRealm, accountId: 'admin' };

async function opened(given: NewSession = facts): Promise<SessionState> {
  const { uid } = await sessions.open(given);
  return (await sessions.find(uid))!;
}

describe('An end that meets something else', () => {
  it('stands against an activity that was read before it', async () => {
    const state = await opened();
    const { uid } = state.session;
    clock.advance(5 * minute);
    const slow = nodeOn(pausedAt('replace', () => other.end(uid, 'revoked')));
    await slow.recordActivity(state);
    expect(await sessions.find(uid)).toMatchObject({ active: false, end: { reason: 'revoked' } });
  });

  it('stands against a sign-in anew, which then gets a session of its own', async () => {
    const { session } = await opened();
    const slow = nodeOn(pausedAt('replace', () => other.end(session.uid, 'signed_out')));
    expect(await slow.reopen(session.uid, facts)).toBeUndefined();
    expect(await sessions.find(session.uid)).toMatchObject({ active: false, end: { reason: 'signed_out' } });
  });

  it('is of the one that came first, and only that one is told that it ended it', async () => {
    const { session } = await opened();
    const ends = await Promise.all([
      sessions.end(session.uid, 'revoked'),
      other.end(session.uid, 'signed_out'),
      sessions.end(session.uid, 'replaced'),
    ]);
    expect(ends.filter(Boolean)).toHaveLength(1);
    expect(announced).toHaveLength(1);
    const winner = ['revoked', 'signed_out', 'replaced'][ends.indexOf(true)];
    expect(announced[0]?.end.reason).toBe(winner);
  });

  it('is announced once, also when a late activity had put the session back into the queue', async () => {
    const state = await opened();
    const { uid } = state.session;
    clock.advance(5 * minute);
    // The activity is written; before the queue hears of it, the session is ended and announced.
    const slow = nodeOn(pausedAt('schedule', () => other.end(uid, 'revoked')));
    await slow.recordActivity(state);
    expect(announced).toHaveLength(1);
    clock.advance(2 * hour);
    await sessions.finalise();
    expect(announced).toHaveLength(1);
  });

  it('is announced by the next visit, and not hours later, when a visit was under way', async () => {
    const state = await opened();
    const { uid } = state.session;
    await store.schedule('sessions-due', uid, clock.now());
    // The visitor has found it active, and holds the lease while it is ended.
    const visitor = nodeOn(pausedAt('schedule', () => other.end(uid, 'revoked')));
    await visitor.finalise();
    expect(announced).toHaveLength(0);
    await sessions.finalise();
    expect(announced.map(({ end }) => end.reason)).toEqual(['revoked']);
  });

  it('leaves everything in parallel in one piece: activity, sign-ins anew and an end', async () => {
    const state = await opened();
    const { uid } = state.session;
    clock.advance(5 * minute);
    const acts = Array.from({ length: 10 }, (_, index) => {
      const node = index % 2 === 0 ? sessions : other;
      return index % 3 === 0 ? node.reopen(uid, facts) : node.recordActivity(state);
    });
    await Promise.all([...acts, sessions.end(uid, 'revoked')]);
    expect(await sessions.find(uid)).toMatchObject({ active: false, session: { ended: { reason: 'revoked' } } });
    expect(await sessions.reopen(uid, facts)).toBeUndefined();
    expect(announced).toHaveLength(1);
  });
});

describe('A limit that has been reached', () => {
  it('is recorded and announced once, with two nodes at work', async () => {
    const { session } = await opened();
    clock.advance(24 * hour);
    expect(await sessions.end(session.uid, 'revoked')).toBe(false);
    await Promise.all([sessions.finalise(), other.finalise(), sessions.finalise(), other.finalise()]);
    expect(announced.map(({ end }) => end.reason)).toEqual(['inactivity']);
    expect(await sessions.finalise()).toBe(0);
  });

  it('stays what ended the session when the limit is changed afterwards', async () => {
    const { session, end } = await opened();
    clock.advance(hour);
    await sessions.finalise();
    settings = { ...settings, subscriberInactivityMinutes: null };
    expect(await sessions.find(session.uid)).toMatchObject({
      active: false,
      end: { at: end.at, reason: 'inactivity' },
    });
  });

  it('comes again until it could be announced', async () => {
    await opened();
    clock.advance(hour);
    onEnded = async () => {
      throw new Error('the log is away');
    };
    await expect(sessions.finalise()).rejects.toThrow('the log is away');
    onEnded = async (state) => void announced.push(state);
    await other.finalise();
    expect(announced).toHaveLength(1);
  });

  it('that moved later meanwhile only gets another date', async () => {
    const { session } = await opened();
    clock.advance(hour);
    settings = { ...settings, subscriberInactivityMinutes: 120 };
    expect(await sessions.finalise()).toBe(1);
    expect(announced).toEqual([]);
    expect((await sessions.find(session.uid))?.active).toBe(true);
    clock.advance(2 * hour);
    await sessions.finalise();
    expect(announced.map(({ end }) => end.reason)).toEqual(['inactivity']);
  });

  it('of a node that died in the middle is announced by another when its lease is over', async () => {
    const { session } = await opened();
    clock.advance(hour);
    await store.add(`session-finalising:{${session.uid}}`, '1', clock.now() + 30_000);
    await other.finalise();
    expect(announced).toEqual([]);
    clock.advance(30_000);
    await other.finalise();
    expect(announced).toHaveLength(1);
  });

  it('forgets what the upstream’s sign-out would need', async () => {
    const { session } = await opened();
    clock.advance(hour);
    await sessions.finalise();
    expect((await sessions.find(session.uid))?.session.signOut).toBeNull();
  });
});

describe('Activity', () => {
  it('is stored at most once per lag, and never goes backwards', async () => {
    const state = await opened();
    const stored = async () => (await sessions.find(state.session.uid))!.session.lastActivityAt;
    const before = await stored();
    clock.advance(minute - 1000);
    await sessions.recordActivity(state);
    expect(await stored()).toBe(before);
    clock.advance(1000);
    await sessions.recordActivity(state);
    const noted = await stored();
    expect(noted).toBeGreaterThan(before);
    const behind = createSessions({
      store,
      clock: { now: () => noted - 1 },
      settingsOf: async () => [settings],
      onEnded: async () => {},
    });
    await behind.recordActivity(state);
    expect(await stored()).toBe(noted);
  });
});

describe('A cookie’s handle', () => {
  it('stands for its session in its own realm only', async () => {
    const { session } = await opened();
    await sessions.addHandle('cookie', session);
    expect((await other.findByHandle('cookie', session.realm))?.session.uid).toBe(session.uid);
    expect(await sessions.findByHandle('cookie', subscribersRealm('globex'))).toBeUndefined();
    expect(await sessions.findByHandle('cookie', administratorsRealm)).toBeUndefined();
    expect(await sessions.findByHandle('another', session.realm)).toBeUndefined();
  });

  it('lives for 60 seconds after it was replaced, however often it is used or retired', async () => {
    const { session } = await opened();
    await sessions.addHandle('old', session);
    await sessions.retireHandle('old');
    for (let seconds = 0; seconds < 59; seconds += 20) {
      expect(await sessions.findByHandle('old', session.realm)).toBeDefined();
      await sessions.retireHandle('old');
      clock.advance(19_000);
    }
    clock.advance(3_000);
    expect(await sessions.findByHandle('old', session.realm)).toBeUndefined();
    await sessions.retireHandle('old');
    expect(await sessions.findByHandle('old', session.realm)).toBeUndefined();
    expect((await sessions.find(session.uid))?.active).toBe(true);
  });

  it.each([
    ['an app whose user agreed to stay', { ...facts, staying: 'agreed' as const }, 30 * day],
    ['an administrator', administrator, 72 * hour],
  ])('of %s lasts as long as the session', async (_who, given, lasting) => {
    const { session } = await opened(given);
    await sessions.addHandle('cookie', session);
    for (let passed = 0; passed + 10 * hour < lasting; passed += 10 * hour) {
      clock.advance(10 * hour);
      await sessions.recordActivity((await sessions.find(session.uid))!);
    }
    expect((await sessions.findByHandle('cookie', session.realm))?.active).toBe(true);
    expect(await sessions.listOfAccount(session.accountId)).toHaveLength(1);
    expect(await sessions.listOfOrganization('acme')).toHaveLength(1);
    clock.advance(11 * hour);
    expect((await sessions.findByHandle('cookie', session.realm))?.active).toBe(false);
  });
});

describe('Signing in anew', () => {
  it('starts both clocks, and the lists know the session for as long as it lasts then', async () => {
    const { session } = await opened(administrator);
    clock.advance(71 * hour);
    const again = await sessions.reopen(session.uid, administrator);
    expect(again?.uid).toBe(session.uid);
    clock.advance(71 * hour);
    expect(await sessions.listOfAccount('admin')).toHaveLength(1);
    expect(await sessions.listOfOrganization('acme')).toHaveLength(1);
    clock.advance(hour);
    expect(await sessions.listOfAccount('admin')).toEqual([]);
  });

  it('lists the session with the organizations of now, and no longer with those of before', async () => {
    const { session } = await opened({ ...administrator, organizationIds: ['acme', 'globex'] });
    await sessions.reopen(session.uid, { ...administrator, organizationIds: ['globex', 'initech'] });
    expect(await sessions.listOfOrganization('acme')).toEqual([]);
    expect(await sessions.listOfOrganization('globex')).toHaveLength(1);
    expect(await sessions.listOfOrganization('initech')).toHaveLength(1);
  });

  it('is refused to another person and to another realm', async () => {
    const { session } = await opened();
    expect(await sessions.reopen(session.uid, { ...facts, accountId: 'bob' })).toBeUndefined();
    expect(await sessions.reopen(session.uid, { ...facts, realm: administratorsRealm })).toBeUndefined();
    expect((await sessions.find(session.uid))?.session).toEqual(session);
  });
});

describe('Lists', () => {
  it('hold active sessions only, the newest first, and ending all ends each once', async () => {
    const first = await opened();
    clock.advance(1000);
    const second = await opened({ ...facts, accountId: 'bob' });
    clock.advance(1000);
    const third = await opened();
    await sessions.end(first.session.uid, 'signed_out');
    const listed = await other.listOfOrganization('acme');
    expect(listed.map(({ session }) => session.uid)).toEqual([third.session.uid, second.session.uid]);
    const counts = await Promise.all([sessions.endAll(listed, 'revoked'), other.endAll(listed, 'revoked')]);
    expect(counts[0]! + counts[1]!).toBe(2);
    expect(announced).toHaveLength(3);
    expect(await sessions.listOfOrganization('acme')).toEqual([]);
  });
});

describe('The administrators of the installation', () => {
  it('are listed whatever their organizations, and subscribers are not', async () => {
    await opened();
    await opened(administrator);
    const { session } = await opened({ ...administrator, accountId: 'other', organizationIds: ['globex'] });
    expect(await other.listOfAdministrators()).toHaveLength(2);
    await sessions.end(session.uid, 'removed');
    expect(await other.listOfAdministrators()).toHaveLength(1);
  });
});

describe('A store that is away', () => {
  it('lets nobody through', async () => {
    const { session } = await opened();
    await sessions.addHandle('cookie', session);
    const away = () => Promise.reject(new StoreUnavailable('away'));
    const node = nodeOn(new Proxy(store, { get: () => away }));
    await expect(node.find(session.uid)).rejects.toThrow('away');
    await expect(node.findByHandle('cookie', session.realm)).rejects.toThrow('away');
    await expect(node.end(session.uid, 'revoked')).rejects.toThrow('away');
  });
});
