import type { Page } from 'playwright-core';
import { it } from 'vitest';
import { citrixAdministrator } from '../demo/organizations.ts';
import { describeInChromium, signInUpstream } from './support/stage.ts';

const noScript = { javaScriptEnabled: false };

describeInChromium('With script switched off', (stage) => {
  it('a subscriber signs in and out where the upstream redirects (OpenID Connect)', async () => {
    const { page, look } = await stage.visit(noScript);
    await page.goto(stage.demo.sites.workspaceUrl('northwind'));
    await signInUpstream(page, 'alice');
    await page.getByRole('heading', { level: 1, name: 'Hello, Alice Liddell' }).waitFor();
    await look('no-script-workspace');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  });

  it('a subscriber signs in and out where forms travel (SAML HTTP-POST), by two more buttons', async () => {
    const { page, look } = await stage.visit(noScript);
    await page.goto(stage.demo.sites.workspaceUrl('contoso'));
    await look('no-script-leaving');
    await press(page, 'Continue');
    await signInUpstream(page, 'suzuki');
    await press(page, 'Continue');
    await page.getByRole('heading', { level: 1, name: 'Hello, 鈴木 一郎' }).waitFor();
    await press(page, 'Sign out');
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  });

  it('an administrator signs in with password and code, opens the menu and signs out', async () => {
    const { page, look } = await stage.visit(noScript);
    await page.goto(stage.demo.sites.consoleUrl());
    await page.getByLabel('Email').fill(citrixAdministrator.email);
    await page.getByLabel('Password', { exact: true }).fill(citrixAdministrator.password);
    await press(page, 'Sign in');
    await page.getByLabel('6-digit code').fill(stage.demo.code(Date.now()).digits);
    await press(page, 'Continue');
    await page.getByRole('link', { name: 'Sample Works' }).click();
    await page.getByRole('link', { name: 'Session settings' }).click();
    await look('no-script-settings');
    await press(page, 'Save');
    await page.getByRole('status').waitFor();
    await press(page, 'Account menu');
    await press(page, 'Sign out');
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  });
});

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name }).click();
}
