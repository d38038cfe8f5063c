/**
 * Our SAML key rolls over connection by connection (SML-1): both certificates stand in our metadata, and each connection's
 * requests are signed with the next key once its identity provider is known to have it.
 *
 * Owns: the rows `saml_key_sightings` (what an identity provider is known to have), `saml_signing_choices` (which key signs
 * for whom) and `saml_rollovers` (until when). Does not own: the keys themselves (`signing-keys.ts`), the metadata.
 * Without a planned roll-over nothing is switched: the current key signs for everybody.
 */
import type { SigningKey } from '../../../certs/signing-keys.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { type Authority, entryOf, operator, requireFullAccess } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import { bumpKeysVersion } from '../signing-keys.ts';

/** An identity provider that has fetched our metadata works with it after this, at the latest. */
const settledAfter = 24 * 3_600_000;
/** Of a provider that fetches all the time nothing is written in between. */
const lagMs = 3_600_000;
const planName = 'saml';

export interface KeySighting {
  kid: string;
  /** Somebody fetched our metadata for this connection; who, is not known. */
  hintedAt: number | null;
  /** The identity provider did: with the address that only it was given. */
  fetchedAt: number | null;
  /** A request that this key signed was answered. */
  usedAt: number | null;
}

export interface SigningChoice {
  kid: string;
  chosenAt: number;
  /** Null: the broker by itself. */
  chosenBy: string | null;
  how: 'fetched' | 'chosen';
}

export interface RolloverState {
  /** Milliseconds: then the next key signs for everybody. Null: nothing is planned. */
  dueAt: number | null;
  /** Absent: the current key signs. */
  choice?: SigningChoice;
  sightings: readonly KeySighting[];
}

/**
 * Another identity provider stands behind the connection from now on: what the one before it is known to have says nothing
 * of this one. Within the transaction of whoever changes it.
 */
export async function forgetSightings(trx: Database, connectionId: string): Promise<void> {
  await trx.deleteFrom('saml_key_sightings').where('connection_id', '=', connectionId).execute();
  const { numDeletedRows } = await trx
    .deleteFrom('saml_signing_choices')
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
  if (numDeletedRows > 0n) await bumpKeysVersion(trx);
}

export type SamlRollover = ReturnType<typeof createSamlRollover>;

export function createSamlRollover(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  keys(): readonly SigningKey[];
}) {
  const { db, clock, systemLog, keys } = needs;

  const keyOf = (state: SigningKey['state']) => keys().find((key) => key.use === 'saml' && key.state === state);

  async function dueAt(within: Database = db): Promise<number | null> {
    const row = await within
      .selectFrom('saml_rollovers')
      .select('due_at')
      .where('name', '=', planName)
      .executeTakeFirst();
    return row?.due_at ?? null;
  }

  /** Operator: until then connections switch one by one, and what is left switches then. Null: nothing is planned. */
  async function plan(at: number | null): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await trx.deleteFrom('saml_rollovers').where('name', '=', planName).execute();
      if (at !== null)
        await trx
          .insertInto('saml_rollovers')
          .values({ name: planName, due_at: at, planned_at: clock.now() })
          .execute();
      const detail = { use: 'saml', due: at === null ? null : new Date(at).toISOString() };
      const entry = { event: 'platform/signingkeys/schedule', organizationId: null, detail } as const;
      await systemLog.record(entryOf(operator, entry), trx);
    });
  }

  async function isDue(): Promise<boolean> {
    const at = await dueAt();
    return at !== null && at <= clock.now();
  }

  /** True for the one process that is to rotate the key now. */
  async function takeDue(within: Database): Promise<boolean> {
    const { numDeletedRows } = await within
      .deleteFrom('saml_rollovers')
      .where('name', '=', planName)
      .where('due_at', '<=', clock.now())
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Our metadata with all its certificates was fetched for a connection. `proven`: by its identity provider itself. */
  async function noteFetched(connectionId: string, { proven }: { proven: boolean }): Promise<void> {
    const column = proven ? 'fetched_at' : 'hinted_at';
    for (const state of ['current', 'next'] as const) {
      const key = keyOf(state);
      if (key) await note(connectionId, key.kid, column);
    }
  }

  /** Somebody has come back from the provider with an answer to a request that was begun at `startedAt`. */
  async function noteAnswered(connectionId: string, startedAt: number): Promise<void> {
    const choice = await choiceOf(connectionId);
    const kid = choice?.kid ?? keyOf('current')?.kid;
    if (kid !== undefined && (choice === undefined || startedAt > choice.chosenAt))
      await note(connectionId, kid, 'used_at');
  }

  async function note(
    connectionId: string,
    kid: string,
    column: 'hinted_at' | 'fetched_at' | 'used_at',
  ): Promise<void> {
    const now = clock.now();
    await db
      .insertInto('saml_key_sightings')
      .values({ connection_id: connectionId, kid, hinted_at: null, fetched_at: null, used_at: null, [column]: now })
      .onConflict((conflict) =>
        conflict
          .columns(['connection_id', 'kid'])
          // When it was fetched first decides; when it was used last is of interest.
          .doUpdateSet({ [column]: now })
          .where((row) =>
            row.or([
              row(`saml_key_sightings.${column}`, 'is', null),
              ...(column === 'used_at' ? [row('saml_key_sightings.used_at', '<=', now - lagMs)] : []),
            ]),
          ),
      )
      .execute();
  }

  async function choiceOf(connectionId: string): Promise<SigningChoice | undefined> {
    const row = await db
      .selectFrom('saml_signing_choices')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    return row && { kid: row.kid, chosenAt: row.chosen_at, chosenBy: row.chosen_by, how: row.how };
  }

  async function stateOf(connectionId: string): Promise<RolloverState> {
    const rows = await db
      .selectFrom('saml_key_sightings')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .execute();
    const choice = await choiceOf(connectionId);
    return {
      dueAt: await dueAt(),
      ...(choice && { choice }),
      sightings: rows.map((row) => ({
        kid: row.kid,
        hintedAt: row.hinted_at,
        fetchedAt: row.fetched_at,
        usedAt: row.used_at,
      })),
    };
  }

  /** Connection id → the key that signs for it, where that is not the current one. */
  async function choices(): Promise<ReadonlyMap<string, string>> {
    const next = keyOf('next');
    if (next === undefined) return new Map();
    const rows = await db
      .selectFrom('saml_signing_choices')
      .select(['connection_id', 'kid'])
      .where('kid', '=', next.kid)
      .execute();
    return new Map(rows.map(({ connection_id: id, kid }) => [id, kid]));
  }

  /**
   * An administrator's click: the next key signs from now on, or the current one again. Throws `not_found`,
   * `not_permitted`, `connection_not_live` (no roll-over is planned).
   */
  async function choose(
    by: Authority,
    organizationId: string,
    connectionId: string,
    to: 'next' | 'current',
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const connection = await trx
        .selectFrom('connections')
        .select(['id', 'name'])
        .where('id', '=', connectionId)
        .where('organization_id', '=', organizationId)
        .where('kind', '=', 'saml')
        .executeTakeFirst();
      if (!connection) throw new DirectoryError('not_found', 'There is no such connection');
      await requireFullAccess(trx, organizationId, by);
      const next = keyOf('next');
      if (next === undefined || (await dueAt(trx)) === null)
        throw new DirectoryError('connection_not_live', 'No roll-over of our SAML certificate is planned');
      await trx.deleteFrom('saml_signing_choices').where('connection_id', '=', connectionId).execute();
      if (to === 'next') {
        const chosenBy = by.act.actor.type === 'system' ? null : (by.act.actor.name ?? null);
        await insertChoice(trx, { connectionId, kid: next.kid, chosenBy, how: 'chosen' });
      }
      await bumpKeysVersion(trx);
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/signingkey',
          organizationId,
          target: { type: 'connection', id: connectionId, name: connection.name },
          detail: { key: to, how: 'chosen' },
        }),
        trx,
      );
    });
  }

  /**
   * Switches the connections whose identity provider has fetched the next certificate a day ago; while a roll-over is
   * planned. Each once, whatever number of processes do it. Returns how many.
   */
  async function switchSettled(limit = 200): Promise<number> {
    const next = keyOf('next');
    if (next === undefined || (await dueAt()) === null) return 0;
    const rows = await db
      .selectFrom('saml_key_sightings')
      .innerJoin('connections', 'connections.id', 'saml_key_sightings.connection_id')
      .leftJoin('saml_signing_choices', (join) =>
        join
          .onRef('saml_signing_choices.connection_id', '=', 'connections.id')
          .on('saml_signing_choices.kid', '=', next.kid),
      )
      .select(['connections.id', 'connections.organization_id', 'connections.name'])
      .where('saml_key_sightings.kid', '=', next.kid)
      .where('saml_key_sightings.fetched_at', '<=', clock.now() - settledAfter)
      .where('connections.state', '=', 'live')
      .where('saml_signing_choices.connection_id', 'is', null)
      .limit(limit)
      .execute();
    let switched = 0;
    for (const { id, organization_id: organizationId, name } of rows) {
      switched += await db.transaction().execute(async (trx) => {
        if (!(await insertChoice(trx, { connectionId: id, kid: next.kid, chosenBy: null, how: 'fetched' }))) return 0;
        await bumpKeysVersion(trx);
        await systemLog.record(
          {
            event: 'platform/connection/signingkey',
            organizationId,
            actor: { type: 'system' },
            target: { type: 'connection', id, name },
            detail: { key: 'next', how: 'fetched' },
          },
          trx,
        );
        return 1;
      });
    }
    return switched;
  }

  async function insertChoice(
    trx: Database,
    { connectionId, kid, chosenBy, how }: { connectionId: string } & Omit<SigningChoice, 'chosenAt'>,
  ): Promise<boolean> {
    const row = { kid, chosen_at: clock.now(), chosen_by: chosenBy, how };
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('saml_signing_choices')
      .values({ connection_id: connectionId, ...row })
      // One of an earlier roll-over is over.
      .onConflict((conflict) =>
        conflict.column('connection_id').doUpdateSet(row).where('saml_signing_choices.kid', '<>', kid),
      )
      .executeTakeFirst();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  return { dueAt, plan, isDue, takeDue, noteFetched, noteAnswered, stateOf, choices, choose, switchSettled };
}
