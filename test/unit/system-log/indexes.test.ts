import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../../src/database/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
});
afterAll(() => database.close());

/** SQLite plans without statistics here as in an installation: what it reads must be what is asked for. */
test.each([
  ['sequence is null and organization_id = ? order by recorded_at, id', 'system_log_unsealed'],
  [
    'organization_id = ? and recorded_at >= 1 order by recorded_at desc, id desc',
    'system_log_organization_id_recorded_at_id',
  ],
  [
    'organization_id = ? and (recorded_at, id) < (5, 5) order by recorded_at desc, id desc',
    'system_log_organization_id_recorded_at_id',
  ],
  [
    'organization_id = ? and recorded_at >= 1 and event = 5 order by recorded_at desc, id desc',
    'system_log_organization_id_event_recorded_at_id',
  ],
  [
    'organization_id = ? and recorded_at >= 1 and reference = 5 order by recorded_at desc, id desc',
    'system_log_organization_reference',
  ],
  ['organization_id = ? and sequence >= 5 and sequence < 50', 'system_log_sequence'],
  ['actor_id in (5, 6)', 'system_log_actor_id'],
  ['target_id in (5, 6)', 'system_log_target_id'],
])('The log is not read whole for: %s', (condition, index) => {
  const plan = database
    .sqlite!.prepare(`explain query plan select * from system_log where ${condition} limit 50`)
    .all();
  const detail = plan.map((step) => String(step.detail)).join(' | ');
  expect(detail).toMatch(new RegExp(`^SEARCH system_log USING (COVERING )?INDEX ${index} `));
  expect(detail).not.toContain('TEMP B-TREE');
});
