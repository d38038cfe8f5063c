/**
 * SECURITY CON-16: a webhook is of one organization, is told of that one’s records only, reaches nothing inside, proves who
 * sends, and its secret is seen once.
 */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch } from '../../src/core/guarded-fetch.ts';
import { createWebhooks } from '../../src/system-log/webhooks.ts';
import { Browser, type Page } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let server: Server;
let url: string;
const received: { headers: IncomingMessage['headers']; body: string }[] = [];
let redirectTo: string | undefined;
let browser: Browser;

beforeAll(async () => {
  ground = await startGround();
  server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    if (redirectTo !== undefined) response.setHeader('location', redirectTo);
    response.writeHead(redirectTo === undefined ? 204 : 307).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  browser = new Browser();
  await browser.get(consoleUrl('/'));
  await signInWithCode(browser, await createAdministrator(ground.app, [ground.alpha.organization], 'Log Admin'));
});
afterAll(async () => {
  server.close();
  await ground.close();
});

const consoleUrl = (path: string, organization = 'alpha') => ground.app.sites.consoleUrl(`/o/${organization}${path}`);
async function post(path: string, fields: Record<string, string> = {}): Promise<Page> {
  const page = await browser.get(consoleUrl('/system-log/webhook'));
  const form = browser.forms(page).find(({ action }) => action.href === consoleUrl(path))!;
  return browser.post(form.action, { ...form.fields, ...fields });
}
async function tend(): Promise<void> {
  ground.app.clock.advance(5000);
  await ground.app.tendLog();
  await ground.app.services.webhooks.deliver();
}
const secretIn = (page: Page): string | undefined => /whsec_[A-Za-z0-9+/=]{44}/.exec(page.html)?.[0];

describe('The secret of a webhook', () => {
  it('is shown once, to whoever made it, and is in no page, log or record afterwards', async () => {
    const made = await post('/system-log/webhook', { url });
    const secret = secretIn(made)!;
    expect(secret).toBeDefined();
    expect(made.headers['cache-control']).toContain('no-store');
    for (const path of ['/system-log/webhook', '/system-log', '/'])
      expect(secretIn(await browser.get(consoleUrl(path)))).toBeUndefined();
    const changed = await post('/system-log/webhook', { url: `${url}?v=2` });
    expect(secretIn(changed)).toBeUndefined();
    await tend();
    const { body, headers } = received.at(-1)!;
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    ground.app.flushLog();
    const everything = [
      ground.app.log.join(''),
      JSON.stringify(await ground.app.services.systemLog.list({ limit: 1000 })),
      JSON.stringify(await ground.app.database.db.selectFrom('log_webhooks').selectAll().execute()),
      body,
    ];
    for (const place of everything) expect(place).not.toContain(secret);
    const renewed = secretIn(await post('/system-log/webhook/secret'));
    expect(renewed).toBeDefined();
    expect(renewed).not.toBe(secret);
  });
});

describe('A webhook', () => {
  it('is told of its own organization’s records only', async () => {
    const { systemLog } = ground.app.services;
    for (const organizationId of [ground.alpha.organization.id, ground.beta.organization.id, null])
      await systemLog.record({
        event: 'platform/connection/create',
        organizationId,
        actor: { type: 'system' },
        target: { type: 'connection', id: 'x', name: `of ${organizationId}` },
      });
    await tend();
    const bodies = received.map(({ body }) => body).join('');
    expect(bodies).toContain(`of ${ground.alpha.organization.id}`);
    expect(bodies).not.toContain(`of ${ground.beta.organization.id}`);
    expect(bodies).not.toContain('of null');
  });

  it('of another organization cannot be seen, changed or made, nor by somebody with every permission but full access', async () => {
    const form = browser.forms(await browser.get(consoleUrl('/system-log/webhook')))[0]!;
    const before = JSON.stringify(await ground.app.database.db.selectFrom('log_webhooks').selectAll().execute());
    for (const path of ['', '/secret', '/test', '/enable', '/delete']) {
      const theirs = consoleUrl(`/system-log/webhook${path}`, 'beta');
      expect((await browser.fetch('POST', theirs, new URLSearchParams({ ...form.fields, url }))).status).toBe(404);
    }
    expect((await browser.fetch('GET', consoleUrl('/system-log/webhook', 'beta'))).status).toBe(404);
    expect(JSON.stringify(await ground.app.database.db.selectFrom('log_webhooks').selectAll().execute())).toBe(before);
  });

  it('is not followed to where it redirects', async () => {
    redirectTo = `${url}/elsewhere`;
    const before = received.length;
    expect((await post('/system-log/webhook/test')).html).toContain('The test was not taken');
    expect(received).toHaveLength(before + 1);
    redirectTo = undefined;
    expect((await post('/system-log/webhook/test')).html).toContain('The receiver took the test');
  });

  it('takes no address that is not of the web', async () => {
    for (const bad of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'gopher://x/',
      'http://siem.example/',
      'https://a:b@siem.example/',
      'x',
      '',
    ]) {
      const page = await post('/system-log/webhook', { url: bad });
      expect([bad, page.status, page.html.includes('role="alert"')]).toEqual([bad, 422, true]);
    }
  });
});

describe('An installation that reaches no loopback', () => {
  it('sends nothing to addresses inside, however they are written, and says no more than that', async () => {
    const { app, alpha, beta } = ground;
    const fetch = createGuardedFetch({
      allowLoopback: false,
      resolve: async (name) => [{ address: name.startsWith('inside') ? '10.0.0.8' : '127.0.0.1', family: 4 as const }],
    });
    const webhooks = createWebhooks({
      ...app.services,
      db: app.database.db,
      clock: app.clock,
      sealer: app.sealer,
      fetch,
      allowLoopback: false,
      customerIdOf: async () => alpha.organization.customerId,
    });
    const { port } = server.address() as AddressInfo;
    const before = received.length;
    for (const host of [
      '127.0.0.1',
      '[::1]',
      'localhost',
      '169.254.169.254',
      '10.0.0.8',
      'inside.example',
      'rebind.example',
      '0x7f.1',
      '[::ffff:127.0.0.1]',
      'siem.example:22',
      `127.0.0.1:${port}`,
    ]) {
      await webhooks.save(beta.organization.id, `https://${host}/`, { actor: { type: 'system' } });
      expect([host, await webhooks.test(beta.organization.id)]).toEqual([host, { kind: 'refused_address' }]);
    }
    expect(received).toHaveLength(before);
    await fetch.close();
  });
});
