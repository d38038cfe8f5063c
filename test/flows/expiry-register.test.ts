/** The register of everything that expires: its page, its API, its calendar, and who may see them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { createTestClient } from '../support/scenario/secure-clients.ts';
import { type Connected, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

const metricsToken = 'm'.repeat(40);
let mailServer: MailServer;
let app: TestApp;
let okta: Connected<Simulator>;
let saml: Connected<SamlIdp>;
let other: Connected<Simulator>;
const console = new Browser();
let email: string;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer, env: { SEKISHO_METRICS_TOKEN: metricsToken } });
  okta = await connectOkta(app, 'dated');
  saml = await connectSaml(app, 'dated-saml');
  other = await connectOkta(app, 'foreign');
  const keeper = await createAdministrator(app, [okta.organization, saml.organization]);
  email = keeper.email;
  await console.get(app.sites.consoleUrl('/'));
  await signInWithCode(console, keeper);
});
afterAll(async () => {
  await app?.close();
  for (const connected of [okta, saml, other]) await connected?.upstream.close();
  await mailServer?.close();
});

const url = (path: string, customerId = 'dated') => app.sites.consoleUrl(`/o/${customerId}${path}`);
const datesPath = () => `/connections/${okta.connectionId}/expiry`;

describe('The register', () => {
  it('shows certificates of the identity provider and ours', async () => {
    const page = await console.get(url('/expiry', 'dated-saml'));
    expect(page.status).toBe(200);
    expect(page.html).toContain('Certificate of the identity provider');
    expect(page.html.match(/Our SAML certificate/g)).toHaveLength(2);
  });

  it('lists secrets without a date, takes a date, refuses what is none, and reminds by mail', async () => {
    expect((await console.get(url('/expiry'))).html).toContain('Secrets without a date');
    await console.get(url(datesPath()));
    const refused = await console.submit({ 'day-clientSecret': '2027-02-30' }, datesPath());
    expect(refused.status).toBe(422);
    expect(refused.html).toContain('Enter a day, such as 2027-03-31.');
    const day = new Date(app.clock.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    const saved = await console.submit({ 'day-clientSecret': day }, datesPath());
    expect(saved.url.pathname).toBe('/o/dated/expiry');
    expect(saved.html).toContain('Client secret');
    app.clock.advance(1000);
    expect(await app.upkeep.tellExpiry()).toBe(1);
    const mail = await app.takeMail(email);
    expect(mail.text).toContain('Okta of dated: Client secret');
    expect(mail.text).toContain('/o/dated/expiry');
  });

  it('is not for the connections of another organization (CON-08)', async () => {
    const foreign = `/connections/${other.connectionId}/expiry`;
    expect((await console.fetch('GET', url(foreign))).status).toBe(404);
    expect((await console.fetch('GET', url('/expiry', 'foreign'))).status).toBe(404);
  });

  it('is given by the API to full access alone', async () => {
    const full = await (await createTestClient(app, okta.organization)).api();
    const path = '/api/v1/organizations/dated/expiry';
    const { status, body } = await full('GET', path);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: [{ kind: 'secret', name: 'Client secret', connection: { name: 'Okta of dated', prepared: false } }],
    });
    expect(JSON.stringify(body)).not.toContain('secret-of-sekisho');
    const custom = await createTestClient(app, okta.organization, { access: 'custom', permissions: ['library'] });
    expect((await (await custom.api())('GET', path)).status).toBe(403);
  });
});

describe('The calendar', () => {
  const feedOf = (html: string) => /data-copy="([^"]+expiry\.ics\?token=[\w-]{43})"/.exec(html)?.[1] ?? '';
  const fetchFeed = (address: string) => new Browser().fetch('GET', address);

  it('opens with the address that was shown once, without signing in', async () => {
    await console.get(url('/expiry'));
    const made = await console.submit({}, '/expiry/calendar');
    const address = feedOf(made.html);
    const feed = await fetchFeed(address);
    expect([feed.status, feed.headers['content-type']]).toEqual([200, 'text/calendar; charset=utf-8']);
    expect(feed.html).toContain('SUMMARY:Okta of dated: Client secret');
    expect((await console.get(url('/expiry'))).html).not.toContain('expiry.ics');
    const rows = await app.database.db.selectFrom('expiry_feeds').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(new URL(address).searchParams.get('token'));
    app.flushLog();
    expect(app.log.join('')).not.toContain(new URL(address).searchParams.get('token'));
  });

  it('opens with no other token, not for another organization, and not after it was replaced or revoked', async () => {
    await console.get(url('/expiry'));
    const first = feedOf((await console.submit({}, '/expiry/calendar')).html);
    const second = feedOf((await console.submit({}, '/expiry/calendar')).html);
    const forged = new URL(second);
    forged.searchParams.set('token', `${forged.searchParams.get('token')?.slice(0, -1)}_`);
    const without = new URL(second);
    without.search = '';
    const elsewhere = second.replace('/dated/', '/foreign/');
    const nowhere = second.replace('/dated/', '/nobody/');
    const answers = await Promise.all([first, forged.href, without.href, elsewhere, nowhere].map(fetchFeed));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    const told = answers.map(({ html }) => ({ ...JSON.parse(html), reference: '' }));
    expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
    expect((await fetchFeed(second)).status).toBe(200);
    await console.get(url('/expiry'));
    await console.submit({}, '/expiry/calendar/revoke');
    expect((await fetchFeed(second)).status).toBe(404);
  });
});

describe('The metrics', () => {
  const ask = async (headers: Record<string, string>, app_: Pick<TestApp, 'port'> = app) => {
    const answer = await fetch(`http://127.0.0.1:${app_.port}/metrics`, { headers });
    return { status: answer.status, text: await answer.text() };
  };

  it('tell the operator how connections are and what ends first', async () => {
    const { status, text } = await ask({ authorization: `Bearer ${metricsToken}` });
    expect(status).toBe(200);
    expect(text).toMatch(/^sekisho_connections\{state="connected"\} 3$/m);
    expect(text).toMatch(/^sekisho_expiry_seconds\{kind="our_certificate",organization=""\} 9\d{7}$/m);
    expect(text).toMatch(/^sekisho_expiry_seconds\{kind="provider_certificate",organization="dated-saml"\} \d+$/m);
    expect(text).toMatch(/^sekisho_expiry_seconds\{kind="secret",organization="dated"\} \d+$/m);
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) \w+ |\w+(\{[^}]*\})? -?\d+$)/);
  });

  it('are closed to strangers, from loopback too, and to whoever guesses', async () => {
    for (const authorization of ['', 'Bearer ', `Bearer ${metricsToken}x`, `Basic ${metricsToken}`, metricsToken]) {
      const { status, text } = await ask(authorization === '' ? {} : { authorization });
      expect([status, text]).toEqual([401, '']);
    }
  });

  it('do not exist where the operator has set no token', async () => {
    const closed = await startTestApp();
    try {
      const answers = [await ask({}, closed), await ask({ authorization: 'Bearer undefined' }, closed)];
      // As any other address that is none of ours.
      for (const { status, text } of answers) {
        expect(status).toBe(421);
        expect(text).not.toContain('sekisho_');
      }
    } finally {
      await closed.close();
    }
  });
});
