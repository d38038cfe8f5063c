/** A live connection whose provider stops answering: found out, told by mail, shown to whoever signs in, and over again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { alice, type Connected, client, connectGateway, connectOkta } from '../support/scenario/upstreams.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import { startNetScalerLike } from '../support/upstreams/oidc/netscaler-like.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

const minute = 60_000;
let mailServer: MailServer;
let app: TestApp;
let okta: Connected<Simulator>;
let keeper: TestAdministrator;
const others: Simulator[] = [];
function keep(upstream: Simulator): Simulator {
  others.push(upstream);
  return upstream;
}

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  okta = await connectOkta(app, 'healthy');
  keeper = await createAdministrator(app, [okta.organization]);
});
afterAll(async () => {
  await app?.close();
  await okta?.upstream.close();
  for (const { close } of others) await close();
  await mailServer?.close();
});

/** The server's timer, until the connection has been checked so many times more. */
async function checked(times: number): Promise<void> {
  const checkedAt = async () => (await app.services.connectionChecks.find(okta.connectionId))?.checkedAt ?? null;
  for (let checks = 0; checks < times; ) {
    const before = await checkedAt();
    app.clock.advance(5 * minute);
    await app.upkeep.checkConnections();
    if ((await checkedAt()) !== before) checks++;
  }
}
const healthOf = async () => (await app.services.connectionStates.healthOf([okta.connectionId])).get(okta.connectionId);

describe('A connection', () => {
  it('is checked against its real provider, and remembers when somebody got in', async () => {
    await checked(1);
    expect(await app.services.connectionChecks.find(okta.connectionId)).toMatchObject({ findings: [], failures: 0 });
    expect((await healthOf())?.finding ?? null).toBeNull();
    const browser = new Browser();
    expect((await browser.get(app.sites.workspaceUrl('healthy'))).html).toContain('Alice Liddell');
    expect((await healthOf())?.lastWorkedAt).toBeGreaterThan(app.clock.now() - minute);
  });

  it('fails after two checks at a provider that serves another document, and those with full access are told once', async () => {
    const before = okta.upstream.requests.length;
    for (let time = 0; time < 3; time++) okta.upstream.misbehaveNext('document-foreign-issuer');
    await checked(2);
    expect(okta.upstream.requests.length).toBeGreaterThan(before);
    expect(await healthOf()).toMatchObject({ finding: { level: 'failing', code: 'discovery_issuer_mismatch' } });
    const mail = await app.takeMail(keeper.email);
    expect(mail.subject).toContain('Okta of healthy');
    expect(mail.text).toContain(`/o/healthy/connections/${okta.connectionId}`);
    expect(mail.text).not.toContain('secret-of-sekisho');
    await checked(1);
    await expect(app.takeMail(keeper.email)).rejects.toThrow();
  });

  it('tells whoever signs in since when it fails, and lets them try anyway', async () => {
    const browser = new Browser();
    const page = await browser.get(app.sites.workspaceUrl('healthy'));
    expect(page.url.pathname).toContain('/signin/');
    expect(page.html).toContain('Okta of healthy has a problem');
    const since = (await healthOf())?.finding?.since ?? 0;
    expect(page.html).toContain(new Date(since).toISOString());
    expect((await browser.get(browser.link('try=anyway'))).html).toContain('Alice Liddell');
  });

  it('offers what else the organization allows, and nothing of others', async () => {
    const { organization } = okta;
    const gateway = keep(
      await startNetScalerLike({
        users: [alice],
        loginPage: false,
        clock: app.clock,
        clients: [{ ...client, redirectUris: [app.sites.callbackUrl('login-cip')] }],
      }),
    );
    const { connections } = app.services;
    const draft = { kind: 'gateway', name: 'Gateway of healthy', settings: { fqdn: gateway.url, ...client } };
    const other = await connections.makeLive((await connections.create(organization.id, draft)).id);
    const foreign = await connectGateway(app, 'elsewhere');
    keep(foreign.upstream);
    const browser = new Browser();
    const page = await browser.get(app.sites.workspaceUrl('healthy'));
    expect(page.html).toContain('Gateway of healthy');
    expect(page.html).not.toContain('Gateway of elsewhere');
    // A connection of somebody else's organization is no choice, whatever the address says.
    const forged = await browser.get(`${page.url.href}&with=${foreign.connectionId}`);
    expect(forged.html).toContain('Okta of healthy has a problem');
    const home = await browser.get(browser.link(`with=${other.id}`));
    expect(home.html).toContain('Alice Liddell');
  });

  it('works again: people are told once more, and go straight to the provider', async () => {
    await checked(1);
    expect((await healthOf())?.finding).toBeNull();
    expect((await app.takeMail(keeper.email)).subject).toContain('works again');
    expect((await new Browser().get(app.sites.workspaceUrl('healthy'))).html).toContain('Alice Liddell');
  });
});
