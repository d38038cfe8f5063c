/** SPEC LOG-1 and LOG-2 through the whole app: an administrator reads the log, filters it, turns pages, exports it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import type { Permission } from '../../src/directory/permissions.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Form, type Page } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';

const dayMs = 86_400_000;
let app: TestApp;
let organization: Organization;
let browser: Browser;
beforeAll(async () => {
  app = await startTestApp();
  organization = await app.services.organizations.create({ name: 'Alpha & Söhne 製作所', customerId: 'alpha' });
  browser = await signedIn();
});
afterAll(() => app.close());

const consoleUrl = (path: string) => app.sites.consoleUrl(`/o/alpha${path}`);
async function signedIn(name = 'Hanako Sato', permissions?: readonly Permission[]): Promise<Browser> {
  const administrator = await createAdministrator(app, permissions ? [] : [organization], name);
  if (permissions)
    await app.services.administrators.add(
      {
        organizationId: organization.id,
        kind: 'identity',
        connectionId: 'citrix',
        subject: administrator.identity.id,
        displayName: name,
        email: administrator.email,
        access: { access: 'custom', permissions },
      },
      operator,
    );
  const visitor = new Browser();
  await visitor.get(consoleUrl('/'));
  await signInWithCode(visitor, administrator);
  return visitor;
}
const write = (name: string, more: object = {}) =>
  app.services.systemLog.record({
    event: 'platform/connection/create',
    organizationId: organization.id,
    actor: { type: 'administrator', id: 'x', name: 'Writer' },
    target: { type: 'connection', id: name, name },
    ...more,
  });
const rows = (page: Page): string[] =>
  [...page.html.matchAll(/<tr role="row">(?!<th role="columnheader")/g)].map(String);
const linkOf = (page: Page, label: string): string | undefined =>
  [...page.html.matchAll(/<a class="button [a-z]+" href="([^"]+)">([^<]+)</g)]
    .find(([, , text]) => text === label)?.[1]
    ?.replaceAll('&amp;', '&');
const exportForm = (page: Page): Form => browser.forms(page).find(({ action }) => action.pathname.endsWith('/export'))!;
const lines = (page: Page): string[] =>
  page.html
    .replace(/^\ufeff/, '')
    .trim()
    .split('\r\n');

describe('The system log in the console', () => {
  it('tells who did what, when, from where, with details to unfold', async () => {
    await write('Conn-One', {
      detail: { kind: 'saml' },
      clientAddress: '192.0.2.77',
      userAgent: 'Firefox/1',
      reference: 'ABCD-2345',
    });
    const { html, status } = await browser.get(consoleUrl('/system-log'));
    expect(status).toBe(200);
    for (const text of [
      'Writer',
      'Connection created',
      'Conn-One',
      '192.0.2.77',
      'Firefox/1',
      'ABCD-2345',
      'Signed in',
      'saml',
    ])
      expect([text, html.includes(text)]).toEqual([text, true]);
    expect(html.indexOf('Connection created</')).not.toBe(-1);
    const japanese = await browser.fetch('GET', consoleUrl('/system-log'), undefined, { 'accept-language': 'ja' });
    expect(japanese.html).toContain('接続が作成されました');
  });

  it('shows what the filter says, and keeps it from page to page', async () => {
    for (let index = 0; index < 120; index++)
      await write(`many-${index}`, { actor: { type: 'client', id: 'many', name: 'Many' } });
    const first = await browser.get(`${consoleUrl('/system-log')}?search=MANY&event=platform%2Fconnection%2Fcreate`);
    expect(rows(first)).toHaveLength(50);
    expect(linkOf(first, 'Newer')).toBeUndefined();
    const second = await browser.get(linkOf(first, 'Older')!);
    expect(second.url.searchParams.get('search')).toBe('MANY');
    const third = await browser.get(linkOf(second, 'Older')!);
    expect([rows(second).length, rows(third).length, linkOf(third, 'Older')]).toEqual([50, 20, undefined]);
    const back = await browser.get(linkOf(third, 'Newer')!);
    expect(back.html.match(/many-\d+(?=<span)/g)).toEqual(second.html.match(/many-\d+(?=<span)/g));
    const newest = await browser.get(linkOf(third, 'Newest')!);
    expect(newest.html.match(/many-\d+(?=<span)/g)).toEqual(first.html.match(/many-\d+(?=<span)/g));
    expect(rows(await browser.get(`${consoleUrl('/system-log')}?reference=abcd-2345`))).toHaveLength(1);
    expect((await browser.get(`${consoleUrl('/system-log')}?reference=NONE-0000`)).html).toContain('No event matches');
  });

  it('shows 30 days, up to 90 when asked, and whole days in the reader’s zone', async () => {
    const later = new Browser();
    later.cookies.push(...browser.cookies, {
      name: 'sekisho_zone',
      value: 'Asia/Tokyo',
      host: new URL(consoleUrl('/')).hostname,
      path: '/',
      sameSite: 'lax',
      secure: false,
    });
    const day = (at: number) => new Date(at + 9 * 3_600_000).toISOString().slice(0, 10);
    const today = day(app.clock.now());
    const within = await later.get(`${consoleUrl('/system-log')}?from=${today}&to=${today}&search=conn-one`);
    expect(rows(within)).toHaveLength(1);
    const before = await later.get(`${consoleUrl('/system-log')}?to=${day(app.clock.now() - dayMs)}&search=conn-one`);
    expect(rows(before)).toHaveLength(0);
    expect(within.html).toContain('Asia/Tokyo');
    for (const query of [`from=${today}&to=2026-01-01`, 'from=nonsense', 'from=2020-01-01', 'to=2026-02-31']) {
      const wrong = await later.get(`${consoleUrl('/system-log')}?${query}`);
      expect([query, wrong.status, wrong.html.includes('role="alert"')]).toEqual([query, 422, true]);
    }
  });

  it('shows the newest page for an address that somebody changed', async () => {
    for (const query of [
      'older=x',
      'older=99.',
      'newer=-1.00000000-0000-4000-8000-000000000000',
      'days=1000',
      'event=x',
    ])
      expect([query, (await browser.get(`${consoleUrl('/system-log')}?${query}`)).status]).toEqual([query, 200]);
  });

  it('exports the same as CSV: named as the vendor names it, in UTC, and tells the log that it did', async () => {
    const page = await browser.get(`${consoleUrl('/system-log')}?search=conn-one`);
    const form = exportForm(page);
    const csv = await browser.fetch('POST', form.action, new URLSearchParams(form.fields));
    expect(csv.status).toBe(200);
    const stamp = new Date(app.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    expect(csv.headers['content-disposition']).toBe(
      `attachment; filename="SystemLog-Alpha_S_hne____-${organization.orgId}-${stamp}.csv"; filename*=UTF-8''SystemLog-Alpha_S%C3%B6hne_%E8%A3%BD%E4%BD%9C%E6%89%80-${organization.orgId}-${stamp}.csv`,
    );
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers['x-content-type-options']).toBe('nosniff');
    expect(lines(csv)[0]).toBe('"Time (UTC)","Actor","Actor ID","Event type","Event","Target ID","Target"');
    expect(lines(csv)).toHaveLength(2);
    expect(lines(csv)[1]).toMatch(
      /^"\d{4}-\d\d-\d\dT[\d:.]+Z","Writer","x","platform\/connection\/create","Connection created","Conn-One","Conn-One"$/,
    );
    const [entry] = await app.services.systemLog.list({ organizationId: organization.id, limit: 1 });
    expect(entry).toMatchObject({ event: 'platform/systemlog/export', actor: { name: 'Hanako Sato' } });
  });

  it('is for who has the permission; the others are told which one they lack', async () => {
    const allowed = await signedIn('Log Reader', ['system-log']);
    const page = await allowed.get(consoleUrl('/system-log'));
    expect(page.status).toBe(200);
    const refused = await signedIn('Library Reader', ['library']);
    expect((await refused.get(consoleUrl('/system-log'))).status).toBe(403);
    expect((await refused.get(consoleUrl('/'))).html).not.toContain('/system-log');
    const form = exportForm(page);
    const { csrf = '' } = refused.forms(await refused.get(consoleUrl('/sessions')))[0]!.fields;
    const taken = await refused.fetch('POST', form.action, new URLSearchParams({ ...form.fields, csrf }));
    expect(taken.status).toBe(403);
  });
});
