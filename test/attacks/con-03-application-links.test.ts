/**
 * SECURITY CON-03: an application's home page and ways back are web addresses, never scripts. Files (logos) cannot be
 * uploaded: no route takes a multipart body.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryError } from '../../src/directory/errors.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ byPath: true });
});
afterAll(() => app.close());

const bad = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://wiki.example/1',
  '//evil.test/',
  'http://wiki.example/',
  'https://user@evil.test/',
  'https://wiki.example/"><script>',
];

describe('CON-03, an application', () => {
  it.each(['client_uri', 'initiate_login_uri', 'redirect_uris', 'post_logout_redirect_uris', 'backchannel_logout_uri'])(
    'has a web address as %s or none',
    async (field) => {
      for (const url of bad) {
        const isList = field.endsWith('_uris');
        const metadata = { redirect_uris: ['https://wiki.example/cb'], [field]: isList ? [url] : url };
        const refused = await app.services.applications
          .add({ organizationId: null, name: 'Wiki', metadata })
          .catch((error: unknown) => error);
        expect([url, refused instanceof DirectoryError]).toEqual([url, true]);
      }
    },
  );
});

describe('CON-03, a file', () => {
  it('is taken by no page', async () => {
    const body = new FormData();
    body.set('logo', new Blob(['<svg onload="alert(1)"/>'], { type: 'image/svg+xml' }), 'logo.svg');
    for (const url of [
      app.sites.consoleUrl('/o/acme/session-settings'),
      `${app.sites.accountsBase}/signin/x/password`,
    ]) {
      const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
      await answer.body?.cancel();
      expect([303, 403, 404, 410, 415]).toContain(answer.status);
    }
    const page = await new Browser().get(app.sites.consoleUrl());
    expect(page.html).not.toContain('type="file"');
  });
});
