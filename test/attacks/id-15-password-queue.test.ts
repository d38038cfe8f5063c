/** SECURITY ID-15: hundreds of passwords at once are refused beyond a queue, and everybody else is served meanwhile. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { beginSignIn, type Ground, sendTarget, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

it('five hundred password sign-ins at once are answered fast: some compared, the others told to wait', async () => {
  const browser = new Browser();
  await browser.get(await beginSignIn(browser, ground.ofAll, { acr_values: 'idp:citrix' }));
  const form = browser.forms().find(({ fields }) => 'password' in fields)!;
  const flood = Array.from({ length: 500 }, (_, index) =>
    browser.fetch(
      'POST',
      form.action,
      new URLSearchParams({ ...form.fields, email: `user${index}@example.com`, password: 'Guess-1' }),
    ),
  );
  const others = Array.from({ length: 10 }, () => sendTarget(ground.app, '/core/.well-known/openid-configuration'));
  expect((await Promise.all(others)).every(({ status }) => status === 200)).toBe(true);
  const statuses = (await Promise.all(flood)).map(({ status }) => status);
  const count = (status: number) => statuses.filter((one) => one === status).length;
  expect(count(422)).toBeGreaterThan(0);
  expect(count(422)).toBeLessThan(400);
  expect(count(422) + count(429)).toBe(500);
}, 120_000);
