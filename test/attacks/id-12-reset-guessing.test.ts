/** SECURITY ID-12: a link that does not work says the same whatever is wrong with it; a copy of the database makes none. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashOfToken } from '../../src/core/random.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import { withoutNoise } from './attacker.ts';

const minute = 60_000;
let mailServer: MailServer;
let app: TestApp;
let who: TestAdministrator;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  who = await createAdministrator(app, []);
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});

async function mailedToken(): Promise<string> {
  app.clock.advance(61 * minute);
  await app.services.passwordResets.request({ email: who.email, language: 'en' });
  for (;;) {
    const found = /\/password-reset\/(\S+)/.exec((await app.takeMail(who.email)).text);
    // The notice that the password was reset is not meant.
    if (found) return found[1]!;
  }
}

it('wrong, foreign, used, replaced and expired links get one answer, to look at and to use', async () => {
  const expired = await mailedToken();
  const replaced = await mailedToken();
  const token = await mailedToken();
  const [id = '', secret = ''] = token.split('.');
  const flipped = (secret.startsWith('A') ? 'B' : 'A') + secret.slice(1);
  const form = new Browser();
  await form.get(app.sites.passwordResetUrl(token));
  const { csrf = '' } = form.forms().find(({ fields }) => 'newPassword' in fields)!.fields;
  const fields = { csrf, newPassword: 'Lantern-4-Hill', repeatedPassword: 'Lantern-4-Hill' };
  const seen: unknown[] = [];
  for (const bad of [
    `${id}.${flipped}`,
    `${id}.${'A'.repeat(43)}`,
    `${'A'.repeat(16)}.${secret}`,
    `${id}.${secret.slice(0, -1)}`,
    `${id}.${secret}A`,
    `${id}.`,
    id,
    `.${secret}`,
    expired,
    replaced,
    `${id}.${hashOfToken(secret)}`,
    who.identity.id,
    `${who.identity.id}.${secret}`,
    "'%20or%201=1--",
    '__proto__',
  ]) {
    for (const page of [
      await form.fetch('GET', app.sites.passwordResetUrl(bad)),
      await form.fetch('POST', app.sites.passwordResetUrl(bad), new URLSearchParams(fields)),
    ]) {
      // The page's own address is in it, for the language switcher.
      const { 'x-request-id': _, date: __, 'content-length': ___, ...headers } = page.headers;
      seen.push([page.status, headers, withoutNoise(page.html).replaceAll(/\/password-reset\/[^"?]*/g, '')]);
    }
  }
  const [get, post] = seen;
  for (const [index, answer] of seen.entries()) expect(answer).toEqual(index % 2 === 0 ? get : post);
  expect((get as [number])[0]).toBe(410);
  // None of that has used it up.
  expect((await form.submit(fields, '/password-reset')).status).toBe(200);
  expect((await form.fetch('GET', app.sites.passwordResetUrl(token))).status).toBe(410);
});

it('the database holds a hash of 256 random bits, and the id tells nothing of the person', async () => {
  const tokens = [await mailedToken(), await mailedToken()];
  for (const token of tokens) expect(token).toMatch(/^[\w-]{16}\.[\w-]{43}$/);
  expect(new Set(tokens.flatMap((token) => token.split('.'))).size).toBe(4);
  const [row, ...others] = await app.database.db.selectFrom('password_resets').selectAll().execute();
  expect(others).toEqual([]);
  const [id = '', secret = ''] = tokens[1]!.split('.');
  expect(row).toMatchObject({ id, secret_hash: hashOfToken(secret) });
  expect(JSON.stringify(row)).not.toContain(secret);
});
