import { expect, it } from 'vitest';
import { describeInChromium, signInUpstream } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

describeInChromium('An administrator with a browser', (stage) => {
  /** What the start page tells, in both languages. */
  async function readStartPage({ page, look }: Visitor) {
    const shown = (term: string) =>
      page
        .locator('dl > div', { has: page.getByText(term, { exact: true }) })
        .last()
        .locator('code')
        .textContent();
    await page.goto(`${stage.demo.startUrl}/?ui_locales=ja`);
    await look('start-1-ja');
    await page.getByRole('link', { name: 'English' }).click();
    await look('start-2');
    const code = await page.frameLocator('iframe').locator('code').textContent();
    return { email: await shown('Email'), password: await shown('Password'), code };
  }

  it('signs in with email, password and code as the start page says, changes settings and signs out', async () => {
    const visitor = await stage.visit();
    const { page, look } = visitor;
    const { email, password, code } = await readStartPage(visitor);
    await page.getByRole('link', { name: 'Open the console' }).click();
    await look('console-1-sign-in');
    await page.getByLabel('Email').fill(email ?? '');
    await page.getByLabel('Password', { exact: true }).fill(password ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('6-digit code').waitFor();
    await look('console-2-code');
    await page.getByLabel('6-digit code').fill(code ?? '');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Choose an organization' }).waitFor();
    await look('console-3-organizations');
    await page.getByRole('link', { name: 'Northwind Traders' }).click();
    await page.waitForURL(stage.demo.sites.consoleUrl('/o/northwind/'));
    await look('console-4-account');

    for (const title of ['My sessions', 'Authentication', 'Sessions', 'Session settings']) {
      await page.getByRole('link', { name: title, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await look(`console-5-${title.toLowerCase().replaceAll(' ', '-')}`);
    }
    await page.getByLabel('Sign administrators out when they are inactive').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').waitFor();
    await look('console-6-saved');

    await page.goto(stage.demo.sites.consoleUrl('/o/sample/?ui_locales=ja'));
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
    // The session of this very browser: the setting of one organization holds for the whole of it, at once.
    await page.getByText('無操作によるタイムアウト').waitFor();
    await look('console-7-account-ja');
    await page.getByRole('button', { name: 'アカウント' }).click();
    await look('console-8-menu-ja');
    await page.getByRole('button', { name: 'サインアウト' }).click();
    await page.getByRole('heading', { name: 'サインアウトしました' }).waitFor();
    await look('console-9-signed-out-ja');
  });

  it.each([
    {
      who: 'of Azure AD with full access',
      identifier: 'fabrikam',
      upstream: 'entra',
      username: 'mei@fabrikam.example',
    },
    { who: 'of an Azure AD group', identifier: 'fabrikam', upstream: 'entra', username: 'ken@fabrikam.example' },
    { who: 'of a group that SAML asserts', identifier: 'contoso', upstream: 'saml', username: 'yamada' },
  ] as const)('$who signs in by /go/$identifier and sees that organization', async (each) => {
    const { page, look } = await stage.visit();
    await page.goto(stage.demo.sites.goUrl(each.identifier));
    await page.waitForURL(`${stage.demo.upstreams[each.upstream]}/**`);
    await signInUpstream(page, each.username);
    await page.waitForURL(stage.demo.sites.consoleUrl(`/o/${each.identifier}/`));
    await look(`go-${each.username.split('@')[0]}`);
    const hasFullAccess = (await page.getByRole('link', { name: 'Authentication' }).count()) === 1;
    expect(hasFullAccess).toBe(each.username.startsWith('mei'));

    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await look(`go-${each.username.split('@')[0]}-signed-out`);
  });

  it('who belongs to no group of administrators is told so, without a loop', async () => {
    const { page, look } = await stage.visit();
    await page.goto(stage.demo.sites.goUrl('contoso'));
    await signInUpstream(page, 'suzuki');
    await page.waitForLoadState();
    await look('go-no-access');
    expect(page.url().startsWith(stage.demo.upstreams.saml)).toBe(false);
    expect(await page.getByRole('link').count()).toBeGreaterThan(0);
  });
});
