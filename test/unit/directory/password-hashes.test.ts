/** CIT-2: hashes that were made when less was asked for are made again, once the password is known. */
import { expect, it } from 'vitest';
import { createPasswordHasher } from '../../../src/directory/credentials.ts';
import { createIdentities } from '../../../src/directory/identities.ts';
import { openDirectory } from './directory-under-test.ts';

const alice = { email: 'alice@alpha.test', displayName: 'Alice Liddell', password: 'Rabbit-Hole-42' };
const weaker = { memoryCost: 8_192, timeCost: 1, parallelism: 1 };

it('a hash of less memory or passes is made again at the next right password, and only then', async () => {
  await using directory = await openDirectory();
  const { db, identities } = directory;
  const old = createIdentities({ ...directory, hasher: createPasswordHasher({ cost: weaker }) });
  await old.create(alice);
  const hash = async () =>
    (await db.selectFrom('identities').select('password_hash').executeTakeFirstOrThrow()).password_hash;
  expect(await hash()).toContain('m=8192,t=1');
  expect(await identities.authenticate(alice.email, 'Wrong-Hole-42')).toBeUndefined();
  expect(await hash()).toContain('m=8192,t=1');
  expect(await identities.authenticate(alice.email, alice.password)).toBeDefined();
  const made = await hash();
  expect(made).toContain('m=19456,t=2');
  expect(await identities.authenticate(alice.email, alice.password)).toBeDefined();
  expect(await hash()).toBe(made);
  // A server that has not been restarted yet does not undo it.
  expect(await old.authenticate(alice.email, alice.password)).toBeDefined();
  expect(await hash()).toBe(made);
});

it('a first password is looked up among the compromised ones', async () => {
  await using directory = await openDirectory();
  const compromised = { has: async (password: string) => password === alice.password };
  const identities = createIdentities({ ...directory, compromised });
  await expect(identities.create(alice)).rejects.toMatchObject({ code: 'password_refused' });
  await identities.create({ ...alice, password: 'Another-Hole-42' });
});
