import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request with ui_locales succeeds, whatever languages it names', async () => {
  await op.signIn(new Browser(), { ui_locales: 'se' });
  await op.signIn(new Browser(), { ui_locales: 'ja en' });
});

it.each([
  ['ja en', 'ja'],
  ['se', 'en'],
])('With ui_locales=%s our own page speaks %s', async (locales, language) => {
  const anyOrganization = await op.register({ organizationId: null });
  const { html } = await new Browser().get(anyOrganization.start({ ui_locales: locales }).url);
  expect(html).toContain(`<html lang="${language}"`);
});
