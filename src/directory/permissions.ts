/** What administrators may do: the closed list of ADM-2. Pure. */

export const permissionNames = [
  'customer-dashboard-view',
  'domains',
  'library',
  'licensing',
  'notifications',
  'resource-locations',
  'secure-client',
  'system-log',
  'workspace-configuration',
] as const;
export type Permission = (typeof permissionNames)[number];

export type Access = { access: 'full' } | { access: 'custom'; permissions: readonly Permission[] };

export function isPermission(name: string): name is Permission {
  return (permissionNames as readonly string[]).includes(name);
}

/** Full access may everything; what is for full access only (ADM-2) asks `access` itself. */
export function mayUse(access: Access, permission: Permission): boolean {
  return access.access === 'full' || access.permissions.includes(permission);
}

/** What a page or an API call asks of somebody. `any`: every administrator of the organization. */
export type Needs = 'any' | 'full' | Permission;

/** The one decision (ADM-2), for the pages of the console and the API alike. */
export function isAllowed(access: Access, needs: Needs): boolean {
  if (needs === 'any') return true;
  return needs === 'full' ? access.access === 'full' : mayUse(access, needs);
}

/** Several memberships of one person add up (AAD-4). At least one. */
export function addUp(accesses: readonly Access[]): Access {
  if (accesses.some(({ access }) => access === 'full')) return { access: 'full' };
  const held = new Set(accesses.flatMap((access) => (access.access === 'custom' ? access.permissions : [])));
  return { access: 'custom', permissions: permissionNames.filter((name) => held.has(name)) };
}
