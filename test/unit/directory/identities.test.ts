import { describe, expect, test } from 'vitest';
import { normalizeEmail } from '../../../src/core/email-address.ts';
import { createPasswordHasher } from '../../../src/directory/credentials.ts';
import { problemsOfPassword } from '../../../src/directory/password-rules.ts';
import { openDirectory, refusalOf } from './directory-under-test.ts';

const alice = { email: 'alice@alpha.test', displayName: 'Alice Liddell', password: 'Rabbit-Hole-42' };

describe('an identity', () => {
  test('signs in with email and password, in whatever spelling the email is typed', async () => {
    await using directory = await openDirectory();
    const { id } = await directory.identities.create(alice);
    expect((await directory.identities.authenticate(' Ａlice@ALPHA.test.', alice.password))?.id).toBe(id);
    expect(await directory.identities.authenticate(alice.email, 'rabbit-hole-42')).toBeUndefined();
    expect(await directory.identities.authenticate('bob@alpha.test', alice.password)).toBeUndefined();
    expect(await directory.identities.authenticate('no address', alice.password)).toBeUndefined();
  });

  test('is one for each email, whatever its spelling', async () => {
    await using directory = await openDirectory();
    await directory.identities.create(alice);
    const again = directory.identities.create({ ...alice, email: 'ALICE@alpha.test' });
    expect((await refusalOf(again)).code).toBe('email_taken');
  });

  test('has its password stored as argon2id of the recommended cost and nothing else', async () => {
    await using directory = await openDirectory();
    await directory.identities.create(alice);
    const row = await directory.db.selectFrom('identities').selectAll().executeTakeFirstOrThrow();
    expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(row)).not.toContain(alice.password);
  });

  test('can use a password of 128 characters and is not asked about a megabyte', async () => {
    await using directory = await openDirectory();
    const long = 'Aa1!'.repeat(16) + 'Bb2?'.repeat(16);
    await directory.identities.create({ ...alice, password: long });
    expect(await directory.identities.authenticate(alice.email, long)).toBeDefined();
    expect(await directory.identities.authenticate(alice.email, `${long}x`)).toBeUndefined();
    expect(await directory.identities.authenticate(alice.email, 'Aa1!'.repeat(250_000))).toBeUndefined();
  });

  test('is refused with every rule that its password breaks', async () => {
    await using directory = await openDirectory();
    const refusal = await refusalOf(directory.identities.create({ ...alice, password: 'short' }));
    expect(refusal.code).toBe('password_refused');
    expect(refusal.problems).toHaveLength(4);
  });
});

describe('comparing passwords', () => {
  test('refuses more than it can queue at once, and goes on afterwards', async () => {
    const hasher = createPasswordHasher({ concurrency: 1, queueLimit: 2 });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => hasher.matches(undefined, 'x')));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(7);
    expect(refused.every((result) => result.reason.code === 'too_busy')).toBe(true);
    expect(await hasher.matches(await hasher.hash('x'), 'x')).toBe(true);
  });
});

describe('a password', () => {
  const names = ['alice@alpha.test', 'Alice Liddell'];
  test.each([
    ['Rab-h42', ['too_short']],
    ['rabbit-hole-42', ['no_upper_case']],
    ['RABBIT-HOLE-42', ['no_lower_case']],
    ['Rabbit-Hole-xy', ['no_number']],
    ['RabbitHole42', ['no_mark']],
    ['Rabbit_Hole_42', ['no_mark']],
    ['My-Alice-42', ['like_name']],
    ['my-L1DDELL-42', ['like_name']],
    ['Password1!', ['too_common']],
    ['P@ssw0rd123!', ['too_common']],
    ['!Qwerty2024', ['too_common']],
    ['Welcome-2026', ['too_common']],
    ['Aa1!Aa1!Aa1!', ['too_common']],
    ['Rabbit-Hole-42', []],
    ['Correct-Horse-7-Battery', []],
  ])('%s has the problems %j', (password, problems) => {
    expect(problemsOfPassword(password, names)).toEqual(problems);
  });
});

describe('an email address', () => {
  test.each([
    ['Alice@Example.COM', 'alice@example.com'],
    ['ａlice@ｅxample.com', 'alice@example.com'],
    ['İ@example.com', 'i̇@example.com'],
    ['user@bücher.example.', 'user@xn--bcher-kva.example'],
    ['a+tag@example.com', 'a+tag@example.com'],
    ['no-at-sign', undefined],
    ['@example.com', undefined],
    ['a@', undefined],
    ['a b@example.com', undefined],
    ['a\u0000@example.com', undefined],
    ['a\u200bb@example.com', undefined],
    ['a@b@example.com', undefined],
    ['a@exa mple.com', undefined],
    ['a@-example.com', undefined],
  ])('%j is normalised to %j', (email, normalized) => {
    expect(normalizeEmail(email)).toBe(normalized);
  });
});
