/** A language chosen on one host is kept on the way through the others. */
import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { connectOkta } from '../support/scenario/upstreams.ts';

it('shows the sign-in pages in the language that was chosen in the console or the workspace', async () => {
  const app = await startTestApp();
  const okta = await connectOkta(app, 'acme');
  try {
    const browser = new Browser({ language: 'en' });
    const page = await browser.get(app.sites.consoleUrl('/?ui_locales=ja'));
    expect(page.html).toContain('<html lang="ja">');
    const workspace = new Browser({ language: 'en' });
    expect((await workspace.get(app.sites.workspaceUrl('acme', '/?ui_locales=ja'))).html).toContain('<html lang="ja">');
    okta.upstream.misbehaveNext('access-denied');
    await workspace.submit({}, '/sign-out');
    const refused = await workspace.get(app.sites.workspaceUrl('acme', '/'));
    expect(refused.html).toContain('<html lang="ja">');
    const lost = await new Browser().get(app.sites.workspaceUrl('acme', '/nothing-here'));
    expect(lost.status).toBe(404);
    expect(lost.html).toContain(`href="${app.sites.workspaceUrl('acme')}"`);
  } finally {
    await okta.upstream.close();
    await app.close();
  }
});
