/** The system log for programs: in our shape, and in that of the vendor, for the collectors that exist (LOG-3, LOG-4). */
import { eventMessages } from '../system-log/events.ts';
import {
  type LogRecords,
  type RecordsParameter,
  RecordsQueryError,
  recordsParameters,
  type VendorRecord,
} from '../system-log/records.ts';
import type { SystemLog, SystemLogRecord } from '../system-log/system-log.ts';
import type { HandlersOf } from './handlers.ts';
import { ApiProblem } from './problems.ts';

export interface SystemLogOptions {
  systemLog: Pick<SystemLog, 'page'>;
  logRecords: Pick<LogRecords, 'read'>;
}

export function systemLogHandlers({ systemLog, logRecords }: SystemLogOptions) {
  return {
    'GET /api/v1/organizations/{customerId}/log': async ({ organization, query, page: { limit, after } }) => {
      const { from, to, ...filter } = query;
      const [recordedAt, id] = after ?? [];
      const position =
        typeof recordedAt === 'number' && typeof id === 'string'
          ? { from: { position: { recordedAt, id }, direction: 'older' as const } }
          : {};
      const { records, older } = await systemLog.page({
        organizationId: organization.id,
        filter: {
          ...(from !== undefined && { from: Date.parse(from) }),
          ...(to !== undefined && { to: Date.parse(to) }),
          ...definedOf(filter),
        },
        limit,
        ...position,
      });
      return { body: { items: records.map(describe) }, last: older && [older.recordedAt, older.id] };
    },

    'GET /systemlog/records': async ({ organization, query }) => {
      try {
        const { Items, ContinuationToken } = await logRecords.read(organization, definedOf(query));
        const documented = { Items: Items.map(asDocumented), ContinuationToken };
        return {
          body: { ...documented, items: documented.Items.map(inCamelCase), continuationToken: ContinuationToken },
        };
      } catch (error) {
        if (!(error instanceof RecordsQueryError)) throw error;
        const { parameter, message } = error;
        throw new ApiProblem('request-invalid', { cause: error, errors: [{ parameter, message }] });
      }
    },
  } satisfies HandlersOf<`${string}/log` | `${string}/records`>;
}

/** The parameters of the vendor's query by how they are spelled here: collectors write `startDateTime` as well. */
export const vendorParameters: ReadonlyMap<string, RecordsParameter> = new Map(
  recordsParameters.map((name) => [name.toLowerCase(), name]),
);

type Defined<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

function definedOf<Values extends object>(values: Values): Defined<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<Values>;
}

function asDocumented(record: VendorRecord) {
  const { BeforeChanges: before, AfterChanges: after, Details: details } = record;
  return {
    ...record,
    BeforeChanges: before && { ...before },
    AfterChanges: after && { ...after },
    Details: { ...details },
  };
}

type CamelCase<Value> = { [Name in keyof Value as Uncapitalize<Name & string>]: Value[Name] };

/** The vendor documents capitals and answers without: some collectors know only `items` and `recordId`. */
function inCamelCase<Value extends object>(value: Value): CamelCase<Value> {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name[0]?.toLowerCase() + name.slice(1), each]),
  ) as CamelCase<Value>;
}

function describe(record: SystemLogRecord) {
  return {
    id: record.id,
    at: new Date(record.recordedAt).toISOString(),
    event: record.event,
    message: eventMessages(record.event),
    actor: record.actor,
    target: record.target,
    detail: { ...record.detail },
    before: record.before && { ...record.before },
    after: record.after && { ...record.after },
    reference: record.reference,
    clientAddress: record.clientAddress,
    userAgent: record.userAgent,
  };
}
