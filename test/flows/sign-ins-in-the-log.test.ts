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
});
