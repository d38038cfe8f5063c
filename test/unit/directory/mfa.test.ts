/** Proving the second factor: what is accepted, how often one may try, and who hears of it. */
import { TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { generateBackupCodes, showBackupCode } from '../../../src/directory/backup-codes.ts';
import type { FactorMethod } from '../../../src/directory/mfa.ts';
import { generateTotpKey, totpUri } from '../../../src/directory/totp.ts';
import { openDirectory } from './directory-under-test.ts';

const email = 'alice@alpha.test';
const phone = '+81312345678';
const hour = 3_600_000;

async function openWithDevice() {
  const directory = await openDirectory();
  const { clock, db, identities, mfa, mfaChanges, sealer } = directory;
  const key = generateTotpKey();
  const { id } = await identities.create({ email, displayName: 'Alice', password: 'Rabbit-Hole-42', totpKey: key });
  const codeAt = (offset: number, of = key) => new TOTP({ secret: of }).generate({ timestamp: clock.now() + offset });
  let challenges = 0;
  const act = { actor: { type: 'system' }, clientAddress: '192.0.2.7' } as const;
  const tryCode = (
    code: string,
    challengeId = `challenge ${++challenges}`,
    method: FactorMethod = 'otp',
    clientAddress = '192.0.2.7',
  ) => mfa.verifyCode({ identityId: id, method, code, challengeId, act: { ...act, clientAddress } });
  const wrong = () => String((Number(codeAt(0)) + 1) % 1_000_000).padStart(6, '0');
  /** Everything that waits to be mailed, as text. */
  const mails = async () => {
    const rows = await db.selectFrom('mails').selectAll().orderBy('created_at').execute();
    return rows.map(
      (row) => JSON.parse(sealer.openText(row.message_sealed, `mails/${row.id}`)) as { subject: string; text: string },
    );
  };
  const codes = generateBackupCodes();
  const withBackupCodes = () => mfaChanges.replaceBackupCodes(id, codes, act);
  const mailedCode = async (challengeId: string) => {
    await mfa.sendCode({ identityId: id, challengeId, act, language: 'en' }, 'recovery');
    return /\b\d{6}\b/.exec((await mails()).findLast(({ subject }) => /code/i.test(subject))!.text)![0];
  };
  return { ...directory, id, key, act, codeAt, tryCode, wrong, mails, codes, withBackupCodes, mailedCode };
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

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５'])('of the form "%s" is wrong', async (code) => {
    await using directory = await openWithDevice();
    expect(await directory.tryCode(code)).toBe('wrong');
  });

  test('of a device that was replaced is wrong, of the new one right', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codeAt, mfaChanges, id, act, clock } = directory;
    const key = generateTotpKey();
    await mfaChanges.replaceDevice(id, { key, step: Math.floor(clock.now() / 30_000) }, act, {
      at: clock.now(),
      admittedAt: clock.now(),
    });
    expect(await tryCode(codeAt(0))).toBe('wrong');
    // The one that the new device has shown to be enrolled is used up with it.
    expect(await tryCode(codeAt(0, key))).toBe('wrong');
    expect(await tryCode(codeAt(30_000, key))).toBe('accepted');
  });

  test('of somebody without a device is wrong', async () => {
    await using directory = await openWithDevice();
    const { mfaChanges, tryCode, codeAt, db, id } = directory;
    expect(await mfaChanges.hasDevice(id)).toBe(true);
    await db.deleteFrom('totp_devices').where('identity_id', '=', id).execute();
    expect(await mfaChanges.hasDevice(id)).toBe(false);
    expect(await tryCode(codeAt(0))).toBe('wrong');
  });
});

describe('a backup code', () => {
  test('is accepted once, as shown or as typed otherwise, and the person hears of it and of what is left', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codes, withBackupCodes, mails, mfaChanges, id } = directory;
    await withBackupCodes();
    const [one = '', two = '', three = ''] = codes;
    expect(await tryCode(showBackupCode(one), 'a', 'backup_code')).toBe('accepted');
    expect(await tryCode(one, 'b', 'backup_code')).toBe('wrong');
    expect(await tryCode(` ${two.toUpperCase().replace(/^(....)/, '$1-')} `, 'c', 'backup_code')).toBe('accepted');
    expect(
      await tryCode(
        three.replace(/./g, (c) => String.fromCodePoint(c.codePointAt(0)! + 0xfee0)),
        'd',
        'backup_code',
      ),
    ).toBe('accepted');
    expect((await mfaChanges.stateOf(id)).backupCodesLeft).toBe(7);
    const told = (await mails()).filter(({ subject }) => subject.includes('A backup code was used'));
    expect(told.map(({ text }) => /Backup codes left: (\d+)/.exec(text)?.[1])).toEqual(['9', '8', '7']);
  });

  test('of the set before is worth nothing', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codes, withBackupCodes, mfaChanges, id, act } = directory;
    await withBackupCodes();
    const next = generateBackupCodes();
    await mfaChanges.replaceBackupCodes(id, next, act);
    expect(await tryCode(codes[0]!, 'a', 'backup_code')).toBe('wrong');
    expect(await tryCode(next[0]!, 'b', 'backup_code')).toBe('accepted');
  });

  test('is not in the database, nor is a hash of it that could be undone by trying all 2³²', async () => {
    await using directory = await openWithDevice();
    const { db, codes, withBackupCodes } = directory;
    await withBackupCodes();
    const rows = await db.selectFrom('backup_codes').selectAll().execute();
    expect(rows).toHaveLength(10);
    const text = JSON.stringify(rows);
    for (const code of codes) expect(text).not.toContain(code);
    // scrypt of 16 MiB; a second salt gives other hashes.
    expect(new Set(rows.map((row) => row.code_hash)).size).toBe(10);
    expect(rows[0]!.salt).toHaveLength(22);
  });
});

describe('a code by email', () => {
  test('is accepted once, in its own challenge, within ten minutes', async () => {
    await using directory = await openWithDevice();
    const { tryCode, mailedCode, clock } = directory;
    const code = await mailedCode('one');
    expect(await tryCode(code, 'other', 'email_code')).toBe('wrong');
    expect(await tryCode(code, 'one', 'email_code')).toBe('accepted');
    expect(await tryCode(code, 'one', 'email_code')).toBe('wrong');
    const late = await mailedCode('two');
    clock.advance(10 * 60_000);
    expect(await tryCode(late, 'two', 'email_code')).toBe('wrong');
  });

  test('is worth nothing once another was sent, and no more than six are sent within an hour', async () => {
    await using directory = await openWithDevice();
    const { tryCode, mailedCode, mfa, id, act, clock } = directory;
    const first = await mailedCode('one');
    let second = await mailedCode('one');
    if (second === first) second = await mailedCode('one');
    expect(await tryCode(first, 'one', 'email_code')).toBe('wrong');
    expect(await tryCode(second, 'one', 'email_code')).toBe('accepted');
    const request = { identityId: id, challengeId: 'many', act };
    for (let sent = 0; sent < 4; sent++) await mfa.sendCode(request, 'recovery');
    expect(await mfa.sendCode(request, 'recovery')).toBe('throttled');
    clock.advance(hour);
    expect(await mfa.sendCode(request, 'recovery')).toBe('sent');
  });

  test('cannot be read from the store', async () => {
    await using directory = await openWithDevice();
    const { store, mailedCode } = directory;
    const seen: string[] = [];
    const { set } = store;
    store.set = async (key, value, expiresAt) => {
      seen.push(`${key} ${value}`);
      return set.call(store, key, value, expiresAt);
    };
    const code = await mailedCode('one');
    expect(seen.join(' ')).not.toContain(code);
    expect(seen.join(' ')).not.toContain('one');
  });
});

describe('guessing', () => {
  test('ends after five tries in one challenge, whatever the method', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codeAt, wrong, codes, withBackupCodes, mailedCode } = directory;
    await withBackupCodes();
    const mailed = await mailedCode('one');
    await tryCode(wrong(), 'one');
    await tryCode('00000000', 'one', 'backup_code');
    await tryCode(mailed === '000000' ? '000001' : '000000', 'one', 'email_code');
    await tryCode(wrong(), 'one');
    expect(await tryCode('', 'one', 'backup_code')).toBe('wrong');
    expect(await tryCode(codeAt(0), 'one')).toBe('challenge_spent');
    expect(await tryCode(codes[0]!, 'one', 'backup_code')).toBe('challenge_spent');
    expect(await tryCode(mailed, 'one', 'email_code')).toBe('challenge_spent');
    expect(await tryCode(codeAt(0), 'two')).toBe('accepted');
  });

  test('ends after ten tries an hour of one account, also together and by several methods; the tenth is told', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codeAt, codes, wrong, withBackupCodes, clock, mails, systemLog } = directory;
    await withBackupCodes();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 ? tryCode(wrong()) : tryCode('00000000', undefined, 'backup_code'),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set(['wrong']));
    expect(await tryCode(codeAt(0))).toBe('throttled');
    expect(await tryCode(codes[0]!, undefined, 'backup_code')).toBe('throttled');
    const alarms = (await mails()).filter(({ subject }) => subject.includes('Wrong codes'));
    expect(alarms).toHaveLength(1);
    expect(alarms[0]!.text).toContain('192.0.2.7');
    expect((await systemLog.list()).filter(({ event }) => event === 'platform/authenticationcode/limit')).toHaveLength(
      1,
    );
    clock.advance(hour);
    expect(await tryCode(codeAt(0))).toBe('accepted');
  });

  test('slowly, under the limit of the hour, is told within a day', async () => {
    await using directory = await openWithDevice();
    const { tryCode, wrong, clock, mails } = directory;
    for (let round = 0; round < 4; round++) {
      for (let tries = 0; tries < 8; tries++) await tryCode(wrong());
      clock.advance(hour);
    }
    expect((await mails()).filter(({ subject }) => subject.includes('Wrong codes'))).toHaveLength(1);
  });

  test('at many accounts from one network ends there, and not for others', async () => {
    await using directory = await openWithDevice();
    const { tryCode, codeAt, identities, mfa, act } = directory;
    for (let account = 0; account < 10; account++) {
      const { id } = await identities.create({
        email: `p${account}@alpha.test`,
        displayName: 'Pat',
        password: 'Rabbit-Hole-42',
      });
      for (let tries = 0; tries < 10; tries++)
        await mfa.verifyCode({ identityId: id, method: 'otp', code: '1', challengeId: `${account} ${tries}`, act });
    }
    expect(await tryCode(codeAt(0), undefined, 'otp', '192.0.2.200')).toBe('throttled');
    expect(await tryCode(codeAt(0), undefined, 'otp', '198.51.100.1')).toBe('accepted');
  });
});

describe('enrolling', () => {
  test('is all or nothing, told and recorded, and never beside a device that is there', async () => {
    await using directory = await openWithDevice();
    const { db, id, act, mfaChanges, codes, mails, systemLog } = directory;
    const enrolled = { device: { key: generateTotpKey(), step: 1 }, backupCodes: codes, phone };
    expect(await mfaChanges.enrol(id, enrolled, act)).toBe(false);
    expect(await mfaChanges.stateOf(id)).toMatchObject({ backupCodesLeft: 0, phone: null });
    expect(await mails()).toEqual([]);
    await db.deleteFrom('totp_devices').where('identity_id', '=', id).execute();
    expect(await mfaChanges.enrol(id, enrolled, act)).toBe(true);
    expect(await mfaChanges.stateOf(id)).toEqual({
      deviceSince: directory.clock.now(),
      backupCodesLeft: 10,
      phone: '+81•••••••78',
    });
    expect((await mails()).map(({ subject }) => subject).join()).toContain('Multi-factor authentication was set up');
    expect((await systemLog.list()).map(({ event }) => event)).toContain('platform/authenticationdevice/create');
    const kept = JSON.stringify(await db.selectFrom('recovery_phones').selectAll().execute());
    expect(kept).not.toContain('12345678');
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
