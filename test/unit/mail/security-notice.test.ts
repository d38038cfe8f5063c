/** The notice that an account or an access was changed: complete in both languages, and queued with the change. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSealer } from '../../../certs/sealing.ts';
import { generateSealingKey } from '../../../certs/sealing-keys.ts';
import { type OpenDatabase, openDatabase } from '../../../src/database/database.ts';
import { htmlOf, textOf } from '../../../src/mail/letter.ts';
import { type SecurityNotice, securityNotice } from '../../../src/mail/letters/security-notice.ts';
import { createMails } from '../../../src/mail/mails.ts';
import { createSmtpSender, type MailSender } from '../../../src/mail/senders.ts';
import { createTellPerson } from '../../../src/mail/tell-person.ts';
import { type MailServer, startMailServer } from '../../support/services/mail-server.ts';

const at = Date.UTC(2026, 10, 22, 14, 5, 9);
const notice: SecurityNotice = {
  kind: 'passkey_added',
  email: 'aiko@example.com',
  thing: 'Aiko’s <phone>',
  at,
  clientAddress: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  accountUrl: 'https://citrix.example/',
};

describe('the notice', () => {
  it('says what, whose, when in UTC and Japan, from where, and what to do', () => {
    const text = textOf(securityNotice('en', notice));
    for (const part of [
      'Account: aiko@example.com',
      'Nov 22, 2026, 14:05:09 UTC (Nov 22, 23:05 in Japan)',
      'From the address: 203.0.113.7',
      'Firefox, Windows',
      'If you did not do this',
      'https://citrix.example/',
    ])
      expect(text).toContain(part);
    const ja = textOf(securityNotice('ja', notice));
    for (const part of ['2026/11/22 14:05:09 UTC（日本時間 11/22 23:05）', '203.0.113.7', '心当たりがない場合は'])
      expect(ja).toContain(part);
    expect(htmlOf(securityNotice('en', notice))).not.toContain('<phone>');
  });

  it('about what the operator did names no address, and whom to ask', () => {
    const { clientAddress: _, userAgent: __, thing: ___, ...bare } = notice;
    const text = textOf(securityNotice('en', { ...bare, kind: 'identity_reset' }));
    expect(text).not.toContain('From the address');
    expect(text).toContain('ask another administrator');
  });
});

describe('telling a person', () => {
  let database: OpenDatabase;
  let server: MailServer;
  let sender: MailSender;
  const clock = { now: () => at };
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
  const setUp = () => {
    const mails = createMails({ db: database.db, clock, sealer: createSealer([generateSealingKey()]), sender });
    return { mails, tellPerson: createTellPerson({ mails, clock, accountUrl: notice.accountUrl }) };
  };

  it('whose language is not known uses both, and a change of address reaches the old one', async () => {
    const { mails, tellPerson } = setUp();
    await tellPerson({ kind: 'email_changed', email: 'new@example.com', to: 'old@example.com', act: {} });
    await mails.deliver();
    const mail = server.take('old@example.com');
    expect(mail.subject).toBe(
      'アカウントのメールアドレスが変更されました / The email address of your account was changed',
    );
    expect(mail.text).toContain('アカウント: new@example.com');
    expect(mail.text).toContain('Account: new@example.com');
    expect(mail.html).toContain('lang="en"');
  });

  it('happens with the change or not at all', async () => {
    const { mails, tellPerson } = setUp();
    const failing = database.db.transaction().execute(async (trx) => {
      await tellPerson({ kind: 'password_changed', email: 'a@example.com', language: 'en', act: {} }, trx);
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await mails.deliver()).toBe(0);
  });
});
