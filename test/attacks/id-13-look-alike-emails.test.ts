/** SECURITY ID-13: an email that only looks like somebody's is another; one that is spelled otherwise is the same. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeValues } from '../../src/claims/attributes.ts';
import { normalizeEmail, readEmail } from '../../src/core/email-address.ts';
import { operator } from '../../src/directory/authority.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

let mailServer: MailServer;
let app: TestApp;
let who: TestAdministrator;
let number = 0;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  who = await createAdministrator(app, [], 'Mike Admin');
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});

const same = [
  'mike.admin@example.com',
  'MIKE.ADMIN@EXAMPLE.COM',
  ' mike.admin@example.com ',
  'ｍike.ａdmin@example.com',
  'mike.admin@ｅxample.com',
  'mike.admin@example.com.',
];
/** What ends the host of a URL. */
const afterTheDomain = ['/x.', '?', '#', '\\', '%2f', ':1/'];
/** Cyrillic, dotless and dotted i, ligatures, invisible characters, tags, lists. */
const others = [
  'mіke.admin@example.com',
  'mıke.admin@example.com',
  'mİke.admin@example.com',
  'mike.admin@examp1e.com',
  'mike.admin+x@example.com',
  'mike.admin@example.com.evil.example',
  'mike.admin@example.com,evil@evil.example',
  'mike.admin@example.com\nbcc:evil@evil.example',
  'mike.​admin@example.com',
  'mike.admin@exаmple.com',
  '"mike.admin"@example.com',
  'mike.admin@example.com>evil@evil.example',
  ...afterTheDomain.map((end) => `mike.admin@example.com${end}evil.example`),
  'mike.admin@exam\tple.com',
  'mike.admin@exam\r\nple.com',
  'mike.admin@ex%61mple.com',
  'mike.admin@exam\u{fe0f}ple.com',
  'mike.adm\u{fe0f}in@example.com',
];

describe('Another identity', () => {
  it.each(same)('cannot be made for %j', async (email) => {
    const made = app.services.identities.create({ email, displayName: 'X', password: 'Lantern-4-Hill' });
    await expect(made).rejects.toMatchObject({ code: 'email_taken' });
  });
});

describe('An invitation', () => {
  const invite = async (email: string) => {
    const { id: organizationId } = await organizationNamed(app, `invites-${++number}`);
    return app.services.invitations.invite({ organizationId, email, access: { access: 'full' } }, operator);
  };

  it.each(others)('for %j is refused, or mailed to the very name that it would give', async (email) => {
    const invited = await invite(email).then(
      () => true,
      ({ code }) => code !== 'email_invalid',
    );
    await app.deliverMails();
    const sentTo = mailServer.received.map(({ to }) => to);
    expect(sentTo).toHaveLength(invited ? 1 : 0);
    for (const to of sentTo) {
      expect(normalizeEmail(to)).toBe(normalizeEmail(email));
      expect(normalizeEmail(to)).not.toBe(normalizeEmail(who.email));
      mailServer.take(to);
    }
  });

  it.each([
    ['Ｍike.Guest@Ｅxample.COM.', 'Mike.Guest@example.com'],
    ['Mike.Guest@bücher。example', 'Mike.Guest@xn--bcher-kva.example'],
  ])('for %j is mailed, stored and shown as %j', async (typed, mailbox) => {
    const { administrator } = await invite(typed);
    expect(administrator.email).toBe(mailbox);
    await app.deliverMails();
    // The mail server shows U-labels.
    const sentTo = mailServer.received.map(({ to }) => to);
    expect(sentTo.map(normalizeEmail)).toEqual([normalizeEmail(mailbox)]);
    mailServer.take(sentTo[0]!);
  });

  it('that an earlier version stored as typed is mailed to the name that it gives', async () => {
    const letter = { language: 'en' as const, subject: 'X', lines: [] };
    await app.services.mails.queue({ to: 'Mike.Guest@Example.COM.', letter });
    await app.takeMail('Mike.Guest@example.com');
    await app.services.mails.queue({ to: 'mike.guest@example.com/x.evil.example', letter });
    await app.deliverMails();
    expect(mailServer.received).toEqual([]);
  });
});

describe('Whatever is an address', () => {
  it('can sign in: it is fit to be a claim', () => {
    const anything = fc.tuple(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
    );
    const near = fc.tuple(fc.emailAddress(), fc.constantFrom('', '/', '。', '.', '%2e', '\\'));
    const emails = fc.oneof(
      anything.map((parts) => parts.join('@')),
      near.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(emails, (email) => {
        const read = readEmail(email);
        if (!read) return;
        expect(readEmail(read.mailbox)).toEqual(read);
        expect(normalizeEmail(read.normalized)).toBe(read.normalized);
        expect(judgeValues('cip_email', [read.mailbox])).toEqual({ value: read.mailbox });
      }),
      { numRuns: 3000 },
    );
  });
});

describe('A password reset', () => {
  it.each([...same, ...others])('asked for %j goes to the stored address or to nobody', async (email) => {
    app.clock.advance(61 * 60_000);
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await browser.get(browser.link('/forgotten'));
    expect((await browser.submit({ email }, '/forgotten')).status).toBe(200);
    await app.deliverMails();
    const sentTo = mailServer.received.map(({ to }) => to);
    expect(sentTo).toEqual(same.includes(email) ? [who.email] : []);
    if (sentTo.length > 0) mailServer.take(who.email);
  });
});

describe('A sign-in', () => {
  it.each([...same, ...others])('with %j is of the one person or of nobody', async (email) => {
    app.clock.advance(61 * 60_000);
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    const page = await browser.submit({ email, password: who.password }, '/password');
    expect(page.status).toBe(same.includes(email) ? 200 : 422);
  });
});
