import { Router } from 'express';
import { describe, expect, it } from 'vitest';
import { requireRules } from '../../../src/http/route-table.ts';

const answer = () => undefined;
const before = () => undefined;

function routerWith(more: (router: Router) => void = () => undefined): Router {
  const router = Router();
  router.use(before);
  router.get('/', answer);
  router.get('/o/:customerId/people', answer);
  router.post('/o/:customerId/people', before, answer);
  more(router);
  return router;
}
const table = {
  rules: ['GET /o/:customerId/people', 'POST /o/:customerId/people'],
  open: ['GET /'],
  middleware: [before],
};
const check =
  (router: Router, change: Partial<typeof table> = {}) =>
  () =>
    requireRules(router, { ...table, ...change });

describe('A router with a table of rules', () => {
  it('starts when every route has its rule', () => {
    expect(check(routerWith())).not.toThrow();
  });

  it.each<[string, (router: Router) => void, string]>([
    ['a path', (router) => router.get('/o/:customerId/secrets', answer), 'no rule for GET /o/:customerId/secrets'],
    ['another method of a known path', (router) => router.delete('/', answer), 'no rule for DELETE /'],
    ['every method of a known path', (router) => router.all('/', answer), 'no rule for ALL /'],
    ['a pattern', (router) => router.get(/people/, answer), 'no rule for GET /people/'],
    ['a router below', (router) => router.use('/below', Router().get('/', answer)), 'is mounted'],
    ['a function that answers everything', (router) => router.use(answer), 'answer'],
  ])('does not start with %s outside of it', (_what, add, problem) => {
    expect(check(routerWith(add))).toThrow(problem);
  });

  it('does not start with a rule that nothing answers', () => {
    expect(check(routerWith(), { rules: [...table.rules, 'GET /o/:customerId/gone'] })).toThrow('nothing answers GET');
  });
});
