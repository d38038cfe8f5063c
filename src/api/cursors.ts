/**
 * Cursors of lists: where a page ended, unreadable as an offset and bound by a MAC to who asks, the organization, the
 * route and the query, so that one of another organization or filter opens nothing (CON-08).
 */
import { timingSafeEqual } from 'node:crypto';
import { macOf } from '../../certs/mac.ts';
import { ApiProblem } from './problems.ts';

export type Position = readonly (string | number)[];

export interface Cursors {
  /** `context`: what it is bound to. URL-safe without encoding: collectors paste it into addresses as it is. */
  seal(position: Position, context: string): string;
  /** Throws `cursor-invalid`. */
  open(cursor: string, context: string): Position;
}

/** `keys`: from `followKeys(sealingKeys, 'api-cursors')`; the first makes them, all are accepted. */
export function createCursors(keys: () => readonly Uint8Array[]): Cursors {
  return {
    seal(position, context) {
      const [key] = keys();
      if (key === undefined) throw new Error('cursors need a key');
      const text = Buffer.from(JSON.stringify(position)).toString('base64url');
      return `${text}.${macOf(key, `${context}\0${text}`).subarray(0, 16).toString('base64url')}`;
    },
    open(cursor, context) {
      const [text = '', mac = '', ...more] = cursor.split('.');
      const given = Buffer.from(mac, 'base64url');
      const isOurs =
        more.length === 0 &&
        given.length === 16 &&
        keys().some((key) => timingSafeEqual(given, macOf(key, `${context}\0${text}`).subarray(0, 16)));
      if (!isOurs)
        throw new ApiProblem('cursor-invalid', { errors: [{ parameter: 'cursor', message: 'is not valid' }] });
      return JSON.parse(Buffer.from(text, 'base64url').toString());
    },
  };
}

/** One page of a list that is in memory, which is sorted by `keyOf`. */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => Position,
  page: { limit: number; after: Position | undefined },
): { items: Item[]; last: Position | undefined } {
  const sorted = items.toSorted((one, other) => comparePositions(keyOf(one), keyOf(other)));
  const { after } = page;
  const rest = after === undefined ? sorted : sorted.filter((item) => comparePositions(keyOf(item), after) > 0);
  const shown = rest.slice(0, page.limit);
  const lastShown = shown.at(-1);
  return { items: shown, last: rest.length > shown.length && lastShown !== undefined ? keyOf(lastShown) : undefined };
}

function comparePositions(one: Position, other: Position): number {
  for (const [index, value] of one.entries()) {
    const against = other[index];
    if (against === undefined || value === against) continue;
    if (typeof value === 'number' && typeof against === 'number') return value - against;
    return String(value) < String(against) ? -1 : 1;
  }
  return 0;
}
