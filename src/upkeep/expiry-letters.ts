/**
 * Who is told of what expires, and when: 90, 30, 14, 7 days and 1 day before, and when it is over; each once for each
 * thing and date, in one letter a day for an organization (SECURITY ID-16). The rows remember, so a start of the server
 * tells nothing again, and of several processes one writes.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Database } from '../database/schema.ts';
import { fullAccessEmails } from '../directory/full-access-emails.ts';
import { inBothLanguages } from '../mail/letter.ts';
import { expiryDigest } from '../mail/letters/expiry-digest.ts';
import type { Mails } from '../mail/mails.ts';
import type { ExpiryItem, ExpiryRegister } from './expiry-register.ts';
import { daysLeft, daysLeftText, expiryTitle } from './expiry-words.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** 0: it is over. */
const thresholds = [0, 1, 7, 14, 30, 90] as const;
const operatorWarned = 30;
/** Late is better than never. */
const letterKeptMs = 3 * day;
const noticesKeptMs = 400 * day;
const batch = 100;

export function createExpiryLetters(needs: {
  db: Database;
  clock: Clock;
  log: Log;
  register: ExpiryRegister;
  mails: Pick<Mails, 'queue'>;
  registerUrlOf(customerId: string): string;
}) {
  const { db, clock, log, register, mails, registerUrlOf } = needs;
  let operatorTold = Number.NEGATIVE_INFINITY;

  /** Goes through the registers whose day has come. Returns how many letters were written. */
  async function round(): Promise<number> {
    tellOperator();
    await enlist();
    let written = 0;
    for (;;) {
      const due = await claimDue();
      for (const organizationId of due) {
        try {
          if (await tell(organizationId)) written++;
        } catch (error) {
          log.error({ err: error, organizationId }, 'what expires could not be told');
        }
        // Certificates are read on this thread: people who sign in come first.
        await setImmediate();
      }
      if (due.length < batch) return written;
    }
  }

  async function enlist(): Promise<void> {
    const now = clock.now();
    const rows = await db
      .selectFrom('organizations')
      .leftJoin('expiry_rounds', 'expiry_rounds.organization_id', 'organizations.id')
      .select('organizations.id')
      .where('expiry_rounds.organization_id', 'is', null)
      .limit(1000)
      .execute();
    for (const { id } of rows)
      await db
        .insertInto('expiry_rounds')
        .values({ organization_id: id, next_at: now })
        .onConflict((conflict) => conflict.column('organization_id').doNothing())
        .execute();
  }

  /** Each given to one process, and not again before tomorrow. */
  async function claimDue(): Promise<string[]> {
    const now = clock.now();
    const due = await db
      .selectFrom('expiry_rounds')
      .selectAll()
      .where('next_at', '<=', now)
      .orderBy('next_at')
      .limit(batch)
      .execute();
    const claimed: string[] = [];
    for (const { organization_id: id, next_at: nextAt } of due) {
      const { numUpdatedRows } = await db
        .updateTable('expiry_rounds')
        .set({ next_at: now + day })
        .where('organization_id', '=', id)
        .where('next_at', '=', nextAt)
        .executeTakeFirst();
      if (numUpdatedRows > 0n) claimed.push(id);
    }
    return claimed;
  }

  async function tell(organizationId: string): Promise<boolean> {
    const now = clock.now();
    const { items } = await register.ofOrganization(organizationId);
    const near = items.flatMap((item) => {
      const days = thresholds.find((each) => item.expiresAt - now <= each * day);
      return days === undefined ? [] : [{ item, days }];
    });
    if (near.length === 0) return false;
    return db.transaction().execute(async (trx) => {
      const told: ExpiryItem[] = [];
      for (const { item, days } of near) if (await noteFirst(trx, organizationId, item, days)) told.push(item);
      if (told.length > 0) await write(trx, organizationId, told);
      return told.length > 0;
    });
  }

  /** True the first time. */
  async function noteFirst(trx: Database, organizationId: string, item: ExpiryItem, days: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('expiry_notices')
      .values({
        organization_id: organizationId,
        item: item.key,
        expires_at: item.expiresAt,
        days,
        sent_at: clock.now(),
      })
      .onConflict((conflict) => conflict.columns(['organization_id', 'item', 'expires_at', 'days']).doNothing())
      .executeTakeFirst();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async function write(trx: Database, organizationId: string, items: readonly ExpiryItem[]): Promise<void> {
    const { name, customer_id: customerId } = await trx
      .selectFrom('organizations')
      .select(['name', 'customer_id'])
      .where('id', '=', organizationId)
      .executeTakeFirstOrThrow();
    const now = clock.now();
    const letter = inBothLanguages((language) =>
      expiryDigest(language, {
        organization: name,
        items: items.map((item) => ({
          title: expiryTitle(item, language),
          expiresAt: item.expiresAt,
          left: daysLeftText(item.expiresAt, now, language),
        })),
        registerUrl: registerUrlOf(customerId),
      }),
    );
    for (const to of await fullAccessEmails(trx, organizationId))
      await mails.queue({ to, letter, expiresAt: now + letterKeptMs }, trx);
  }

  /** What only the operator can renew goes to their log, once a day. */
  function tellOperator(): void {
    const now = clock.now();
    if (now - operatorTold < day) return;
    operatorTold = now;
    for (const { kind, what, expiresAt } of register.ofInstallation()) {
      const left = daysLeft(expiresAt, now);
      if (left < operatorWarned)
        log.warn({ kind, what: what.en, expiresAt: new Date(expiresAt).toISOString(), daysLeft: left }, 'expires soon');
    }
  }

  /** What ended and was told long ago. Not by its end alone: what is still there would be told anew each day. */
  async function forget(): Promise<void> {
    const end = clock.now() - noticesKeptMs;
    await db.deleteFrom('expiry_notices').where('expires_at', '<', end).where('sent_at', '<', end).execute();
  }

  return { round, forget };
}
