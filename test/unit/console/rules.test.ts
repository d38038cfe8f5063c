import { describe, expect, it } from 'vitest';
import { consoleRules, isSecretField, menu, pageOf, sensitiveRoutes } from '../../../src/console/rules.ts';
import { proofFields } from '../../../src/console/views/fresh-proof-page.ts';
import { type Access, isAllowed, type Needs, permissionNames } from '../../../src/directory/permissions.ts';
import { render } from '../../../src/http/views/html.ts';
import { consolePages } from '../../gallery/console-pages.ts';

const full: Access = { access: 'full' };
/** Every permission there is, and still not full access. */
const everything: Access = { access: 'custom', permissions: permissionNames };
const library: Access = { access: 'custom', permissions: ['library'] };
const rules = Object.entries(consoleRules) as [string, Needs][];

describe('Who may use which page of the console', () => {
  it('is everything for full access', () => {
    expect(rules.filter(([, needs]) => !isAllowed(full, needs))).toEqual([]);
  });

  it('is one account and its own sessions, and what its permissions name, for custom access', () => {
    for (const access of [everything, library]) {
      const allowed = rules.filter(([, needs]) => isAllowed(access, needs)).map(([route]) => route);
      expect(allowed).toEqual([
        'GET /',
        'GET /sessions',
        'GET /sessions/end',
        'POST /sessions/end',
        'GET /sessions/end-others',
        'POST /sessions/end-others',
        'GET /password',
        'POST /password',
        ...rules.map(([route]) => route).filter((route) => / \/(?:passkeys|mfa)\b/.test(route)),
        'GET /session-settings',
        'GET /sign-in-again',
        'POST /sign-in-again/passkey-options',
        // What `everything` has a permission for, `library` has not.
        ...(access === everything
          ? [
              'GET /api-access',
              'POST /api-access',
              'POST /api-access/download',
              'GET /api-access/revoke',
              'POST /api-access/revoke',
              'POST /api-access/resume',
              'GET /sign-ins',
              'GET /sign-ins/:traceId',
              'GET /system-log',
              'POST /system-log/export',
              'GET /workspace-configuration',
              'POST /workspace-configuration',
            ]
          : []),
      ]);
    }
  });

  it('is decided by the one permission that a page names', () => {
    expect(isAllowed(library, 'library')).toBe(true);
    expect(isAllowed(library, 'system-log')).toBe(false);
    expect(isAllowed({ access: 'custom', permissions: [] }, 'library')).toBe(false);
  });

  it('is the same for a confirmation and for what it confirms', () => {
    for (const [route, needs] of rules) {
      const post = rules.find(([other]) => other === route.replace('GET ', 'POST '));
      if (route.startsWith('GET ') && route.includes('/end') && post) expect([route, post[1]]).toEqual([route, needs]);
    }
  });

  it('has a rule for every entry of the menu', () => {
    for (const { route } of menu) expect(consoleRules).toHaveProperty([route]);
  });
});

describe('What is sensitive', () => {
  it('is a post, so that what was posted can be kept', () => {
    for (const route of sensitiveRoutes) expect(route).toMatch(/^POST /);
  });

  it('leads back to the page that its form stood on', () => {
    expect(pageOf('/session-settings')).toBe('/session-settings');
    expect(pageOf('/organization-sessions/end-all')).toBe('/organization-sessions/end-all');
    expect(pageOf('/connections/7c9e/none-such')).toBe('/connections/7c9e');
    expect(pageOf('/none-such')).toBe('/');
    expect(pageOf('/')).toBe('/');
  });

  it('never writes a secret into a page: every password control of the console is a secret field', () => {
    const assets = { style: '/style.css', script: '/script.js', passkeys: '/passkeys.js', icon: '/icon.svg' };
    const context = { language: 'en', timeZone: 'UTC', assets } as unknown as Parameters<
      (typeof consolePages)[string]
    >[0];
    const names = Object.values(consolePages).flatMap((page) =>
      [...render(page(context)).matchAll(/<input[^>]*\bname="([^"]+)"[^>]*\btype="password"/g)].map(([, name]) => name),
    );
    expect(names).toContain(proofFields.password);
    const isKnown = (name = '') => isSecretField(name) || name === proofFields.password;
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });
});
