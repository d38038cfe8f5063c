/** Who acts in the middle of a sign-in: for the system log and for mails. */
import type { Request } from 'express';
import { originOf } from '../http/edge.ts';
import type { VerifiedPerson } from '../signin/person.ts';
import type { Act } from '../system-log/events.ts';
import type { AccountsContext } from './context.ts';

/** Before their first sign-in people have no account: the identity stands for it, by which an erasure finds the entry too. */
export async function actDuringSignIn(
  { administratorAccountOf }: Pick<AccountsContext, 'administratorAccountOf'>,
  request: Request,
  { subject, claims }: VerifiedPerson,
): Promise<Act> {
  const id = await administratorAccountOf(subject);
  return {
    actor: { type: 'administrator', id: id ?? subject, name: claims.name ?? null },
    ...originOf(request),
  };
}
