/** SECURITY CON-01, CON-08 and CON-09 for the pages that exist: nothing is done for another site, nor in another organization. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, type Form } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { beginSignIn, type Ground, startGround } from './attacker.ts';

let ground: Ground;
let browser: Browser;
let consoleUrl: (path: string) => string;
beforeAll(async () => {
  ground = await startGround();
  consoleUrl = (path) => ground.app.sites.consoleUrl(path);
  browser = await signedIn('Console Admin');
});
afterAll(() => ground.close());

async function signedIn(name: string): Promise<Browser> {
  const administrator = await createAdministrator(ground.app, [ground.alpha.organization], name);
  const visitor = new Browser();
  await visitor.get(consoleUrl('/'));
  const page = await signInWithCode(visitor, administrator);
  expect([page.url.pathname, page.status]).toEqual(['/o/alpha/', 200]);
  return visitor;
}
const send = (
  visitor: Browser,
  url: string | URL,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) => visitor.fetch('POST', url, new URLSearchParams(fields), headers);
const settings = () => ground.app.services.organizations.find(ground.alpha.organization.id);
async function settingsForm(visitor = browser): Promise<Form> {
  await visitor.get(consoleUrl('/o/alpha/session-settings'));
  return visitor
    .forms()
    .find(({ method, action }) => method === 'POST' && action.pathname.endsWith('/session-settings'))!;
}

describe('a form of the console', () => {
  it('is taken from its own page only: any other origin, mode of posting or token changes nothing', async () => {
    const form = await settingsForm();
    const other = await settingsForm(await signedIn('Other Admin'));
    const before = JSON.stringify(await settings());
    const { csrf, ...bare } = form.fields;
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
    const attempts: [string, Record<string, string>, Record<string, string>][] = [
      ['without a token', bare, {}],
      ['with an empty one', { ...bare, csrf: '' }, {}],
      ['with another administrator’s', { ...bare, csrf: other.fields.csrf! }, {}],
      ['with a right one from another site', form.fields, crossSite],
      ['from a sibling host', form.fields, { 'sec-fetch-site': 'same-site', origin: 'http://alpha.localhost' }],
      ['with an opaque origin', form.fields, { 'sec-fetch-site': 'cross-site', origin: 'null' }],
      ['as text/plain', form.fields, { 'content-type': 'text/plain' }],
      ['as multipart', form.fields, { 'content-type': 'multipart/form-data; boundary=x' }],
      ['as JSON', form.fields, { 'content-type': 'application/json' }],
    ];
    for (const [how, fields, headers] of attempts) {
      const page = await send(browser, form.action, fields, headers);
      expect([how, [403, 415].includes(page.status)]).toEqual([how, true]);
    }
    expect(JSON.stringify(await settings())).toBe(before);
    expect(csrf).toBeDefined();
    expect((await send(browser, form.action, form.fields)).status).toBe(303);
  });

  it('is not done by a GET, nor by a method that a parameter or header claims', async () => {
    const { sessions } = ground.app.services;
    const active = async () => (await sessions.listOfOrganization(ground.alpha.organization.id)).length;
    const before = await active();
    for (const path of ['/o/alpha/organization-sessions/end-all', '/o/alpha/sessions/end-others', '/sign-out']) {
      await browser.fetch('GET', `${consoleUrl(path)}?_method=POST&csrf=x`, undefined, {
        'x-http-method-override': 'POST',
      });
    }
    expect(await active()).toBe(before);
  });

  it('signs nobody out for another site', async () => {
    const page = await send(browser, consoleUrl('/sign-out'), {}, { 'sec-fetch-site': 'cross-site' });
    expect(page.status).toBe(403);
    expect((await send(browser, consoleUrl('/sign-out'), { csrf: 'x' })).status).toBe(403);
    expect((await browser.fetch('GET', consoleUrl('/o/alpha/'))).status).toBe(200);
  });

  it('takes no field that it did not show, and none twice', async () => {
    const form = await settingsForm();
    const id = ground.alpha.organization.id;
    const more = {
      organizationId: ground.beta.organization.id,
      id: 'x',
      orgId: '1',
      customerId: 'beta',
      __proto__x: 'y',
    };
    await send(browser, form.action, { ...form.fields, ...more });
    expect(await ground.app.services.organizations.find(id)).toMatchObject({ id, customerId: 'alpha' });
    const twice = new URLSearchParams(form.fields);
    twice.append('csrf', form.fields.csrf!);
    expect((await browser.fetch('POST', form.action, twice)).status).toBe(400);
  });
});

describe('another organization', () => {
  it('is the same as one that does not exist, for pages and posts', async () => {
    const form = await settingsForm();
    for (const path of [
      '/',
      '/session-settings',
      '/organization-sessions',
      '/connections',
      `/connections/${ground.beta.connectionId}`,
    ]) {
      const theirs = await browser.fetch('GET', consoleUrl(`/o/beta${path}`));
      const nobodys = await browser.fetch('GET', consoleUrl(`/o/nothing${path}`));
      expect([path, theirs.status]).toEqual([path, nobodys.status]);
      expect(theirs.status).toBe(404);
      expect(theirs.html).not.toContain(ground.beta.organization.name);
    }
    const before = JSON.stringify(await ground.app.services.organizations.find(ground.beta.organization.id));
    const posted = await send(browser, consoleUrl('/o/beta/session-settings'), form.fields);
    expect(posted.status).toBe(404);
    expect(JSON.stringify(await ground.app.services.organizations.find(ground.beta.organization.id))).toBe(before);
  });

  it('nor are its connections and sessions shown or ended through one’s own address', async () => {
    const page = await browser.fetch('GET', consoleUrl(`/o/alpha/connections/${ground.beta.connectionId}`));
    expect(page.status).toBe(404);
    const subscriber = new Browser();
    const theirs = await ground.ofBeta.signIn(subscriber);
    const { csrf = '' } = (await settingsForm()).fields;
    for (const name of ['session', 'uid', 'id']) {
      await send(browser, consoleUrl('/o/alpha/organization-sessions/end'), {
        csrf,
        [name]: String(theirs.claims.sid),
      });
      await send(browser, consoleUrl('/o/alpha/sessions/end'), { csrf, [name]: String(theirs.claims.sid) });
    }
    expect((await ground.ofBeta.userinfo(theirs.accessToken)).status).toBe(200);
  });
});

describe('a form of the sign-in pages', () => {
  it('is taken from this browser’s own page only', async () => {
    const visitor = new Browser();
    await visitor.get(await beginSignIn(visitor, ground.ofAll, { acr_values: 'idp:citrix' }));
    const form = visitor.forms().find(({ fields }) => 'password' in fields)!;
    const fields = { ...form.fields, email: 'a@example.com', password: 'x' };
    const other = new Browser();
    await other.get(await beginSignIn(other, ground.ofAll, { acr_values: 'idp:citrix' }));
    const theirs = other.forms()[0]!.fields.csrf!;
    for (const [change, headers] of [
      [{ csrf: '' }, {}],
      [{ csrf: theirs }, {}],
      [{}, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
      [{}, { 'sec-fetch-site': 'same-site', origin: 'http://alpha.localhost' }],
    ] as const) {
      expect((await send(visitor, form.action, { ...fields, ...change }, headers)).status).toBe(403);
    }
    expect((await send(visitor, form.action, fields)).status).toBe(422);
  });

  // Tokens of pages before and after the sign-in come from one key: the one must not be made from the other's binding.
  it('makes no token for somebody’s session, of which applications know the name', async () => {
    const subscriber = new Browser();
    const workspace = ground.app.sites.workspaceUrl('alpha');
    await subscriber.get(workspace);
    const sid = (await ground.app.services.sessions.listOfOrganization(ground.alpha.organization.id))
      .map(({ session }) => session.uid)
      .at(0)!;
    const attacker = new Browser();
    const host = new URL(ground.app.sites.issuer).hostname;
    attacker.cookies.push({ name: 'browser', value: sid, host, path: '/', sameSite: 'lax', secure: false });
    await attacker.get(await beginSignIn(attacker, ground.ofAll, { acr_values: 'idp:citrix' }));
    const token = attacker.forms()[0]!.fields.csrf!;
    const page = await send(subscriber, ground.app.sites.workspaceUrl('alpha', '/sign-out'), { csrf: token });
    expect(page.status).toBe(403);
  });
});
