/** Without a mail server, on a developer's machine, mails can be read at /development/mails; nowhere else is there such a page. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { developmentMailFolder } from '../../src/config/development.ts';
import { createFolderSender } from '../../src/mail/senders.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  const sender = createFolderSender(join(app.folder, 'mails'));
  await sender.send({
    to: 'hana@mail.example',
    subject: 'Reset <your> password',
    text: 'Somebody asked.\n\nReset:\nhttps://id.example/reset?a=1\n',
    html: '<p>…</p>',
  });
  await writeFile(join(app.folder, 'secret.json'), '{"subject":"not a mail"}');
});
afterAll(() => app.close());
const url = (path = '') => `${app.sites.accountsBase}/development/mails${path}`;

describe('a developer', () => {
  it('reads the mails and follows their links', async () => {
    const browser = new Browser();
    const list = await browser.get(url());
    expect(list.html).toContain('Reset &lt;your&gt; password');
    const href = /href="([^"]*\/development\/mails\/[^"]+|mails\/[^"]+)"/.exec(list.html)?.[1];
    const mail = await browser.get(new URL(href!, url()));
    expect(mail.html).toContain('<a href="https://id.example/reset?a=1">');
  });

  it('is told of them where a page says that a mail was sent', async () => {
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await browser.get(browser.link('/forgotten'));
    await browser.submit({ email: 'nobody@mail.example' }, '/forgotten');
    expect((await browser.get(browser.link('/development/mails'))).html).toContain('Reset &lt;your&gt; password');
  });

  it('reads nothing else by that address', async () => {
    for (const name of ['/..%2Fsecret', '/.hidden', '/%2e%2e%2fsecret', '/secret%00']) {
      const page = await new Browser().fetch('GET', url(name));
      expect([name, page.status]).toEqual([name, 404]);
      expect(page.html).not.toContain('not a mail');
    }
  });
});

describe('anybody else', () => {
  it('finds no such page where a mail server is configured', async () => {
    const other = await startTestApp({ env: { SEKISHO_SMTP_URL: 'smtp://127.0.0.1:9' } });
    try {
      const page = await new Browser().fetch('GET', `${other.sites.accountsBase}/development/mails`);
      expect(page.status).toBe(404);
      const browser = new Browser();
      await browser.get(other.sites.consoleUrl());
      await browser.get(browser.link('/forgotten'));
      const sent = await browser.submit({ email: 'nobody@mail.example' }, '/forgotten');
      expect(sent.html).toContain('Look into your mailbox');
      expect(sent.html).not.toContain('development/mails');
    } finally {
      await other.close();
    }
  });

  it.each([
    ['over https', { secure: true }, '127.0.0.1'],
    ['on an address that others reach', { secure: false }, '0.0.0.0'],
    ['on an address that others reach by IPv6', { secure: false }, '::'],
  ])('finds none %s', (_where, sites, host) => {
    expect(developmentMailFolder({ smtpUrl: undefined, data: '/data', listen: { host, port: 8080 } }, sites)).toBe(
      undefined,
    );
  });
});
