import { expect, it } from 'vitest';
import { organizations } from '../demo/organizations.ts';
import { describeInChromium, signInUpstream } from './support/stage.ts';

const upstreamOf = { okta: 'okta', 'azure-ad': 'entra', gateway: 'gateway', saml: 'saml' } as const;
const workspaces = organizations.flatMap(({ kind, customerId, name, subscribers }) =>
  kind === 'citrix' ? [] : [{ kind, customerId, name, person: subscribers[0]!, upstream: upstreamOf[kind] }],
);

describeInChromium('A subscriber with a browser', (stage) => {
  it.each(workspaces)('of $name signs in at $upstream, reads their claims and signs out of both', async (each) => {
    const { customerId, person } = each;
    const upstream = stage.demo.upstreams[each.upstream];
    const workspaceUrl = stage.demo.sites.workspaceUrl(customerId);
    const { page, look, visited } = await stage.visit();

    await page.goto(workspaceUrl);
    await page.waitForURL(`${upstream}/**`);
    await look(`${customerId}-1-upstream`);
    await signInUpstream(page, person.username);
    await page.waitForURL(workspaceUrl);
    await page.getByRole('heading', { level: 1, name: `Hello, ${person.name}` }).waitFor();
    await look(`${customerId}-2-workspace`);
    for (const [claim, pattern] of Object.entries(claimPatterns)) {
      const row = page.getByRole('row', { name: claim });
      expect(await row.locator('code').last().textContent(), claim).toMatch(pattern);
    }

    await page.getByRole('link', { name: '日本語' }).click();
    await page.getByRole('heading', { level: 1, name: `${person.name}さん、こんにちは` }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
    await look(`${customerId}-3-workspace-ja`);

    await page.getByRole('button', { name: 'サインアウト' }).click();
    await page.waitForURL(`${workspaceUrl}signed-out`);
    await page.getByRole('heading', { name: 'サインアウトしました' }).waitFor();
    await look(`${customerId}-4-signed-out-ja`);
    expect(visited.some((url) => url.startsWith(upstream) && /\/(logout|slo)\b/.test(url))).toBe(true);

    // Back shows nothing of the person: the page was not kept, and a new sign-in begins (where a form travels, at a button).
    await page.goBack();
    await page
      .getByLabel('User name')
      .or(page.getByRole('button', { name: /^(Continue|続ける)$/ }))
      .waitFor();
    expect(await page.getByText(person.name).count()).toBe(0);
  });

  it('is led on by Back, by reloading and by a bookmark of the sign-in', async () => {
    const workspaceUrl = stage.demo.sites.workspaceUrl('northwind');
    const { page, look } = await stage.visit();
    await page.goto(workspaceUrl);
    await page.waitForURL(`${stage.demo.upstreams.okta}/**`);
    const bookmark = page.url();
    await signInUpstream(page, 'alice');
    await page.waitForURL(workspaceUrl);

    await page.goto(bookmark);
    await signInUpstream(page, 'alice');
    await look('bookmark-1');
    await page.getByRole('link', { name: 'Northwind Traders' }).click();
    await page.waitForURL(workspaceUrl);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Hello, Alice Liddell' }).waitFor();
  });

  it('is in two workspaces at once and leaves only the one that they sign out of', async () => {
    const [northwind, contoso] = ['northwind', 'contoso'].map((name) => stage.demo.sites.workspaceUrl(name)) as [
      string,
      string,
    ];
    const { page } = await stage.visit();
    await page.goto(northwind);
    await signInUpstream(page, 'alice');
    await page.getByRole('heading', { level: 1, name: 'Hello, Alice Liddell' }).waitFor();
    await page.goto(contoso);
    await signInUpstream(page, 'suzuki');
    await page.getByRole('heading', { level: 1, name: 'Hello, 鈴木 一郎' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await page.goto(northwind);
    await page.getByRole('heading', { level: 1, name: 'Hello, Alice Liddell' }).waitFor();
  });

  it('without a security identifier is told which attribute is missing', async () => {
    const { page, look } = await stage.visit();
    await page.goto(stage.demo.sites.workspaceUrl('northwind'));
    await signInUpstream(page, 'bob');
    await page.getByText('cip_sid').first().waitFor();
    await look('attribute-error');
  });

  it('on a phone in the dark reads the same page', async () => {
    const { page, look } = await stage.visit({ viewport: { width: 360, height: 720 }, colorScheme: 'dark' });
    await page.goto(stage.demo.sites.workspaceUrl('contoso'));
    await signInUpstream(page, 'suzuki');
    await page.getByRole('heading', { level: 1, name: 'Hello, 鈴木 一郎' }).waitFor();
    await look('phone-workspace');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});

const claimPatterns: Readonly<Record<string, RegExp>> = {
  cip_sid: /^S-1-5-21-[\d-]+$/,
  cip_upn: /^\S+@\S+$/,
  cip_oid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  cip_email: /^\S+@\S+$/,
};
