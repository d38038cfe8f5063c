/**
 * Telling a person, by mail, what has happened to their account or access (`letters/security-notice.ts`).
 *
 * Called by `directory/`, `signin/` and `cli/` in the transaction of the change, so that no such change stays silent
 * and none is told that did not happen.
 */
import type { Clock } from '../core/clock.ts';
import type { Language } from '../core/language.ts';
import type { Database } from '../database/schema.ts';
import { inBothLanguages } from './letter.ts';
import { type SecurityNotice, securityNotice } from './letters/security-notice.ts';
import type { Mails } from './mails.ts';

export interface Told extends Pick<SecurityNotice, 'kind' | 'email' | 'organization' | 'thing' | 'left' | 'suspended'> {
  /** Where the letter goes; the account's address unless given (a changed address: the old one as well). */
  to?: string;
  /** The person's own, where it is their request; in both languages otherwise. */
  language?: Language;
  /** Who did it, from where: an `Act` (system-log/events.ts). */
  act: Pick<SecurityNotice, 'clientAddress' | 'userAgent'>;
}

export type TellPerson = (told: Told, within?: Database) => Promise<void>;

/** Late is better than never: whoever did not do it wants to know. */
const keptMs = 3 * 86_400_000;

/** `accountUrl`: the console, where the person sees their account. */
export function createTellPerson(needs: { mails: Pick<Mails, 'queue'>; clock: Clock; accountUrl: string }): TellPerson {
  const { mails, clock, accountUrl } = needs;
  return async ({ to, language, act, ...told }, within) => {
    const at = clock.now();
    const { clientAddress, userAgent } = act;
    const notice: SecurityNotice = { ...told, at, clientAddress, userAgent, accountUrl };
    const letter =
      language === undefined
        ? inBothLanguages((each) => securityNotice(each, notice))
        : securityNotice(language, notice);
    await mails.queue({ to: to ?? told.email, letter, expiresAt: at + keptMs }, within);
  };
}
