/** SES-8, SES-2, SES-4: the console's pages: sessions that can be ended, settings, and connections without secrets. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Form } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { connectEntraForAdministrators } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type Connected, client, connectGateway, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';

let app: TestApp;
let organization: Organization;
let hanako: TestAdministrator;
/** Custom access: may look at the settings. */
let viewer: TestAdministrator;
let wiki: RelyingParty;
const connected: Connected<{ close(): Promise<unknown> }>[] = [];

beforeAll(async () => {
  app = await startTestApp({ byPath: true });
  connected.push(await connectSaml(app, 'acme'));
  connected.push(await connectGateway(app, 'acme'));
  connected.push(await connectEntraForAdministrators(app, { customerId: 'acme', identifier: 'acme-admins' }));
  connected.push(await connectOkta(app, 'acme'));
  organization = connected.at(-1)!.organization;
  wiki = await registerRelyingParty(app, { organizationId: organization.id });
  hanako = await createAdministrator(app, [organization]);
  viewer = await createAdministrator(app, [], 'Vera Viewer');
  await app.services.administrators.add(
    {
      organizationId: organization.id,
      kind: 'identity',
      connectionId: 'citrix',
      subject: viewer.identity.id,
      displayName: 'Vera Viewer',
      email: viewer.email,
      access: { access: 'custom', permissions: ['customer-dashboard-view'] },
    },
    operator,
  );
});
afterAll(async () => {
  for (const { upstream } of connected) await upstream.close();
  await app.close();
});
beforeEach(() => app.clock.advance(31_000));

const url = (path: string) => app.sites.consoleUrl(`/o/acme${path}`);
async function signedIn(who = hanako, userAgent?: string): Promise<Browser> {
  const browser = new Browser(userAgent === undefined ? {} : { headers: { 'user-agent': userAgent } });
  await browser.get(app.sites.consoleUrl());
  const page = await signInWithCode(browser, who);
  expect([page.status, page.url.href]).toEqual([200, url('/')]);
  return browser;
}
const isIn = async (browser: Browser) => (await browser.get(url('/'))).url.href === url('/');
const formsTo = (browser: Browser, path: string) =>
  browser.forms().filter(({ action }) => action.pathname.endsWith(path));
async function lastEntry() {
  const [entry] = await app.services.systemLog.list({ organizationId: organization.id });
  return entry;
}
/** The settings form as a browser would send it. */
async function settingsForm(browser: Browser): Promise<Form> {
  await browser.get(url('/session-settings'));
  return browser.forms().find(({ fields }) => 'subscriberWebHours' in fields)!;
}

describe('My sessions', () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

  it('shows each with its device, the present one marked, and nothing that opens it', async () => {
    const here = await signedIn();
    app.clock.advance(31_000);
    await signedIn(hanako, firefox);
    const page = await here.get(url('/sessions'));
    expect(page.html).toContain('Firefox, Linux');
    expect(page.html).toContain('This session');
    expect(page.html).toContain('from 127.0.0.1');
    expect(formsTo(here, '/sessions/end').length).toBeGreaterThanOrEqual(1);
    for (const { session } of await app.services.sessions.listOfOrganization(organization.id)) {
      expect(page.html).not.toContain(session.uid);
    }
    await here.get(url('/sessions/end-others'));
    await here.submit({}, '/sessions/end-others');
    expect((await here.get(url('/sessions'))).html).toContain('You are not signed in anywhere else.');
  });

  it('ends one after asking, which is signed out at once and told why', async () => {
    const here = await signedIn();
    app.clock.advance(31_000);
    const there = await signedIn(hanako, firefox);
    app.clock.advance(31_000);
    const third = await signedIn();
    await here.get(url('/sessions'));
    const rows = formsTo(here, '/sessions/end');
    const row = rows.find(({ fields }) => here.page!.html.split(fields.session!)[0]!.lastIndexOf('Firefox') > 0)!;
    const asked = await here.post(row.action, row.fields);
    expect(asked.html).toContain('End this session?');
    expect(await isIn(there)).toBe(true);
    await here.get(asked.url);
    await here.submit({}, '/sessions/end');
    expect(here.page?.html).toContain('The session was ended.');
    const ended = [await isIn(there), await isIn(third)].filter((is) => !is);
    expect(ended).toHaveLength(1);
    expect(await lastEntry()).toMatchObject({
      event: 'platform/session/end',
      actor: { type: 'administrator', name: 'Hanako Sato' },
      detail: { reason: 'revoked', realm: 'administrators' },
    });
    const told = (await isIn(there)) ? third : there;
    await here.get(url('/sessions/end-others'));
    await here.submit({}, '/sessions/end-others');
    expect(await isIn(here)).toBe(true);
    expect((await told.get(app.sites.consoleUrl('/signed-out'))).status).toBe(200);
  });

  it('ends all others, and never the present one', async () => {
    const others = [];
    for (let count = 0; count < 2; count++) {
      others.push(await signedIn());
      app.clock.advance(31_000);
    }
    const here = await signedIn();
    const page = await here.get(url('/sessions/end-others'));
    expect(page.html).toContain('You are signed out everywhere except here.');
    await here.submit({}, '/sessions/end-others');
    expect(here.page?.html).toContain('The sessions were ended.');
    expect(await isIn(here)).toBe(true);
    for (const other of others) {
      const shown = await other.get(url('/'));
      expect(shown.url.href).toBe(app.sites.consoleUrl('/signed-out'));
      expect(shown.html).toContain(
        'This session was ended by you from another device or window, or by an administrator.',
      );
    }
    await here.get(url('/sessions/end-others'));
    expect((await here.submit({}, '/sessions/end-others')).html).toContain('This session had ended already.');
  });

  it('refuses a form without its token, and one from another site', async () => {
    const here = await signedIn();
    await here.get(url('/sessions/end-others'));
    const form = formsTo(here, '/sessions/end-others')[0]!;
    expect((await here.post(form.action, { ...form.fields, csrf: 'x' })).status).toBe(403);
    const fromElsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await here.post(form.action, form.fields, fromElsewhere)).status).toBe(403);
  });
});

describe('The organization’s sessions', () => {
  it('show everybody, and are found by name', async () => {
    await wiki.signIn(new Browser());
    const here = await signedIn();
    const page = await here.get(url('/organization-sessions'));
    expect(page.html).toContain('Alice Liddell');
    expect(page.html).toContain('Hanako Sato');
    expect(page.html).toMatch(/Okta of acme · Subscriber/);
    await here.submit({ search: 'ALICE' }, '/organization-sessions');
    expect(here.page?.html).toContain('Alice Liddell');
    const rows = here.page!.html.slice(here.page!.html.indexOf('<table'));
    expect(rows).not.toContain('Hanako Sato');
    expect((await here.get(url('/organization-sessions?search=%25'))).html).toContain('No session matches');
  });

  it('can be ended one by one: the subscriber’s application is told no from then on', async () => {
    const { accessToken, refreshToken } = await wiki.signIn(new Browser());
    const here = await signedIn();
    await here.get(url('/organization-sessions?search=alice'));
    while (formsTo(here, '/organization-sessions/end').length > 0) {
      const [row] = formsTo(here, '/organization-sessions/end');
      const asked = await here.post(row!.action, row!.fields);
      expect(asked.html).toContain('Alice Liddell is signed out at once');
      expect((await here.submit({}, '/organization-sessions/end')).html).toContain('The session was ended.');
      await here.get(url('/organization-sessions?search=alice'));
    }
    expect((await wiki.userinfo(accessToken)).status).toBe(401);
    expect((await wiki.refresh(refreshToken)).body.error).toBe('invalid_grant');
    expect((await wiki.introspect(accessToken)).body).toEqual({ active: false });
  });

  it('can be ended all at once, except the one that does it', async () => {
    const { accessToken } = await wiki.signIn(new Browser());
    const other = await signedIn(viewer);
    const here = await signedIn();
    const page = await here.get(url('/organization-sessions/end-all'));
    expect(page.html).toContain('Everybody is signed out of The acme company');
    await here.submit({}, '/organization-sessions/end-all');
    expect(here.page?.html).toContain('The sessions were ended.');
    expect((await wiki.userinfo(accessToken)).status).toBe(401);
    expect(await isIn(other)).toBe(false);
    expect(await isIn(here)).toBe(true);
    expect(await app.services.sessions.listOfOrganization(organization.id)).toHaveLength(1);
    expect(await lastEntry()).toMatchObject({ event: 'platform/session/end', target: { type: 'organization' } });
  });

  it.each(['/organization-sessions', '/organization-sessions/end-all', '/connections'])(
    'and %s are for full access only',
    async (path) => {
      const browser = await signedIn(viewer);
      expect(browser.page?.html).not.toContain(`href="${url(path)}"`);
      const page = await browser.get(url(path));
      expect(page.status).toBe(403);
      expect(page.html).toContain('only for administrators with full access');
    },
  );
});

describe('The session settings', () => {
  it('that cannot be are all named, keep what was typed, and save nothing', async () => {
    const here = await signedIn();
    const { action, fields } = await settingsForm(here);
    const page = await here.post(action, {
      ...fields,
      administratorInactivity: 'on',
      administratorInactivityMinutes: '9',
      subscriberWebHours: '73',
      subscriberInactivity: 'on',
      subscriberInactivityMinutes: 'half',
      nativeReauthenticationDays: '"><b>',
    });
    expect(page.status).toBe(422);
    expect(page.html).toContain('There are 4 problems');
    expect(page.html).toContain('enter a whole number from 10 to 720');
    expect(page.html).toContain('enter a whole number from 1 to 72');
    for (const typed of ['value="9"', 'value="73"', 'value="half"', 'value="&quot;&gt;&lt;b&gt;"']) {
      expect(page.html).toContain(typed);
    }
    const shown = here.forms().find(({ fields: kept }) => 'subscriberWebHours' in kept)!.fields;
    expect(shown).toMatchObject({
      administratorInactivity: 'on',
      subscriberInactivity: 'on',
      version: fields.version,
    });
    const { settings } = (await app.services.organizations.find(organization.id))!;
    expect(settings).toMatchObject({ administratorInactivityMinutes: null, subscriberWebHours: 24 });
    // Corrected in place, it is saved.
    const saved = await here.post(action, {
      ...shown,
      administratorInactivityMinutes: '60',
      subscriberWebHours: '12',
      subscriberInactivityMinutes: '３０',
      nativeReauthenticationDays: '7',
    });
    expect(saved.html).toContain('The settings were saved.');
    expect((await app.services.organizations.find(organization.id))?.settings).toMatchObject({
      administratorInactivityMinutes: 60,
      subscriberWebHours: 12,
      subscriberInactivityMinutes: 30,
      nativeReauthenticationDays: 7,
    });
    expect(await lastEntry()).toMatchObject({
      event: 'platform/organization/settings',
      before: { subscriberWebHours: 24 },
      after: { subscriberWebHours: 12 },
    });
  });

  it('that somebody else changed meanwhile are not overwritten', async () => {
    const here = await signedIn();
    const stale = await settingsForm(here);
    const fresh = await settingsForm(here);
    await here.post(fresh.action, { ...fresh.fields, subscriberWebHours: '20' });
    const page = await here.post(stale.action, { ...stale.fields, subscriberWebHours: '30' });
    expect(page.status).toBe(409);
    expect(page.html).toContain('Somebody else changed this meanwhile');
    expect((await app.services.organizations.find(organization.id))?.settings.subscriberWebHours).toBe(20);
    const again = await here.get(here.link('Try again'));
    expect(again.html).toContain('value="20"');
  });

  it('sent twice at once are saved once', async () => {
    const here = await signedIn();
    const { action, fields } = await settingsForm(here);
    const send = async (subscriberWebHours: string) => {
      const body = new URLSearchParams({ ...fields, subscriberWebHours });
      const answer = await here.fetch('POST', action, body, {
        origin: action.origin,
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'navigate',
      });
      return answer.status;
    };
    const answers = await Promise.all([send('41'), send('42'), send('43')]);
    expect(answers.sort()).toEqual([303, 409, 409]);
  });

  it('without a change say so', async () => {
    const here = await signedIn();
    const { action, fields } = await settingsForm(here);
    expect((await here.post(action, fields)).html).toContain('Nothing was changed.');
  });

  it('may be seen with custom access, and not changed', async () => {
    const full = await signedIn();
    const { action, fields } = await settingsForm(full);
    const before = (await app.services.organizations.find(organization.id))!;
    const browser = await signedIn(viewer);
    const page = await browser.get(url('/session-settings'));
    expect(page.status).toBe(200);
    expect(page.html).toContain('Only an administrator with full access can change these settings.');
    expect(browser.forms().some(({ action: to }) => to.pathname.endsWith('/session-settings'))).toBe(false);
    const { csrf } = browser.forms().find(({ fields: own }) => 'csrf' in own)!.fields;
    const answer = await browser.post(action, { ...fields, csrf: csrf!, subscriberWebHours: '2' });
    expect(answer.status).toBe(403);
    expect((await app.services.organizations.find(organization.id))?.version).toBe(before.version);
  });
});

describe('Connections', () => {
  it('are listed with what they are for', async () => {
    const here = await signedIn();
    const page = await here.get(url('/connections'));
    for (const name of ['Okta of acme', 'Gateway of acme', 'SAML of acme', 'Entra acme-admins']) {
      expect(page.html).toContain(name);
    }
    expect(page.html).toContain('Workspace sign-in');
  });

  it('show their settings and what to enter at the provider, and never a secret', async () => {
    const here = await signedIn();
    let masked = 0;
    for (const { connectionId } of connected) {
      const page = await here.get(url(`/connections/${connectionId}`));
      expect(page.status).toBe(200);
      expect(page.html).not.toContain(client.clientSecret);
      expect(page.html).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY/);
      const { secrets_sealed: sealed } = await app.database.db
        .selectFrom('connections')
        .select('secrets_sealed')
        .where('id', '=', connectionId)
        .executeTakeFirstOrThrow();
      if (sealed === null) continue;
      masked += 1;
      expect(page.html).not.toContain(String(sealed).slice(0, 24));
      expect(page.html).toContain('Set, not shown');
      expect(page.html).toContain(client.clientId);
    }
    expect(masked).toBe(3);
  });

  it('tell the redirect URI, the sign-in URL of administrators, and SAML’s addresses', async () => {
    const here = await signedIn();
    const shown = async (index: number) => (await here.get(url(`/connections/${connected[index]!.connectionId}`))).html;
    expect(await shown(0)).toContain(app.sites.acsUrl);
    expect(await shown(0)).toContain(app.sites.samlMetadataUrl);
    expect(await shown(1)).toContain(app.sites.callbackUrl('login-cip'));
    expect(await shown(2)).toContain(app.sites.goUrl('acme-admins'));
    expect(await shown(3)).toContain(app.sites.callbackUrl('login-okta'));
  });
});
