/**
 * The records API in the vendor's shape (SPEC LOG-3, LOG-4): `GET /systemlog/records`, without HTTP.
 *
 * Owns: what the query may say, what a record looks like to a collector, continuation tokens. Does not own: who asks
 * and for which organization, status codes (`api/`). Newest first; the span is half-open, so a collector that asks for
 * `[last end, now)` each time gets every record once.
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import { eventMessages } from './events.ts';
import type { LogPosition, SystemLog, SystemLogRecord } from './system-log.ts';

/** LOG-4, and what a SIEM wants beside it: address, user agent, reference code, details. */
export interface VendorRecord {
  RecordId: string;
  /** ISO 8601. */
  UtcTimestamp: string;
  CustomerId: string;
  EventType: string;
  TargetId: string | null;
  TargetDisplayName: string | null;
  TargetEmail: string | null;
  TargetUserId: string | null;
  TargetType: string | null;
  BeforeChanges: object | null;
  AfterChanges: object | null;
  AgentId: string;
  ServiceProfileName: string | null;
  ActorId: string | null;
  ActorDisplayName: string | null;
  ActorType: string;
  /** By BCP 47 tag. */
  Message: Record<string, string>;
  ClientAddress: string | null;
  UserAgent: string | null;
  Reference: string | null;
  Details: object;
}

export interface VendorRecords {
  Items: VendorRecord[];
  /** Null: this was the last page. */
  ContinuationToken: string | null;
}

export const recordsParameters = ['StartDateTime', 'EndDateTime', 'Limit', 'ContinuationToken'] as const;
export type RecordsParameter = (typeof recordsParameters)[number];

/** A parameter that cannot be meant: status 400. */
export class RecordsQueryError extends Error {
  readonly parameter: RecordsParameter;
  constructor(parameter: RecordsParameter, problem: string) {
    super(`${parameter} ${problem}`);
    this.name = 'RecordsQueryError';
    this.parameter = parameter;
  }
}

const usualLimit = 100;
const largestLimit = 1000;

export type LogRecords = ReturnType<typeof createLogRecords>;

export function createLogRecords(needs: { systemLog: Pick<SystemLog, 'page'>; sealer: Sealer; clock: Clock }) {
  const { systemLog, sealer, clock } = needs;

  /**
   * One page. `query`: parameters by name, unknown ones are passed over (collectors add their own). A page that a token
   * continues keeps the span of the first; saying another one with it is an error. Throws `RecordsQueryError`.
   */
  async function read(
    organization: { id: string; customerId: string },
    query: Readonly<Partial<Record<RecordsParameter, string>>>,
  ): Promise<VendorRecords> {
    const limit = readLimit(query.Limit);
    const asked = { from: readTime('StartDateTime', query), to: readTime('EndDateTime', query) };
    if (asked.from !== undefined && asked.to !== undefined && asked.to < asked.from)
      throw new RecordsQueryError('EndDateTime', 'is before StartDateTime');
    const going = query.ContinuationToken ? openToken(query.ContinuationToken, organization.id) : undefined;
    if (going) {
      for (const [parameter, bound] of [
        ['StartDateTime', 'from'],
        ['EndDateTime', 'to'],
      ] as const)
        if (asked[bound] !== undefined && asked[bound] !== going.asked[bound])
          throw new RecordsQueryError(parameter, 'is not the one that the continuation token was given for');
    }
    const span = going ?? { asked, from: asked.from ?? clock.now() - 30 * dayMs, to: asked.to ?? clock.now() + 1 };
    const { records, older } = await systemLog.page({
      organizationId: organization.id,
      filter: { from: span.from, to: span.to },
      limit,
      ...(going && { from: { position: going.position, direction: 'older' } }),
    });
    return {
      Items: records.map((record) => toVendorRecord(record, organization.customerId)),
      ContinuationToken: older ? sealToken({ ...span, position: older }, organization.id) : null,
    };
  }

  function sealToken({ asked, from, to, position }: Going, organizationId: string): string {
    const parts = [asked.from ?? null, asked.to ?? null, from, to, position.recordedAt, position.id];
    return sealer.seal(JSON.stringify(parts), tokenContext(organizationId));
  }

  /** One that we made for this organization; whatever else comes is the same error. */
  function openToken(token: string, organizationId: string): Going {
    try {
      const [askedFrom, askedTo, from, to, recordedAt, id] = JSON.parse(
        sealer.openText(token.slice(0, 1000), tokenContext(organizationId)),
      );
      return {
        asked: { from: askedFrom ?? undefined, to: askedTo ?? undefined },
        from,
        to,
        position: { recordedAt, id },
      };
    } catch {
      throw new RecordsQueryError('ContinuationToken', 'is not one that was given out here');
    }
  }

  return { read };
}

const dayMs = 86_400_000;

interface Going {
  /** As the first request said. */
  asked: { from: number | undefined; to: number | undefined };
  from: number;
  to: number;
  position: LogPosition;
}

function tokenContext(organizationId: string): string {
  return `log-records/${organizationId}`;
}

/** ISO 8601 with any fraction, UTC unless it says otherwise. */
const timeForm = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

function readTime(
  parameter: 'StartDateTime' | 'EndDateTime',
  query: Readonly<Partial<Record<RecordsParameter, string>>>,
): number | undefined {
  const text = query[parameter];
  if (!text) return undefined;
  const hasZone = /(Z|[+-]\d\d:\d\d)$/.test(text.slice(10)) || text.length === 10;
  const time = timeForm.test(text) ? Date.parse(hasZone ? text : `${text}Z`) : Number.NaN;
  if (Number.isNaN(time)) throw new RecordsQueryError(parameter, 'is not a time as in 2026-11-22T14:05:00Z');
  return time;
}

function readLimit(text: string | undefined): number {
  if (!text) return usualLimit;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new RecordsQueryError('Limit', `is a whole number from 1 to ${largestLimit}`);
  return Math.min(limit, largestLimit);
}

export function toVendorRecord(record: SystemLogRecord, customerId: string): VendorRecord {
  const { actor, target } = record;
  const isSystem = actor.type === 'system';
  return {
    RecordId: record.id,
    UtcTimestamp: new Date(record.recordedAt).toISOString(),
    CustomerId: customerId,
    EventType: record.event,
    TargetId: target.id,
    TargetDisplayName: target.name,
    TargetEmail: target.email,
    TargetUserId: target.type === 'identity' || target.type === 'administrator' ? target.id : null,
    TargetType: target.type,
    BeforeChanges: record.before,
    AfterChanges: record.after,
    AgentId: 'sekisho',
    ServiceProfileName: null,
    ActorId: isSystem ? systemActor : actor.id,
    ActorDisplayName: isSystem ? systemActor : actor.name,
    ActorType: actor.type,
    Message: eventMessages(record.event),
    ClientAddress: record.clientAddress,
    UserAgent: record.userAgent,
    Reference: record.reference,
    Details: record.detail,
  };
}

/** The vendor's name for the service itself (LOG-1). */
export const systemActor = 'CwcSystem';
