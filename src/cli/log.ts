/** `log`: the system log as the operator sees it, and whether it is as it was sealed (SECURITY CON-14). */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Checkpoint, readCheckpoint } from '../system-log/seal/checkpoints.ts';
import { chainOf, installationChain } from '../system-log/seal/row-seal.ts';
import { type Finding, mostFindings, type Verdict, verifyChain } from '../system-log/seal/verify.ts';
import type { SystemLogQuery } from '../system-log/system-log.ts';
import { type Command, columns, UsageError } from './command.ts';
import type { Installation } from './installation.ts';
import { RefusedError } from './refused-error.ts';

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

const verify: Command = {
  name: 'log verify',
  summary: 'Find records of the system log that were changed, moved, deleted or cut off',
  notes:
    'Somebody who writes to the database can delete the newest records together with the checkpoints in it; and, while\nno server runs, change them and have them sealed anew. Only copies of checkpoints tell that: keep them elsewhere\n(the stream of SEKISHO_LOG_STREAM, or "log checkpoint") and give them with --checkpoints.',
  options: {
    organization: { value: 'ID', help: 'Of this organization only (customer id or OrgID)' },
    checkpoints: { value: 'FILE', help: 'Copies of checkpoints: lines of the stream or of "log checkpoint"' },
    since: { value: 'CHECKPOINT', help: 'Only what came after this checkpoint (its id)' },
  },
  async run(values, io) {
    const installation = await io.open();
    const { database, logSeal, requireOrganization } = installation;
    const { db } = database;
    const file = values.text('checkpoints');
    const known = file === undefined ? [] : await readCheckpoints(file);
    const id = values.text('since');
    const since = id === undefined ? undefined : await findCheckpoint(installation, known, id);
    const organization = values.text('organization');
    const chains =
      since !== undefined
        ? [since.chain]
        : organization !== undefined
          ? [chainOf((await requireOrganization(organization)).id)]
          : await chainsOf(installation, known);
    const key = await logSeal.key();
    const verdicts: Verdict[] = [];
    for (const chain of chains) verdicts.push(await verifyChain({ db, key, chain, known, ...(since && { since }) }));
    const names = new Map(
      (await db.selectFrom('organizations').select(['id', 'name', 'org_id']).execute()).map((row) => [
        row.id,
        `${row.name} (${row.org_id})`,
      ]),
    );
    const failed = verdicts.some(({ findings }) => findings.length > 0);
    return {
      json: { intact: !failed, chains: verdicts },
      text: verdicts.map((verdict) => describe(verdict, names.get(verdict.chain) ?? verdict.chain)).join('\n'),
      failed,
    };
  },
};

const checkpoint: Command = {
  name: 'log checkpoint',
  summary: 'Seal what is new and print a signed checkpoint of every log, one a line, to be kept elsewhere',
  options: { 'public-key': { help: 'Print the key that checks the signatures (Ed25519, PEM) instead' } },
  async run(values, io) {
    const { logSeal } = await io.open();
    if (values.has('public-key')) {
      const { publicKey } = await logSeal.key();
      return { json: { publicKey }, text: publicKey.trimEnd() };
    }
    await logSeal.seal();
    const made = await logSeal.checkpointAll();
    return { json: made, text: made.map((each) => JSON.stringify(each)).join('\n') };
  },
};

/** Of every line that is a checkpoint, by itself or as `checkpoint` of a line of the stream or the server's log. */
async function readCheckpoints(file: string): Promise<Checkpoint[]> {
  const found: Checkpoint[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
      if (!line.includes('"signature"')) continue;
      try {
        const value = JSON.parse(line);
        const read = readCheckpoint(value.checkpoint ?? value);
        if (read) found.push(read);
      } catch {
        // Lines of something else between them are nobody's business here.
      }
    }
  } catch (cause) {
    throw new RefusedError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  }
  if (found.length === 0) throw new RefusedError(`${file} holds no checkpoint`);
  return found;
}

async function findCheckpoint(
  { logSeal }: Installation,
  known: readonly Checkpoint[],
  id: string,
): Promise<Checkpoint> {
  const found = known.find((each) => each.id === id) ?? (await logSeal.findCheckpoint(id));
  if (!found) throw new RefusedError(`There is no checkpoint "${id}"`);
  return found;
}

/** Whoever deletes a chain's own row must not take it out of sight. */
async function chainsOf({ database: { db } }: Installation, known: readonly Checkpoint[]): Promise<string[]> {
  const [organizations, heads, checkpoints] = await Promise.all([
    db.selectFrom('organizations').select('id').orderBy('created_at').execute(),
    db.selectFrom('log_chains').select('chain').execute(),
    db.selectFrom('log_checkpoints').select('chain').distinct().execute(),
  ]);
  const chains = [
    installationChain,
    ...organizations.map(({ id }) => id),
    ...[...heads, ...checkpoints, ...known].map(({ chain }) => chain),
  ];
  return [...new Set(chains)];
}

function describe({ verified, from, to, unsealed, findings }: Verdict, name: string): string {
  const span = verified > 0 ? `${verified} records, ${from} to ${to}` : 'no sealed records';
  const waiting = unsealed > 0 ? `, ${unsealed} not sealed yet` : '';
  if (findings.length === 0) return `${name}: intact (${span}${waiting})`;
  const more = findings.length === mostFindings ? ' or more' : '';
  return [`${name}: ${findings.length}${more} problems (${span}${waiting})`, ...findings.map(sentenceOf)].join('\n  ');
}

function sentenceOf(finding: Finding): string {
  switch (finding.kind) {
    case 'changed':
      return finding.what === 'record'
        ? `record ${finding.sequence} (${finding.recordId}) was changed, or not written by Sekisho`
        : `record ${finding.sequence} (${finding.recordId}): its ${finding.what} was changed`;
    case 'missing':
      return finding.from === finding.to
        ? `record ${finding.from} is missing`
        : `records ${finding.from} to ${finding.to} are missing`;
    case 'reordered':
      return `record ${finding.sequence} (${finding.recordId}) was record ${finding.was}`;
    case 'repeated':
      return `record ${finding.sequence} is there again (${finding.recordId})`;
    case 'cut_off':
      return `records after ${finding.last} were cut off: checkpoint ${finding.checkpoint} knows ${finding.expected}`;
    case 'differs':
      return `record ${finding.sequence} is not the one that checkpoint ${finding.checkpoint} was made for`;
    case 'checkpoint':
      return `checkpoint ${finding.checkpoint} was changed, or not made by this installation`;
    case 'unnumbered':
      return `a record that was sealed has lost its number (${finding.recordId})`;
    case 'cut_early':
      return `records up to ${finding.to} were deleted before their 90 days: checkpoint ${finding.checkpoint} shows it`;
    case 'end':
      return `the last record is ${finding.last}, the database says ${finding.said}`;
  }
}

function readNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new UsageError(`--${option} is a whole number from 1 to ${most}`);
  return number;
}

export const logCommands: readonly Command[] = [list, verify, checkpoint];
