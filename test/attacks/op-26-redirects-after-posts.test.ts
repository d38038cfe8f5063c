/** SECURITY OP-26: after a form with a password or a code the browser is sent on by 303, so that nothing is posted again. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';
import { beginSignIn, catchAnswer, deliver, type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

it('every redirect of a sign-in with password and code is a 303', async () => {
  const administrator = await createAdministrator(ground.app, [ground.alpha.organization]);
  const browser = new Browser();
  const url = await beginSignIn(browser, ground.ofAll, { acr_values: 'idp:citrix' });
  await browser.get(url);
  const statuses: number[] = [];
  const post = async (fields: Record<string, string>) => {
    const [form] = browser.forms();
    const page = await browser.fetch('POST', form!.action, new URLSearchParams({ ...form!.fields, ...fields }));
    statuses.push(page.status);
    return new URL(page.headers.location!, page.url);
  };
  await browser.get(await post({ email: administrator.email, password: administrator.password }));
  let next = await post({ code: administrator.code() });
  while (next.host === url.host) {
    const page = await browser.fetch('GET', next);
    statuses.push(page.status);
    next = new URL(page.headers.location!, page.url);
  }
  expect(statuses.length).toBeGreaterThan(2);
  expect(new Set(statuses)).toEqual(new Set([303]));
  expect(next.href).not.toContain(administrator.password);
});

it('so is the one from the callback, and the one for a posted authorize request', async () => {
  const browser = new Browser();
  const answer = await catchAnswer(ground.app, browser, ground.ofAlpha.start().url);
  expect((await deliver(browser, answer)).status).toBe(303);
  const fields = new URLSearchParams(ground.ofAlpha.start().url.search);
  const posted = await new Browser().fetch('POST', `${ground.app.sites.issuer}/connect/authorize`, fields);
  expect(posted.status).toBe(303);
});
