/** A live connection whose provider stops answering: found out, told by mail, shown to whoever signs in, and over again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

const minute = 60_000;
let mailServer: MailServer;
let app: TestApp;
let okta: Connected<Simulator>;
let keeper: TestAdministrator;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  okta = await connectOkta(app, 'healthy');
  keeper = await createAdministrator(app, [okta.organization]);
});
afterAll(async () => {
  await app?.close();
  await okta?.upstream.close();
  await mailServer?.close();
});

/** The server's timer, until so many checks more have been made. */
async function checked(times: number): Promise<void> {
  for (let checks = 0; checks < times; ) {
    app.clock.advance(5 * minute);
    checks += await app.upkeep.checkConnections();
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
    for (let time = 0; time < 20; time++) okta.upstream.misbehaveNext('document-foreign-issuer');
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
});
