/** SECURITY ID-01: lists of leaked passwords, tried at many names from many networks, run out of tries; nobody is locked. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { createTestClock } from '../support/clock.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';

const minute = 60_000;
// What is counted is the same, and the machine is spared.
const env = {
  SEKISHO_PASSWORD_MEMORY: '8192',
  SEKISHO_PASSWORD_ITERATIONS: '1',
  SEKISHO_TRUSTED_PROXIES: '127.0.0.1',
};
let app: TestApp;
let who: TestAdministrator;
let number = 0;
beforeAll(async () => {
  app = await startTestApp({ env });
});
afterAll(() => app.close());
beforeEach(async () => {
  app.clock.advance(25 * 60 * minute);
  const customerId = `acme-${++number}`;
  const organization = await app.services.organizations.create({ name: 'Acme', customerId, workspaceName: customerId });
  who = await createAdministrator(app, [organization], `Person Number${number}`);
});

async function attacker(address: string, at = app) {
  const browser = new Browser({ headers: { 'x-forwarded-for': address } });
  await browser.get(at.sites.consoleUrl());
  const form = browser.forms().find(({ fields }) => 'password' in fields)!;
  return (email: string, password: string): Promise<Page> =>
    browser.fetch('POST', form.action, new URLSearchParams({ ...form.fields, email, password }));
}

describe('Stuffing one account', () => {
  it('is stopped after ten passwords, told for how long, and allowed one after each wait', async () => {
    const guess = await attacker('198.51.100.1');
    for (let round = 0; round < 10; round++) expect((await guess(who.email, `Guess-${round}`)).status).toBe(422);
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      const stopped = await guess(who.email, 'Guess-next');
      expect(stopped.status).toBe(429);
      waits.push(Number(stopped.headers['retry-after']));
      app.clock.advance(waits.at(-1)! * 1000);
      expect((await guess(who.email, 'Guess-next')).status).toBe(422);
    }
    expect(waits[3]).toBeGreaterThan(waits[0]! * 4);
  });

  it('from many networks is stopped for all of them, and over in minutes', async () => {
    let compared = 0;
    for (let network = 0; network < 60; network++) {
      const guess = await attacker(`198.18.${network}.1`);
      if ((await guess(who.email, 'Guess-1')).status === 422) compared++;
    }
    expect(compared).toBe(30);
    app.clock.advance(5 * minute);
    const owner = await attacker('203.0.113.50');
    expect((await owner(who.email, who.password)).status).toBe(303);
  });

  it('is counted on after a restart, and by another server on the same store', async () => {
    const guess = await attacker('198.51.100.1');
    for (let round = 0; round < 10; round++) await guess(who.email, `Guess-${round}`);
    const clock = createTestClock();
    clock.advance(app.clock.now() - Date.now());
    const { database, store, sealingKeys } = app;
    const other = await startTestApp({ env, clock, stores: { database, store }, sealingKeys });
    const again = await attacker('198.51.100.1', other);
    expect((await again(who.email, 'Guess-11')).status).toBe(429);
    await other.close();
  });
});

describe('Spraying one password over many accounts', () => {
  it('is stopped for the network, of /24 and of /64, and for nobody else', async () => {
    for (const [mine, neighbour, elsewhere] of [
      ['198.51.100.1', '198.51.100.77', '198.51.101.1'],
      ['2001:db8:1:1::1', '2001:db8:1:1:ffff::2', '2001:db8:1:2::1'],
    ] as const) {
      const spray = await attacker(mine);
      const statuses = new Set<number>();
      for (let index = 0; index < 200; index++)
        statuses.add((await spray(`user${index}@example.com`, 'Guess-1')).status);
      expect([...statuses]).toEqual([422]);
      expect((await spray('one.more@example.com', 'Guess-1')).status).toBe(429);
      expect((await (await attacker(neighbour))('one.more@example.com', 'Guess-1')).status).toBe(429);
      expect((await (await attacker(elsewhere))(who.email, who.password)).status).toBe(303);
    }
  }, 30_000);

  it('is not made easier by an account of one’s own', async () => {
    const spray = await attacker('198.51.100.1');
    for (let index = 0; index < 200; index++) {
      await spray(`user${index}@example.com`, 'Guess-1');
      if (index % 50 === 0) expect((await spray(who.email, who.password)).status).toBe(303);
    }
    expect((await spray('one.more@example.com', 'Guess-1')).status).toBe(429);
  }, 30_000);
});

describe('A password from a list', () => {
  it('cannot be chosen', async () => {
    const create = app.services.identities.create({
      email: 'new.person@example.com',
      displayName: 'New Person',
      password: 'Welcome-2026',
    });
    await expect(create).rejects.toMatchObject({ code: 'password_refused' });
  });
});
