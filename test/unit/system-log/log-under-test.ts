/** A system log with its seal on a database of its own, and people who do things. */

import type { Checkpoint } from '../../../src/system-log/seal/checkpoints.ts';
import { createLogSeal } from '../../../src/system-log/seal/log-seal.ts';
import { chainOf, type LogRow } from '../../../src/system-log/seal/row-seal.ts';
import { type Verdict, verifyChain } from '../../../src/system-log/seal/verify.ts';
import { openDirectory } from '../directory/directory-under-test.ts';

export async function openLog() {
  const directory = await openDirectory();
  const { db, clock, sealer, store, systemLog } = directory;
  const logSeal = createLogSeal({ db, clock, sealer, store });

  /** `count` records, a second apart. */
  async function write(count: number, organizationId: string | null = 'o1'): Promise<void> {
    for (let index = 0; index < count; index++) {
      clock.advance(1000);
      await systemLog.record({
        event: 'platform/administrator/create',
        organizationId,
        actor: { type: 'administrator', id: 'aiko', name: 'Aiko Sato' },
        target: { type: 'administrator', id: 'ben', name: 'Ben', email: 'ben@example.com' },
        detail: { number: index },
        before: { access: 'none' },
        after: { access: 'full' },
        reference: 'ABCD-2345',
        clientAddress: '192.0.2.7',
        userAgent: 'Firefox',
      });
    }
  }
  const rows = (): Promise<LogRow[]> =>
    db.selectFrom('system_log').selectAll().orderBy('organization_id').orderBy('sequence').orderBy('id').execute();
  const verify = async (
    more: { known?: Checkpoint[]; since?: Checkpoint; organizationId?: string | null } = {},
  ): Promise<Verdict> => {
    const { organizationId = 'o1', ...rest } = more;
    return verifyChain({ db, key: await logSeal.key(), chain: chainOf(organizationId), ...rest });
  };
  return Object.assign(directory, { logSeal, write, rows, verify });
}
export type LogUnderTest = Awaited<ReturnType<typeof openLog>>;
