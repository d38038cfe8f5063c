/** SML-3 in the console: a provider's metadata by URL, file and paste into the draft, field by field; without script. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { proofFields } from '../../src/console/views/fresh-proof-page.ts';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { multipartOf } from '../support/multipart.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type IdpKey, makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

let app: TestApp;
let acme: Organization;
let hanako: TestAdministrator;
let browser: Browser;
let key: IdpKey;
let connectionId: string;
const answers = new Map<string, RequestListener>();
const published = createServer((request, response) => {
  const listener = answers.get(request.url ?? '');
  if (listener) listener(request, response);
  else response.writeHead(404).end('not here');
});
const publishedAt = (path: string) => `http://127.0.0.1:${(published.address() as AddressInfo).port}${path}`;

beforeAll(async () => {
  app = await startTestApp();
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  hanako = await createAdministrator(app, [acme]);
  key = makeIdpKey();
  await new Promise<void>((resolve) => published.listen(0, '127.0.0.1', resolve));
  browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, hanako);
});
afterAll(async () => {
  await app.close();
  published.close();
});
let count = 0;
beforeEach(async () => {
  const head = { kind: 'saml', name: `Contoso ${++count}`, subscribers: true, administrators: false };
  const { connection } = await app.services.connectionDrafts.begin(operatorEditor, acme.id, head);
  connectionId = connection.id;
});
afterEach(() => answers.clear());

const url = (path = '') => app.sites.consoleUrl(`/o/acme/connections/${connectionId}/import${path}`);
const der = () => key.certificate.replace(/-----[^-]+-----|\s/g, '');
const describedAs = (entityId: string, { more = '', wants = '', body = der() } = {}) =>
  `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"${wants}><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/slo"/><md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso?a=1&amp;b=2"/></md:IDPSSODescriptor>${more}</md:EntityDescriptor>`;

async function paste(document: string): Promise<Page> {
  await browser.get(url());
  return sendFile({ paste: document });
}
async function sendFile(
  fields: Record<string, string>,
  file?: { name: string; fileName: string; text: string },
): Promise<Page> {
  const { csrf = '' } = browser.forms().find(({ action }) => action.pathname.endsWith('/import'))!.fields;
  const { body, headers } = await multipartOf({ csrf, ...fields }, file);
  const page = await browser.fetch('POST', url(), body, headers);
  return page.headers.location === undefined ? page : browser.get(page.headers.location);
}
async function take(fields: Record<string, string> = {}): Promise<Page> {
  const page = await browser.submit(fields, '/import/');
  return page.status === 403
    ? browser.submit({ [proofFields.password]: hanako.password, [proofFields.code]: hanako.code() }, '/import/')
    : page;
}
const draft = () => app.services.connectionDrafts.find({ id: connectionId, kind: 'saml' });

describe('importing metadata', () => {
  it('by paste shows field by field what will be taken, and puts it into the draft', async () => {
    const page = await paste(
      `\n${describedAs('https://idp.example/id', { wants: ' WantAuthnRequestsSigned="true"' })}\n`,
    );
    expect(page.status).toBe(200);
    for (const shown of [
      'https://idp.example/id',
      'https://idp.example/sso?a=1&amp;b=2',
      'https://idp.example/slo',
      'persistent',
    ])
      expect(page.html).toContain(shown);
    expect(page.html).toContain('signing is switched on');
    const done = await take();
    expect(done.html).toContain('was put into the draft');
    expect(await draft()).toMatchObject({
      problems: [],
      settings: {
        entityId: 'https://idp.example/id',
        singleSignOnUrl: 'https://idp.example/sso?a=1&b=2',
        binding: 'post',
        logoutUrl: 'https://idp.example/slo',
        signRequests: true,
        certificates: [key.certificate],
        metadataRefresh: 'off',
      },
    });
    // Nothing is live by it.
    expect((await app.services.connections.find(connectionId))?.state).toBe('draft');
  });

  it('keeps what the draft has beside it', async () => {
    const { connectionDrafts } = app.services;
    await connectionDrafts.save(operatorEditor, connectionId, 1, {
      settings: { signatures: 'both', attributes: { upn: 'http://upn' }, entityId: 'https://old.example' },
    });
    const page = await paste(describedAs('https://idp.example/id'));
    expect(page.html).toContain('https://old.example');
    await take();
    expect((await draft())?.settings).toMatchObject({
      signatures: 'both',
      attributes: { upn: 'http://upn', sid: 'cip_sid' },
      entityId: 'https://idp.example/id',
    });
  });

  it('by file lets the person pick from an aggregate, with search and pages', async () => {
    const entities = Array.from({ length: 60 }, (_, index) =>
      describedAs(`https://idp${index}.example`, {
        more: `<md:Organization><md:OrganizationDisplayName xml:lang="en">University &lt;${index}&gt;</md:OrganizationDisplayName></md:Organization>`,
        ...(index === 7 && { body: 'AAAA' }),
      }),
    );
    const text = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entities.join('')}</md:EntitiesDescriptor>`;
    await browser.get(url());
    const list = await sendFile({}, { name: 'file', fileName: 'federation.xml', text });
    expect(list.html).toContain('60 identity providers');
    expect(list.html).toContain('University &lt;3&gt;');
    expect(list.html).toContain('Cannot be used');
    await browser.get(browser.link('page=2'));
    expect(browser.page?.html).toContain('University &lt;30&gt;');
    await browser.submit({ search: 'idp57.' }, '/import/');
    expect(browser.page?.html).toContain('1 identity provider<');
    await browser.get(browser.link('provider=57'));
    expect(browser.page?.html).toContain('federation.xml');
    await take();
    expect((await draft())?.settings.entityId).toBe('https://idp57.example');
    const [unusable] = browser.page!.url.pathname.split('/connections/');
    expect(unusable).toBeTruthy();
    expect((await browser.fetch('GET', `${list.url.href.split('?')[0]}?provider=7`)).status).toBe(404);
  });

  it('by URL remembers where it came from, and how to watch it', async () => {
    answers.set('/metadata', (_request, response) => response.end(describedAs('https://idp.example/id')));
    await browser.get(url());
    await browser.submit({ url: publishedAt('/metadata') }, '/import');
    await take({ watching: 'ask' });
    expect((await draft())?.settings).toMatchObject({
      metadataUrl: publishedAt('/metadata'),
      metadataRefresh: 'ask',
    });
  });

  it('says what is wrong: with the address, the answer, or the document', async () => {
    answers.set('/redirect', (_request, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end());
    answers.set('/page', (_request, response) => response.end('<!doctype html><p>Sign in</p>'));
    answers.set('/huge', (_request, response) => response.end('x'.repeat(11 * 1024 * 1024)));
    for (const [typed, expected] of [
      ['idp.example/metadata', 'Enter a complete URL'],
      ['javascript:alert(1)', 'Enter a complete URL'],
      ['https://10.0.0.1/metadata', 'one that we do not connect to'],
      ['http://idp.example/metadata', 'one that we do not connect to'],
      [publishedAt('/missing'), 'HTTP 404'],
      [publishedAt('/redirect'), 'leads on to another address'],
      [publishedAt('/huge'), 'is too large'],
      [publishedAt('/page'), 'DOCTYPE'],
    ] as const) {
      await browser.get(url());
      const page = await browser.submit({ url: typed }, '/import');
      expect([page.status, page.html.includes(expected)], typed).toEqual([422, true]);
      expect(page.html).not.toContain('10.0.0.1:');
    }
    expect((await draft())?.revision).toBe(1);
  });

  it('says so in Japanese too, with the exact reason below', async () => {
    await browser.get(`${url()}?lang=ja`);
    const japanese = new Browser({ language: 'ja' });
    japanese.cookies.push(...browser.cookies);
    await japanese.get(url());
    const form = japanese.forms().find(({ action }) => action.pathname.endsWith('/import'))!;
    const { body, headers } = await multipartOf({ csrf: form.fields.csrf ?? '', paste: '<a>' });
    const page = await japanese.fetch('POST', url(), body, headers);
    expect(page.html).toContain('正しい形式のXMLではありません');
    expect(page.html).toContain('line 1');
  });

  it('asks for a file when none is chosen, and for the document when nothing is pasted', async () => {
    await browser.get(url());
    expect((await sendFile({}, { name: 'file', fileName: '', text: '' })).html).toContain('Choose a file');
    await browser.get(url());
    expect((await sendFile({ paste: '  ' })).html).toContain('Paste the document');
  });

  it('is over after half an hour', async () => {
    const page = await paste(describedAs('https://idp.example/id'));
    app.clock.advance(31 * 60_000);
    expect((await browser.get(page.url)).html).toContain('older than 30 minutes');
  });

  it('takes nothing when somebody has changed the draft meanwhile', async () => {
    await paste(describedAs('https://idp.example/id'));
    await app.services.connectionDrafts.save(operatorEditor, connectionId, 1, { settings: { signatures: 'both' } });
    const page = await take();
    expect([page.status, page.html.includes('changed the draft meanwhile')]).toEqual([422, true]);
    expect((await draft())?.settings).toEqual({ signatures: 'both' });
    // The page has compared anew: now it is taken.
    await take();
    expect((await draft())?.settings).toMatchObject({ signatures: 'both', entityId: 'https://idp.example/id' });
  });

  it('is refused without the token, for another organization, and for a kind that has no metadata', async () => {
    const { body, headers } = await multipartOf({ paste: describedAs('x') });
    expect((await browser.fetch('POST', url(), body, headers)).status).toBe(403);
    const other = await app.services.organizations.create({ name: 'Other', customerId: 'other' });
    const begin = (organizationId: string, kind: string) =>
      app.services.connectionDrafts.begin(operatorEditor, organizationId, {
        kind,
        name: 'Other',
        subscribers: true,
        administrators: false,
      });
    for (const { connection } of [await begin(other.id, 'saml'), await begin(acme.id, 'okta')]) {
      connectionId = connection.id;
      expect((await browser.fetch('GET', url())).status).toBe(404);
    }
  });

  it('keeps an import for its connection alone', async () => {
    const page = await paste(describedAs('https://idp.example/id'));
    const { connection } = await app.services.connectionDrafts.begin(operatorEditor, acme.id, {
      kind: 'saml',
      name: 'Elsewhere',
      subscribers: true,
      administrators: false,
    });
    const elsewhere = await browser.get(page.url.href.replace(connectionId, connection.id));
    expect(elsewhere.html).toContain('older than 30 minutes');
  });

  it('is in the system log, with the host that was asked and nothing of the document', async () => {
    answers.set('/metadata', (_request, response) => response.end(describedAs('https://idp.example/id')));
    await browser.get(url());
    await browser.submit({ url: publishedAt('/metadata') }, '/import');
    const entries = await app.services.systemLog.list({ organizationId: acme.id });
    expect(entries.find(({ event }) => event === 'platform/connection/readmetadata')).toMatchObject({
      actor: { type: 'administrator', name: 'Hanako Sato' },
      target: { type: 'connection', id: connectionId },
      detail: { from: 'url', host: new URL(publishedAt('')).host },
    });
  });
});
