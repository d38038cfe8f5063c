import { copyFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSealingKeys } from '../../../certs/sealing-keys.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { createOrganizations } from '../../../src/directory/organizations.ts';
import { createRenewableSealer } from '../../../src/directory/renewable-sealer.ts';
import { createSigningKeys } from '../../../src/directory/signing-keys.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { openOperator } from './run-cli.ts';

const createOrganization = (customer: string) => ['organization', 'create', '--name', 'X', '--customer', customer];

/** What a server holds open while the operator works. */
async function openServer(data: string) {
  const file = join(data, 'sekisho.sqlite');
  const keyFile = join(data, 'sealing-keys');
  const database = await openDatabase({ kind: 'sqlite', file });
  const keyText = await readFile(keyFile, 'utf8');
  let currentText = keyText;
  const sealer = createRenewableSealer(() => parseSealingKeys(currentText), systemClock);
  return {
    ...database,
    file,
    keyFile,
    sealer,
    store: createSqliteStore({ database: database.sqlite!, clock: systemClock }),
    /** What the key file holds now becomes readable to the sealer, as it is on disk. */
    readKeyFile: async () => {
      currentText = await readFile(keyFile, 'utf8');
    },
    signingKeys: createSigningKeys({ db: database.db, clock: systemClock, sealer, samlEntityId: 'https://saml.test' }),
    [Symbol.asyncDispose]: database.close,
  };
}

describe('beside a running server', { timeout: 90_000 }, () => {
  test('the CLI writes while the server writes, and neither loses anything', async () => {
    await using operator = await openOperator();
    await operator.json(createOrganization('first'));
    await using server = await openServer(operator.data);
    const organizations = createOrganizations({ db: server.db, clock: systemClock });
    let working = true;
    let writes = 0;
    const serving = (async () => {
      for (; working; writes++) {
        await server.store.set(`key ${writes}`, 'value', Date.now() + 60_000);
        if (writes % 50 === 0) await organizations.create({ name: 'S', customerId: `server-${writes}` });
        await new Promise(setImmediate);
      }
    })();
    const results = await Promise.all(['a1', 'b1', 'c1'].map((name) => operator.spawned(createOrganization(name))));
    working = false;
    await serving;
    expect(results.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    const all = (await organizations.list()).map(({ customerId }) => customerId);
    expect(all).toEqual(expect.arrayContaining(['first', 'a1', 'b1', 'c1', 'server-0']));
    const written = await server.store.getMany(Array.from({ length: writes }, (_, index) => `key ${index}`));
    expect(written.every((value) => value === 'value')).toBe(true);
  });

  test('the sealing key is rotated, and the server opens everything before and after', async () => {
    await using operator = await openOperator();
    const identity = await operator.json(['identity', 'create', '--email', 'a@alpha.test', '--name', 'Alice']);
    await operator.json(['keys', 'list']);
    await using server = await openServer(operator.data);
    const before = await server.signingKeys.load();
    const rotated = await operator.json<{ resealed: number; current: string }>(['sealing-key', 'rotate']);
    expect(rotated.resealed).toBe(before.length + 1);
    await server.readKeyFile();
    const after = await server.signingKeys.load();
    expect(after.map((key) => key.privateKeyPem).sort()).toEqual(before.map((key) => key.privateKeyPem).sort());
    expect((await stat(server.keyFile)).mode & 0o777).toBe(0o600);
    expect(await operator.json<string[]>(['sealing-key', 'list'])).toHaveLength(2);
    expect(await operator.json(['sealing-key', 'drop', '--at-once'])).toMatchObject({ current: rotated.current });
    expect(await operator.json<string[]>(['sealing-key', 'list'])).toEqual([rotated.current]);
    await operator.json(['keys', 'list']);
    expect(await readFile(server.keyFile, 'utf8')).not.toContain(identity.totpKey);
  });

  test('a signing key is rotated, and the server sees that the set has changed', async () => {
    await using operator = await openOperator();
    await operator.json(['keys', 'list']);
    await using server = await openServer(operator.data);
    const version = await server.signingKeys.version();
    const [rotated] = await operator.json<{ kid: string }[]>(['keys', 'rotate', '--use', 'oidc-rs256']);
    expect(await server.signingKeys.version()).toBeGreaterThan(version);
    const current = (await server.signingKeys.load()).find(
      (key) => key.use === 'oidc-rs256' && key.state === 'current',
    );
    expect(current?.kid).toBe(rotated?.kid);
    expect((await operator.run(['keys', 'rotate', '--use', 'hs256'])).code).toBe(2);
  });
});

describe('backup and restore', { timeout: 90_000 }, () => {
  test('bring the rows back and end what is short-lived, and keep the database that was there', async () => {
    await using operator = await openOperator();
    await operator.json(createOrganization('first'));
    await operator.json(['keys', 'list']);
    const file = join(operator.folder, 'backup.sqlite');
    {
      await using server = await openServer(operator.data);
      await server.store.set('session', 'open', Date.now() + 60_000);
      await operator.json(['backup', '--to', file]);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await operator.run(['backup', '--to', file])).err).toContain('exists already');
      await operator.json(createOrganization('second'));
      const refused = await operator.run(['restore', '--from', file]);
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('stop the server first')]);
      expect(await server.store.get('session')).toBe('open');
    }
    const { kept } = await operator.json(['restore', '--from', file]);
    expect((await stat(kept!)).isFile()).toBe(true);
    await using server = await openServer(operator.data);
    const names = await createOrganizations({ db: server.db, clock: systemClock }).list();
    expect(names.map(({ customerId }) => customerId)).toEqual(['first']);
    expect(await server.store.get('session')).toBeUndefined();
    expect(await server.signingKeys.load()).toHaveLength(6);
    expect((await stat(server.file)).mode & 0o777).toBe(0o600);
  });

  test('refuse what is no backup or cannot be opened with the sealing keys that are here', async () => {
    await using operator = await openOperator();
    await using other = await openOperator();
    await operator.json(['keys', 'list']);
    await other.json(['keys', 'list']);
    const foreign = join(operator.folder, 'foreign.sqlite');
    await other.json(['backup', '--to', foreign]);
    const before = await operator.json<object[]>(['keys', 'list']);
    expect((await operator.run(['restore', '--from', foreign])).err).toContain('put its sealing key back first');
    const broken = join(operator.folder, 'broken.sqlite');
    await copyFile(new URL(import.meta.url).pathname, broken);
    expect((await operator.run(['restore', '--from', broken])).err).toContain('is no backup');
    expect((await operator.run(['restore', '--from', join(operator.folder, 'nothing')])).err).toContain(
      'does not exist',
    );
    expect(await operator.json(['keys', 'list'])).toEqual(before);
  });

  test('leave PostgreSQL to its own tools, and say which', async () => {
    await using operator = await openOperator({
      SEKISHO_DATABASE_URL: 'postgres://127.0.0.1:1/nowhere',
      SEKISHO_REDIS_URL: 'redis://127.0.0.1:1',
      SEKISHO_SEALING_KEY: `k1 ${Buffer.alloc(32, 7).toString('base64url')}`,
    });
    expect((await operator.run(['backup', '--to', 'x'])).err).toContain('use pg_dump');
    expect((await operator.run(['restore', '--from', 'x'])).err).toContain('use pg_restore');
    const rotate = await operator.run(['sealing-key', 'rotate']);
    expect([rotate.code, rotate.err]).toEqual([1, expect.stringContaining('SEKISHO_SEALING_KEY')]);
    expect((await operator.run(['organization', 'list'])).code).toBe(1);
  });
});
