/** SECURITY ID-10: the link of an invitation: leaked by referrer or log, forwarded, used again, or after a change of role. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';
import { acceptAsNew, inviteByOperator, newPassword } from '../support/scenario/invitations.ts';

let app: TestApp;
let acme: Organization;
beforeAll(async () => {
  app = await startTestApp();
  acme = await organizationNamed(app, 'acme');
});
afterAll(() => app.close());
beforeEach(() => app.clock.advance(61_000));

const account = { name: 'Mallory', newPassword, repeatedPassword: newPassword };
const rowsOf = (email: string) =>
  app.database.db.selectFrom('administrators').selectAll().where('email', '=', email).execute();

describe('The link of an invitation', () => {
  it('holds 256 random bits, of which no row, log line or system log entry knows anything', async () => {
    const { link } = await inviteByOperator(app, acme, 'secret@example.com');
    const secret = link.split('.').at(-1)!;
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    const browser = new Browser();
    await acceptAsNew(browser, link, 'Secret Keeper');
    await browser.get(`${link}?x=1`);
    await browser.fetch('POST', `${link}/nonsense`, new URLSearchParams({ a: 'b' }));
    app.flushLog();
    for (const table of ['invitations', 'administrators', 'system_log', 'mails', 'identities'] as const)
      expect(JSON.stringify(await app.database.db.selectFrom(table).selectAll().execute())).not.toContain(secret);
    const lines = app.log.join('');
    expect(lines).toContain('/invitation/');
    expect(lines).not.toContain(secret);
  });

  it('is opened by mail scanners without any effect, and is not given on by its pages', async () => {
    const { link } = await inviteByOperator(app, acme, 'scanned@example.com');
    const before = await rowsOf('scanned@example.com');
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      for (const path of ['', '/account', '/accept']) {
        const page = await new Browser().fetch(method, `${link}${path}`);
        expect(page.status).toBeLessThan(500);
        if (page.status !== 200 || method === 'OPTIONS') continue;
        expect(page.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
        // Nothing of another origin is loaded or linked to.
        const own = new URL(link).origin;
        for (const [, target = ''] of page.html.matchAll(/(?:href|src|action)="([^"]+)"/g))
          expect(new URL(target.replaceAll('&amp;', '&'), link).origin).toBe(own);
      }
    expect(await rowsOf('scanned@example.com')).toEqual(before);
    expect((await new Browser().get(link)).status).toBe(200);
  });

  it('is not accepted by a post that no page of ours was shown for', async () => {
    const { link } = await inviteByOperator(app, acme, 'forged@example.com');
    const fields = new URLSearchParams({ ...account, version: '1', csrf: 'x'.repeat(43) });
    for (const path of ['/account', '/accept']) {
      const page = await new Browser().fetch('POST', `${link}${path}`, fields);
      expect(page.status).toBe(403);
      const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect((await new Browser().fetch('POST', `${link}${path}`, fields, crossSite)).status).toBe(403);
    }
    expect(await app.services.identities.findByEmail('forged@example.com')).toBeUndefined();
  });

  it('makes an identity of the invited email, whoever it was forwarded to and whatever they post', async () => {
    const { link } = await inviteByOperator(app, acme, 'invited@example.com');
    const browser = new Browser();
    await browser.get(link);
    await browser.get(browser.link('/account'));
    const form = browser.forms().find(({ fields }) => 'newPassword' in fields)!;
    const more = { email: 'mallory@evil.example', access: 'full', organizationId: 'x', id: 'y', totpKey: 'z' };
    await browser.post(form.action, { ...form.fields, ...account, ...more });
    expect(await app.services.identities.findByEmail('mallory@evil.example')).toBeUndefined();
    const identity = await app.services.identities.findByEmail('invited@example.com');
    expect(identity).toMatchObject({ email: 'invited@example.com', displayName: 'Mallory' });
    expect(await rowsOf('invited@example.com')).toMatchObject([{ subject: identity!.id, access: 'full' }]);
  });

  it('gives whoever holds it no account that is there already: neither a session nor a new password', async () => {
    const victim = await createAdministrator(app, [], 'Victim Person');
    const { link } = await inviteByOperator(app, acme, victim.email);
    const mallory = new Browser();
    await mallory.get(link);
    const { csrf = '' } = mallory.forms().find(({ action }) => action.pathname.endsWith('/accept'))!.fields;
    const hashBefore = await passwordHashOf(victim.identity.id);
    await mallory.post(`${link}/account`, { ...account, csrf, version: '1' });
    expect(await passwordHashOf(victim.identity.id)).toBe(hashBefore);
    await mallory.get(link);
    await mallory.submit({}, '/accept');
    expect((await mallory.get(app.sites.consoleUrl('/o/acme/'))).url.pathname).toContain('/signin/');
  });

  it('works once, and not for what it offered before the access was changed', async () => {
    const { link, administrator } = await inviteByOperator(app, acme, 'demoted@example.com');
    const early = new Browser();
    await early.get(link);
    await early.get(early.link('/account'));
    const access = { access: 'custom', permissions: ['library'] } as const;
    await app.services.administrators.changeAccess(acme.id, administrator.id, { access, version: 1 }, operator);
    expect((await early.submit(account, '/account')).status).toBe(409);
    expect(await app.services.identities.findByEmail('demoted@example.com')).toBeUndefined();
    const browser = new Browser();
    await acceptAsNew(browser, link, 'Demoted Person');
    expect(await rowsOf('demoted@example.com')).toMatchObject([{ access: 'custom', permissions: '["library"]' }]);
    const again = new Browser();
    await again.get(link);
    expect(again.forms().filter(({ fields }) => 'newPassword' in fields)).toEqual([]);
  });

  it('names this server by its configuration, whatever host the inviting request claims', async () => {
    const { link } = await inviteByOperator(app, acme, 'host@example.com');
    const page = await new Browser().fetch('GET', link, undefined, { 'x-forwarded-host': 'evil.example' });
    expect(page.html).not.toContain('evil.example');
    expect(new URL(link).origin).toBe(new URL(app.sites.accountsBase).origin);
  });

  it('cannot be guessed piece by piece: a known id without its secret is like one that never was', async () => {
    const { link } = await inviteByOperator(app, acme, 'guessed@example.com');
    const [prefix = ''] = link.split('.').slice(0, -1).length > 0 ? [link.slice(0, link.lastIndexOf('.'))] : [''];
    const answerOf = async (url: string) => {
      const { status, html } = await new Browser().get(url);
      return [status, html.replaceAll(/href="[^"]*"/g, '').replaceAll(/nonce-[\w-]+/g, '')];
    };
    const known = await answerOf(`${prefix}.${'A'.repeat(43)}`);
    const unknown = await answerOf(`${prefix.replace(/[0-9a-f]{12}$/, '0'.repeat(12))}.${'A'.repeat(43)}`);
    expect(known[0]).toBe(404);
    expect(known).toEqual(unknown);
  });
});

async function passwordHashOf(id: string): Promise<string> {
  const { db } = app.database;
  const row = await db.selectFrom('identities').select('password_hash').where('id', '=', id).executeTakeFirstOrThrow();
  return row.password_hash;
}
