/**
 * SECURITY ID-18, as far as there is something to it: the built-in identity signs in to the console and to nothing that
 * signs in elsewhere. An administrator's right password is worth nothing on the way to a workspace, to an application of an
 * organization's subscribers, or at `/go/<identifier>`. (Nobody can switch the built-in identity off: IDP-3 keeps one.)
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { createAdministrator, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let who: TestAdministrator;
beforeAll(async () => {
  ground = await startGround();
  who = await createAdministrator(ground.app, [ground.alpha.organization]);
});
afterAll(() => ground.close());

/** A sign-in that waits in this browser, as the OpenID Provider sends it to the accounts host, without the upstream. */
async function waiting(browser: Browser, start: string | URL): Promise<string> {
  let page = await browser.fetch('GET', start);
  let url = new URL(start);
  for (let hop = 0; hop < 6 && page.headers.location !== undefined; hop++) {
    url = new URL(page.headers.location, url);
    if (url.pathname.startsWith('/signin/')) return url.href;
    page = await browser.fetch('GET', url);
  }
  throw new Error(`no sign-in began at ${start}`);
}

describe('the password of an administrator', () => {
  it.each([
    ['an application of one organization', () => ground.ofAlpha.start().url],
    ['an application of all, for an organization', () => ground.ofAll.start({ acr_values: 'tenant:alpha' }).url],
    ['a workspace', () => ground.app.sites.workspaceUrl(ground.alpha.organization.workspaceName)],
  ])('does nothing on the way to %s', async (_where, start) => {
    // One browser begins at the console, where the form and its token are given to it.
    const browser = new Browser();
    await browser.get(ground.app.sites.consoleUrl());
    const form = browser.forms().find(({ fields }) => 'password' in fields)!;
    const elsewhere = new URL(await waiting(browser, start()));
    const action = elsewhere.href.replace(/\/signin\/([^/?]+)/, '/signin/$1/password');
    const page = await browser.fetch(
      'POST',
      action,
      new URLSearchParams({ csrf: form.fields.csrf!, email: who.email, password: who.password }),
    );
    expect(page.status).toBe(303);
    // The dispatcher goes where this sign-in belongs: to the upstream, not to the code.
    const next = await browser.fetch('GET', page.headers.location!);
    expect(next.html).not.toContain('name="code"');
    expect(await ground.app.services.sessions.listOfAdministrators()).toEqual([]);
    // Nor does a passkey.
    const passkey = await browser.fetch(
      'POST',
      action.replace('/password', '/passkey'),
      new URLSearchParams({ csrf: form.fields.csrf!, passkey: '{}' }),
    );
    expect(passkey.status).toBe(404);
  });
});
