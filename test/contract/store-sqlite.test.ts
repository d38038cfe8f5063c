import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStore } from './store-contract.ts';

describeStore('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-store-'));
  return {
    location: { engine: 'sqlite', at: join(folder, 'store.sqlite') },
    close: () => rm(folder, { recursive: true, force: true }),
  };
});
