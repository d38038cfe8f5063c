import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeDatabase } from './database-contract.ts';

describeDatabase('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-database-'));
  return {
    config: { kind: 'sqlite', file: join(folder, 'sekisho.sqlite') },
    close: () => rm(folder, { recursive: true }),
  };
});
