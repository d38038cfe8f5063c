/** SECURITY ID-14: a password is not a way to make the server work, and none is cut short. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';

const minute = 60_000;
let app: TestApp;
let who: TestAdministrator;
let inside: Browser;
beforeAll(async () => {
  app = await startTestApp();
  const acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme', workspaceName: 'acme' });
  who = await createAdministrator(app, [acme]);
  inside = new Browser();
  await inside.get(app.sites.consoleUrl());
  await signInWithCode(inside, who);
});
afterAll(() => app.close());

async function send(where: 'sign-in' | 'console', password: string) {
  app.clock.advance(16 * minute);
  const browser = where === 'console' ? inside : new Browser();
  await browser.get(app.sites.consoleUrl(where === 'console' ? '/o/acme/password' : '/'));
  const name = where === 'console' ? 'newPassword' : 'password';
  const form = browser.forms().find(({ fields }) => name in fields)!;
  const typed =
    where === 'console'
      ? { currentPassword: who.password, newPassword: password, repeatedPassword: password }
      : { email: who.email, password };
  const before = process.cpuUsage();
  const page = await browser.fetch('POST', form.action, new URLSearchParams({ ...form.fields, ...typed }));
  const { user, system } = process.cpuUsage(before);
  return { status: page.status, ms: (user + system) / 1000 };
}

describe.each(['sign-in', 'console'] as const)('At the form of the %s', (where) => {
  it('a megabyte is refused unread', async () => {
    expect((await send(where, 'Aa1!'.repeat(250_000))).status).toBe(413);
  });

  it('tens of thousands of characters are refused without being hashed', async () => {
    const { status, ms } = await send(where, 'Aa1-'.repeat(where === 'console' ? 7_000 : 14_000));
    expect(status).toBe(422);
    expect(ms).toBeLessThan(400);
  });

  it('one with a NUL in it is no password', async () => {
    expect((await send(where, 'Lantern-4-\0Hill')).status).toBe(400);
  });
});

describe('A password of 128 characters', () => {
  const long = `${'Lantern-4-Hill.'.repeat(8)}Abc-7xyz`;
  it('may be set, and every one of them counts', async () => {
    expect(long).toHaveLength(128);
    expect((await send('console', long)).status).toBe(303);
    who = { ...who, password: long };
    for (const [password, status] of [
      [long.slice(0, 127), 422],
      [long.slice(0, 72), 422],
      [`${long}x`, 422],
      [`${long.slice(0, 127)}Z`, 422],
      [long, 303],
    ] as const)
      expect([password, (await send('sign-in', password)).status]).toEqual([password, status]);
    expect((await send('console', `${long}x`)).status).toBe(422);
  });
});
