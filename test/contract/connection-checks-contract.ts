/** The schedule of checks on either engine: two processes share the work, and one of them has the last word. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { generateSigningKey, type SigningKey } from '../../certs/signing-keys.ts';
import { createLog } from '../../src/core/log.ts';
import type { OpenDatabase } from '../../src/database/database.ts';
import { operator } from '../../src/directory/authority.ts';
import { createConnectionChecks } from '../../src/directory/connections/connection-checks.ts';
import { createConnectionStates } from '../../src/directory/connections/connection-states.ts';
import { createSamlRollover, type SamlRollover } from '../../src/directory/connections/saml-rollover.ts';
import { createExpiryFeeds } from '../../src/directory/expiry-feeds.ts';
import { createSystemLog } from '../../src/system-log/system-log.ts';
import { createExpiryLetters } from '../../src/upkeep/expiry-letters.ts';

const minute = 60_000;
const log = createLog({ level: 'silent' });

export function describeConnectionChecks(
  open: () => {
    one: OpenDatabase;
    other: OpenDatabase;
    clock: { now(): number; advance(ms: number): void };
    /** A live connection's id. */
    connect(): Promise<string>;
  },
): void {
  const processes = () => {
    const { one, other, clock } = open();
    return [one, other].map(({ db }) => ({
      db,
      checks: createConnectionChecks({ db, clock }),
      states: createConnectionStates({ db, clock }),
    })) as [Process, Process];
  };
  interface Process {
    db: OpenDatabase['db'];
    checks: ReturnType<typeof createConnectionChecks>;
    states: ReturnType<typeof createConnectionStates>;
  }
  const outcome = { nextCheckAt: 0, failures: 1, failedAt: 1, findings: [], passed: false };

  describe('checks of connections', () => {
    test('are put on the schedule once, and each is given to one of two processes', async () => {
      const { connect, clock } = open();
      const [one, other] = processes();
      const ids = [await connect(), await connect(), await connect()];
      await Promise.all([one.checks.enlist(0, 1000, 500), other.checks.enlist(0, 1000, 500)]);
      clock.advance(minute);
      const claims = (await Promise.all([one.checks.claimDue(500), other.checks.claimDue(500)])).flat();
      const claimed = claims.map(({ connectionId }) => connectionId);
      expect(claimed.filter((id) => ids.includes(id)).sort()).toEqual(ids.sort());
      expect(await other.checks.claimDue(500)).toEqual([]);
    });

    test('are concluded by who holds the claim, and by nobody after the connection was changed', async () => {
      const { connect, clock } = open();
      const [one, other] = processes();
      const id = await connect();
      await one.checks.enlist(0, 1000, 500);
      clock.advance(minute);
      const claimed = (await one.checks.claimDue(500)).find(({ connectionId }) => connectionId === id)!;
      const concluding = { ...outcome, nextCheckAt: clock.now() + 60 * minute };
      const notes = await Promise.all([one, other].map(({ checks, db }) => checks.note(claimed, concluding, db)));
      expect(notes.sort()).toEqual([false, true]);
      expect(await other.checks.find(id)).toMatchObject({ failures: 1, checkedAt: clock.now(), passedAt: null });
      await one.db
        .updateTable('connections')
        .set((row) => ({ version: row('version', '+', 1), updated_at: clock.now() }))
        .where('id', '=', id)
        .execute();
      await Promise.all([one.checks.enlist(0, 1000, 500), other.checks.enlist(0, 1000, 500)]);
      expect(await other.checks.find(id)).toMatchObject({ failures: 0, checkedAt: null });
      expect(await one.checks.note(claimed, outcome, one.db)).toBe(false);
    });

    test('let one process write the letter, and one the next', async () => {
      const { connect, clock } = open();
      const [one, other] = processes();
      const id = await connect();
      await one.checks.enlist(0, 1000, 500);
      const both = (take: (process: Process) => Promise<boolean>) => Promise.all([one, other].map(take));
      const letters = await both(({ checks, db }) => checks.takeLetter(id, 60 * minute, db));
      expect(letters.sort()).toEqual([false, true]);
      expect((await both(({ checks, db }) => checks.takeRelief(id, db))).sort()).toEqual([false, true]);
      expect(await other.checks.takeRelief(id, other.db)).toBe(false);
      clock.advance(61 * minute);
      expect(await other.checks.takeLetter(id, 60 * minute, other.db)).toBe(true);
    });

    test('bring a level that both processes found into the row once', async () => {
      const { connect } = open();
      const [one, other] = processes();
      const id = await connect();
      const [{ organization_id: organizationId }] = (await one.db
        .selectFrom('connections')
        .select('organization_id')
        .where('id', '=', id)
        .execute()) as [{ organization_id: string }];
      const finding = { level: 'failing', code: randomUUID() } as const;
      const changed = await Promise.all(
        [one, other].map(({ states }) => states.noteFinding({ id, organizationId }, finding)),
      );
      expect(changed.sort()).toEqual([false, true]);
      expect([...(await other.states.failing()).keys()]).toContain(id);
    });
  });

  describe('what expires', () => {
    test('is told once by two processes, and anew with another date', async () => {
      const { connect, clock } = open();
      const id = await connect();
      const [one, other] = processes();
      const { organization_id: organizationId } = await one.db
        .selectFrom('connections')
        .select('organization_id')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      let expiresAt = clock.now() + 20 * 24 * 60 * minute;
      const told: string[] = [];
      const lettersOn = ({ db }: Process) =>
        createExpiryLetters({
          db,
          clock,
          log,
          register: {
            ofInstallation: () => [],
            ofOrganization: async (of) => {
              const what = { en: 'CN=idp', ja: 'CN=idp' };
              const item = { key: 'certificate', kind: 'provider_certificate' as const, what, expiresAt };
              return { items: of === organizationId ? [item] : [], undated: [] };
            },
          },
          mails: { queue: async ({ to }) => void told.push(to) },
          registerUrlOf: (customerId) => `https://console.test/${customerId}`,
        });
      const written = async () => {
        const counts = await Promise.all([one, other].map((process) => lettersOn(process).round()));
        return counts.reduce((sum, count) => sum + count, 0);
      };
      expect(await written()).toBe(1);
      clock.advance(25 * 60 * minute);
      expect(await written()).toBe(0);
      expiresAt += 60 * minute;
      clock.advance(25 * 60 * minute);
      expect(await written()).toBe(1);
      await lettersOn(one).forget();
      expect(told).toEqual([]);
    });

    test('opens by the calendar token that was made last', async () => {
      const { connect, clock } = open();
      const [one, other] = processes();
      const id = await connect();
      const { organization_id: organizationId } = await one.db
        .selectFrom('connections')
        .select('organization_id')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const [here, there] = [one, other].map(({ db }) =>
        createExpiryFeeds({ db, clock, systemLog: createSystemLog({ db, clock }) }),
      ) as [ReturnType<typeof createExpiryFeeds>, ReturnType<typeof createExpiryFeeds>];
      const tokens = await Promise.all([here, there].map((feeds) => feeds.create(operator, organizationId, 'ja')));
      const opened = await Promise.all(tokens.map((token) => there.open(organizationId, token)));
      expect(opened.filter((feed) => feed !== undefined)).toHaveLength(1);
      expect((await here.find(organizationId))?.fetchedAt).toBe(clock.now());
      expect(await there.revoke(operator, organizationId)).toBe(true);
      expect(await here.revoke(operator, organizationId)).toBe(false);
      for (const token of tokens) expect(await here.open(organizationId, token)).toBeUndefined();
    });
  });

  describe('our SAML key', () => {
    test('is switched for a connection by one of two processes, and is taken as due by one', async () => {
      const { connect, clock } = open();
      const [one, other] = processes();
      const id = await connect();
      const next: SigningKey = await generateSigningKey({ use: 'saml', now: clock.now() });
      const [here, there] = [one, other].map(({ db }) =>
        createSamlRollover({ db, clock, systemLog: createSystemLog({ db, clock }), keys: () => [next] }),
      ) as [SamlRollover, SamlRollover];
      await Promise.all([here, there].map((rollover) => rollover.noteFetched(id, { proven: true })));
      expect(await here.switchSettled()).toBe(0);
      await here.plan(clock.now() + 60 * 24 * 60 * minute);
      clock.advance(25 * 60 * minute);
      const switched = await Promise.all([here.switchSettled(), there.switchSettled()]);
      expect(switched.reduce((sum, count) => sum + count, 0)).toBe(1);
      expect((await there.choices()).get(id)).toBe(next.kid);
      await Promise.all([here, there].map((rollover) => rollover.noteAnswered(id, clock.now() + 1)));
      expect((await there.stateOf(id)).sightings[0]).toMatchObject({ kid: next.kid, usedAt: clock.now() });
      clock.advance(60 * 24 * 60 * minute);
      expect((await Promise.all([here.takeDue(one.db), there.takeDue(other.db)])).sort()).toEqual([false, true]);
      expect(await there.isDue()).toBe(false);
    });
  });
}
