/** Every request that is open to strangers has a limit, found in the one table; the routers are walked. */
import type { Router } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../../src/config/sites.ts';
import { limitedRoutes, limitOf, requestLimits } from '../../../src/http/request-limits.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}
/** Every route that is registered below a router, as [method, path]; the issuer's, which are mounted, without their prefix. */
function routesOf(router: Router): [method: string, path: string][] {
  return (router.stack as unknown as Layer[]).flatMap(({ route, handle }) => {
    if (!route) return handle.stack ? routesOf(handle as unknown as Router) : [];
    const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
    return [route.path].flat().flatMap((path) => methods.map((method): [string, string] => [method, path]));
  });
}
/** What oidc-provider answers beside (op/configuration.ts). */
const ofProvider = ['token', 'introspect', 'revocation', 'userinfo', 'par', 'authorize', 'endsession'].map(
  (name): [string, string] => ['POST', `/core/connect/${name}`],
);

describe('a request that changes something or takes a secret', () => {
  it.each(['accounts', 'saml', 'console', 'workspace', 'api'] as const)(
    'at %s is named in the table, not only caught by the rest',
    (service: Service) => {
      const router = app.routers[service as keyof typeof app.routers];
      const routes = router === undefined ? [] : routesOf(router);
      const posts = routes.filter(([method]) => method !== 'GET');
      const prefixed = posts.map(([method, path]): [string, string] =>
        /^\/(?:connect|session)\//.test(path) && service === 'accounts' ? [method, `/core${path}`] : [method, path],
      );
      if (service !== 'api') expect(posts.length).toBeGreaterThan(0);
      const all =
        service === 'accounts' ? [...prefixed, ...ofProvider, ['POST', '/core/session/end/confirm']] : prefixed;
      const unnamed = all.filter(([method = '', path = '']) => {
        const limit = limitOf(service, method, path.replaceAll(/:\w+/g, 'x'));
        return limit === undefined || limit === 'other';
      });
      expect(unnamed).toEqual([]);
    },
  );

  it('is also our SAML metadata, whose readers are noted', () => {
    for (const path of ['/saml/metadata.xml', '/saml/metadata/0.xml', '/SAML/Metadata.xml'])
      for (const method of ['GET', 'HEAD']) expect(limitOf('saml', method, path)).toBe('other');
  });

  it('has a limit even where nobody has thought of it', () => {
    expect(limitOf('console', 'POST', '/new')).toBe('other');
    expect(limitOf('accounts', 'DELETE', '/new')).toBe('other');
    expect(limitOf('accounts', 'GET', '/new')).toBeUndefined();
  });

  it('is found however its path is spelled for the router', () => {
    for (const path of ['/signin/abc/company', '/SIGNIN/abc/Company', '/signin/abc/company/'])
      expect([path, limitOf('accounts', 'POST', path)]).toEqual([path, 'names']);
    expect(limitOf('saml', 'POST', '/saml/acs')).toBe('journeys');
    expect(limitOf('accounts', 'HEAD', '/core/connect/authorize')).toBe('journeys');
  });
});

describe('the table', () => {
  it('has no row that an earlier one hides', () => {
    for (const [service, rows] of Object.entries(limitedRoutes)) {
      for (const [limit, method, path] of rows) {
        const sample = path.replaceAll(/:\w+/g, 'x').replace('*', 'anything');
        expect([path, limitOf(service as Service, method === '*' ? 'POST' : method, sample)]).toEqual([path, limit]);
      }
    }
  });

  it('lets some thousand people behind one address sign in within a minute', () => {
    // Authorize twice, the callback, the console’s own; password, code.
    expect(requestLimits.journeys.max / 5).toBeGreaterThanOrEqual(1000);
    expect(requestLimits.forms.max / 2).toBeGreaterThanOrEqual(1000);
  });
});
