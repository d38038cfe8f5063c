import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { generateSealingKey } from '../../../certs/sealing-keys.ts';
import { openSealingKeys, sealingKeyPath, writeSealingKeys } from '../../../src/config/sealing-key-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'sekisho-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the file of sealing keys', () => {
  it('is made once in the data folder, for its owner only', () => {
    const config = { data: join(folder, 'data') };
    const keys = openSealingKeys(config);
    expect(keys).toHaveLength(1);
    expect(openSealingKeys(config)).toEqual(keys);
    expect(statSync(config.data).mode & 0o777).toBe(0o700);
    expect(statSync(sealingKeyPath(config) as string).mode & 0o777).toBe(0o600);
  });

  it('is never made where it was configured: a new key would open nothing', () => {
    expect(() => openSealingKeys({ data: folder, sealingKeyFile: join(folder, 'missing') })).toThrow('ENOENT');
  });

  it('is replaced whole, and leaves nothing behind', () => {
    const config = { data: join(folder, 'rotated') };
    const [old] = openSealingKeys(config);
    const next = generateSealingKey();
    writeSealingKeys(sealingKeyPath(config) as string, [next, old as typeof next]);
    expect(openSealingKeys(config).map((key) => key.id)).toEqual([next.id, old?.id]);
    expect(readdirSync(config.data)).toEqual(['sealing-keys']);
    expect(statSync(join(config.data, 'sealing-keys')).mode & 0o777).toBe(0o600);
  });
});
