/** SECURITY OP-09: a sign-in under way belongs to the browser that began it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { beginSignIn, type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

describe('the address of somebody else’s sign-in', () => {
  it('shows no step of it, and leads to the application only', async () => {
    const uid = (await beginSignIn(new Browser(), ground.ofAlpha)).pathname;
    for (const path of ['', '/return?h=x', '/company', '/restart']) {
      const page = await new Browser().fetch('GET', `${ground.app.sites.accountsBase}${uid}${path}`);
      expect(page.status).toBe(410);
      expect(page.headers.location).toBeUndefined();
      expect(page.html).not.toContain('<form');
    }
  });

  it('takes no form, not even from a browser that is signing in itself', async () => {
    const theirs = (await beginSignIn(new Browser(), ground.ofAll, { acr_values: 'idp:citrix' })).pathname;
    const browser = new Browser();
    const own = await beginSignIn(browser, ground.ofAll, { acr_values: 'idp:citrix' });
    await browser.get(own);
    const { csrf = '' } = browser.forms()[0]!.fields;
    for (const step of ['password', 'code', 'stay', 'organization', 'company']) {
      const fields = {
        csrf,
        email: 'a@example.com',
        password: 'x',
        code: '000000',
        organization: 'alpha',
        stay: 'yes',
      };
      const url = `${ground.app.sites.accountsBase}${theirs}/${step}`;
      const page = await browser.fetch('POST', url, new URLSearchParams(fields));
      expect([step, page.status]).toEqual([step, 410]);
      expect(page.headers.location).toBeUndefined();
    }
  });

  it('resumes nowhere: the way back to the OpenID Provider asks for its own cookie', async () => {
    const uid = (await beginSignIn(new Browser(), ground.ofAlpha)).pathname.split('/').at(-1);
    const page = await new Browser().fetch('GET', `${ground.app.sites.issuer}/connect/authorize/${uid}`);
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
  });

  it('the cookie of one’s own sign-in, sent to another’s address, opens nothing', async () => {
    const theirs = (await beginSignIn(new Browser(), ground.ofAlpha)).pathname;
    const browser = new Browser();
    const own = await beginSignIn(browser, ground.ofAlpha);
    for (const cookie of browser.cookies) {
      cookie.path = cookie.path.replace(own.pathname, theirs).replace(own.pathname.slice(8), theirs.slice(8));
    }
    const page = await browser.fetch('GET', `${ground.app.sites.accountsBase}${theirs}`);
    expect([page.status, page.headers.location]).toEqual([410, undefined]);
  });

  it('its name, which is in its address and in logs, is no cookie without our signature', async () => {
    const owner = new Browser();
    const { pathname } = await beginSignIn(owner, ground.ofAlpha);
    const thief = new Browser();
    thief.cookies.push(...owner.cookies.filter(({ name }) => !name.endsWith('.sig')));
    const page = await thief.fetch('GET', `${ground.app.sites.accountsBase}${pathname}`);
    expect([page.status, page.headers.location]).toEqual([410, undefined]);
    const resumed = `${ground.app.sites.issuer}/connect/authorize/${pathname.split('/').at(-1)}`;
    expect((await thief.fetch('GET', resumed)).status).toBe(400);
    expect((await owner.fetch('GET', `${ground.app.sites.accountsBase}${pathname}`)).status).toBe(303);
  });
});
