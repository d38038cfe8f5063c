import { TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { generateTotpKey, totpUri } from '../../../src/directory/mfa.ts';
import { openDirectory } from './directory-under-test.ts';

async function openWithDevice() {
  const directory = await openDirectory();
  const key = generateTotpKey();
  const person = { email: 'alice@alpha.test', displayName: 'Alice', password: 'Rabbit-Hole-42', totpKey: key };
  const { id } = await directory.identities.create(person);
  const codeAt = (offset: number) => new TOTP({ secret: key }).generate({ timestamp: directory.clock.now() + offset });
  let challenges = 0;
  const tryCode = (code: string, challengeId = `challenge ${++challenges}`) =>
    directory.mfa.verifyCode({ identityId: id, code, challengeId });
  const wrong = () => String((Number(codeAt(0)) + 1) % 1_000_000).padStart(6, '0');
  return { ...directory, id, key, codeAt, tryCode, wrong };
}

describe('a TOTP code', () => {
  test('is accepted once', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codeAt } = directory;
    expect(await tryCode(codeAt(0))).toBe('accepted');
    expect(await tryCode(codeAt(0))).toBe('wrong');
  });

  test('is accepted one step early or late and with a space in it, and no step before the last one', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codeAt, clock } = directory;
    expect(await tryCode(codeAt(-60_000))).toBe('wrong');
    expect(await tryCode(codeAt(60_000))).toBe('wrong');
    expect(await tryCode(codeAt(-30_000).replace(/^.../, '$& '))).toBe('accepted');
    expect(await tryCode(codeAt(30_000))).toBe('accepted');
    expect(await tryCode(codeAt(0))).toBe('wrong');
    clock.advance(60_000);
    expect(await tryCode(codeAt(0))).toBe('accepted');
  });

  test('can be tried five times in one sign-in', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codeAt, wrong } = directory;
    for (let index = 0; index < 5; index++) expect(await tryCode(wrong(), 'one')).toBe('wrong');
    expect(await tryCode(codeAt(0), 'one')).toBe('challenge_spent');
    expect(await tryCode(codeAt(0), 'two')).toBe('accepted');
  });

  test('can be tried ten times an hour, however often the sign-in is begun again', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codeAt, wrong, clock } = directory;
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => tryCode(wrong())));
    expect(new Set(outcomes)).toEqual(new Set(['wrong']));
    expect(await tryCode(codeAt(0))).toBe('throttled');
    clock.advance(3_600_000);
    expect(await tryCode(codeAt(0))).toBe('accepted');
  });

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５'])('of the form "%s" is wrong', async (code) => {
    await using directory = await openWithDevice();
    const { tryCode } = directory;
    expect(await tryCode(code)).toBe('wrong');
  });

  test('of somebody without a device is wrong', async () => {
    await using directory = await openWithDevice();
    const { mfa } = directory;
    expect(await mfa.verifyCode({ identityId: 'nobody', code: '123456', challengeId: 'c' })).toBe('wrong');
    expect(await mfa.hasDevice('nobody')).toBe(false);
    expect(await mfa.hasDevice(directory.id)).toBe(true);
  });
});

test('a TOTP key is 160 bits, kept sealed, and shown as the URI that apps scan', async () => {
  await using directory = await openWithDevice();
  expect(directory.key).toMatch(/^[A-Z2-7]{32}$/);
  const row = await directory.db.selectFrom('totp_devices').selectAll().executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain(directory.key);
  expect(totpUri({ key: directory.key, email: 'alice@alpha.test', issuer: 'Sekisho' })).toBe(
    `otpauth://totp/Sekisho:alice%40alpha.test?issuer=Sekisho&secret=${directory.key}&algorithm=SHA1&digits=6&period=30`,
  );
});
