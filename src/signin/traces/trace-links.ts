/**
 * Links that show one trace to somebody without an account: the administrator of the customer's identity provider.
 *
 * Owns the row `trace_links`: whoever has the link may read that trace until it expires, is revoked, or the trace is
 * forgotten. Opening changes nothing but the note when that was first, so mail scanners may. Does not own: what is shown.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../../core/clock.ts';
import { hashOfToken, randomToken } from '../../core/random.ts';
import type { Database, TraceLinkRow } from '../../database/schema.ts';
import { DirectoryError } from '../../directory/errors.ts';
import { type Act, entryBy } from '../../system-log/events.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { type Trace, type Traces, traceLifetime } from './traces.ts';

const dayMs = 86_400_000;
/** How long one may live, in days; never longer than its trace is kept. */
export const linkDays = [1, 7, 30] as const;
export type LinkDays = (typeof linkDays)[number];
/** Of one trace that still open it. */
const mostLinks = 20;

export interface TraceLink {
  id: string;
  traceId: string;
  createdAt: number;
  createdBy: string | null;
  expiresAt: number;
  /** `expired` or `revoked`: it shows nothing any more. */
  state: 'open' | 'expired' | 'revoked';
  /** When it was opened first. */
  openedAt: number | null;
}

export type TraceLinks = ReturnType<typeof createTraceLinks>;

export function createTraceLinks(needs: {
  db: Database;
  clock: Clock;
  traces: Pick<Traces, 'find'>;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { db, clock, traces, systemLog } = needs;

  const toLink = (row: Selectable<TraceLinkRow>): TraceLink => ({
    id: row.id,
    traceId: row.trace_id,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    state: row.revoked_at !== null ? 'revoked' : row.expires_at <= clock.now() ? 'expired' : 'open',
    openedAt: row.opened_at,
  });

  const rowsOf = (organizationId: string, traceId: string) =>
    db
      .selectFrom('trace_links')
      .selectAll()
      .where('trace_id', '=', traceId)
      .where('organization_id', '=', organizationId);

  /** `token` is in this answer only. Throws `limit_reached`. */
  async function create(act: Act, trace: Trace, days: LinkDays): Promise<{ link: TraceLink; token: string }> {
    const now = clock.now();
    const id = randomUUID();
    // In the form that the server's log leaves the secret out of.
    const token = `${id}.${randomToken()}`;
    const { organizationId, id: traceId, reference } = trace;
    const row = {
      id,
      token_hash: hashOfToken(token),
      trace_id: traceId,
      organization_id: organizationId,
      created_at: now,
      created_by: 'name' in act.actor ? (act.actor.name ?? null) : null,
      expires_at: Math.min(now + days * dayMs, endOf(trace)),
      revoked_at: null,
      opened_at: null,
    };
    await db.transaction().execute(async (trx) => {
      const { open } = await trx
        .selectFrom('trace_links')
        .select((link) => link.fn.countAll<number>().as('open'))
        .where('trace_id', '=', traceId)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      if (Number(open) >= mostLinks)
        throw new DirectoryError('limit_reached', `A sign-in has at most ${mostLinks} links; revoke one first`);
      await trx.insertInto('trace_links').values(row).execute();
      await systemLog.record(
        entryBy(act, {
          event: 'platform/signintracelink/create',
          organizationId,
          target: { type: 'signintrace', id: traceId, name: reference },
          detail: { link: row.id, expires: new Date(row.expires_at).toISOString() },
          reference,
        }),
        trx,
      );
    });
    return { link: toLink(row), token };
  }

  /** True when it showed the trace until now. */
  async function revoke(act: Act, trace: Trace, linkId: string): Promise<boolean> {
    const { organizationId, id: traceId, reference } = trace;
    return db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('trace_links')
        .set({ revoked_at: clock.now() })
        .where('id', '=', linkId)
        .where('trace_id', '=', traceId)
        .where('organization_id', '=', organizationId)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      if (Number(numUpdatedRows) !== 1) return false;
      const entry = {
        event: 'platform/signintracelink/revoke',
        organizationId,
        target: { type: 'signintrace', id: traceId, name: reference },
        detail: { link: linkId },
        reference,
      } as const;
      await systemLog.record(entryBy(act, entry), trx);
      return true;
    });
  }

  /** Newest first. */
  async function list(trace: Pick<Trace, 'id' | 'organizationId'>): Promise<TraceLink[]> {
    const rows = await rowsOf(trace.organizationId, trace.id).orderBy('created_at', 'desc').limit(100).execute();
    return rows.map(toLink);
  }

  /** What a link shows; undefined for one that is revoked, expired or made up, which nobody can tell apart. */
  async function open(token: string): Promise<{ link: TraceLink; trace: Trace } | undefined> {
    if (!/^[0-9a-f-]{36}\.[\w-]{43}$/.test(token)) return undefined;
    const row = await db
      .selectFrom('trace_links')
      .selectAll()
      .where('token_hash', '=', hashOfToken(token))
      .executeTakeFirst();
    const link = row && toLink(row);
    if (link?.state !== 'open') return undefined;
    const trace = await traces.find(row!.organization_id, link.traceId);
    return trace && { link, trace };
  }

  /** Tells the organization that it was opened; the first time only. */
  async function noteOpened(link: TraceLink, trace: Trace, from: Omit<Act, 'actor'>): Promise<void> {
    if (link.openedAt !== null) return;
    await db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('trace_links')
        .set({ opened_at: clock.now() })
        .where('id', '=', link.id)
        .where('opened_at', 'is', null)
        .executeTakeFirst();
      if (Number(numUpdatedRows) !== 1) return;
      const entry = {
        event: 'platform/signintracelink/open',
        organizationId: trace.organizationId,
        target: { type: 'signintrace', id: trace.id, name: trace.reference },
        detail: { link: link.id },
        reference: trace.reference,
      } as const;
      await systemLog.record(entryBy({ actor: { type: 'system' }, ...from }, entry), trx);
    });
  }

  /** When no trace is left that it could have shown. */
  async function forget(): Promise<void> {
    await db
      .deleteFrom('trace_links')
      .where('expires_at', '<', clock.now() - traceLifetime)
      .execute();
  }

  return { create, revoke, list, open, noteOpened, forget };
}

/** Until when a trace is kept: 14 days from the time in its id. */
export function endOf({ id }: Pick<Trace, 'id'>): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) + traceLifetime;
}
