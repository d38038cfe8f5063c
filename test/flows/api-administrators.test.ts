/** ADM-1 to ADM-4 by the API: invite, send again, change access, remove; the mail has the link, the API never. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { type ApiClient, apiOfPage } from '../support/api-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { createTestClient, type TestSecureClient } from '../support/scenario/secure-clients.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

let mailServer: MailServer;
let app: TestApp;
let acme: Organization;
let made: TestSecureClient;
let api: ApiClient;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  acme = await app.services.organizations.create({ name: 'The acme company', customerId: 'acme' });
  made = await createTestClient(app, acme);
  api = await made.api();
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});

const path = (id = '', more = '') => `/api/v1/organizations/acme/administrators${id && `/${id}`}${more}`;
const custom = { access: 'custom', permissions: ['library', 'system-log'] };

async function invite(email: string) {
  const answer = await api('POST', path(), { body: { email, access: custom } });
  expect(answer.status).toBe(201);
  return answer;
}

describe('Administrators', () => {
  it('are invited: the link goes by mail, and is in no answer', async () => {
    const { body, headers, text } = await invite('new@example.com');
    expect(body).toMatchObject({ email: 'new@example.com', status: 'invite_sent', access: custom });
    expect(headers.location).toBe(app.sites.apiUrl(path(body.id)));
    const mail = await app.takeMail('new@example.com');
    const link = /https?:\/\/\S+\/invitation\S+/.exec(mail.text ?? '')?.[0] ?? 'no link';
    expect(link).not.toBe('no link');
    const again = await api('POST', path(body.id, '/resend'));
    expect(again.body.status).toBe('invite_sent');
    expect((await app.takeMail('new@example.com')).text).toContain('/invitation');
    for (const answer of [text, again.text, (await api('GET', path(body.id))).text])
      expect(answer).not.toContain(link.split(/[/?#=]/).at(-1));
    const list = await api('GET', path());
    expect(list.body.items.map(({ email }: { email: string }) => email)).toContain('new@example.com');
  });

  it('are not invited twice, nor with what there is not', async () => {
    await invite('twice@example.com');
    const again = await api('POST', path(), { body: { email: 'Twice@Example.com', access: custom } });
    expect([again.status, again.body.type]).toEqual([409, app.sites.apiUrl('/api/v1/problems/already-exists')]);
    const bad = async (body: object) => (await api('POST', path(), { body })).status;
    expect(await bad({ email: 'no address', access: custom })).toBe(422);
    expect(await bad({ email: 'a@example.com', access: { access: 'custom', permissions: [] } })).toBe(422);
    expect(await bad({ email: 'a@example.com', access: { access: 'custom', permissions: ['everything'] } })).toBe(400);
    expect(await bad({ email: 'a@example.com', access: { access: 'full' }, state: 'active' })).toBe(400);
  });

  it('are changed and removed by who has seen them as they are (CON-13)', async () => {
    const { body, headers } = await invite('changing@example.com');
    const to = { body: { access: { access: 'custom', permissions: ['library'] } } };
    expect((await api('PATCH', path(body.id), to)).status).toBe(428);
    const changed = await api('PATCH', path(body.id), { ...to, headers: { 'if-match': headers.etag! } });
    expect([changed.status, changed.body.access]).toEqual([200, to.body.access]);
    expect((await api('DELETE', path(body.id), { headers: { 'if-match': headers.etag! } })).status).toBe(412);
    expect((await api('DELETE', path(body.id), { headers: { 'if-match': changed.headers.etag! } })).status).toBe(204);
    expect((await api('GET', path(body.id))).status).toBe(404);
    const [entry] = await app.services.systemLog.list({
      organizationId: acme.id,
      event: 'platform/administrator/delete',
    });
    expect(entry).toMatchObject({ actor: { type: 'client', id: made.client.clientId } });
  });

  it('get full access from persons only, and the maker of the client that invites is told', async () => {
    const full = { access: 'full' };
    const problem = [403, app.sites.apiUrl('/api/v1/problems/full-access-by-persons')];
    const invited = await api('POST', path(), { body: { email: 'thief@example.com', access: full } });
    expect([invited.status, invited.body.type]).toEqual(problem);
    const inviting = await createTestClient(app, acme);
    expect((await app.takeMail(inviting.email)).subject).toContain('A secure client was created');
    await (await inviting.api())('POST', path(), { body: { email: 'helper@example.com', access: custom } });
    const told = await app.takeMail(inviting.email);
    expect(told.subject).toContain('A secure client of yours has invited an administrator');
    expect(told.text).toContain(`helper@example.com (${inviting.client.name})`);
    const { items } = (await api('GET', path())).body;
    expect(items.map(({ email }: { email: string }) => email)).not.toContain('thief@example.com');
    const { id } = items.find(({ email }: { email: string }) => email === 'helper@example.com');
    const headers = { 'if-match': (await api('GET', path(id))).headers.etag! };
    const raised = await api('PATCH', path(id), { body: { access: full }, headers });
    expect([raised.status, raised.body.type]).toEqual(problem);
    expect((await api('GET', path(id))).body.access).toEqual(custom);
    // The person may, in the console's session.
    const owner = await createAdministrator(app, [acme]);
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await signInWithCode(browser, owner);
    const person = await apiOfPage(app, browser);
    expect((await person('PATCH', path(id), { body: { access: full }, headers })).body.access).toEqual(full);
    const body = { email: 'chief@example.com', access: full };
    expect((await person('POST', path(), { body })).status).toBe(201);
  });

  it('do not change their own access through their client, nor remove themselves (CON-06, ADM-4)', async () => {
    const own = await api('GET', path(made.administratorId));
    const headers = { 'if-match': own.headers.etag! };
    const refused = await api('PATCH', path(made.administratorId), { body: { access: custom }, headers });
    expect(refused.status).toBe(409);
    expect((await api('DELETE', path(made.administratorId), { headers })).status).toBe(409);
  });

  it('of whom one was removed are told apart by a stale list only', async () => {
    const other = await createTestClient(app, acme);
    const theirs = await other.api();
    const { headers } = await api('GET', path(other.administratorId));
    expect((await api('DELETE', path(other.administratorId), { headers: { 'if-match': headers.etag! } })).status).toBe(
      204,
    );
    expect((await theirs('GET', '/api/v1/me')).status).toBe(401);
  });
});

describe('A creation with an Idempotency-Key', () => {
  const body = { email: 'once@example.com', access: custom };
  const key = { 'idempotency-key': '7f2c1a' };

  it('is done once and answered again; another request with the key is refused', async () => {
    const first = await api('POST', path(), { body, headers: key });
    const again = await api('POST', path(), { body, headers: key });
    expect([first.status, again.status, again.headers['idempotency-replayed']]).toEqual([201, 201, 'true']);
    expect([again.body, again.headers.etag, again.headers.location]).toEqual([
      first.body,
      first.headers.etag,
      first.headers.location,
    ]);
    const other = await api('POST', path(), { body: { ...body, email: 'other@example.com' }, headers: key });
    expect([other.status, other.body.type]).toEqual([422, app.sites.apiUrl('/api/v1/problems/key-reused')]);
    const { api: theirs } = await createTestClient(app, acme);
    const apart = await (await theirs())('POST', path(), { body, headers: key });
    expect(apart.status).toBe(409);
    app.clock.advance(25 * 3_600_000);
    expect((await (await made.api())('POST', path(), { body, headers: key })).status).toBe(409);
  });

  it('that failed may be tried again with the same key', async () => {
    const calling = await made.api();
    const headers = { 'idempotency-key': 'tries-again' };
    expect((await calling('POST', path(), { body: { ...body, email: 'nope' }, headers })).status).toBe(422);
    const right = { ...body, email: 'right@example.com' };
    expect((await calling('POST', path(), { body: right, headers })).status).toBe(201);
  });

  it('sent several times at once is done once', async () => {
    const calling = await made.api();
    const request = { body: { ...body, email: 'parallel@example.com' }, headers: { 'idempotency-key': 'at-once' } };
    const answers = await Promise.all(Array.from({ length: 6 }, () => calling('POST', path(), request)));
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    const all = await app.services.administrators.list(acme.id);
    expect(all.filter(({ email }) => email === 'parallel@example.com')).toHaveLength(1);
  });
});
