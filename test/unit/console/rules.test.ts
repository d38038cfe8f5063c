import { describe, expect, it } from 'vitest';
import { consoleRules, menu } from '../../../src/console/rules.ts';
import { type Access, isAllowed, type Needs, permissionNames } from '../../../src/directory/permissions.ts';

const full: Access = { access: 'full' };
/** Every permission there is, and still not full access. */
const everything: Access = { access: 'custom', permissions: permissionNames };
const library: Access = { access: 'custom', permissions: ['library'] };
const rules = Object.entries(consoleRules) as [string, Needs][];

describe('Who may use which page of the console', () => {
  it('is everything for full access', () => {
    expect(rules.filter(([, needs]) => !isAllowed(full, needs))).toEqual([]);
  });

  it('is one account and its own sessions, and nothing that changes the organization, for custom access', () => {
    for (const access of [everything, library]) {
      const allowed = rules.filter(([, needs]) => isAllowed(access, needs)).map(([route]) => route);
      expect(allowed).toEqual([
        'GET /',
        'GET /sessions',
        'GET /sessions/end',
        'POST /sessions/end',
        'GET /sessions/end-others',
        'POST /sessions/end-others',
        'GET /session-settings',
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
