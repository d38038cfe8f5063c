/**
 * Mails to people: queued with the change that causes them, handed to the mail server afterwards.
 *
 * Owns the row `mails`. Does not own: what a mail says (`letters/`), how it travels (`senders.ts`), whom to write to.
 * Called by `directory/`, `accounts/`, `console/`, `cli/`. Queueing costs the same whether a mail server answers or
 * not, so an answer's time tells nothing about who exists (SECURITY ID-02), and no request waits for SMTP.
 */
import { randomUUID } from 'node:crypto';
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import { readEmail } from '../core/email-address.ts';
import type { Log } from '../core/log.ts';
import type { Database } from '../database/schema.ts';
import { htmlOf, type Letter, textOf } from './letter.ts';
import type { Mail, MailSender } from './senders.ts';

const minute = 60_000;
/** After a failure: soon, then less and less often. */
const pauses = [minute / 2, 2 * minute, 10 * minute, 30 * minute] as const;
/** One process hands a mail over; should it die meanwhile, another tries again. */
const lease = 2 * minute;
const keptMs = 24 * 60 * minute;

export interface MailDraft {
  /** As stored; it is mailed to what `readEmail` makes of it, and what is no address gets nothing. */
  to: string;
  letter: Letter;
  /** Milliseconds since the epoch; after this it is not delivered any more. A day from now unless given. */
  expiresAt?: number;
}

export type Mails = ReturnType<typeof createMails>;

/**
 * `sender`: absent where no mail server is configured; mails then wait until one is, or until they expire.
 * `onQueued`: told that `deliver` is worth calling soon.
 */
export function createMails(needs: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  log?: Log;
  sender?: MailSender | undefined;
  onQueued?: () => void;
}) {
  const { db, clock, sealer, log, sender, onQueued } = needs;

  /** `within`: the transaction of the change that it tells of; then it is sent exactly when that is committed. */
  async function queue(draft: MailDraft, within: Database = db): Promise<void> {
    const now = clock.now();
    const id = randomUUID();
    const to = readEmail(draft.to)?.mailbox;
    // The change that it tells of is not undone: an earlier version, or a directory elsewhere, let the address in.
    if (to === undefined) {
      log?.error({ to: draft.to }, 'a mail was not queued: this is no email address');
      return;
    }
    const { letter } = draft;
    // A line break in a name must not become a header.
    const subject = letter.subject.replace(/\p{Cc}+/gu, ' ');
    const mail: Mail = { to, subject, text: textOf(letter), html: htmlOf({ ...letter, subject }) };
    await within
      .insertInto('mails')
      .values({
        id,
        message_sealed: sealer.seal(JSON.stringify(mail), mailContext(id)),
        created_at: now,
        next_try_at: now,
        expires_at: draft.expiresAt ?? now + keptMs,
        tries: 0,
      })
      .execute();
    onQueued?.();
  }

  /** Hands over what is due, at most `batch`; returns how many were taken. A failure is logged and tried again later. */
  async function deliver(batch = 50): Promise<number> {
    const now = clock.now();
    await db.deleteFrom('mails').where('expires_at', '<=', now).execute();
    if (!sender) return 0;
    const due = await db
      .selectFrom('mails')
      .selectAll()
      .where('next_try_at', '<=', now)
      .orderBy('next_try_at')
      .limit(batch)
      .execute();
    let delivered = 0;
    for (const row of due) {
      const taken = await db
        .updateTable('mails')
        .set({ next_try_at: now + lease, tries: row.tries + 1 })
        .where('id', '=', row.id)
        .where('tries', '=', row.tries)
        .executeTakeFirst();
      if (taken.numUpdatedRows === 0n) continue;
      try {
        await sender.send(JSON.parse(sealer.openText(row.message_sealed, mailContext(row.id))));
        await db.deleteFrom('mails').where('id', '=', row.id).execute();
        delivered++;
      } catch (error) {
        const pause = pauses[Math.min(row.tries, pauses.length - 1)] ?? minute;
        log?.warn({ err: error, mailId: row.id, tries: row.tries + 1 }, 'a mail could not be handed over');
        await db
          .updateTable('mails')
          .set({ next_try_at: clock.now() + pause })
          .where('id', '=', row.id)
          .execute();
      }
    }
    return delivered;
  }

  return { queue, deliver };
}

/** Where a sealed mail belongs. */
export function mailContext(id: string): string {
  return `mails/${id}`;
}
