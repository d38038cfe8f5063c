/** SECURITY ID-02: who has an account is told by no part of an answer, of a sign-in nor of a forgotten password. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { beginSignIn, type Ground, startGround, withoutNoise } from './attacker.ts';

let ground: Ground;
let known: TestAdministrator;
beforeAll(async () => {
  ground = await startGround();
  known = await createAdministrator(ground.app, [ground.alpha.organization], 'Known Person');
});
afterAll(() => ground.close());

async function tryPassword(email: string, password: string, browser = new Browser()) {
  if (browser.page === undefined)
    await browser.get(await beginSignIn(browser, ground.ofAll, { acr_values: 'idp:citrix' }));
  const form = browser.forms().find(({ fields }) => 'password' in fields)!;
  const before = process.cpuUsage();
  const page = await browser.fetch('POST', form.action, new URLSearchParams({ ...form.fields, email, password }));
  // Of all threads, hashing included, so that other tests on the machine do not count.
  const { user, system } = process.cpuUsage(before);
  const took = (user + system) / 1000;
  const { 'x-request-id': _, date: __, ...headers } = page.headers;
  return { took, seen: [page.status, headers, withoutNoise(page.html).replaceAll(email, 'EMAIL')] };
}
// Of the same length, so that the sizes can be compared as well.
const unknown = 'nobody.person@example.com'.slice(0, 'known.person@example.com'.length);

describe('an unknown email and a wrong password', () => {
  it('get the same status, headers and page', async () => {
    expect(unknown).toHaveLength(known.email.length);
    for (const password of ['Wrong-Horse-7', 'x', 'y'.repeat(300), 'ü'.repeat(100)]) {
      const one = await tryPassword(known.email, password);
      const other = await tryPassword(unknown, password);
      expect(one.seen[0]).toBe(422);
      expect(other.seen).toEqual(one.seen);
    }
  });

  // Fails when `matches` in src/directory/credentials.ts compares nothing for a name that nobody has.
  it('take the same work', async () => {
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < 5; round++) {
      times.known.push((await tryPassword(known.email, `Wrong-${round}`)).took);
      times.unknown.push((await tryPassword(unknown, `Wrong-${round}`)).took);
    }
    const least = (list: number[]) => Math.min(...list);
    expect(least(times.unknown)).toBeGreaterThan(least(times.known) / 2);
    expect(least(times.known)).toBeGreaterThan(least(times.unknown) / 2);
  });

  it('are throttled alike', async () => {
    const one = [];
    const other = [];
    for (let round = 0; round < 12; round++) {
      one.push((await tryPassword(known.email, 'Wrong-Horse-7')).seen);
      other.push((await tryPassword(unknown, 'Wrong-Horse-7')).seen);
    }
    expect(one.map(([status]) => status)).toContain(429);
    expect(other).toEqual(one);
    ground.app.clock.advance(16 * 60_000);
  });

  it('the right password of a known one is the only difference', async () => {
    const { seen } = await tryPassword(known.email, known.password);
    expect(seen[0]).toBe(303);
  });
});

describe('addresses that only look alike', () => {
  it.each([
    'known.person@example.com ',
    'KNOWN.PERSON@EXAMPLE.COM',
    ' known.person@example.com',
    'known.person@example.com.',
  ])('%j is the same', async (email) => {
    expect((await tryPassword(email, known.password)).seen[0]).toBe(303);
  });
  it.each([
    'knоwn.person@example.com',
    'known.person.@example.com',
    'known.person+x@example.com',
    'ｋnown.person@example.com ﻿x',
    "' or 1=1 --",
    '%',
    '*',
  ])('%j is nobody', async (email) => {
    expect((await tryPassword(email, known.password)).seen[0]).toBe(422);
  });
});

describe('a forgotten password', () => {
  it('gets the same status, headers and page for a known and an unknown email, and does the same work meanwhile', async () => {
    const ask = async (email: string) => {
      const browser = new Browser();
      await browser.get(await beginSignIn(browser, ground.ofAll, { acr_values: 'idp:citrix' }));
      await browser.get(browser.link('/forgotten'));
      const form = browser.forms().find(({ fields }) => 'email' in fields)!;
      const page = await browser.fetch('POST', form.action, new URLSearchParams({ ...form.fields, email }));
      const { 'x-request-id': _, date: __, ...headers } = page.headers;
      return [page.status, headers, withoutNoise(page.html).replaceAll(email, 'EMAIL')];
    };
    const waiting = () => ground.app.database.db.selectFrom('password_reset_requests').selectAll().execute();
    for (let round = 0; round < 5; round++) {
      const before = (await waiting()).length;
      const one = await ask(known.email);
      const between = (await waiting()).length;
      const other = await ask(unknown);
      expect(other).toEqual(one);
      expect(one[0]).toBe(200);
      expect((await waiting()).length - between).toBe(between - before);
    }
    // What differs is done later, in nobody's request.
    expect(await ground.app.database.db.selectFrom('mails').selectAll().execute()).toEqual([]);
    await ground.app.services.passwordResets.process();
    // One: while its link has just come, no further mail is sent and none is void.
    expect(await ground.app.database.db.selectFrom('mails').selectAll().execute()).toHaveLength(1);
  });
});
