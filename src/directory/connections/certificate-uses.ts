/** Which certificate signed a connection's answers, and when last: what tells when a rollover is over. */
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';

export interface CertificateUse {
  fingerprint: string;
  firstUsedAt: number;
  /** Give or take an hour. */
  lastUsedAt: number;
}

/** A busy connection is not written at each sign-in. */
const lagMs = 3_600_000;
const remembered = 10_000;

export type CertificateUses = ReturnType<typeof createCertificateUses>;

export function createCertificateUses({ db, clock }: { db: Database; clock: Clock }) {
  /** What this process has written lately. */
  const noted = new Map<string, number>();

  /** An answer has just been proven with it. */
  async function note(connectionId: string, fingerprint: string): Promise<void> {
    const now = clock.now();
    const key = `${connectionId} ${fingerprint}`;
    if (now - (noted.get(key) ?? Number.NEGATIVE_INFINITY) < lagMs) return;
    if (noted.size >= remembered) noted.clear();
    noted.set(key, now);
    await db
      .insertInto('certificate_uses')
      .values({ connection_id: connectionId, fingerprint, first_used_at: now, last_used_at: now })
      .onConflict((conflict) => conflict.columns(['connection_id', 'fingerprint']).doUpdateSet({ last_used_at: now }))
      .execute();
  }

  async function list(connectionId: string): Promise<CertificateUse[]> {
    const rows = await db
      .selectFrom('certificate_uses')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .orderBy('last_used_at', 'desc')
      .execute();
    return rows.map((row) => ({
      fingerprint: row.fingerprint,
      firstUsedAt: row.first_used_at,
      lastUsedAt: row.last_used_at,
    }));
  }

  return { note, list };
}
