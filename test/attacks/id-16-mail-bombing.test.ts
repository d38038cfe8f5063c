/** SECURITY ID-16: nobody's mailbox is filled by whoever knows the address, and the answer is the same as ever. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';
import { withoutNoise } from './attacker.ts';

const minute = 60_000;
let mailServer: MailServer;
let app: TestApp;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer, env: { SEKISHO_TRUSTED_PROXIES: '127.0.0.1' } });
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});

async function bomber(address: string) {
  const browser = new Browser({ headers: { 'x-forwarded-for': address } });
  await browser.get(app.sites.consoleUrl());
  await browser.get(browser.link('/forgotten'));
  const form = browser.forms().find(({ fields }) => 'email' in fields)!;
  return (email: string) => browser.fetch('POST', form.action, new URLSearchParams({ ...form.fields, email }));
}
const mailsTo = (email: string) => mailServer.received.filter(({ to }) => to === email).length;

it('a thousand requests from fifty networks are ten mails an hour, and nobody sees the difference', async () => {
  const victim = await createAdministrator(app, [], 'Bombed Person');
  const answers = new Set<string>();
  for (let network = 0; network < 50; network++) {
    const bomb = await bomber(`198.18.${network}.1`);
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, index) => bomb(index % 2 ? victim.email : victim.email.toUpperCase())),
    );
    for (const page of pages)
      answers.add(`${page.status} ${withoutNoise(page.html).replaceAll(/bombed\.person@example\.com/gi, '')}`);
    await app.deliverMails();
    app.clock.advance(minute);
  }
  expect(answers.size).toBe(1);
  expect(mailsTo(victim.email)).toBeLessThanOrEqual(10);
  const before = mailsTo(victim.email);
  // It is no lock: the newest of them works, and an hour later there are new ones.
  app.clock.advance(61 * minute);
  await (await bomber('203.0.113.1'))(victim.email);
  await app.deliverMails();
  expect(mailsTo(victim.email)).toBe(before + 1);
}, 30_000);

it('one network neither keeps the mail from the owner nor voids the link that has just come', async () => {
  const victim = await createAdministrator(app, [], 'Pestered Person');
  const bomb = await bomber('198.51.100.77');
  for (let index = 0; index < 5; index++) {
    await bomb(victim.email);
    await app.deliverMails();
    app.clock.advance(4 * minute);
  }
  expect(mailsTo(victim.email)).toBe(3);
  while (mailsTo(victim.email) > 0) mailServer.take(victim.email);
  await (await bomber('203.0.113.3'))(victim.email);
  const link = /\S+\/password-reset\/\S+/.exec((await app.takeMail(victim.email)).text)![0];
  await (await bomber('203.0.114.3'))(victim.email);
  await app.deliverMails();
  expect(mailsTo(victim.email)).toBe(0);
  expect((await new Browser().get(link)).status).toBe(200);
});

it('one network cannot mail to everybody: it is told to wait, others are served', async () => {
  const bomb = await bomber('198.51.100.9');
  const people = await Promise.all(
    Array.from({ length: 5 }, (_, index) => createAdministrator(app, [], `Somebody Number${index}`)),
  );
  const statuses: number[] = [];
  for (let index = 0; index < 70; index++)
    statuses.push((await bomb(people[index]?.email ?? `nobody${index}@example.com`)).status);
  expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(60);
  expect(statuses.at(-1)).toBe(429);
  expect((await (await bomber('203.0.113.2'))(people[0]!.email)).status).toBe(200);
});

it('requests that nobody comes to deliver do not pile up', async () => {
  app.clock.advance(61 * minute);
  await app.services.passwordResets.forget();
  const bomb = await bomber('203.0.113.7');
  for (let index = 0; index < 20; index++) await bomb(`nobody${index}@example.org`);
  const waiting = () => app.database.db.selectFrom('password_reset_requests').selectAll().execute();
  expect((await waiting()).length).toBe(20);
  app.clock.advance(31 * minute);
  await app.services.passwordResets.forget();
  expect(await waiting()).toEqual([]);
});
