/** LOG-1: every sign-in, whether it worked or not, is in the log of each organization that it concerns. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';

let app: TestApp;
let acme: Organization;
let umbrella: Organization;
let stranger: Organization;
let hanako: TestAdministrator;
beforeAll(async () => {
  app = await startTestApp({ byPath: true });
  const create = (customerId: string) => app.services.organizations.create({ name: customerId, customerId });
  [acme, umbrella, stranger] = [await create('acme'), await create('umbrella'), await create('stranger')];
  hanako = await createAdministrator(app, [acme, umbrella]);
});
afterAll(() => app.close());
beforeEach(() => app.clock.advance(31_000));

/** What was recorded since `from` in the log of an organization, or of the installation. */
const recorded = async (organization: Organization | null, from: number) =>
  (await app.services.systemLog.list({ organizationId: organization?.id ?? null, from })).map(
    ({ event, actor, detail }) => [event, actor.name, detail.reason ?? detail.provider],
  );

describe('a sign-in of an administrator', () => {
  it('is in the log of every organization that they administer, and so is its end', async () => {
    const from = app.clock.now();
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await signInWithCode(browser, hanako);
    for (const organization of [acme, umbrella])
      expect(await recorded(organization, from)).toEqual([['platform/session/create', 'Hanako Sato', 'citrix']]);
    expect(await recorded(stranger, from)).toEqual([]);
    app.clock.advance(73 * 3_600_000);
    await app.finalise();
    for (const organization of [acme, umbrella])
      expect((await recorded(organization, from))[0]).toEqual(['platform/session/end', null, 'absolute']);
  });

  it('that failed is there too, without what was typed', async () => {
    const from = app.clock.now();
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await browser.submit({ email: hanako.email, password: 'Wrong-Password-1' }, '/password');
    await browser.submit({ email: hanako.email, password: hanako.password }, '/password');
    await browser.submit({ code: hanako.code() === '123456' ? '654321' : '123456' }, '/code');
    await expect
      .poll(() => recorded(acme, from))
      .toEqual([
        ['platform/signin/failed', 'Hanako Sato', 'code'],
        ['platform/signin/failed', 'Hanako Sato', 'credentials'],
      ]);
    expect(await recorded(umbrella, from)).toHaveLength(2);
    const rows = await app.database.db.selectFrom('system_log').selectAll().execute();
    expect(JSON.stringify(rows)).not.toMatch(/Wrong-Password|123456|654321/);
  });

  it('under a name that nobody has is the installation’s business, and does not repeat the name', async () => {
    const from = app.clock.now();
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await browser.submit({ email: 'nobody@example.com', password: 'My-Password-1' }, '/password');
    await expect.poll(() => recorded(null, from)).toEqual([['platform/signin/failed', null, 'unknown']]);
    expect(await recorded(acme, from)).toEqual([]);
    const rows = await app.database.db.selectFrom('system_log').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('nobody@example.com');
  });

  it('that fails again and again fills no log: twenty an hour, a wait once, and the last says so', async () => {
    const from = app.clock.now();
    const initech = await app.services.organizations.create({ name: 'initech', customerId: 'initech' });
    const who = await createAdministrator(app, [initech], 'Milton Waddams');
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    const fail = async (email: string) => {
      const { status } = await browser.submit({ email, password: 'Wrong-Password-1' }, '/password');
      return status;
    };
    const details = async (organization: Organization | null) =>
      (await app.services.systemLog.list({ organizationId: organization?.id ?? null, from, limit: 200 }))
        .filter(({ event }) => event === 'platform/signin/failed')
        .map(({ detail }) => detail)
        .reverse();
    // Ten tries are free; all that follow at the same moment fall into the wait.
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) statuses.push(await fail(who.email));
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
    const reasons = async () => (await details(initech)).map(({ reason }) => reason);
    const first = [...Array(10).fill('credentials'), 'throttled'];
    await expect.poll(reasons).toEqual(first);
    // The next wait is told again.
    app.clock.advance(16_000);
    expect([await fail(who.email), await fail(who.email), await fail(who.email)]).toEqual([422, 429, 429]);
    await expect.poll(reasons).toEqual([...first, 'credentials', 'throttled']);
    for (let i = 0; i < 12; i++) {
      app.clock.advance(2 * 60_000);
      await fail(who.email);
    }
    await expect.poll(async () => (await details(initech)).length).toBe(20);
    const all = await details(initech);
    expect(all.map(({ more }) => more)).toEqual([...Array(19).fill(undefined), true]);
    // Whoever has the password is still told of: a wrong code is no mere try.
    app.clock.advance(16 * 60_000);
    await browser.submit({ email: who.email, password: who.password }, '/password');
    await browser.submit({ code: who.code() === '123456' ? '654321' : '123456' }, '/code');
    await expect.poll(async () => (await reasons()).at(-1)).toBe('code');
    // An hour after the first one they are told again; of names that nobody has there are no more.
    app.clock.advance(60 * 60_000);
    const other = new Browser();
    await other.get(app.sites.consoleUrl());
    const unknown = async (count: number) => {
      for (let i = 0; i < count; i++)
        await other.submit({ email: `nobody.${i}@example.com`, password: 'Wrong-Password-1' }, '/password');
    };
    const before = (await details(null)).length;
    await unknown(25);
    await expect.poll(async () => (await details(null)).length - before).toBe(20);
    await other.submit({ email: who.email, password: 'Wrong-Password-1' }, '/password');
    await expect.poll(async () => (await reasons()).length).toBe(22);
    expect((await details(null)).length - before).toBe(20);
  });
});
