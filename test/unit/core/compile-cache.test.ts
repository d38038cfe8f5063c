import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-compiled-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** In a process of its own, because a process enables its cache once. */
async function keepIn(place: string): Promise<void> {
  const module = new URL('../../../src/core/compile-cache.ts', import.meta.url).href;
  const program = `const { keepCompiled } = await import('${module}'); const write = keepCompiled('${place}'); await import('${new URL('../../../src/core/random.ts', import.meta.url).href}'); write();`;
  await run(process.execPath, ['--input-type=module', '-e', program], { env: {} });
}

describe('What Node has compiled', () => {
  it('is kept for the next start', async () => {
    const place = join(folder, 'cache');
    await keepIn(place);
    expect(await readdir(place)).not.toEqual([]);
  });

  it('is not kept where others may write, because what lies there is run', async () => {
    const place = join(folder, 'shared');
    await mkdir(place);
    await chmod(place, 0o777);
    await keepIn(place);
    expect(await readdir(place)).toEqual([]);
  });

  it('is not kept where nothing can be written, and nothing fails', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    await keepIn(join(file, 'cache'));
  });
});
