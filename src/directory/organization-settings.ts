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

/** How long `settingsOf` may answer from memory; a change made in this process acts at once in any case. */
export type Remembering =
  /** Milliseconds. On PostgreSQL, where asking costs a round trip: a change made in another process acts within that time. */
  | { forMs: number }
  /** On SQLite: until this number changes, which any other process's change makes it do (core/data-version.ts). */
  | { whileSame: () => number };

export function createSettingsReader(needs: { db: Database; clock: Clock; remember: Remembering }) {
  const { db, clock, remember } = needs;
  const cached = new Map<string, { settings: OrganizationSettings; readAt: number }>();
  const isFresh = (readAt: number, now: number) =>
    'forMs' in remember ? Math.abs(now - readAt) < remember.forMs : readAt === now;

  /** Nearly always one: its statement is compiled once, which halves what it costs. */
  const selectOne = db.selectFrom('organizations').select(['id', 'settings']).where('id', '=', '').compile();
  async function selectSettings(ids: readonly string[]): Promise<SettingsRow[]> {
    if (ids.length === 1) return (await db.executeQuery<SettingsRow>({ ...selectOne, parameters: ids })).rows;
    return db.selectFrom('organizations').select(['id', 'settings']).where('id', 'in', ids).execute();
  }

  /** The settings of those that exist. The hot path of every session check. */
  async function settingsOf(ids: readonly string[]): Promise<Map<string, OrganizationSettings>> {
    const settings = new Map<string, OrganizationSettings>();
    const now = 'forMs' in remember ? clock.now() : remember.whileSame();
    const missing = ids.filter((id) => {
      const known = cached.get(id);
      if (!known || !isFresh(known.readAt, now)) return true;
      settings.set(id, known.settings);
      return false;
    });
    if (missing.length === 0) return settings;
    for (const row of await selectSettings(missing)) {
      const read = readSettings(row.settings);
      settings.set(row.id, read);
      cached.set(row.id, { settings: read, readAt: now });
    }
    if (cached.size > 20_000) cached.clear();
    return settings;
  }

  /** The settings of one organization when they are remembered: without a promise, because every session check asks. */
  function rememberedSettings(id: string): OrganizationSettings | undefined {
    const known = cached.get(id);
    return known && isFresh(known.readAt, 'forMs' in remember ? clock.now() : remember.whileSame())
      ? known.settings
      : undefined;
  }

  return { settingsOf, rememberedSettings, forget: (id: string) => void cached.delete(id) };
}

interface SettingsRow {
  id: string;
  settings: string;
}
