/**
 * What answers is what the table says, and nothing else: walks a finished router and refuses to go on when it has a route
 * without a rule, or a rule without a route (SPEC ADM-2). Called once at the start by a surface that has such a table.
 */
import type { Router } from 'express';

export interface RouteTable {
  /** `GET /o/:customerId/sessions`: routes that ask a rule first. */
  rules: readonly string[];
  /** Routes that need none, each named. */
  open: readonly string[];
  /** What may run before every route. Anything else that is mounted could answer by itself. */
  middleware: readonly unknown[];
}

/** Throws with every route that is wrong. */
export function requireRules(router: Pick<Router, 'stack'>, { rules, open, middleware }: RouteTable): void {
  const known = new Set([...rules, ...open]);
  const found = new Set<string>();
  const problems: string[] = [];
  for (const { route, handle } of router.stack) {
    if (!route) {
      if (!middleware.includes(handle))
        problems.push(`something without a route is mounted: ${handle.name || 'unnamed'}`);
      continue;
    }
    for (const { method } of route.stack) {
      const name = `${method === undefined ? 'ALL' : method.toUpperCase()} ${String(route.path)}`;
      found.add(name);
      if (!known.has(name)) problems.push(`no rule for ${name}`);
    }
  }
  for (const name of known) if (!found.has(name)) problems.push(`nothing answers ${name}`);
  if (problems.length > 0) throw new Error(`routes and rules differ: ${problems.join('; ')}`);
}
