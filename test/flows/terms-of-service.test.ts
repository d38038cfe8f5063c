/** CIT-10: the terms of service in force are accepted before there is a session; a new version is asked for again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';

const folder = mkdtempSync(join(tmpdir(), 'sekisho-terms-'));
const write = (version: string) => {
  writeFileSync(join(folder, `${version}.en.txt`), `# Terms <script>\nVersion ${version} & its text.\n\nSecond.`);
  writeFileSync(join(folder, `${version}.ja.txt`), `# 規約\n${version} 版の本文。`);
};
write('9');
write('10');

let app: TestApp;
let acme: Organization;
beforeAll(async () => {
  app = await startTestApp({ env: { SEKISHO_TERMS: folder } });
  acme = await organizationNamed(app, 'acme');
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => app.clock.advance(31_000));

let people = 0;
const somebody = (termsAccepted = false) => createAdministrator(app, [acme], `Person No${++people}`, { termsAccepted });
async function arrive(who: TestAdministrator, language = 'en'): Promise<Browser> {
  const browser = new Browser({ language });
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, who);
  return browser;
}
const logged = async (event: 'platform/termsofservice/accept' | 'platform/termsofservice/decline') =>
  app.services.systemLog.list({ organizationId: acme.id, event });

describe('somebody who has not accepted the terms in force', () => {
  it('reads them after the code, the last version by number, as text; and comes in by accepting', async () => {
    const who = await somebody();
    const browser = await arrive(who);
    expect(browser.page?.html).toContain('<h2>Terms &lt;script&gt;</h2>');
    expect(browser.page?.html).toContain('Version 10 &amp; its text.');
    expect(await app.services.sessions.listOfAdministrators()).toHaveLength(0);
    const page = await browser.submit({ answer: 'accept' }, '/terms');
    expect([page.status, page.url.pathname]).toEqual([200, '/o/acme/']);
    const [row] = await app.database.db
      .selectFrom('terms_acceptances')
      .selectAll()
      .where('identity_id', '=', who.identity.id)
      .execute();
    expect(row).toMatchObject({ version: '10', language: 'en' });
    expect((await logged('platform/termsofservice/accept'))[0]).toMatchObject({
      actor: { type: 'administrator', name: who.identity.displayName },
      target: { type: 'identity', id: who.identity.id },
      detail: { version: '10', language: 'en' },
      clientAddress: '127.0.0.1',
    });
    app.clock.advance(31_000);
    expect((await arrive(who)).page?.url.pathname).toBe('/o/acme/');
  });

  it('reads them in Japanese, which is what is kept', async () => {
    const who = await somebody();
    const browser = await arrive(who, 'ja');
    expect(browser.page?.html).toContain('10 版の本文。');
    await browser.submit({ answer: 'accept' }, '/terms');
    expect((await logged('platform/termsofservice/accept'))[0]?.detail).toEqual({ version: '10', language: 'ja' });
  });

  it('is signed out by declining, told so, and can come back', async () => {
    const who = await somebody();
    const browser = await arrive(who);
    const page = await browser.submit({ answer: 'decline' }, '/terms');
    expect([page.status, page.html.includes('You have declined the terms')]).toEqual([200, true]);
    expect(await logged('platform/termsofservice/decline')).toHaveLength(1);
    expect((await browser.get(app.sites.consoleUrl('/o/acme/'))).html).toContain('name="password"');
    await browser.get(app.sites.consoleUrl());
    app.clock.advance(31_000);
    await signInWithCode(browser, who);
    expect(browser.page?.html).toContain('Version 10');
    expect((await browser.submit({ answer: 'accept' }, '/terms')).url.pathname).toBe('/o/acme/');
  });

  it('comes in neither with another version, another answer, nor by skipping the page', async () => {
    const browser = await arrive(await somebody());
    const [form] = browser.forms();
    for (const fields of [
      { answer: 'accept', version: '9' },
      { answer: 'accept', version: '' },
      { answer: 'yes' },
      {},
    ]) {
      const page = await browser.post(form!.action, { ...form!.fields, ...fields });
      expect(page.html).toContain('Accept and continue');
    }
    const console = await browser.get(app.sites.consoleUrl('/o/acme/'));
    expect(console.html).not.toContain('My account');
  });

  it('cannot accept before password and code are proven', async () => {
    const who = await somebody();
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await browser.submit({ email: who.email, password: who.password }, '/password');
    const { action, fields } = browser.forms().find((form) => form.action.href.includes('/code'))!;
    const url = action.href.replace('/code', '/terms');
    await browser.post(url, { csrf: fields.csrf!, answer: 'accept', version: '10' });
    expect(browser.page?.html).toContain('name="code"');
    expect(await app.services.termsAcceptances.isDue(who.identity.id)).toBe(true);
  });
});

describe('the terms', () => {
  it('can be read by anybody at any time, in both languages', async () => {
    const page = await new Browser().get(`${app.sites.accountsBase}/terms?ui_locales=ja`);
    expect([page.status, page.html.includes('10 版の本文。')]).toEqual([200, true]);
  });

  it('that are new are asked for at the next sign-in of whoever accepted the old ones', async () => {
    const who = await somebody(true);
    const browser = await arrive(who);
    expect(browser.page?.url.pathname).toBe('/o/acme/');
    write('11');
    const stores = { database: app.database, store: app.store };
    const { folder: data, sealingKeys, clock } = app;
    const newer = await startTestApp({ stores, folder: data, sealingKeys, clock, env: { SEKISHO_TERMS: folder } });
    expect(await newer.services.termsAcceptances.isDue(who.identity.id)).toBe(true);
    await newer.close();
  });
});
