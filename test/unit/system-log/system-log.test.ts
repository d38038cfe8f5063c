import { describe, expect, test } from 'vitest';
import { plainText } from '../../../src/system-log/plain-text.ts';
import { dayMs, openDirectory } from '../directory/directory-under-test.ts';

const failed = { event: 'platform/signin/failed', organizationId: null, actor: { type: 'system' } } as const;

describe('the system log', () => {
  test('gives back what was recorded, newest first', async () => {
    await using directory = await openDirectory();
    const { systemLog, clock } = directory;
    await systemLog.record(failed);
    clock.advance(1);
    await systemLog.record({
      event: 'platform/session/create',
      organizationId: 'o1',
      actor: { type: 'subscriber', id: 'a1', name: 'Alice' },
      target: { type: 'session', id: 's1' },
      detail: { method: 'saml', minutes: 3 },
      reference: 'ABCD-2345',
      clientAddress: '192.0.2.7',
      userAgent: 'Firefox',
    });
    const records = await systemLog.list();
    expect(records.map((record) => record.event)).toEqual(['platform/session/create', 'platform/signin/failed']);
    expect(records[0]).toMatchObject({
      organizationId: 'o1',
      actor: { type: 'subscriber', id: 'a1', name: 'Alice' },
      target: { type: 'session', id: 's1', name: null },
      detail: { method: 'saml', minutes: 3 },
      reference: 'ABCD-2345',
    });
  });

  test('shows an organization its own records only, within the time asked for', async () => {
    await using directory = await openDirectory();
    const { systemLog, clock } = directory;
    const start = clock.now();
    for (const organizationId of ['o1', 'o2', 'o1', null]) {
      await systemLog.record({ ...failed, organizationId });
      clock.advance(1000);
    }
    const count = async (query: object) => (await systemLog.list(query)).length;
    expect(await count({ organizationId: 'o1' })).toBe(2);
    expect(await count({ organizationId: null })).toBe(1);
    expect(await count({})).toBe(4);
    expect(await count({ organizationId: 'o1', from: start + 1000 })).toBe(1);
    expect(await count({ organizationId: 'o1', to: start + 2000 })).toBe(1);
    expect(await count({ limit: 3 })).toBe(3);
  });

  test('shows 30 days unless asked for more, and 90 at most', async () => {
    await using directory = await openDirectory();
    const { systemLog, clock } = directory;
    await systemLog.record(failed);
    clock.advance(30 * dayMs + 1);
    expect(await systemLog.list()).toEqual([]);
    expect(await systemLog.list({ from: 0 })).toHaveLength(1);
    clock.advance(60 * dayMs);
    expect(await systemLog.list({ from: 0 })).toEqual([]);
  });

  test('keeps no control characters of what came from outside', async () => {
    await using directory = await openDirectory();
    const { systemLog } = directory;
    await systemLog.record({
      ...failed,
      userAgent: 'x\r\n{"forged":1}\u001b[2J',
      target: { type: 'identity', name: 'a\u202ecod.exe\u2028b' },
      detail: { name: 'tab\tnul\u0000' },
    });
    const [record] = await systemLog.list();
    expect(JSON.stringify(record)).not.toMatch(/\\[rnt]|\\u00|[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(record?.target.name).toBe('a cod.exe b');
  });

  test('cuts what is too long', () => {
    expect(plainText('x'.repeat(1000), 10)).toBe('xxxxxxxxx…');
    expect(plainText('😀'.repeat(11), 10)).toBe(`${'😀'.repeat(9)}…`);
    expect(plainText('😀', 10)).toBe('😀');
  });
});
