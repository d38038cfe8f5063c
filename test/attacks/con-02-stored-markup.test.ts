/**
 * SECURITY CON-02: names, entity ids, asserted attributes and user agents are text on every page that shows them.
 *
 * Driven by the console's table of routes: a page that is added is looked at by itself.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleRoute, consoleRules } from '../../src/console/rules.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { followTo, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

const image = '"><img src=x onerror=alert(1)>';
const vector = "'><svg/onload=alert(2)>";
const link = 'javascript:alert(3)';
/** What a browser would run: our marks as elements, handlers as attributes, scripts as links. */
function aliveIn(html: string): string[] {
  const unquoted = html.replaceAll(/"[^"]*"/g, '""');
  return [
    ...(html.match(/<img src=x|<svg\/onload/gi) ?? []),
    ...(html.match(/(href|action|src)="\s*javascript:/gi) ?? []),
    ...(unquoted.match(/<[^>]*\son\w+=/gi) ?? []),
  ];
}

let app: TestApp;
let upstream: Connected<SamlIdp>;
let wiki: RelyingParty;
const console = new Browser({ headers: { 'user-agent': `Mozilla/5.0 ${image}` } });
const subscriber = new Browser({ headers: { 'user-agent': `Mozilla/5.0 ${vector}` } });

beforeAll(async () => {
  app = await startTestApp({ byPath: true });
  const named = {
    ...samlUser.attributes,
    displayName: `Ichiro ${image}`,
    givenName: vector,
    familyName: `</title>${image}`,
  };
  upstream = await connectSaml(app, 'acme', { users: [{ ...samlUser, attributes: named }] });
  const { organization, connectionId } = upstream;
  const { db } = app.database;
  // Past the rules of today, as an older version or an import may have written it.
  await db
    .updateTable('organizations')
    .set({ name: `Acme ${image}` })
    .where('id', '=', organization.id)
    .execute();
  await db
    .updateTable('connections')
    .set({ name: `SAML ${vector}` })
    .where('id', '=', connectionId)
    .execute();
  wiki = await registerRelyingParty(app, { organizationId: organization.id, name: `Wiki ${image}` });
  const hanako = await createAdministrator(app, [organization]);
  await db
    .updateTable('identities')
    .set({ display_name: `Hanako ${image}`, given_name: vector })
    .execute();
  await db
    .updateTable('administrators')
    .set({ display_name: `Hanako ${vector}` })
    .execute();
  await followTo(subscriber, new URL(app.sites.workspaceUrl('acme')), 'nowhere');
  await console.get(app.sites.consoleUrl());
  await signInWithCode(console, hanako);
});
afterAll(async () => {
  await upstream.upstream.close();
  await app.close();
});

const pages = (Object.keys(consoleRules) as ConsoleRoute[])
  .filter((route) => route.startsWith('GET '))
  .map((route) => route.slice('GET '.length));

describe('CON-02, markup that was stored', () => {
  it.each(pages)('is text on the page %s of the console', async (path) => {
    const concrete = path
      .replace(':connectionId', upstream.connectionId)
      .replaceAll(/:\w+/g, encodeURIComponent(image));
    const page = await console.get(app.sites.consoleUrl(`/o/acme${concrete}`));
    expect(aliveIn(page.html)).toEqual([]);
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  });

  it('is shown, so that the test above has something to look at', async () => {
    const page = await console.get(app.sites.consoleUrl('/o/acme/'));
    expect(page.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    const sessions = await console.get(app.sites.consoleUrl('/o/acme/organization-sessions'));
    expect(sessions.html).toMatch(/&lt;svg\/onload/);
  });

  it('is text in the subscriber’s workspace and on the pages of the sign-in', async () => {
    const home = await subscriber.get(app.sites.workspaceUrl('acme'));
    expect([home.status, home.html.includes('Ichiro &quot;&gt;&lt;img')]).toEqual([200, true]);
    expect(aliveIn(home.html)).toEqual([]);
    const stranger = new Browser();
    for (const start of [
      wiki.start({ acr_values: 'idp:citrix' }).url,
      `${app.sites.issuer}/connect/endsession?client_id=${wiki.clientId}`,
    ]) {
      expect(aliveIn((await stranger.get(start)).html)).toEqual([]);
    }
  });

  it('is no link either', async () => {
    const { db } = app.database;
    await db
      .updateTable('applications')
      .set({ metadata: JSON.stringify({ redirect_uris: ['http://127.0.0.1:9/callback'], client_uri: link }) })
      .where('client_id', '=', wiki.clientId)
      .execute();
    app.clock.advance(2000);
    const page = await new Browser().get(`${app.sites.accountsBase}/signin/x?client=${wiki.clientId}`);
    expect(aliveIn(page.html)).toEqual([]);
  });
});
