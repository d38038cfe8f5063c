/** A connection is set up by somebody without an account: link, mail, guide, settings, test, and the administrator told. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { alice, client } from '../support/scenario/upstreams.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

let app: TestApp;
let mailServer: MailServer;
let acme: Organization;
let hanako: TestAdministrator;
let provider: Simulator;
let console_: Browser;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  hanako = await createAdministrator(app, [acme]);
  const { clientId, clientSecret } = client;
  const redirectUris = [app.sites.callbackUrl('login-oidc')];
  provider = await startOktaLike({
    users: [alice],
    loginPage: false,
    clients: [{ clientId, clientSecret, redirectUris }],
  });
  console_ = new Browser();
  await console_.get(app.sites.consoleUrl());
  await signInWithCode(console_, hanako);
});
afterAll(async () => {
  await app.close();
  await provider.close();
  await mailServer.close();
});
let count = 0;
beforeEach(() => {
  count += 1;
});

async function begin(kind: string): Promise<string> {
  const head = { kind, name: `Contoso ${count}` };
  const { connection } = await app.services.connectionDrafts.begin(operatorEditor, acme.id, head);
  return connection.id;
}
const linksUrl = (id: string) => app.sites.consoleUrl(`/o/acme/connections/${id}/setup-links`);
const shownLink = (html = '') => /data-copy="([^"]*\/setup\/[^"]+)"/.exec(html)?.[1] ?? '';

/** By the console's form; a box that is ticked by hand is a field more. */
async function send(connectionId: string, fields: Record<string, string> = {}): Promise<string> {
  await console_.get(linksUrl(connectionId));
  await console_.submit(fields, /\/setup-links$/);
  expect(console_.page?.status).toBe(201);
  return shownLink(console_.page?.html);
}
async function begun(link: string): Promise<Browser> {
  const holder = new Browser();
  await holder.get(link);
  await holder.submit({}, '/setup/');
  return holder;
}
const textOf = (html = ''): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
const at = (browser: Browser): string => browser.page?.url.pathname.replace(/^\/setup\/[^/]+/, '') ?? '';

/** To the page of the values. */
async function through(holder: Browser, guide: string): Promise<void> {
  if (at(holder) === '/choose') await holder.submit({ guide }, '/choose');
  for (let step = 0; step < 9 && at(holder).startsWith('/steps/'); step++) await holder.submit({}, '/steps/');
}

describe('A set-up link', () => {
  it('leads somebody without an account from the mail to a tested connection, and tells who sent it', async () => {
    const connectionId = await begin('oidc');
    const link = await send(connectionId, { email: 'idp@customer.test', language: 'en' });
    const mail = await app.takeMail('idp@customer.test');
    expect(mail.text).toContain(link);
    expect(mail.text).toContain('The acme company');

    const holder = await begun(link);
    expect(at(holder)).toBe('/choose');
    await holder.submit({ guide: 'keycloak-oidc' }, '/choose');
    expect(at(holder)).toBe('/steps/1');
    await holder.submit({}, '/steps/');
    const shown = textOf(holder.page?.html);
    expect(shown).toContain(app.sites.callbackUrl('login-oidc'));
    expect(shown).toContain(app.sites.workspaceUrl('acme'));
    await through(holder, '');
    expect(at(holder)).toBe('/settings');

    await holder.submit({ 'setting.issuer': provider.url, 'setting.clientId': client.clientId }, '/settings');
    expect(holder.page?.status).toBe(422);
    await holder.submit({ 'secret.clientSecret': client.clientSecret }, '/settings');
    expect(at(holder)).toBe('/test');
    expect(await app.services.connectionDrafts.find({ id: connectionId, kind: 'oidc' })).toMatchObject({
      updatedBy: 'idp@customer.test',
      secrets: ['clientSecret'],
      problems: [],
    });

    await runTest(holder);
    expect(textOf(holder.page?.html)).toContain('passed');
    await holder.submit({}, '/finish');
    expect(at(holder)).toBe('/done');
    expect(textOf(holder.page?.html)).toContain('Hanako Sato has been told');

    const told = await app.takeMail(hanako.email);
    expect(told.text).toContain('idp@customer.test');
    expect(told.text).toContain(app.sites.consoleUrl(`/o/acme/connections/${connectionId}`));
    expect(await app.services.connections.find(connectionId)).toMatchObject({ state: 'draft' });
    await console_.get(linksUrl(connectionId));
    expect(textOf(console_.page?.html)).toMatch(/idp@customer\.test.*Finished/);
    expect(console_.page?.html).not.toContain(link);

    // The administrator has no account at the provider to test with: what was tested goes live as it is.
    const own = textOf((await console_.get(app.sites.consoleUrl(`/o/acme/connections/${connectionId}`))).html);
    expect(own).toContain('The test has passed. Nobody can sign in with this connection before it is made live.');
    expect(own).toContain('idp@customer.test');
    await console_.submit({}, '/draft/live');
    expect(await app.services.connections.find(connectionId)).toMatchObject({ state: 'live' });
  });

  it('makes the connection live where the administrator allowed it', async () => {
    const connectionId = await begin('oidc');
    const holder = await begun(await send(connectionId, { mayFinish: 'on' }));
    await through(holder, 'generic-oidc');
    const values = { 'setting.issuer': provider.url, 'setting.clientId': client.clientId };
    await holder.submit({ ...values, 'secret.clientSecret': client.clientSecret }, '/settings');
    await runTest(holder);
    await holder.submit({}, '/finish');
    expect(textOf(holder.page?.html)).toContain('The connection is live');
    expect((await app.takeMail(hanako.email)).text).toContain('is live, as you allowed');
    const history = await console_.get(app.sites.consoleUrl(`/o/acme/connections/${connectionId}/history`));
    expect(textOf(history.html)).toContain('Somebody with a set-up link');
    expect(await app.services.connections.find(connectionId)).toMatchObject({ state: 'live' });
  });

  it('can be stopped and opened again: it goes on where it was', async () => {
    const connectionId = await begin('saml');
    const link = await send(connectionId);
    const first = await begun(link);
    await first.submit({ guide: 'entra-saml' }, '/choose');
    await first.submit({}, '/steps/');
    expect(at(first)).toBe('/steps/2');
    const second = await begun(link);
    expect(at(second)).toBe('/steps/2');
    expect(textOf(second.page?.html)).toContain(app.sites.acsUrl);
    // One browser at a time.
    await first.get(first.page!.url);
    expect(first.page?.status).toBe(404);
    expect(textOf(first.page?.html)).toContain('Open the link again');
  });

  it('fills a SAML connection from pasted metadata, and says what is wrong with it', async () => {
    const connectionId = await begin('saml');
    const holder = await begun(await send(connectionId));
    await through(holder, 'adfs');
    await holder.submit({ paste: '<html>' }, '/metadata');
    expect(holder.page?.status).toBe(422);
    await holder.submit({ url: 'http://169.254.169.254/latest/meta-data', paste: '' }, '/metadata');
    expect(holder.page?.status).toBe(422);
    await holder.submit({ url: '', paste: metadataOf('https://adfs.customer.test/adfs/services/trust') }, '/metadata');
    expect(at(holder)).toBe('/settings');
    expect(holder.page?.html).toContain('https://adfs.customer.test/adfs/services/trust');
    await holder.submit({}, /\/settings$/);
    expect(at(holder)).toBe('/test');
    const draft = await app.services.connectionDrafts.find({ id: connectionId, kind: 'saml' });
    expect(draft).toMatchObject({ problems: [], settings: { singleSignOnUrl: 'https://adfs.customer.test/adfs/ls/' } });

    // The test leaves by a form, which the page's policy has to let go there.
    await runTest(holder);
    const [form] = holder.forms();
    expect(form?.action.href).toBe('https://adfs.customer.test/adfs/ls/');
    expect(holder.page?.headers['content-security-policy']).toMatch(
      /form-action [^;]*https:\/\/adfs\.customer\.test(;|$)/,
    );
  });

  it('hands over untested when nobody there can sign in', async () => {
    const connectionId = await begin('okta');
    const holder = await begun(await send(connectionId));
    // One product only: there is nothing to choose.
    await through(holder, '');
    await holder.get(app.sites.setupUrl(holder.page!.url.pathname.split('/')[2]!, 'settings'));
    const values = { 'setting.url': 'https://contoso.okta.com', 'setting.clientId': 'client' };
    await holder.submit({ ...values, 'secret.clientSecret': 'a-secret' }, '/settings');
    await holder.submit({}, '/finish');
    expect(textOf(holder.page?.html)).toContain('Handed over');
    expect((await app.takeMail(hanako.email)).text).toContain('have not passed');
  });

  it('reads in Japanese as well', async () => {
    const connectionId = await begin('saml');
    const link = await send(connectionId, { email: 'ja@customer.test', language: 'ja' });
    expect((await app.takeMail('ja@customer.test')).text).toContain('設定ガイドを開く');
    const holder = new Browser({ language: 'ja' });
    await holder.get(link);
    expect(textOf(holder.page?.html)).toContain('設定を始める');
  });
});

/** From the page of the test to its end. */
async function runTest(holder: Browser): Promise<void> {
  await holder.submit({}, /\/test$/);
  const page = holder.page!.url;
  for (let looks = 0; looks < 100 && !holder.page?.html.includes('/sign-in"'); looks++) await holder.get(page);
  await holder.get(holder.link('/sign-in'));
  expect(at(holder)).toMatch(/^\/test\/./);
}

function metadataOf(entityId: string): string {
  const body = makeIdpKey().certificate.replace(/-----[^-]+-----|\s/g, '');
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://adfs.customer.test/adfs/ls/"/></md:IDPSSODescriptor></md:EntityDescriptor>`;
}
