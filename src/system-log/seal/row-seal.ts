/**
 * What a record's seal says (SECURITY CON-14): the bytes, the hashes of what is personal, the MACs. Pure.
 *
 * A seal is `<MAC of this row>.<MAC over the seal before and this row>`. The first tells a changed row from its
 * neighbours, also beside a gap; the second ties the rows into one chain. Neither covers a personal value itself but a
 * salted hash of it, so that erasing a person takes value and salt away and leaves the seal whole.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { SystemLogRow } from '../../database/schema.ts';
import type { LogKey } from './log-key.ts';

export type LogRow = Selectable<SystemLogRow>;

/** The chain of records that concern the whole installation. */
export const installationChain = 'installation';

/** Every organization's records are a chain of their own. */
export function chainOf(organizationId: string | null): string {
  return organizationId ?? installationChain;
}

export function organizationOf(chain: string): string | null {
  return chain === installationChain ? null : chain;
}

/** Before the first row. */
export const beginning = '';

/** What may be personal, by whom it concerns; the rest of a row never is. */
export type Party = 'actor' | 'target';

export function personalParts(row: LogRow, party: Party): (string | null)[] {
  return party === 'actor'
    ? [row.actor_id, row.actor_name, row.client_address, row.user_agent]
    : [row.target_id, row.target_name, row.target_email, row.detail, row.before_changes, row.after_changes];
}

/** Without the salt, names and addresses could be tried until the hash fits. */
export function hashOfParts(party: Party, salt: string, parts: readonly (string | null)[]): string {
  return createHash('sha256')
    .update(JSON.stringify([party, salt, ...parts]))
    .digest('base64url');
}

type Placed = Pick<
  LogRow,
  | 'organization_id'
  | 'id'
  | 'recorded_at'
  | 'event'
  | 'actor_type'
  | 'target_type'
  | 'reference'
  | 'actor_hash'
  | 'target_hash'
>;

function canonical(row: Placed, sequence: number): string {
  return JSON.stringify([
    'v1',
    chainOf(row.organization_id),
    sequence,
    row.id,
    row.recorded_at,
    row.event,
    row.actor_type,
    row.target_type,
    row.reference,
    row.actor_hash,
    row.target_hash,
  ]);
}

/** `previous`: the seal of the row before, or `beginning`. The row's hashes are those that will be stored. */
export function sealOf(key: LogKey, previous: string, row: Placed, sequence: number): string {
  const bytes = canonical(row, sequence);
  return `${rowMac(key, bytes)}.${key.mac('log-chain', `${chainPart(previous)}\n${bytes}`).toString('base64url')}`;
}

function rowMac(key: LogKey, bytes: string): string {
  return key.mac('log-row', bytes).subarray(0, 16).toString('base64url');
}

/** Is this row, at this place, as it was sealed? Says nothing about its neighbours. */
export function isRowGenuine(key: LogKey, row: LogRow, sequence: number): boolean {
  return same(row.seal?.split('.')[0] ?? '', rowMac(key, canonical(row, sequence)));
}

/** Does this row follow the one that was sealed as `previous`? */
export function follows(key: LogKey, previous: string, row: LogRow, sequence: number): boolean {
  return same(chainPart(row.seal ?? ''), chainPart(sealOf(key, previous, row, sequence)));
}

function chainPart(seal: string): string {
  return seal.slice(seal.indexOf('.') + 1);
}

const erasedMark = 'erased.';

/** Stands in the place of the salt after an erasure: only we can have erased these values to exactly those. */
export function erasureProof(key: LogKey, row: Placed, party: Party, parts: readonly (string | null)[]): string {
  const hash = party === 'actor' ? row.actor_hash : row.target_hash;
  const bytes = JSON.stringify([party, chainOf(row.organization_id), row.id, hash, ...parts]);
  return erasedMark + key.mac('log-erasure', bytes).toString('base64url');
}

/** Are the personal values those that were sealed, or erased by us? */
export function arePartsGenuine(key: LogKey, row: LogRow, party: Party): boolean {
  const salt = party === 'actor' ? row.actor_salt : row.target_salt;
  const hash = party === 'actor' ? row.actor_hash : row.target_hash;
  if (salt === null || hash === null) return false;
  const parts = personalParts(row, party);
  return salt.startsWith(erasedMark)
    ? same(salt, erasureProof(key, row, party, parts))
    : same(hash, hashOfParts(party, salt, parts));
}

function same(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
