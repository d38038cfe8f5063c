/** Changing the settings of an organization, with its entry in the log: one function for the console and the API. */
import type { Database } from '../database/schema.ts';
import { type Act, entryBy, type SystemLogEntry } from '../system-log/events.ts';
import { DirectoryError } from './errors.ts';
import type { Organization, OrganizationSettings, Organizations } from './organizations.ts';

export type ChangeSettings = ReturnType<typeof createChangeSettings>;

export function createChangeSettings(needs: {
  organizations: Pick<Organizations, 'find' | 'updateSettings'>;
  record(entry: SystemLogEntry, within?: Database): Promise<void>;
}) {
  const { organizations, record } = needs;

  /**
   * `version`: the one that the caller has seen; another is `version_conflict`, also when nothing would change
   * (CON-13). Throws `settings_invalid`, `version_conflict`, `not_found`.
   */
  return async function changeSettings(
    act: Act,
    id: string,
    change: Partial<OrganizationSettings>,
    version: number,
  ): Promise<{ organization: Organization; changed: boolean }> {
    const organization = await organizations.find(id);
    if (!organization) throw new DirectoryError('not_found', 'There is no such organization');
    if (organization.version !== version)
      throw new DirectoryError('version_conflict', 'Somebody else has changed these settings meanwhile');
    const names = (Object.keys(change) as (keyof OrganizationSettings)[]).filter(
      (name) => organization.settings[name] !== change[name],
    );
    if (names.length === 0) return { organization, changed: false };
    const pick = (settings: Partial<OrganizationSettings>) =>
      Object.fromEntries(names.map((name) => [name, settings[name] ?? null]));
    const entry = entryBy(act, {
      event: 'platform/organization/settings',
      organizationId: id,
      target: { type: 'organization', id, name: organization.name },
      before: pick(organization.settings),
      after: pick(change),
    });
    const updated = await organizations.updateSettings(id, change, version, (trx) => record(entry, trx));
    return { organization: updated, changed: true };
  };
}
