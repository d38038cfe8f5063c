/**
 * The rows of our signing keys: made at the first start, rotated by the CLI while servers run.
 *
 * Owns `signing_keys` and the counter `signing-keys` in `versions`, which tells every node that the set has changed.
 * Does not own what a key is or how states follow (`certs/signing-keys.ts`). Called by `main.ts`, `op/`, `cli/`.
 */
import type { Selectable } from 'kysely';
import type { Sealer } from '../../certs/sealing.ts';
import {
  generateSigningKey,
  rotate as rotateKeys,
  type SigningKey,
  type SigningKeyUse,
  signingKeyUses,
} from '../../certs/signing-keys.ts';
import type { Clock } from '../core/clock.ts';
import type { Database, SigningKeyRow } from '../database/schema.ts';

const versionName = 'signing-keys';

export type SigningKeys = ReturnType<typeof createSigningKeys>;

/** `samlEntityId` is the name in the certificate of SAML keys made here. */
export function createSigningKeys(needs: { db: Database; clock: Clock; sealer: Sealer; samlEntityId: string }) {
  const { db, clock, sealer, samlEntityId } = needs;

  /**
   * Makes what is missing: a current and a next key for each use. Of two processes that start at once, the first to
   * insert wins (unique index) and the other's keys are thrown away.
   */
  async function ensure(): Promise<void> {
    const rows = await db.selectFrom('signing_keys').select(['use', 'state']).execute();
    const missing = signingKeyUses.flatMap((use) =>
      (['current', 'next'] as const)
        .filter((state) => !rows.some((row) => row.use === use && row.state === state))
        .map((state) => ({ use, state })),
    );
    if (missing.length === 0) return;
    const keys = await Promise.all(
      missing.map((key) => generateSigningKey({ ...key, now: clock.now(), entityName: samlEntityId })),
    );
    await db.transaction().execute(async (trx) => {
      await bumpKeysVersion(trx);
      for (const key of keys) {
        await trx
          .insertInto('signing_keys')
          .values(toRow(key))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    });
  }

  /** All of them with private keys, in no particular order (`orderForPublishing`). */
  async function load(): Promise<SigningKey[]> {
    const rows = await db.selectFrom('signing_keys').selectAll().execute();
    return rows.map(toKey);
  }

  /** Goes up at each change; cheap enough to ask every few seconds. */
  async function version(): Promise<number> {
    const row = await db.selectFrom('versions').select('version').where('name', '=', versionName).executeTakeFirst();
    return row?.version ?? 0;
  }

  /**
   * `next` → `current` → `retired` for one use, with a new `next`; retired keys that nobody needs any longer go.
   * Returns the key that signs now. Throws `RotationError` when there is no next key (then `ensure` first).
   */
  async function rotate(use: SigningKeyUse): Promise<SigningKey> {
    return (await rotateIf(use, async () => true))!;
  }

  /** The same, if a condition still holds within its transaction; undefined otherwise. */
  async function rotateIf(
    use: SigningKeyUse,
    holds: (trx: Database) => Promise<boolean>,
  ): Promise<SigningKey | undefined> {
    // Slow, so before the transaction.
    const fresh = await generateSigningKey({ use, now: clock.now(), entityName: samlEntityId });
    return db.transaction().execute(async (trx) => {
      // First of all, because it locks: two rotations happen one after the other.
      await bumpKeysVersion(trx);
      if (!(await holds(trx))) return undefined;
      // What was planned for this key has happened.
      if (use === 'saml') await trx.deleteFrom('saml_rollovers').execute();
      const before = await trx.selectFrom('signing_keys').selectAll().where('use', '=', use).execute();
      const after = rotateKeys(before.map(toKey), clock.now());
      for (const row of before) {
        if (!after.some((key) => key.kid === row.kid))
          await trx.deleteFrom('signing_keys').where('kid', '=', row.kid).execute();
      }
      // The old current one makes room before its successor takes the place (unique index).
      for (const state of ['retired', 'current'] as const) {
        for (const key of after.filter((each) => each.state === state)) {
          await trx
            .updateTable('signing_keys')
            .set({ state, retired_at: key.retiredAt ?? null })
            .where('kid', '=', key.kid)
            .execute();
        }
      }
      await trx.insertInto('signing_keys').values(toRow(fresh)).execute();
      return after.find((key) => key.state === 'current')!;
    });
  }

  function toRow(key: SigningKey): SigningKeyRow {
    return {
      kid: key.kid,
      use: key.use,
      state: key.state,
      public_jwk: JSON.stringify(key.publicJwk),
      private_key_sealed: sealer.seal(key.privateKeyPem, signingKeyContext(key.kid)),
      certificate: key.certificatePem ?? null,
      created_at: key.createdAt,
      retired_at: key.retiredAt ?? null,
    };
  }

  function toKey(row: Selectable<SigningKeyRow>): SigningKey {
    return {
      kid: row.kid,
      use: row.use,
      algorithm: row.use === 'oidc-es256' ? 'ES256' : 'RS256',
      privateKeyPem: sealer.openText(row.private_key_sealed, signingKeyContext(row.kid)),
      publicJwk: JSON.parse(row.public_jwk),
      ...(row.certificate !== null && { certificatePem: row.certificate }),
      createdAt: row.created_at,
      state: row.state,
      ...(row.retired_at !== null && { retiredAt: row.retired_at }),
    };
  }

  return { ensure, load, version, rotate, rotateIf };
}

/** Where a sealed private key belongs. */
export function signingKeyContext(kid: string): string {
  return `signing-keys/${kid}`;
}

/** Every process reads the keys, and which of them signs for whom, again. */
export async function bumpKeysVersion(trx: Database): Promise<void> {
  await trx
    .insertInto('versions')
    .values({ name: versionName, version: 1 })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((row) => ({ version: row('versions.version', '+', 1) })),
    )
    .execute();
}
