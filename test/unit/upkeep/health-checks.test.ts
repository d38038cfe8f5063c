/** Live connections are checked while nobody looks, and somebody is told once when one fails. */
import { describe, expect, test } from 'vitest';
import { operatorEditor } from '../../../src/directory/connections/editor.ts';
import { minute, openUpkeep } from './upkeep-under-test.ts';

const hour = 60 * minute;

describe('The checks of live connections', () => {
  test('come once an hour for each, and only for live ones', async () => {
    await using upkeep = await openUpkeep();
    const connection = await upkeep.connect('alpha');
    const settings = { issuer: 'https://a.test', clientId: 'abc', clientSecret: 'a-secret-of-a' };
    await upkeep.connections.create(connection.organizationId, { kind: 'okta', name: 'A draft', settings });
    await upkeep.pass(31 * minute);
    expect(upkeep.asked).toEqual([connection.id]);
    await upkeep.pass(3 * hour);
    expect(upkeep.asked).toEqual(Array.from({ length: 4 }, () => connection.id));
    await upkeep.disconnecting.disconnect(operatorEditor, connection.id, connection.version);
    await upkeep.pass(3 * hour);
    expect(upkeep.asked).toHaveLength(4);
    expect(await upkeep.checks.find(connection.id)).toBeUndefined();
  });

  test('begin soon after new settings went live, and forget what was found with the old ones', async () => {
    await using upkeep = await openUpkeep();
    const connection = await upkeep.connect();
    upkeep.ails.set('*', { code: 'client_refused' });
    await upkeep.pass(45 * minute);
    expect(await upkeep.levelOf(connection)).toBe('failing');
    const draft = await upkeep.drafts.open(operatorEditor, connection.id);
    const change = { settings: { issuer: 'https://alpha.okta.test', clientId: 'right' } };
    const { draft: saved } = await upkeep.drafts.save(operatorEditor, connection.id, draft.revision, change);
    await upkeep.drafts.makeLive(operatorEditor, connection.id, saved.revision, { untested: 'operator' });
    upkeep.ails.clear();
    const before = upkeep.asked.length;
    await upkeep.pass(2 * minute);
    expect(upkeep.asked).toHaveLength(before + 1);
    expect(await upkeep.levelOf(connection)).toBeNull();
  });

  test('mark a connection as failing after two failures, and write once to those with full access', async () => {
    await using upkeep = await openUpkeep();
    const connection = await upkeep.connect('alpha');
    const keeper = await upkeep.addAdministrator(connection.organizationId, 'keeper');
    await upkeep.addAdministrator(connection.organizationId, 'librarian', 'custom');
    await upkeep.pass(31 * minute);
    upkeep.ails.set(connection.id, { code: 'upstream_unreachable' });
    const failed = async (times: number) => {
      while (((await upkeep.checks.find(connection.id))?.failures ?? 0) < times) await upkeep.pass(minute);
    };
    await failed(1);
    expect(await upkeep.levelOf(connection)).toBeNull();
    expect(upkeep.letters).toEqual([]);
    await failed(2);
    expect(await upkeep.levelOf(connection)).toBe('failing');
    await failed(5);
    expect(upkeep.letters.map(({ to }) => to)).toEqual([keeper]);
    expect(upkeep.letters[0]?.subject).toContain(`Sign-in with ${connection.name} is failing`);
    upkeep.ails.clear();
    await upkeep.pass(2 * hour);
    expect(await upkeep.levelOf(connection)).toBeNull();
    expect(upkeep.letters.map(({ to }) => to)).toEqual([keeper, keeper]);
    expect(upkeep.letters[1]?.subject).toContain('works again');
    const entries = await upkeep.systemLog.list({ organizationId: connection.organizationId });
    expect(entries.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['platform/connection/failing', 'platform/connection/recovered']),
    );
  });

  test('write one letter an hour at most, however often a connection goes to and fro (ID-16)', async () => {
    await using upkeep = await openUpkeep();
    const connection = await upkeep.connect();
    await upkeep.addAdministrator(connection.organizationId, 'keeper');
    await upkeep.pass(31 * minute);
    for (let time = 0; time < 6; time++) {
      for (const code of ['upstream_timeout', undefined] as const) {
        upkeep.ails.set('*', code === undefined ? {} : { code });
        for (let check = 0; check < 2; check++) {
          await upkeep.db.updateTable('connection_checks').set({ next_check_at: upkeep.clock.now() }).execute();
          await upkeep.checkConnections();
          upkeep.clock.advance(1000);
        }
      }
    }
    expect(upkeep.letters.filter(({ subject }) => subject.includes('is failing'))).toHaveLength(1);
    expect(upkeep.letters.filter(({ subject }) => subject.includes('works again'))).toHaveLength(1);
  });

  test('are made by one of two processes, and told once', async () => {
    await using upkeep = await openUpkeep();
    const connection = await upkeep.connect();
    await upkeep.addAdministrator(connection.organizationId, 'keeper');
    upkeep.ails.set('*', { code: 'discovery_missing' });
    const other = upkeep.startProcess();
    for (let passed = 0; passed < 90; passed++) {
      upkeep.clock.advance(minute);
      await Promise.all([upkeep.checkConnections(), other.checkConnections()]);
    }
    // After 0, 5, 15, 35 and 75 minutes from the first.
    expect(upkeep.asked.length).toBeLessThanOrEqual(5);
    expect(upkeep.letters).toHaveLength(1);
  });

  test('are taken over when the process that made them has died', async () => {
    await using upkeep = await openUpkeep();
    const connection = await upkeep.connect();
    await upkeep.checkConnections();
    upkeep.clock.advance(31 * minute);
    expect(await upkeep.checks.claimDue(10)).toHaveLength(1);
    await upkeep.pass(2 * minute);
    expect(upkeep.asked).toEqual([]);
    await upkeep.pass(2 * minute);
    expect(upkeep.asked).toEqual([connection.id]);
  });

  test('hold nothing against anybody when nobody can be reached: that is our own network', async () => {
    await using upkeep = await openUpkeep();
    const connections = [];
    for (let each = 0; each < 6; each++) connections.push(await upkeep.connect());
    for (const { organizationId } of connections) await upkeep.addAdministrator(organizationId, `k${organizationId}`);
    await upkeep.pass(31 * minute);
    upkeep.ails.set('*', { code: 'upstream_unreachable' });
    await upkeep.db.updateTable('connection_checks').set({ next_check_at: upkeep.clock.now() }).execute();
    await upkeep.pass(hour);
    expect(upkeep.letters).toEqual([]);
    for (const connection of connections) expect(await upkeep.levelOf(connection)).toBeNull();
  });

  test('of a thousand connections are spread over half an hour and do not pile up', async () => {
    await using upkeep = await openUpkeep();
    const { id, organizationId } = await upkeep.connect('alpha');
    const row = await upkeep.db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const many = Array.from({ length: 999 }, (_, index) => ({
      ...row,
      id: `c${index}`,
      name: `Okta ${index} of many`,
    }));
    for (let start = 0; start < many.length; start += 100)
      await upkeep.db
        .insertInto('connections')
        .values(many.slice(start, start + 100))
        .execute();
    await upkeep.pass(10 * minute);
    const early = upkeep.asked.length;
    expect(early).toBeGreaterThan(200);
    expect(early).toBeLessThan(500);
    await upkeep.pass(21 * minute);
    expect(new Set(upkeep.asked).size).toBe(1000);
    expect(upkeep.asked).toHaveLength(1000);
    expect(organizationId).toBeDefined();
  });
});

describe('The sign-ins of a connection', () => {
  test('bring a check forward when they fail, and show when it works again', async () => {
    await using upkeep = await openUpkeep();
    const connection = await upkeep.connect();
    await upkeep.addAdministrator(connection.organizationId, 'keeper');
    await upkeep.pass(31 * minute);
    const failure = {
      code: 'client_refused',
      organizationId: connection.organizationId,
      connectionId: connection.id,
    } as const;
    upkeep.clock.advance(10 * minute);
    for (let time = 0; time < 10; time++) await upkeep.outcomes.failed(failure);
    await upkeep.checkConnections();
    expect(await upkeep.levelOf(connection)).toBe('failing');
    expect((await upkeep.checks.find(connection.id))?.findings[0]).toMatchObject({
      code: 'sign_ins_failing',
      received: '10 / 10',
    });
    upkeep.clock.advance(15 * minute);
    for (let time = 0; time < 3; time++) await upkeep.outcomes.worked(connection);
    await upkeep.pass(3 * minute);
    expect(await upkeep.levelOf(connection)).toBe('warning');
    const health = (await upkeep.states.healthOf([connection.id])).get(connection.id);
    expect(health?.lastWorkedAt).toBe(upkeep.clock.now() - 3 * minute);
    expect(upkeep.letters).toHaveLength(2);
    await upkeep.pass(2 * hour);
    expect(await upkeep.levelOf(connection)).toBeNull();
  });

  test('say nothing of a connection when a person was refused or cancelled', async () => {
    await using upkeep = await openUpkeep();
    const { id, organizationId } = await upkeep.connect();
    for (const code of ['upstream_denied', 'guest_refused', 'tenant_mismatch', 'no_access', 'saml_replayed'] as const)
      await upkeep.outcomes.failed({ code, organizationId, connectionId: id });
    expect((await upkeep.outcomes.countsOf(id)).hour).toEqual({ worked: 0, failed: 0, doubtful: 0, strange: 0 });
  });

  test('are counted for an hour', async () => {
    await using upkeep = await openUpkeep();
    const { id, organizationId } = await upkeep.connect();
    await upkeep.outcomes.failed({ code: 'saml_signature_invalid', organizationId, connectionId: id });
    await upkeep.outcomes.failed({ code: 'upstream_tls', organizationId, connectionId: id });
    upkeep.clock.advance(45 * minute);
    expect((await upkeep.outcomes.countsOf(id)).hour).toEqual({ worked: 0, failed: 1, doubtful: 1, strange: 0 });
    expect((await upkeep.outcomes.countsOf(id, upkeep.clock.now())).hour).toEqual({
      worked: 0,
      failed: 0,
      doubtful: 0,
      strange: 0,
    });
    upkeep.clock.advance(20 * minute);
    expect((await upkeep.outcomes.countsOf(id)).hour).toEqual({ worked: 0, failed: 0, doubtful: 0, strange: 0 });
  });
});
