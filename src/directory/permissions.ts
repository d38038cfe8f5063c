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

/** Several memberships of one person add up (AAD-4). At least one. */
export function addUp(accesses: readonly Access[]): Access {
  if (accesses.some(({ access }) => access === 'full')) return { access: 'full' };
  const held = new Set(accesses.flatMap((access) => (access.access === 'custom' ? access.permissions : [])));
  return { access: 'custom', permissions: permissionNames.filter((name) => held.has(name)) };
}
