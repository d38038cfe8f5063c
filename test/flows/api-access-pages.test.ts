/** ADM-5 in the console: a secure client is made, its secret shown once and downloaded, used, and revoked; without script. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import { createOperatorDesk } from '../../src/directory/operator-desk.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { createMails } from '../../src/mail/mails.ts';
import { createTellPerson } from '../../src/mail/tell-person.ts';
import { createLogSeal } from '../../src/system-log/seal/log-seal.ts';
import { apiClient } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

let mailServer: MailServer;
let app: TestApp;
let acme: Organization;
let hanako: TestAdministrator;
let taro: TestAdministrator;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  hanako = await createAdministrator(app, [acme]);
  taro = await createAdministrator(app, [], 'Taro Yamada');
  await app.services.administrators.add(
    {
      organizationId: acme.id,
      kind: 'identity',
      connectionId: 'citrix',
      subject: taro.identity.id,
      displayName: 'Taro Yamada',
      email: taro.email,
      access: { access: 'custom', permissions: ['secure-client'] },
    },
    operator,
  );
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});
beforeEach(() => app.clock.advance(31_000));

const url = (path = '') => app.sites.consoleUrl(`/o/acme/api-access${path}`);
async function signedIn(who: TestAdministrator): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, who);
  await browser.get(url());
  expect(browser.page?.status).toBe(200);
  return browser;
}
const copied = (html = ''): string[] => [...html.matchAll(/data-copy="([^"]+)"/g)].map(([, value]) => String(value));

async function create(browser: Browser, name: string): Promise<{ clientId: string; secret: string }> {
  await browser.get(url());
  const page = await browser.submit({ name }, '/api-access');
  expect(page.status).toBe(201);
  const [clientId = '', secret = ''] = copied(page.html);
  return { clientId, secret };
}
const tokenFor = (clientId: string, secret: string) =>
  apiClient(app)('POST', '/cctrustoauth2/acme/tokens/clients', {
    body: String(new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret })),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

describe('API access', () => {
  it('makes a client whose secret is shown this once, downloaded, and works', async () => {
    const browser = await signedIn(hanako);
    expect(copied(browser.page?.html)[0]).toBe('acme');
    const { clientId, secret } = await create(browser, 'Splunk');
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(browser.page?.url.href).not.toContain(secret);

    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/download'))!;
    const file = await browser.fetch('POST', form.action, new URLSearchParams(form.fields));
    expect(file.headers['content-disposition']).toBe('attachment; filename="secureclient.csv"');
    expect(file.html).toBe(`"ID","Secret","CustomerID"\r\n"${clientId}","${secret}","acme"\r\n`);
    const forged = new URLSearchParams({ ...form.fields, secret: '=HYPERLINK("https://evil.test")' });
    expect((await browser.fetch('POST', form.action, forged)).status).toBe(404);

    const answer = await tokenFor(clientId, secret);
    expect(answer.body).toEqual({ token_type: 'bearer', access_token: expect.any(String), expires_in: '3600' });
    const api = apiClient(app, answer.body.access_token);
    expect((await api('GET', '/api/v1/me')).body).toMatchObject({ kind: 'client', name: 'Splunk' });

    const list = await browser.get(url());
    expect(list.html).toContain(clientId);
    expect(list.html).not.toContain(secret);
    app.clock.advance(1000);
    expect(app.log.join('')).not.toContain(secret);
    const mail = await app.takeMail(hanako.email);
    expect(mail.text).toContain('Splunk');
    expect(mail.text).not.toContain(secret);
    const entries = await app.services.systemLog.list({ organizationId: acme.id });
    expect(JSON.stringify(entries)).not.toContain(secret);
    expect(entries.find(({ event }) => event === 'platform/clientadministrator/create')).toMatchObject({
      actor: { type: 'administrator', name: 'Hanako Sato' },
      target: { type: 'clientadministrator', id: clientId, name: 'Splunk' },
    });
  });

  it('makes one client of a form that is sent twice, and says that the secret is not shown again', async () => {
    const browser = await signedIn(hanako);
    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/api-access'))!;
    const fields = new URLSearchParams({ ...form.fields, name: 'Twice' });
    expect((await browser.fetch('POST', form.action, fields)).status).toBe(201);
    const again = await browser.post(form.action, { ...form.fields, name: 'Twice' });
    expect(again.html).toContain('its secret is not shown again');
    const clients = await app.services.secureClients.list(acme.id, 'everybody');
    expect(clients.filter(({ name }) => name === 'Twice')).toHaveLength(1);
  });

  it('says when the name is missing, and takes the same form again', async () => {
    const browser = await signedIn(hanako);
    const refused = await browser.submit({ name: '  ' }, '/api-access');
    expect([refused.status, refused.html.includes('Enter a name')]).toEqual([422, true]);
    expect((await browser.submit({ name: 'Second try' }, '/api-access')).status).toBe(201);
  });

  it('ends a client and its tokens at once when it is revoked, after asking', async () => {
    const browser = await signedIn(hanako);
    const { clientId, secret } = await create(browser, 'Short lived');
    const { body } = await tokenFor(clientId, secret);
    const api = apiClient(app, body.access_token);
    expect((await api('GET', '/api/v1/me')).status).toBe(200);
    await browser.get(url(`/revoke?client=${clientId}`));
    expect(browser.page?.html).toContain('Short lived');
    expect((await api('GET', '/api/v1/me')).status).toBe(200);
    expect((await browser.submit({}, '/revoke')).html).toContain('The secure client was revoked.');
    expect((await api('GET', '/api/v1/me')).status).toBe(401);
    expect((await tokenFor(clientId, secret)).body.error).toBe('invalid_client');
    expect((await browser.get(url(`/revoke?client=${clientId}`))).html).toContain('There is no such secure client');
  });

  it('shows with the permission Secure Client only one’s own; full access sees and revokes all', async () => {
    const full = await signedIn(hanako);
    const theirs = await create(full, 'Of Hanako');
    const browser = await signedIn(taro);
    const own = await create(browser, 'Of Taro');
    const list = await browser.get(url());
    expect([list.html.includes('Of Taro'), list.html.includes('Of Hanako')]).toEqual([true, false]);
    await browser.get(url(`/revoke?client=${own.clientId}`));
    const form = browser.forms().find(({ action }) => action.pathname.endsWith('/revoke'))!;
    const page = await browser.post(form.action, { ...form.fields, client: theirs.clientId });
    expect(page.html).toContain('There is no such secure client');
    expect((await tokenFor(theirs.clientId, theirs.secret)).status).toBe(200);
    expect((await full.get(url())).html).toContain('Of Taro');
    await full.get(url(`/revoke?client=${own.clientId}`));
    await full.submit({}, '/revoke');
    expect((await tokenFor(own.clientId, own.secret)).status).toBe(401);
    await app.takeMail(taro.email);
    expect((await app.takeMail(taro.email)).text).toContain('Of Taro');
  });

  it('asks for a fresh proof first when the last one is older than ten minutes (CON-15)', async () => {
    const browser = await signedIn(hanako);
    app.clock.advance(11 * 60_000);
    const asked = await browser.submit({ name: 'Later' }, '/api-access');
    expect(asked.status).toBe(403);
    const done = await browser.submit({ 'fresh-proof-password': hanako.password }, '/api-access');
    expect([done.status, copied(done.html).length]).toEqual([201, 4]);
  });
});

describe('A secure client whose creator’s account is taken back', () => {
  const events = async (event: 'suspend' | 'resume') =>
    (
      await app.services.systemLog.list({ organizationId: acme.id, event: `platform/clientadministrator/${event}` })
    ).map(({ actor, target, detail }) => [actor.type, target?.name, detail.reason]);
  /** Somebody with one client, whose mails so far are read. */
  async function ownerOf(name: string, client: string) {
    const owner = await createAdministrator(app, [acme], name);
    const browser = await signedIn(owner);
    const made = await create(browser, client);
    await app.takeMail(owner.email);
    const { body } = await tokenFor(made.clientId, made.secret);
    return { owner, browser, ...made, api: apiClient(app, body.access_token) };
  }
  const meOf = async (api: ReturnType<typeof apiClient>) => (await api('GET', '/api/v1/me')).status;

  it('by a link in a mail rests until its creator resumes it after a fresh proof; others cannot', async () => {
    const { owner, clientId, secret, api } = await ownerOf('Kaori Mori', 'Nightly');
    const full = await signedIn(hanako);
    const other = await create(full, 'Untouched');
    const visitor = new Browser();
    await visitor.get(app.sites.consoleUrl());
    await visitor.get(visitor.link('/forgotten'));
    await visitor.submit({ email: owner.email }, '/forgotten');
    await visitor.get(/\S+\/password-reset\/\S+/.exec((await app.takeMail(owner.email)).text)![0]);
    const password = 'Lantern-4-Hill';
    await visitor.submit({ newPassword: password, repeatedPassword: password }, '/password-reset');
    expect(await meOf(api)).toBe(401);
    expect((await tokenFor(clientId, secret)).body.error).toBe('invalid_client');
    expect((await tokenFor(other.clientId, other.secret)).status).toBe(200);
    expect(await events('suspend')).toEqual([['administrator', 'Nightly', 'password_reset']]);
    expect((await app.takeMail(owner.email)).text).toMatch(/Secure clients suspended until you resume .*\s*1/);

    expect((await full.get(url())).html).toContain('Suspended');
    const form = full.forms().find(({ action }) => action.pathname.endsWith('/api-access'))!;
    const foreign = await full.post(new URL(`${form.action.href}/resume`), { ...form.fields, client: clientId });
    expect(foreign.html).toContain('There is no such secure client');
    expect(await meOf(api)).toBe(401);

    app.clock.advance(31_000);
    const browser = await signedIn({ ...owner, password });
    app.clock.advance(11 * 60_000);
    expect((await browser.submit({}, '/api-access/resume')).status).toBe(403);
    expect(await meOf(api)).toBe(401);
    const done = await browser.submit({ 'fresh-proof-password': password }, '/api-access/resume');
    expect(done.html).toContain('The secure client works again.');
    expect(done.html).not.toContain('/api-access/resume"');
    expect(await meOf(api)).toBe(200);
    expect(await events('resume')).toEqual([['administrator', 'Nightly', undefined]]);
    expect((await app.takeMail(owner.email)).subject).toContain('A secure client of yours works again');
  });

  it('rests after the desk has reset the second factors; the API says so', async () => {
    const { owner, clientId, secret, api } = await ownerOf('Saburo Abe', 'Desk');
    const { db } = app.database;
    const { clock, sealer, services } = app;
    const { systemLog } = services;
    const mails = createMails({ db, clock, sealer });
    const tellPerson = createTellPerson({ mails, clock, accountUrl: app.sites.consoleUrl() });
    const logSeal = createLogSeal({ db, clock, sealer });
    const desk = createOperatorDesk({ db, clock, systemLog, tellPerson, logSeal });
    await desk.resetFactors(await desk.find(owner.email), 'TICKET-7');
    expect(await meOf(api)).toBe(401);
    expect((await tokenFor(clientId, secret)).status).toBe(401);
    expect(await events('suspend')).toContainEqual(['system', 'Desk', 'identity_reset']);
    expect((await app.takeMail(owner.email)).text).toMatch(/Secure clients suspended until you resume .*\s*1/);
    const { body } = await tokenFor(...(await credentialsOfHanako()));
    const shown = await apiClient(app, body.access_token)(
      'GET',
      `/api/v1/organizations/acme/secure-clients/${clientId}`,
    );
    expect(shown.body.state).toBe('suspended');
  });

  it('goes on when its creator merely changes the password', async () => {
    const { browser, owner, api } = await ownerOf('Jiro Kato', 'Steady');
    await browser.get(app.sites.consoleUrl('/o/acme/password'));
    const next = 'Lantern-5-Hill';
    const changed = await browser.submit(
      { currentPassword: owner.password, newPassword: next, repeatedPassword: next },
      '/password',
    );
    expect(changed.html).toContain('Your password was changed');
    expect(await meOf(api)).toBe(200);
    expect((await app.takeMail(owner.email)).text).not.toContain('suspended');
  });

  async function credentialsOfHanako(): Promise<[string, string]> {
    const { clientId, secret } = await create(await signedIn(hanako), 'Reader');
    return [clientId, secret];
  }
});
