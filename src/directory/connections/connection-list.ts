/**
 * The connections of an organization as lists need them: by page, filtered in the database, without settings, so that
 * ten thousand of them cost what a hundred do. `connections.ts` has one at a time, whole.
 */
import { type ExpressionBuilder, sql } from 'kysely';
import type { ProviderKind } from '../../../providers/provider.ts';
import type { ConnectionRow, Database, Tables } from '../../database/schema.ts';
import { type ConnectionHealth, type ConnectionState, healthOfRow, stateOf } from './connection-states.ts';
import { isBegun } from './drafts.ts';

export interface ListedConnection {
  id: string;
  organizationId: string;
  kind: ProviderKind;
  name: string;
  state: ConnectionRow['state'];
  /** What its row and what was found out about it say together. */
  shownState: ConnectionState;
  health: ConnectionHealth;
  forSubscribers: boolean;
  forAdministrators: boolean;
  identifier: string | null;
  hasSecrets: boolean;
  /** Changes are being prepared. Of one that never was live: its settings. */
  hasDraft: boolean;
  createdAt: number;
  updatedAt: number;
  version: number;
}

export interface ConnectionFilter {
  kind?: string | undefined;
  state?: ConnectionState | undefined;
  /** Part of the name. */
  search?: string | undefined;
}

/** Names are unique in an organization, so one is a position. Neither: the first page. */
export interface ConnectionPosition {
  after?: string | undefined;
  before?: string | undefined;
}

export interface ConnectionListPage {
  /** By name. */
  items: ListedConnection[];
  hasPrevious: boolean;
  hasNext: boolean;
}

/** SQLite takes only so many parameters. */
const fewConnections = 500;

export type ConnectionList = ReturnType<typeof createConnectionList>;

/** `like`: the engine's operator that does not mind case: `like` on SQLite, `ilike` on PostgreSQL. */
export function createConnectionList({ db, like }: { db: Database; like: 'like' | 'ilike' }) {
  /** `%` and `_` mean themselves: what is typed is no pattern (CON-19). */
  const nameContains = (search: string) => {
    const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    return sql<boolean>`connections.name ${sql.raw(like)} ${pattern} escape '\\'`;
  };

  async function page(
    organizationId: string,
    filter: ConnectionFilter,
    { after, before }: ConnectionPosition,
    limit: number,
  ): Promise<ConnectionListPage> {
    const isBackwards = after === undefined && before !== undefined;
    const found = await withFinding(organizationId, filter.state);
    if (found?.length === 0) return { items: [], hasPrevious: false, hasNext: false };
    let query = db
      .selectFrom('connections')
      .leftJoin('identifiers', (join) =>
        join.onRef('identifiers.connection_id', '=', 'connections.id').on('identifiers.released_at', 'is', null),
      )
      .leftJoin('connection_drafts', 'connection_drafts.connection_id', 'connections.id')
      .leftJoin('connection_health', 'connection_health.connection_id', 'connections.id')
      .select([
        'connections.id',
        'connections.organization_id',
        'connections.kind',
        'connections.name',
        'connections.state',
        'connections.for_subscribers',
        'connections.for_administrators',
        'connections.created_at',
        'connections.updated_at',
        'connections.version',
        'identifiers.identifier',
        'connection_drafts.revision',
        'connection_drafts.based_on',
        'connection_health.level',
        'connection_health.code',
        'connection_health.since',
        'connection_health.last_worked_at',
      ])
      .select((row) => row('connections.secrets_sealed', 'is not', null).as('has_secrets'))
      // Where the few are known, not a condition that tempts the planner to walk all of them by name.
      .where((row) =>
        found === undefined
          ? row('connections.organization_id', '=', organizationId)
          : sql<boolean>`connections.organization_id || '' = ${organizationId}`,
      )
      .where((row) => row.and(conditionsOf(row, organizationId, filter, found)))
      .where((row) => row.and(filter.search === undefined ? [] : [nameContains(filter.search)]))
      .orderBy('connections.name', isBackwards ? 'desc' : 'asc')
      .limit(limit + 1);
    if (isBackwards) query = query.where('connections.name', '<', before);
    else if (after !== undefined) query = query.where('connections.name', '>', after);
    const rows = await query.execute();
    const hasMore = rows.length > limit;
    const shown = rows.slice(0, limit);
    if (isBackwards) shown.reverse();
    return {
      items: shown.map((row) => {
        const health = healthOfRow(row);
        return {
          id: row.id,
          organizationId: row.organization_id,
          kind: row.kind,
          name: row.name,
          state: row.state,
          shownState: stateOf(row, health),
          health,
          forSubscribers: row.for_subscribers === 1,
          forAdministrators: row.for_administrators === 1,
          identifier: row.identifier,
          hasSecrets: Boolean(row.has_secrets),
          hasDraft: row.revision !== null && isBegun({ revision: row.revision, based_on: row.based_on }),
          createdAt: row.created_at,
          updatedAt: row.updated_at,
          version: row.version,
        };
      }),
      hasPrevious: isBackwards ? hasMore : after !== undefined,
      hasNext: isBackwards ? true : hasMore,
    };
  }

  /** Those with this finding, when they are few; of many, walking by name soon has a page full. */
  async function withFinding(
    organizationId: string,
    state: ConnectionState | undefined,
  ): Promise<string[] | undefined> {
    if (state !== 'warning' && state !== 'failing') return undefined;
    const rows = await db
      .selectFrom('connection_health')
      .select('connection_id')
      .where('organization_id', '=', organizationId)
      .where('level', '=', state)
      .limit(fewConnections + 1)
      .execute();
    return rows.length > fewConnections ? undefined : rows.map((row) => row.connection_id);
  }

  /** Of these kinds, those that the organization has no connection of. */
  async function missingKinds(organizationId: string, kinds: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      kinds.map((kind) =>
        db
          .selectFrom('connections')
          .select('id')
          .where('organization_id', '=', organizationId)
          .where('kind', '=', kind)
          .limit(1)
          .executeTakeFirst(),
      ),
    );
    return kinds.filter((_, index) => found[index] === undefined);
  }

  async function hasAny(organizationId: string): Promise<boolean> {
    const row = await db
      .selectFrom('connections')
      .select('id')
      .where('organization_id', '=', organizationId)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** By id, of the organization's own. */
  async function namesOf(organizationId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const wanted = [...new Set(ids)];
    const names = new Map<string, string>();
    // SQLite takes only so many parameters.
    for (let from = 0; from < wanted.length; from += 500) {
      const rows = await db
        .selectFrom('connections')
        .select(['id', 'name'])
        .where('organization_id', '=', organizationId)
        .where('id', 'in', wanted.slice(from, from + 500))
        .execute();
      for (const { id, name } of rows) names.set(id, name);
    }
    return names;
  }

  /** That administrators sign in with: few, because each has an identifier (SPEC §1). By name; whatever their state. */
  async function forAdministrators(
    organizationId: string,
  ): Promise<{ id: string; name: string; kind: ProviderKind; state: ConnectionRow['state'] }[]> {
    return db
      .selectFrom('connections')
      .select(['id', 'name', 'kind', 'state'])
      .where('organization_id', '=', organizationId)
      .where('for_administrators', '=', 1)
      .where('id', 'in', (row) =>
        row
          .selectFrom('identifiers')
          .select((own) => own.ref('connection_id').$notNull().as('connection_id'))
          .where('organization_id', '=', organizationId)
          .where('connection_id', 'is not', null),
      )
      .orderBy('name')
      .execute();
  }

  /** That can be the workspace's sign-in method: live, and for subscribers. By name; `with`: one that is always among them. */
  async function methods(
    organizationId: string,
    search: string | undefined,
    { limit, with: chosen }: { limit: number; with: string | null },
  ): Promise<{ items: { id: string; name: string; kind: ProviderKind }[]; hasMore: boolean }> {
    const possible = db
      .selectFrom('connections')
      .select(['id', 'name', 'kind'])
      .where('organization_id', '=', organizationId)
      .where('state', '=', 'live')
      .where('for_subscribers', '=', 1);
    const own = chosen === null ? undefined : await possible.where('id', '=', chosen).executeTakeFirst();
    const rows = await possible
      .where((row) => row.and(search === undefined ? [] : [nameContains(search)]))
      .orderBy('name')
      .limit(limit + 1)
      .execute();
    const items = rows.slice(0, limit);
    const isThere = own === undefined || items.some(({ id }) => id === own.id);
    return { items: isThere ? items : [own, ...items], hasMore: rows.length > limit };
  }

  return { page, missingKinds, hasAny, namesOf, forAdministrators, methods };
}

type Rows = ExpressionBuilder<Tables, 'connections'>;

function conditionsOf(
  row: Rows,
  organizationId: string,
  { kind, state }: ConnectionFilter,
  found: readonly string[] | undefined,
) {
  const withFinding = row
    .selectFrom('connection_health')
    .select('connection_id')
    .where('connection_health.organization_id', '=', organizationId);
  return [
    ...(kind === undefined ? [] : [row('connections.kind', '=', kind)]),
    ...(state === undefined
      ? []
      : [row('connections.state', '=', state === 'draft' || state === 'disconnected' ? state : 'live')]),
    ...(state === 'warning' || state === 'failing'
      ? [row('connections.id', 'in', found ?? withFinding.where('level', '=', state))]
      : []),
    ...(state === 'connected' ? [row('connections.id', 'not in', withFinding.where('level', 'is not', null))] : []),
  ];
}
