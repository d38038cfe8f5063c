/** Mails are queued with the change, sealed, and handed to a real SMTP server afterwards; a failure loses nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSealer } from '../../../certs/sealing.ts';
import { generateSealingKey } from '../../../certs/sealing-keys.ts';
import { type OpenDatabase, openDatabase } from '../../../src/database/database.ts';
import { htmlOf, type Letter, textOf } from '../../../src/mail/letter.ts';
import { createMails } from '../../../src/mail/mails.ts';
import { createSmtpSender, type MailSender } from '../../../src/mail/senders.ts';
import { createTestClock } from '../../support/clock.ts';
import { type MailServer, startMailServer } from '../../support/services/mail-server.ts';

const letter: Letter = {
  language: 'ja',
  subject: 'パスワードの再設定 <b>',
  lines: ['こんにちは', { button: 'Reset', href: 'https://id.example/reset?a=1&b="2"' }, { code: '123456' }],
  small: ['心当たりがない場合は…'],
};
const clock = createTestClock();
const sealer = createSealer([generateSealingKey()]);
let database: OpenDatabase;
let server: MailServer;
let sender: MailSender;
beforeAll(async () => {
  database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  server = await startMailServer();
  sender = await createSmtpSender({ url: server.url, from: 'Sekisho <no-reply@id.example>' });
});
afterAll(async () => {
  await sender.close();
  await server.close();
  await database.close();
});
const mailsWith = (given: MailSender | undefined) => createMails({ db: database.db, clock, sealer, sender: given });
const waiting = () => database.db.selectFrom('mails').selectAll().execute();

describe('a mail', () => {
  it('arrives by SMTP as text and HTML of the same letter, and is gone here', async () => {
    const mails = mailsWith(sender);
    await mails.queue({ to: 'hana@mail.example', letter });
    const [row] = await waiting();
    expect(row!.message_sealed).not.toContain('123456');
    expect(await mails.deliver()).toBe(1);
    const mail = server.take('hana@mail.example');
    expect(mail.from).toContain('no-reply@id.example');
    expect(mail.subject).toBe(letter.subject);
    expect(mail.text.trim()).toBe(textOf(letter).trim());
    expect(mail.html).toContain('123456');
    expect(mail.html).not.toContain('<b>');
    expect(mail.autoSubmitted).toBe('auto-generated');
    expect(await waiting()).toEqual([]);
  });

  it('queued in a transaction that fails is never sent', async () => {
    const mails = mailsWith(sender);
    const failing = database.db.transaction().execute(async (trx) => {
      await mails.queue({ to: 'nobody@mail.example', letter }, trx);
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await mails.deliver()).toBe(0);
  });

  it('that no server takes is tried again later, and given up when what it says has run out', async () => {
    const failing: MailSender = { send: () => Promise.reject(new Error('down')), close: async () => undefined };
    await mailsWith(failing).queue({ to: 'a@mail.example', letter, expiresAt: clock.now() + 3_600_000 });
    expect(await mailsWith(failing).deliver()).toBe(0);
    expect(await mailsWith(sender).deliver()).toBe(0);
    clock.advance(31_000);
    expect(await mailsWith(sender).deliver()).toBe(1);
    await mailsWith(undefined).queue({ to: 'b@mail.example', letter, expiresAt: clock.now() + 60_000 });
    clock.advance(60_000);
    expect(await mailsWith(sender).deliver()).toBe(0);
    expect(await waiting()).toEqual([]);
  });

  it('is sent once when two processes deliver at the same moment', async () => {
    await mailsWith(sender).queue({ to: 'once@mail.example', letter });
    const counts = await Promise.all([mailsWith(sender).deliver(), mailsWith(sender).deliver()]);
    expect(counts.sort()).toEqual([0, 1]);
    server.take('once@mail.example');
    expect(() => server.take('once@mail.example')).toThrow();
  });

  it('has no header but ours, whatever a name holds', async () => {
    const mails = mailsWith(sender);
    const evil = { ...letter, subject: 'Hello\r\nBcc: evil@mail.example' };
    await mails.queue({ to: 'victim@mail.example', letter: evil });
    await mails.deliver();
    expect(server.take('victim@mail.example').subject).toBe('Hello Bcc: evil@mail.example');
    expect(() => server.take('evil@mail.example')).toThrow();
  });
});

describe('a letter', () => {
  it('escapes what it is given', () => {
    const html = htmlOf({ ...letter, lines: ['<script>alert(1)</script>', { button: '"x', href: 'https://a/?"' }] });
    expect(html).not.toContain('<script>');
    expect(html).toContain('href="https://a/?&quot;"');
  });
});
