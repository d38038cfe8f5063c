/** Applications of the whole installation: whose person is wanted is asked, or said by `acr_values`, pushed or not. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { arrive, followTo, type RelyingParty, registerRelyingParty, type Started } from '../support/relying-party.ts';
import { connectEntraForAdministrators, entraSubject } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { alice, type Connected, connectGateway, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';

let app: TestApp;
let acme: Connected<{ close(): Promise<unknown> }>;
let globex: Connected<{ close(): Promise<unknown> }>;
let entra: Connected<{ close(): Promise<unknown> }>;
let gateway: Connected<{ close(): Promise<unknown> }>;
let everywhere: RelyingParty;
let hanako: TestAdministrator;

beforeAll(async () => {
  app = await startTestApp();
  gateway = await connectGateway(app, 'acme');
  acme = await connectOkta(app, 'acme');
  globex = await connectSaml(app, 'globex');
  entra = await connectEntraForAdministrators(app, { customerId: 'acme', identifier: 'acme-admins' });
  everywhere = await registerRelyingParty(app, { organizationId: null, name: 'Everywhere' });
  hanako = await createAdministrator(app, [acme.organization]);
  await app.services.administrators.add(
    {
      organizationId: acme.organization.id,
      kind: 'azure-ad-user',
      connectionId: entra.connectionId,
      subject: entraSubject(alice),
      displayName: 'Alice Liddell',
      email: 'alice@mail.example',
      access: { access: 'full' },
    },
    operator,
  );
});
afterAll(async () => {
  for (const { upstream } of [acme, globex, entra, gateway]) await upstream.close();
  await app.close();
});
beforeEach(() => app.clock.advance(31_000));

/** The parameters in the address, or pushed beforehand (RFC 9126). */
const ways = {
  'in the address': async (parameters: Record<string, string | undefined>) => everywhere.start(parameters),
  pushed: async (parameters: Record<string, string | undefined>): Promise<Started> => {
    const started = everywhere.start(parameters);
    const pushed = await everywhere.post('/connect/par', Object.fromEntries(started.url.searchParams));
    expect(pushed.status).toBe(201);
    const url = new URL(started.url.origin + started.url.pathname);
    url.search = String(
      new URLSearchParams({ client_id: everywhere.clientId, request_uri: String(pushed.body.request_uri) }),
    );
    return { ...started, url };
  },
};

async function claimsAt(query: URLSearchParams, { verifier, state }: Started) {
  expect(query.get('state')).toBe(state);
  const { status, body } = await everywhere.redeem(String(query.get('code')), verifier);
  expect([status, body.error]).toEqual([200, undefined]);
  return (await everywhere.userinfo(String(body.access_token))).body;
}
/** Where a form leads that ends at the application, whose address nobody serves. */
async function ending(submitted: Promise<Page>, browser: Browser): Promise<URLSearchParams> {
  const page = await submitted.catch((error: { url: URL }) => error);
  if (page.url.host === '127.0.0.1:9') return page.url.searchParams;
  const form = browser.forms().find(({ fields }) => 'SAMLRequest' in fields);
  if (!form) throw new Error(`stopped at ${page.url}`);
  const upstream = await browser.post(form.action, form.fields);
  const answer = browser.forms(upstream).find(({ fields }) => 'SAMLResponse' in fields)!;
  const end = await browser.post(answer.action, answer.fields).catch((error: { url: URL }) => error);
  return end.url.searchParams;
}

describe.each(Object.entries(ways))('An application of the installation, its request %s,', (_way, begin) => {
  it.each([
    ['the workspace’s name', () => 'acme', 'acme'],
    ['its name in capitals', () => ' ACME ', 'acme'],
    ['its URL', () => app.sites.workspaceUrl('acme', '/'), 'acme'],
    ['its host', () => new URL(app.sites.workspaceUrl('acme', '/')).host, 'acme'],
    ['another’s name', () => 'globex', 'globex'],
  ])('asks for the workspace, and takes %s', async (_what, typed, customerId) => {
    const browser = new Browser();
    const started = await begin({});
    const page = await browser.get(started.url);
    expect(page.status).toBe(200);
    expect(page.html).toContain('Tell us where you want to sign in to use Everywhere.');
    const claims = await claimsAt(
      await ending(browser.submit({ organization: typed() }, '/organization'), browser),
      started,
    );
    expect(claims.customer_id).toBe(customerId);
  });

  it.each([
    ['nothing', '', 'Enter a name.'],
    ['what nobody has', 'no-such-workspace', 'We do not know this name'],
    ['what cannot be', '<b>', 'This is not a valid name'],
  ])('asks again for %s, and goes on then', async (_what, typed, message) => {
    const browser = new Browser();
    const started = await begin({});
    await browser.get(started.url);
    const page = await browser.submit({ organization: typed }, '/organization');
    expect(page.status).toBe(422);
    expect(page.html).toContain(message);
    const claims = await claimsAt(
      await ending(browser.submit({ organization: 'acme' }, '/organization'), browser),
      started,
    );
    expect(claims.customer_id).toBe('acme');
  });

  it('uses the session that this browser holds there', async () => {
    const browser = new Browser();
    const before = await begin({ acr_values: 'tenant:acme' });
    const first = await claimsAt(await arrive(browser, before.url), before);
    const started = await begin({});
    await browser.get(started.url);
    const again = await claimsAt(
      await ending(browser.submit({ organization: 'acme' }, '/organization'), browser),
      started,
    );
    expect(again.sid).toBe(first.sid);
  });

  it('goes straight to the organization that acr_values name', async () => {
    const browser = new Browser();
    for (const customerId of ['acme', 'globex', 'acme']) {
      const started = await begin({ acr_values: `tenant:${customerId}` });
      const claims = await claimsAt(await arrive(browser, started.url), started);
      expect(claims.customer_id).toBe(customerId);
    }
    // Each organization's session is its own, and each answers silently.
    for (const customerId of ['acme', 'globex']) {
      const silent = await begin({ acr_values: `tenant:${customerId}`, prompt: 'none' });
      expect((await claimsAt(await arrive(browser, silent.url), silent)).customer_id).toBe(customerId);
    }
  });

  it.each([
    ['idp:okta', 'okta'],
    ['idp:gateway', 'gateway'],
  ])('chooses among the organization’s connections with %s', async (wish, idp) => {
    const started = await begin({ acr_values: `tenant:acme ${wish}` });
    expect((await claimsAt(await arrive(new Browser(), started.url), started)).idp).toBe(idp);
  });

  it('leads on when the organization has no such connection', async () => {
    const page = await new Browser().get((await begin({ acr_values: 'tenant:globex idp:okta' })).url);
    expect(page.status).toBe(404);
    expect(page.html).toContain('The globex company');
    expect(page.html).toMatch(/<a class="button primary" href="http/);
  });

  it('asks for the workspace when the organization in its request is unknown', async () => {
    const page = await new Browser().get((await begin({ acr_values: 'tenant:no-such' })).url);
    expect(page.html).toContain('Tell us where you want to sign in');
  });

  it('signs an administrator in with idp:citrix, in whatever order and beside a subscriber’s session', async () => {
    const browser = new Browser();
    const subscriber = await begin({ acr_values: 'tenant:acme' });
    await claimsAt(await arrive(browser, subscriber.url), subscriber);
    const started = await begin({ acr_values: 'tenant:acme idp:citrix' });
    const page = await browser.get(started.url);
    expect(page.html).toContain('to continue to Everywhere');
    const claims = await claimsAt(await ending(signInWithCode(browser, hanako), browser), started);
    expect(claims).toMatchObject({ idp: 'citrix', customer_id: 'acme', access: [{ access: 'full' }] });
    const silent = await begin({ acr_values: 'idp:citrix', prompt: 'none' });
    expect((await claimsAt(await arrive(browser, silent.url), silent)).sub).toBe(claims.sub);
    const still = await begin({ acr_values: 'tenant:acme', prompt: 'none' });
    expect((await claimsAt(await arrive(browser, still.url), still)).idp).toBe('okta');
  });

  it('signs an administrator in by their company’s connection', async () => {
    const started = await begin({ acr_values: 'idp:citrix go:acme-admins' });
    const claims = await claimsAt(await arrive(new Browser(), started.url), started);
    expect(claims).toMatchObject({ idp: 'azure-ad', customer_id: 'acme', access: [{ access: 'full' }] });
  });

  it('gets login_required where nobody is signed in, and where it does not say whose', async () => {
    for (const acr_values of ['tenant:acme', 'idp:citrix', undefined]) {
      const { url } = await begin({ prompt: 'none', acr_values });
      expect((await arrive(new Browser(), url)).get('error')).toBe('login_required');
    }
  });
});

describe('An application of one organization', () => {
  it('never leaves it, whatever its request says', async () => {
    const own = await registerRelyingParty(app, { organizationId: acme.organization.id });
    for (const acr_values of ['tenant:globex', 'idp:citrix', 'idp:citrix go:acme-admins', 'tenant:globex idp:saml']) {
      const page = await followTo(new Browser(), own.start({ acr_values }).url, '127.0.0.1:9');
      if (page.url.host !== '127.0.0.1:9') expect(page.status).toBe(404);
    }
    const { claims } = await own.signIn(new Browser(), { acr_values: 'tenant:globex' });
    expect(claims.customer_id).toBe('acme');
    expect(claims.idp).toBe('okta');
  });
});
