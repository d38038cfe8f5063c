import { describe, expect, test } from 'vitest';
import { createLogRecords, RecordsQueryError, type VendorRecord } from '../../../src/system-log/records.ts';
import { openDirectory, startOfTests } from '../directory/directory-under-test.ts';

const organization = { id: 'o1', customerId: 'alpha' };

async function open() {
  const directory = await openDirectory();
  return Object.assign(directory, { records: createLogRecords(directory) });
}
type Opened = Awaited<ReturnType<typeof open>>;

async function fill({ systemLog, clock }: Opened, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    clock.advance(1000);
    await systemLog.record({
      event: 'platform/session/create',
      organizationId: 'o1',
      actor: { type: 'subscriber', id: 's', name: 'Sam' },
      target: { type: 'application', id: `a${index}` },
    });
  }
}
const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error) => (error instanceof RecordsQueryError ? error.parameter : error),
  );

describe('The records API', () => {
  test('tells a record by the vendor’s names, with what a SIEM wants beside them', async () => {
    await using directory = await open();
    await directory.systemLog.record({
      event: 'platform/administrator/create',
      organizationId: 'o1',
      actor: { type: 'administrator', id: 'a1', name: 'Aiko' },
      target: { type: 'administrator', id: 'm1', name: 'Ben', email: 'ben@example.com' },
      before: {},
      after: { access: 'custom', permissions: ['library'] },
      clientAddress: '192.0.2.7',
      userAgent: 'Firefox',
    });
    const { Items, ContinuationToken } = await directory.records.read(organization, {});
    expect(ContinuationToken).toBeNull();
    expect(Items).toEqual([
      {
        RecordId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        UtcTimestamp: new Date(startOfTests).toISOString(),
        CustomerId: 'alpha',
        EventType: 'platform/administrator/create',
        TargetId: 'm1',
        TargetDisplayName: 'Ben',
        TargetEmail: 'ben@example.com',
        TargetUserId: 'm1',
        TargetType: 'administrator',
        BeforeChanges: {},
        AfterChanges: { access: 'custom', permissions: ['library'] },
        AgentId: 'sekisho',
        ServiceProfileName: null,
        ActorId: 'a1',
        ActorDisplayName: 'Aiko',
        ActorType: 'administrator',
        Message: { 'en-US': 'Administrator added', 'ja-JP': '管理者が追加されました' },
        ClientAddress: '192.0.2.7',
        UserAgent: 'Firefox',
        Reference: null,
        Details: {},
      } satisfies VendorRecord,
    ]);
  });

  test('names the system as the vendor does', async () => {
    await using directory = await open();
    await directory.systemLog.record({
      event: 'platform/session/end',
      organizationId: 'o1',
      actor: { type: 'system' },
    });
    const { Items } = await directory.records.read(organization, {});
    expect(Items[0]).toMatchObject({ ActorId: 'CwcSystem', ActorDisplayName: 'CwcSystem', ActorType: 'system' });
  });

  test('gives a collector that polls every record once, page after page, poll after poll', async () => {
    await using directory = await open();
    const collected: (string | null)[] = [];
    let since = new Date(directory.clock.now()).toISOString();
    for (const written of [7, 0, 12, 1]) {
      await fill(directory, written);
      directory.clock.advance(1);
      const until = new Date(directory.clock.now()).toISOString();
      let token: string | null = null;
      const round: (string | null)[] = [];
      do {
        const page = await directory.records.read(organization, {
          StartDateTime: since,
          EndDateTime: until,
          Limit: '5',
          ...(token !== null && { ContinuationToken: token }),
        });
        round.push(...page.Items.map(({ UtcTimestamp }) => UtcTimestamp));
        token = page.ContinuationToken;
      } while (token !== null);
      expect(round).toEqual([...round].sort().reverse());
      collected.push(...round);
      since = until;
    }
    expect(collected).toHaveLength(20);
    expect(new Set(collected).size).toBe(20);
  });

  test('keeps its span while records are written between the pages', async () => {
    await using directory = await open();
    await fill(directory, 6);
    const first = await directory.records.read(organization, { Limit: '4' });
    await fill(directory, 5);
    const second = await directory.records.read(organization, {
      Limit: '4',
      ContinuationToken: first.ContinuationToken!,
    });
    expect([...first.Items, ...second.Items].map(({ TargetId }) => TargetId)).toEqual([
      'a5',
      'a4',
      'a3',
      'a2',
      'a1',
      'a0',
    ]);
    expect(second.ContinuationToken).toBeNull();
  });

  test('takes a token of its own for the same organization and span only', async () => {
    await using directory = await open();
    await fill(directory, 6);
    const StartDateTime = new Date(startOfTests).toISOString();
    const { ContinuationToken } = await directory.records.read(organization, { StartDateTime, Limit: '2' });
    const token = ContinuationToken!;
    const readable = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect([token, ...readable].join()).not.toMatch(/2026-11|\d{13}|[0-9a-f]{8}-[0-9a-f]{4}-/);
    const read = (query: object, of = organization) => problemOf(directory.records.read(of, query));
    expect(await read({ ContinuationToken: token, StartDateTime })).toBe('none');
    expect(await read({ ContinuationToken: token })).toBe('none');
    expect(await read({ ContinuationToken: token }, { id: 'o2', customerId: 'beta' })).toBe('ContinuationToken');
    expect(await read({ ContinuationToken: token, StartDateTime: '2026-01-01' })).toBe('StartDateTime');
    expect(await read({ ContinuationToken: token, EndDateTime: '2026-12-01' })).toBe('EndDateTime');
    for (const forged of [
      'x',
      `${token}A`,
      token.slice(0, -2),
      token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ])
      expect(await read({ ContinuationToken: forged })).toBe('ContinuationToken');
  });

  test('says which parameter cannot be meant', async () => {
    await using directory = await open();
    const read = (query: object) => problemOf(directory.records.read(organization, query));
    for (const StartDateTime of ['yesterday', '2026-13-01T00:00:00Z', '1763798400', '2026-11-22 10:00'])
      expect(await read({ StartDateTime })).toBe('StartDateTime');
    for (const Limit of ['0', '-1', '1.5', 'all', '1e3']) expect(await read({ Limit })).toBe('Limit');
    expect(await read({ StartDateTime: '2026-11-22', EndDateTime: '2026-11-21' })).toBe('EndDateTime');
    for (const StartDateTime of [
      '2026-11-22',
      '2026-11-22T10:00:00',
      '2026-07-20T14:26:59.6103585Z',
      '2026-11-22T10:00:00+09:00',
    ])
      expect(await read({ StartDateTime, Limit: '100000' })).toBe('none');
  });
});
