/** `log list`: the system log as the operator sees it. */
import type { SystemLogQuery } from '../system-log/system-log.ts';
import { type Command, columns, UsageError } from './command.ts';

const dayMs = 86_400_000;

const list: Command = {
  name: 'log list',
  summary: 'List the system log, newest first',
  options: {
    organization: { value: 'ID', help: 'Of this organization only (customer id or OrgID)' },
    reference: { value: 'CODE', help: 'The code on a page that somebody reports' },
    days: { value: 'N', help: 'How far back, 1 to 90 (30)' },
    limit: { value: 'N', help: 'At most, 1 to 1000 (100)' },
  },
  async run(values, io) {
    const days = readNumber('days', values.text('days') ?? '30', 90);
    const limit = readNumber('limit', values.text('limit') ?? '100', 1000);
    const { systemLog, clock, requireOrganization } = await io.open();
    const query: SystemLogQuery = { from: clock.now() - days * dayMs, limit };
    const organization = values.text('organization');
    if (organization !== undefined) query.organizationId = (await requireOrganization(organization)).id;
    const reference = values.text('reference');
    if (reference !== undefined) query.reference = reference.trim().toUpperCase();
    const records = await systemLog.list(query);
    const rows = records.map(({ recordedAt, event, actor, target, detail, reference: code }) => [
      new Date(recordedAt).toISOString(),
      event,
      actor.name ?? actor.id ?? actor.type,
      target.name ?? target.id ?? '-',
      code ?? '-',
      JSON.stringify(detail),
    ]);
    const head = ['Time (UTC)', 'Event', 'Actor', 'Target', 'Reference', 'Detail'];
    return { json: records, text: records.length === 0 ? 'Nothing recorded.' : columns([head, ...rows]) };
  },
};

function readNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new UsageError(`--${option} is a whole number from 1 to ${most}`);
  return number;
}

export const logCommands: readonly Command[] = [list];
