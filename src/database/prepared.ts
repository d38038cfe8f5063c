/** Queries on the path of every sign-in, compiled once: building and compiling them costs more than SQLite's answer. */
import type { Compilable } from 'kysely';
import type { Database } from './schema.ts';

/**
 * `query`: a select whose only parameter is the text that it looks for, whatever it is here (`''`).
 * The answer is the first row found.
 */
export function prepareFind<Row>(
  db: Database,
  query: Compilable<Row>,
): (value: string | number) => Promise<Row | undefined> {
  const compiled = query.compile();
  if (compiled.parameters.length !== 1) throw new Error('a prepared search has one parameter');
  return async (value) => (await db.executeQuery<Row>({ ...compiled, parameters: [value] })).rows[0];
}

/** `query`: an insert of one row of these columns, in this order, whatever it holds here. */
export function prepareInsert<Row extends Readonly<Record<string, unknown>>, Result>(
  db: Database,
  columns: readonly (keyof Row & string)[],
  query: (row: Row) => Compilable<Result>,
): (row: Row) => Promise<Result[]> {
  const sample = Object.fromEntries(columns.map((column) => [column, column])) as unknown as Row;
  const compiled = query(sample).compile();
  if (compiled.parameters.join() !== columns.join()) throw new Error('a prepared insert has its columns as parameters');
  return async (row) => {
    const parameters = columns.map((column) => row[column]);
    return (await db.executeQuery<Result>({ ...compiled, parameters })).rows;
  };
}
