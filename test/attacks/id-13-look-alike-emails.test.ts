/** SECURITY ID-13: an email that only looks like somebody's is another; one that is spelled otherwise is the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

let mailServer: MailServer;
let app: TestApp;
let who: TestAdministrator;
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
];

describe('Another identity', () => {
  it.each(same)('cannot be made for %j', async (email) => {
    const made = app.services.identities.create({ email, displayName: 'X', password: 'Lantern-4-Hill' });
    await expect(made).rejects.toMatchObject({ code: 'email_taken' });
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
