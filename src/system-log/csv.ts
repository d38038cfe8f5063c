/**
 * The log as a file for spreadsheets (SPEC LOG-2, SECURITY CON-04): its columns, its name. Pure but for the stream.
 *
 * Every field is quoted, and one that a spreadsheet would take for a formula begins with an apostrophe. UTF-8 with a
 * byte order mark, without which Excel reads Japanese as something else; lines end in CRLF (RFC 4180).
 */
import { Readable, type Transform } from 'node:stream';
import { stringify } from 'csv-stringify';
import { type Language, translations } from '../core/language.ts';
import { eventText } from './events.ts';
import { systemActor } from './records.ts';
import type { SystemLogRecord } from './system-log.ts';

const heads = translations({
  en: ['Time (UTC)', 'Actor', 'Actor ID', 'Event type', 'Event', 'Target ID', 'Target'],
  ja: ['日時 (UTC)', '実行者', '実行者ID', 'イベントの種類', 'イベント', '対象ID', '対象'],
});

/** Reads on only as fast as it is read. */
export function csvOf(records: AsyncIterable<SystemLogRecord>, language: Language): Transform {
  const lines = stringify({
    bom: true,
    columns: [...heads[language]],
    escape_formulas: true,
    header: true,
    quoted: true,
    quoted_empty: true,
    record_delimiter: 'windows',
  });
  const rows = Readable.from(rowsOf(records, language));
  rows.on('error', (error) => lines.destroy(error));
  lines.on('close', () => rows.destroy());
  return rows.pipe(lines);
}

async function* rowsOf(records: AsyncIterable<SystemLogRecord>, language: Language): AsyncGenerator<string[]> {
  for await (const { recordedAt, actor, event, target } of records) {
    yield [
      new Date(recordedAt).toISOString(),
      actor.type === 'system' ? systemActor : (actor.name ?? ''),
      actor.id ?? '',
      event,
      eventText(event, language),
      target.id ?? '',
      target.name ?? target.email ?? '',
    ];
  }
}

/** `SystemLog-<CustomerName>-<OrgID>-<DateTimeStamp>.csv`, of letters, digits, `-`, `_` and `.` only. */
export function csvFileName(organization: { name: string; orgId: string }, at: number): string {
  const name = organization.name
    .normalize('NFKC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  return `SystemLog-${[...name].slice(0, 60).join('')}-${organization.orgId}-${stamp}.csv`;
}

/** RFC 6266 with RFC 8187: the name in ASCII for who reads no other, and the whole one. */
export function attachment(fileName: string): string {
  const ascii = fileName.replace(/[^\w.-]/g, '_');
  const whole = encodeURIComponent(fileName).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${whole}`;
}
