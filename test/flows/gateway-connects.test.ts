/** SPEC GWY-1, GWY-3, GWY-4 in the console: a Gateway is found, gets its pair, is lost and gets another; without script. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { alice } from '../support/scenario/upstreams.ts';
import type { Misbehaviour } from '../support/upstreams/oidc/misbehaviour.ts';
import { startNetScalerLike } from '../support/upstreams/oidc/netscaler-like.ts';
import type { SimulatedClient, Simulator } from '../support/upstreams/oidc/vendor.ts';

let app: TestApp;
let acme: Organization;
let hanako: TestAdministrator;
let gateway: Simulator;
/** What the appliance's administrator has entered there. */
const clients: SimulatedClient[] = [];
let gatewayIsAhead = 0;

beforeAll(async () => {
  app = await startTestApp();
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  hanako = await createAdministrator(app, [acme]);
  const clock = { now: () => app.clock.now() + gatewayIsAhead };
  gateway = await startNetScalerLike({ users: [alice], loginPage: false, clients, clock });
});
afterAll(async () => {
  await app.close();
  await gateway.close();
});
beforeEach(() => app.clock.advance(601_000));

async function begin(name: string): Promise<{ id: string; url: (path?: string) => string }> {
  const head = { kind: 'gateway', name };
  const { connection } = await app.services.connectionDrafts.begin(operatorEditor, acme.id, head);
  return {
    id: connection.id,
    url: (path = '') => app.sites.consoleUrl(`/o/acme/connections/${connection.id}/gateway${path}`),
  };
}
async function signedIn(): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, hanako);
  return browser;
}
const textOf = (html = ''): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');
const copied = (html = ''): string[] => [...html.matchAll(/data-copy="([^"]+)"/g)].map(([, value]) => String(value));
const pairOn = (browser: Browser) => {
  const [clientId = '', clientSecret = '', redirectUrl = ''] = copied(browser.page?.html);
  return { clientId, clientSecret, redirectUris: [redirectUrl] };
};
const detect = (browser: Browser, fqdn: string) => browser.submit({ fqdn }, '/detect');

describe('a Gateway', () => {
  it('is found, gets a pair that is shown this once, and signs people in', async () => {
    const browser = await signedIn();
    await browser.get(app.sites.consoleUrl('/o/acme/connections/new/gateway'));
    await browser.submit({ name: 'Tokyo' }, '/connections');
    const [, id = ''] = /connections\/([0-9a-f-]{36})\/gateway$/.exec(browser.page?.url.pathname ?? '') ?? [];
    const url = () => app.sites.consoleUrl(`/o/acme/connections/${id}/gateway`);
    await detect(browser, gateway.url);
    const text = textOf(browser.page?.html);
    expect(browser.page?.status).toBe(200);
    for (const found of [
      gateway.url,
      `${gateway.url}/oauth/idp/token`,
      `${gateway.url}/oauth/idp/certs`,
      'RS256',
      'RSA 2048',
    ])
      expect(text).toContain(found);
    expect(text).not.toContain('Failed');

    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/pair'))!;
    await browser.submit({}, '/pair');
    expect(browser.page?.status).toBe(201);
    const pair = pairOn(browser);
    expect(pair.clientId).toMatch(/^[0-9a-f-]{36}$/);
    expect(pair.clientSecret).toMatch(/^[\w-]{43}$/);
    expect(pair.redirectUris).toEqual([app.sites.callbackUrl('login-cip')]);

    const download = browser.forms().find(({ action }) => action.pathname.endsWith('/download'))!;
    const file = await browser.fetch('POST', download.action, new URLSearchParams(download.fields));
    expect(file.headers['content-disposition']).toBe('attachment; filename="gateway-client.txt"');
    expect(file.headers['cache-control']).toContain('no-store');
    expect(file.html).toBe(
      `Client ID: ${pair.clientId}\r\nClient secret: ${pair.clientSecret}\r\nRedirect URL: ${pair.redirectUris[0]}\r\n`,
    );
    const forged = new URLSearchParams({ ...download.fields, clientSecret: 'anything' });
    expect((await browser.fetch('POST', download.action, forged)).status).toBe(404);

    // the page that made it, sent again, makes no second one
    const again = await browser.fetch('POST', form.action, new URLSearchParams(form.fields));
    expect(again.status).toBe(409);
    const draft = await app.services.connectionDrafts.openSettings(id);
    expect(draft?.settings).toMatchObject({ fqdn: gateway.url, ...pairOnly(pair) });
    await browser.get(url());
    expect(browser.page?.html).toContain(pair.clientId);
    for (const place of [browser.page?.html ?? '', app.log.join('')]) expect(place).not.toContain(pair.clientSecret);

    clients.push(pair);
    await app.services.connectionDrafts.makeLive(operatorEditor, id, draft!.revision, { untested: 'operator' });
    await app.services.organizations.setSubscriberConnection(acme.id, id);
    const application = await registerRelyingParty(app, { organizationId: acme.id });
    expect((await application.signIn(new Browser())).claims.cip_email).toBe('Alice@mail.example');
  });

  it('whose secret is lost gets another pair, and the old one stops at once', async () => {
    const browser = await signedIn();
    const [connection] = (await app.services.connections.list(acme.id)).filter(({ state }) => state === 'live');
    const { id } = connection!;
    const application = await registerRelyingParty(app, { organizationId: acme.id });
    // somebody is preparing something else meanwhile
    const open = await app.services.connectionDrafts.open(operatorEditor, id);
    await app.services.connectionDrafts.save(operatorEditor, id, open.revision, {
      settings: { ...open.settings, scopes: 'openid' },
    });
    await browser.get(app.sites.consoleUrl(`/o/acme/connections/${id}/gateway/replace`));
    expect(textOf(browser.page?.html)).toContain('Nobody can sign in with this Gateway until');
    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/replace'))!;
    await browser.submit({}, '/replace');
    expect(browser.page?.status).toBe(201);
    const pair = pairOn(browser);
    expect(pair.clientId).not.toBe(clients[0]?.clientId);
    expect((await browser.fetch('POST', form.action, new URLSearchParams(form.fields))).status).toBe(409);

    const before = gateway.requests.length;
    await expect(application.signIn(new Browser())).rejects.toThrow();
    const asked = gateway.requests.slice(before).map(({ query }) => query.client_id);
    expect(asked).not.toContain(clients[0]?.clientId);
    clients.push(pair);
    expect((await application.signIn(new Browser())).claims.cip_email).toBe('Alice@mail.example');

    // going back to what was before goes back without the old pair
    const current = await app.services.connections.find(id);
    const [, earlier] = await app.services.connectionVersions.list(current!);
    await app.services.connectionVersions.rollBack(operatorEditor, id, earlier!.number, current!.version);
    expect(await app.services.connections.openSettings({ id })).toMatchObject(pairOnly(pair));
    const draft = await app.services.connectionDrafts.openSettings(id);
    expect(draft?.settings).toMatchObject({ scopes: 'openid', ...pairOnly(pair) });
  });
});

describe('Detect', () => {
  it.each<[Misbehaviour, string[]]>([
    ['document-missing', ['Discovery document Failed', 'No discovery document']],
    ['document-foreign-issuer', ['Issuer Failed', 'Expected URL', 'Received https://issuer.example']],
    ['keys-empty', ['Signing keys Failed', 'no usable signing key']],
  ])('tells %s', async (fault, expected) => {
    const browser = await signedIn();
    const { url } = await begin(fault);
    await browser.get(url());
    gateway.misbehaveNext(fault);
    await detect(browser, gateway.url);
    const text = textOf(browser.page?.html);
    for (const part of expected) expect(text).toContain(part.replace('URL', gateway.url));
  });

  it('tells how far the clock is off', async () => {
    const browser = await signedIn();
    const { url } = await begin('clock');
    await browser.get(url());
    gatewayIsAhead = 7 * 60_000;
    await detect(browser, gateway.url);
    gatewayIsAhead = 0;
    expect(textOf(browser.page?.html)).toContain('Clock Failed The Gateway’s clock is 7 minutes ahead.');
  });

  it('lets another issuer be confirmed, and by nobody else than a person', async () => {
    const browser = await signedIn();
    const { id, url } = await begin('issuer');
    await browser.get(url());
    gateway.misbehaveNext('document-foreign-issuer');
    await detect(browser, gateway.url);
    await browser.submit({}, '/pair');
    expect(browser.page?.status).toBe(422);
    expect(textOf(browser.page?.html)).toContain('Confirm the issuer');
    await browser.get(url());
    gateway.misbehaveNext('document-foreign-issuer');
    await detect(browser, gateway.url);
    await browser.submit({ confirmIssuer: 'on' }, '/pair');
    expect(browser.page?.status).toBe(201);
    const draft = await app.services.connectionDrafts.openSettings(id);
    expect(draft?.settings).toMatchObject({ issuer: 'https://issuer.example', fqdn: gateway.url });
    // found as it was confirmed: no question any more
    await browser.get(url());
    gateway.misbehaveNext('document-foreign-issuer');
    await detect(browser, gateway.url);
    expect(textOf(browser.page?.html)).not.toContain('Failed');
    expect(browser.page?.html).not.toContain('confirmIssuer');
  });

  it('refuses what is no host, with the form as it was', async () => {
    const browser = await signedIn();
    const { url } = await begin('nonsense');
    for (const typed of ['', 'http://gateway.example.com', 'user@gateway.example.com', 'a b', 'file:///etc/passwd']) {
      await browser.get(url());
      await detect(browser, typed);
      expect(browser.page?.status, typed).toBe(422);
      expect(textOf(browser.page?.html)).toContain('Enter the name of a host');
    }
  });

  it('is recorded, and limited for an organization', async () => {
    const browser = await signedIn();
    const { id, url } = await begin('limited');
    await browser.get(url());
    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/detect'))!;
    const statuses: number[] = [];
    for (let count = 0; count < 21; count++) {
      const fields = new URLSearchParams({ ...form.fields, fqdn: 'https://localhost:1' });
      statuses.push((await browser.fetch('POST', form.action, fields)).status);
    }
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(statuses[20]).toBe(429);
    const rows = await app.database.db
      .selectFrom('system_log')
      .selectAll()
      .where('event', '=', 'platform/connection/detect')
      .where('target_id', '=', id)
      .execute();
    expect(rows).toHaveLength(20);
    expect(JSON.stringify(rows[0])).toContain('localhost:1');
  });
});

function pairOnly({ clientId, clientSecret }: { clientId: string; clientSecret: string }) {
  return { clientId, clientSecret };
}
