/**
 * A way to a new password for somebody who has forgotten theirs (SPEC CIT-8, SECURITY ID-08, ID-11, ID-12, ID-16).
 *
 * A request is one row, whether anybody has the email or not; what follows from it is found out afterwards, beside the
 * requests of others, so that neither answer nor time tells who exists (ID-02). Owns `password_reset_requests` and
 * `password_resets`. The link has an id and a secret, of which a hash is kept; it works once, for half an hour, and the
 * newest voids the others, unless the last is only minutes old. It sets a password: no session, and the second factor stays as it is, but for codes by mail
 * (`resets-by-mail.ts`).
 * Called by `accounts/` and, to deliver, by `app.ts`.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { normalizeEmail } from '../core/email-address.ts';
import type { Language } from '../core/language.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { Database } from '../database/schema.ts';
import { passwordResetLetter } from '../mail/letters/password-reset.ts';
import type { Mails } from '../mail/mails.ts';
import type { Store } from '../store/store.ts';
import type { Act } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { recordOfIdentity } from './identity-organizations.ts';
import { networkOf } from './password-throttle.ts';
import type { PasswordChange, Passwords } from './passwords.ts';
import { noteResetByMail } from './resets-by-mail.ts';

/** ID-11. */
export const resetLifetime = 30 * 60_000;
/** ID-16: mails to one address within an hour, by one network's wish and by anybody's; more are forgotten. */
const mailsPerHour = { network: 3, anybody: 10 } as const;
/** A link so young is not voided: the mail is under way to the person, and whoever asks again may be a stranger. */
const keptFor = 3 * 60_000;
const hourMs = 3_600_000;

export interface ResetRequest {
  /** As typed. */
  email: string;
  language: Language;
  clientAddress?: string | undefined;
  userAgent?: string | undefined;
}

/** Whose password the link sets. */
export interface ResetPerson {
  identityId: string;
  email: string;
  displayName: string;
}

/** `gone`: used, replaced by a newer one, run out, or never ours; nobody is told which. */
export type PasswordReset = PasswordChange | { outcome: 'gone' };

export interface PasswordResetsNeeds {
  db: Database;
  store: Pick<Store, 'count'>;
  clock: Clock;
  mails: Pick<Mails, 'queue'>;
  passwords: Pick<Passwords, 'reset'>;
  systemLog: Pick<SystemLog, 'record'>;
  /** The page of a link; from configuration, never from a request. */
  linkOf(token: string): string;
  /** Told that `process` is worth calling soon. */
  onRequested?: (() => void) | undefined;
}

export type PasswordResets = ReturnType<typeof createPasswordResets>;

export function createPasswordResets(needs: PasswordResetsNeeds) {
  const { db, store, clock, mails, passwords, systemLog, linkOf, onRequested } = needs;

  /** The same work for every email. */
  async function request({ email, language, clientAddress, userAgent }: ResetRequest): Promise<void> {
    const normalized = normalizeEmail(email) ?? '';
    const now = clock.now();
    const counted = `password-reset-mails:${hashOfToken(normalized)}`;
    // The network first: what is refused there takes nothing from others.
    const ofNetwork = `${counted}:${hashOfToken(networkOf(clientAddress ?? ''))}`;
    if ((await store.count(ofNetwork, now + hourMs)) > mailsPerHour.network) return;
    if ((await store.count(counted, now + hourMs)) > mailsPerHour.anybody) return;
    await db
      .insertInto('password_reset_requests')
      .values({
        id: randomUUID(),
        email_normalized: normalized,
        language,
        client_address: clientAddress ?? null,
        user_agent: userAgent?.slice(0, 300) ?? null,
        created_at: now,
      })
      .execute();
    onRequested?.();
  }

  /** Mails the links of requests that are waiting, those of people who exist; returns how many. */
  async function process(batch = 50): Promise<number> {
    const waiting = await db
      .selectFrom('password_reset_requests')
      .select('id')
      .orderBy('created_at')
      .limit(batch)
      .execute();
    let mailed = 0;
    for (const { id } of waiting) if (await processOne(id)) mailed++;
    return mailed;
  }

  async function processOne(requestId: string): Promise<boolean> {
    const now = clock.now();
    return db.transaction().execute(async (trx) => {
      // Of two servers one gets it.
      const asked = await trx
        .deleteFrom('password_reset_requests')
        .where('id', '=', requestId)
        .returningAll()
        .executeTakeFirst();
      if (!asked || asked.created_at + resetLifetime <= now) return false;
      const identity = await trx
        .selectFrom('identities')
        .select(['id', 'email', 'display_name'])
        .where('email_normalized', '=', asked.email_normalized)
        .executeTakeFirst();
      if (!identity) return false;
      const young = await trx
        .selectFrom('password_resets')
        .select('id')
        .where('identity_id', '=', identity.id)
        .where('expires_at', '>', now + resetLifetime - keptFor)
        .executeTakeFirst();
      if (young) return false;
      const [id, secret] = [randomToken(12), randomToken()];
      const values = {
        id,
        identity_id: identity.id,
        secret_hash: hashOfToken(secret),
        language: asked.language,
        expires_at: now + resetLifetime,
      };
      await trx
        .insertInto('password_resets')
        .values(values)
        .onConflict((conflict) => conflict.column('identity_id').doUpdateSet(values))
        .execute();
      const letter = passwordResetLetter(asked.language, {
        email: identity.email,
        href: linkOf(`${id}.${secret}`),
        lifetime: resetLifetime,
        clientAddress: asked.client_address ?? undefined,
        userAgent: asked.user_agent ?? undefined,
      });
      await mails.queue({ to: identity.email, letter, expiresAt: values.expires_at }, trx);
      const act: Act = {
        actor: { type: 'system' },
        ...(asked.client_address !== null && { clientAddress: asked.client_address }),
        ...(asked.user_agent !== null && { userAgent: asked.user_agent }),
      };
      const about = { id: identity.id, name: identity.display_name };
      await recordOfIdentity(trx, systemLog, act, { event: 'platform/password/forgot', identity: about });
      return true;
    });
  }

  /** Changes nothing: mail scanners open links. Undefined for every link that does not work, for whatever reason. */
  async function find(token: string): Promise<ResetPerson | undefined> {
    const { id, secretHash } = readToken(token);
    const row = await db
      .selectFrom('password_resets')
      .innerJoin('identities', 'identities.id', 'password_resets.identity_id')
      .select(['identity_id', 'email', 'display_name', 'secret_hash', 'expires_at'])
      .where('password_resets.id', '=', id)
      .executeTakeFirst();
    const isRight = timingSafeEqual(Buffer.from(secretHash), Buffer.from(row?.secret_hash ?? hashOfToken('')));
    if (!row || !isRight || row.expires_at <= clock.now()) return undefined;
    return { identityId: row.identity_id, email: row.email, displayName: row.display_name };
  }

  /** A password that breaks a rule leaves the link as it is. Throws `too_busy`. */
  async function use(token: string, next: string, act: Omit<Act, 'actor'>, language: Language): Promise<PasswordReset> {
    const person = await find(token);
    if (!person) return { outcome: 'gone' };
    const { id, secretHash } = readToken(token);
    const { identityId, displayName } = person;
    // Whoever has the link; their name is what the account says.
    const actor = { type: 'administrator', id: null, name: displayName } as const;
    const changed = await passwords.reset({ identityId, next, act: { ...act, actor }, language }, async (trx) => {
      const used = await trx
        .deleteFrom('password_resets')
        .where('id', '=', id)
        .where('secret_hash', '=', secretHash)
        .where('expires_at', '>', clock.now())
        .returning('id')
        .executeTakeFirst();
      if (used) await noteResetByMail(trx, identityId, clock.now());
      return used !== undefined;
    });
    return changed.outcome === 'overtaken' ? { outcome: 'gone' } : changed;
  }

  /** Links and requests that have run out. */
  async function forget(): Promise<void> {
    const now = clock.now();
    await db.deleteFrom('password_resets').where('expires_at', '<=', now).execute();
    await db
      .deleteFrom('password_reset_requests')
      .where('created_at', '<=', now - resetLifetime)
      .execute();
  }

  return { request, process, find, use, forget };
}

/** `<id>.<secret>`; of anything else parts that fit nothing. */
function readToken(token: string): { id: string; secretHash: string } {
  const [, id = '', secret = ''] = /^([\w-]{16})\.([\w-]{43})$/.exec(token) ?? [];
  return { id, secretHash: hashOfToken(secret || randomToken()) };
}
