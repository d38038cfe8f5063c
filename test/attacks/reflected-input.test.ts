/** Beyond the catalogue: what a request brings (languages, names, states, ways back) is shown as text and followed nowhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { beginSignIn, type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

const markup = '"><script>alert(1)</script>';
const script = /<script>|onerror=|href="javascript:/i;

describe('what a request brings', () => {
  it('as a language is one of ours or nothing, on the page, in the cookie and in the links', async () => {
    for (const wish of [markup, 'ja\r\nSet-Cookie: x=y', '../../etc', 'x'.repeat(5000), 'ja'.repeat(2000)]) {
      const browser = new Browser();
      const page = await browser.get(
        `${ground.app.sites.accountsBase}/signin/x?ui_locales=${encodeURIComponent(wish)}`,
      );
      expect(page.html).not.toMatch(script);
      expect(['en', 'ja']).toContain(browser.cookie('language'));
      expect(browser.cookie('x')).toBeUndefined();
    }
    const page = await new Browser().fetch('GET', `${ground.app.sites.accountsBase}/signin/x`, undefined, {
      cookie: `language=${markup.replaceAll('"', '%22')}; sekisho_zone=<script>; browser=<script>`,
    });
    expect(page.html).not.toMatch(script);
  });

  it('as the application that somebody came from is shown only when it is registered, and links to its own home', async () => {
    for (const client of [
      markup,
      'https://evil.test',
      'javascript:alert(1)',
      '__proto__',
      'constructor',
      '../x',
      'workspace:nothing',
    ]) {
      const page = await new Browser().get(
        `${ground.app.sites.accountsBase}/signin/x?client=${encodeURIComponent(client)}`,
      );
      expect(page.status).toBe(410);
      expect(page.html).not.toMatch(script);
      expect([...page.html.matchAll(/<a [^>]*href="(?!\/)([^"#]*)"/g)].map(([, href]) => href)).not.toContainEqual(
        expect.stringMatching(/evil/),
      );
    }
  });

  it('as state comes back to the application as it was, and is in no page of ours', async () => {
    const state = `${markup}\u2028&code=forged#x`;
    const page = await new Browser().fetch('GET', ground.ofAlpha.start({ state, prompt: 'none' }).url);
    const location = new URL(page.headers.location!);
    expect([location.host, location.searchParams.get('state'), location.searchParams.get('code')]).toEqual([
      '127.0.0.1:9',
      state,
      null,
    ]);
    const refused = await new Browser().fetch(
      'GET',
      ground.ofAlpha.start({ state, redirect_uri: 'https://evil.test' }).url,
    );
    expect(refused.html).not.toMatch(script);
  });

  it('as the end of a workspace or console address leads back into it only', async () => {
    const browser = new Browser();
    await browser.get(ground.app.sites.workspaceUrl('alpha'));
    for (const from of [
      'https://evil.test',
      '//evil.test',
      '/\\evil.test',
      'javascript:alert(1)',
      '/%0d%0aSet-Cookie:x=y',
    ]) {
      const url = `${ground.app.sites.workspaceUrl('alpha', '/signed-out')}?from=${encodeURIComponent(from)}`;
      const page = await browser.fetch('GET', url);
      expect(page.status).toBe(303);
      expect(new URL(page.headers.location!, url).origin).toBe(new URL(url).origin);
    }
    for (const reason of [markup, 'constructor', 'x'.repeat(1000)]) {
      const page = await new Browser().get(
        `${ground.app.sites.workspaceUrl('alpha', '/signed-out')}?reason=${encodeURIComponent(reason)}`,
      );
      expect([page.status, script.test(page.html)]).toEqual([200, false]);
    }
    for (const path of [
      '/o/%2f%2fevil.test/',
      '/o/..%2f..%2fevil/',
      '//evil.test/o/x/',
      '/go/%2f%2fevil.test',
      '/organizations?current=//evil',
    ]) {
      const page = await new Browser().fetch('GET', ground.app.sites.consoleUrl('').replace(/\/$/, '') + path);
      const location = page.headers.location;
      if (location !== undefined) expect(new URL(location).hostname).toMatch(/^(accounts|citrix)\.localhost$/);
      expect(page.html).not.toMatch(/href="\/\/|evil\.test"/);
    }
  });

  it('as an identifier typed on our pages leads to our own addresses only', async () => {
    const browser = new Browser();
    const url = await beginSignIn(browser, ground.ofAll, { acr_values: 'idp:citrix' });
    await browser.get(`${url.origin}${url.pathname}/company`);
    for (const organization of [
      'https://evil.test/go/x',
      '//evil.test',
      markup,
      'x'.repeat(10_000),
      '../../x',
      '\\\\evil',
      'javascript:1',
    ]) {
      const [form] = browser.forms();
      const page = await browser.fetch('POST', form!.action, new URLSearchParams({ ...form!.fields, organization }));
      expect(page.status).toBe(422);
      expect(page.html).not.toMatch(script);
    }
  });
});

describe('a callback of our own relying parties', () => {
  it('takes no code of the attacker: neither of another browser nor of another client', async () => {
    const attacker = new Browser();
    let page = await attacker.fetch('GET', ground.app.sites.workspaceUrl('alpha'));
    while (!page.headers.location?.includes('/callback?code='))
      page = await attacker.fetch('GET', page.headers.location!);
    const callback = page.headers.location;
    const victim = new Browser();
    await victim.fetch('GET', ground.app.sites.workspaceUrl('alpha'));
    const stolen = await victim.get(callback);
    expect(stolen.status).toBe(400);
    expect(victim.cookies.some(({ name }) => name === 'workspace-alpha')).toBe(false);
    const elsewhere = callback.replace('//alpha.', '//beta.');
    expect((await attacker.get(elsewhere)).status).toBe(400);
    // And the attacker's own answer was not used up by it.
    expect((await attacker.get(callback)).status).toBe(200);
  });

  it('its session cookie is good for its own workspace, and only as it was signed', async () => {
    const browser = new Browser();
    await browser.get(ground.app.sites.workspaceUrl('alpha'));
    const cookie = browser.cookies.find(({ name }) => name === 'workspace-alpha')!;
    const isOpen = async (name: string, value: string, host: string) => {
      const page = await new Browser().fetch('GET', `http://${host}:${ground.app.port}/session`, undefined, {
        cookie: `${name}=${value}`,
      });
      return page.status === 200;
    };
    expect(await isOpen('workspace-alpha', cookie.value, 'alpha.localhost')).toBe(true);
    const [uid, mac] = cookie.value.split('.') as [string, string];
    for (const [name, value, host] of [
      ['workspace-beta', cookie.value, 'beta.localhost'],
      ['workspace-alpha', uid, 'alpha.localhost'],
      ['workspace-alpha', `${uid}.`, 'alpha.localhost'],
      ['workspace-alpha', `${uid}.${'A'.repeat(mac.length)}`, 'alpha.localhost'],
      ['workspace-alpha', `x${uid}.${mac}`, 'alpha.localhost'],
      ['console', cookie.value, 'citrix.localhost'],
    ] as const) {
      expect([name, value.length, await isOpen(name, value, host)]).toEqual([name, value.length, false]);
    }
  });
});

it('an application’s home is http(s) only, so that no page of ours links to a script', async () => {
  for (const uri of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x']) {
    const metadata = { client_uri: uri };
    await expect(registerRelyingParty(ground.app, { organizationId: null, metadata })).rejects.toThrow();
    await expect(
      registerRelyingParty(ground.app, { organizationId: null, metadata: { initiate_login_uri: uri } }),
    ).rejects.toThrow();
  }
});
