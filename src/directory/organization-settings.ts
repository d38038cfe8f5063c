/**
 * The settings of an organization: what there is, and reading it on the path of every session check.
 *
 * Does not own changing them (`organizations.ts`) or what they do (`sessions/policy.ts`).
 */
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../database/schema.ts';

/** SPEC SES-2, SES-4, SES-5. `null` switches an inactivity limit off. */
export const organizationSettingsSchema = z.strictObject({
  administratorInactivityMinutes: z.int().min(10).max(720).nullable().default(null),
  subscriberWebHours: z.int().min(1).max(72).default(24),
  subscriberInactivityMinutes: z.int().min(1).max(480).nullable().default(null),
  nativeReauthenticationDays: z.int().min(1).max(365).default(30),
  alwaysPrompt: z.boolean().default(true),
});
export type OrganizationSettings = Readonly<z.infer<typeof organizationSettingsSchema>>;

/** Parsed once per text: every organization that left the defaults alone shares one entry. */
const settingsByText = new Map<string, OrganizationSettings>();

export function readSettings(text: string): OrganizationSettings {
  const known = settingsByText.get(text);
  if (known) return known;
  // Unknown keys are a newer version's, running beside this one: ignored when read, refused when written.
  const settings = Object.freeze(organizationSettingsSchema.strip().parse(JSON.parse(text)));
  if (settingsByText.size > 1000) settingsByText.clear();
  settingsByText.set(text, settings);
  return settings;
}

/**
 * `cacheForMs`: how long `settingsOf` may answer from memory. 0 on SQLite, where asking costs 6 µs. 1000 on PostgreSQL,
 * where it costs a round trip: a change made in this process acts at once, one made in another within that second.
 */
export function createSettingsReader(needs: { db: Database; clock: Clock; cacheForMs: number }) {
  const { db, clock, cacheForMs } = needs;
  const cached = new Map<string, { settings: OrganizationSettings; readAt: number }>();

  /** Nearly always one: its statement is compiled once, which halves what it costs. */
  const selectOne = db.selectFrom('organizations').select(['id', 'settings']).where('id', '=', '').compile();
  async function selectSettings(ids: readonly string[]): Promise<SettingsRow[]> {
    if (ids.length === 1) return (await db.executeQuery<SettingsRow>({ ...selectOne, parameters: ids })).rows;
    return db.selectFrom('organizations').select(['id', 'settings']).where('id', 'in', ids).execute();
  }

  /** The settings of those that exist. The hot path of every session check. */
  async function settingsOf(ids: readonly string[]): Promise<Map<string, OrganizationSettings>> {
    const settings = new Map<string, OrganizationSettings>();
    const now = clock.now();
    const missing = ids.filter((id) => {
      const known = cacheForMs > 0 ? cached.get(id) : undefined;
      if (!known || Math.abs(now - known.readAt) >= cacheForMs) return true;
      settings.set(id, known.settings);
      return false;
    });
    if (missing.length === 0) return settings;
    for (const row of await selectSettings(missing)) {
      const read = readSettings(row.settings);
      settings.set(row.id, read);
      if (cacheForMs > 0) cached.set(row.id, { settings: read, readAt: now });
    }
    if (cached.size > 20_000) cached.clear();
    return settings;
  }

  return { settingsOf, forget: (id: string) => void cached.delete(id) };
}

interface SettingsRow {
  id: string;
  settings: string;
}
