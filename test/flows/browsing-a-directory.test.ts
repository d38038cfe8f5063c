/** OKT-1 in the console: the people and groups of a connected Okta, page by page, and what it says when it does not answer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { client } from '../support/scenario/upstreams.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

let app: TestApp;
let acme: Organization;
let hanako: TestAdministrator;
let okta: Simulator;
let browser: Browser;
const apiToken = 'canary-api-token';

beforeAll(async () => {
  app = await startTestApp();
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  hanako = await createAdministrator(app, [acme]);
  okta = await startOktaLike({
    users: [],
    clients: [],
    apiToken,
    clock: app.clock,
    directoryUsers: Array.from({ length: 60 }, (_, index) => ({
      id: `00u${index}`,
      status: 'ACTIVE',
      profile: { firstName: index === 59 ? '<b>Aiko' : 'Ben', lastName: `No${index}`, login: `p${index}@example.com` },
    })),
    directoryGroups: [{ id: '00g1', profile: { name: 'Everyone', description: 'All of us' } }],
  });
  browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, hanako);
});
afterAll(async () => {
  await app.close();
  await okta.close();
});

async function connect(name: string, settings: object = {}, customer = acme): Promise<string> {
  const { connections } = app.services;
  const whole = { url: okta.url, customDomain: true, ...client, apiToken, ...settings };
  const { id } = await connections.create(customer.id, { kind: 'okta', name, settings: whole, subscribers: true });
  await connections.makeLive(id);
  return app.sites.consoleUrl(`/o/acme/connections/${id}/directory`);
}

describe('the directory of a connection', () => {
  it('is searched by the beginning of a name, and read page by page', async () => {
    await browser.get(await connect('Okta'));
    const rows = () => [...(browser.page?.html ?? '').matchAll(/<th role="rowheader"/g)].length;
    expect(rows()).toBe(50);
    await browser.get(browser.link('Next page'));
    expect(rows()).toBe(10);
    expect(browser.page?.html).toContain('&lt;b&gt;Aiko No59');
    await browser.get(browser.link('First page'));
    await browser.submit({ q: 'ben no7' }, '/directory');
    expect(browser.page?.html).toContain('No name in this directory begins like that');
    await browser.submit({ q: 'No7' }, '/directory');
    expect(rows()).toBe(1);
    expect(browser.page?.html).toContain('p7@example.com');
    await browser.submit({ of: 'groups', q: '' }, '/directory');
    expect(browser.page?.html).toContain('Everyone');
    expect(browser.page?.html).not.toContain(apiToken);
    expect(app.log.join('')).not.toContain(apiToken);
  });

  it('that does not answer says why, and who does what', async () => {
    const url = await connect('Okta with trouble');
    okta.misbehaveNext('users-forbidden');
    expect((await browser.get(url)).html).toContain('permissions may be missing');
    okta.misbehaveNext('directory-throttled');
    expect((await browser.get(url)).html).toMatch(/asks us to wait \d+ seconds/);
    expect((await browser.get(`${url}?page=%22`)).status).toBe(200);
    const refused = await connect('Okta with another token', { apiToken: 'revoked' });
    expect((await browser.get(refused)).html).toContain('did not accept the API token');
    const without = await connect('Okta without a token', { apiToken: undefined });
    expect((await browser.get(without)).html).toContain('needs an API token');
  });

  it('of another organization is not there', async () => {
    const other = await app.services.organizations.create({ name: 'Other', customerId: 'other' });
    expect((await browser.get(await connect('Foreign', {}, other))).status).toBe(404);
  });
});
