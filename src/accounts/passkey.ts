/** Passkeys at a sign-in: instead of email, password and code, or instead of the code (CIT-4). */
import { type Request, type Response, Router } from 'express';
import { AppError } from '../core/errors.ts';
import type { PasskeyAnswer } from '../signin/citrix-passkeys.ts';
import { showCode } from './code.ts';
import { type AccountsContext, readPost, recordRefusal } from './context.ts';
import { showEmailAndPassword } from './email-and-password.ts';
import { isForAdministrators } from './password.ts';
import { findWaiting, type Waiting } from './waiting.ts';

/** What the page says; the limit itself ends with its window (directory/passkey-ceremonies.ts). */
const answerWindow = 60 * 60_000;

export function createPasskeyRoutes(context: AccountsContext): Router {
  const router = Router();
  const { citrixPasskeys } = context;

  /** A post of a sign-in where passkeys are taken; undefined: it has been answered. */
  async function enter(request: Request<{ uid: string }>, response: Response) {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return undefined;
    if (!citrixPasskeys.isAvailable || !isForAdministrators(waiting)) throw new AppError('not_found');
    return { waiting, answer: form.passkey ?? '', place: placeOf(waiting) };
  }
  const placeOf = ({ interaction, browser }: Waiting) => ({ interactionUid: interaction.uid, browser });

  router.post('/signin/:uid/passkey/options', async (request, response) => {
    const entered = await enter(request, response);
    if (entered) response.json(await citrixPasskeys.beginSignIn(entered.place));
  });

  router.post('/signin/:uid/passkey', async (request, response) => {
    const entered = await enter(request, response);
    if (!entered) return;
    const { waiting, answer, place } = entered;
    const judged = answer === '' ? unanswered : await citrixPasskeys.signIn(place, answer);
    if (judged.outcome === 'accepted' || judged.outcome === 'expired')
      return response.redirect(303, context.signinUrl(waiting.interaction));
    sayWhenAgain(response, judged);
    showEmailAndPassword(context, request, response, waiting, { email: '', error: errorOf(judged) });
    await record(request, judged);
  });

  router.post('/signin/:uid/passkey-factor/options', async (request, response) => {
    const entered = await enter(request, response);
    if (!entered) return;
    const options = await citrixPasskeys.beginSecondFactor(entered.place);
    if (!options) throw new AppError('gone');
    response.json(options);
  });

  router.post('/signin/:uid/passkey-factor', async (request, response) => {
    const entered = await enter(request, response);
    if (!entered) return;
    const { waiting, answer, place } = entered;
    const judged = answer === '' ? unanswered : await citrixPasskeys.proveSecondFactor(place, answer);
    const progress = await context.citrix.progressOf(place.interactionUid, place.browser);
    if (judged.outcome === 'accepted' || judged.outcome === 'expired' || !progress)
      return response.redirect(303, context.signinUrl(waiting.interaction));
    sayWhenAgain(response, judged);
    await showCode(context, request, response, waiting, progress, errorOf(judged));
    await record(request, judged);
  });

  /** Told to administrators where it concerns one of them; nonsense can be sent by anybody. */
  async function record(request: Request, judged: Refused): Promise<void> {
    const { identityId } = judged;
    if (identityId === undefined) return;
    const reason =
      judged.outcome === 'throttled' ? judged.outcome : judged.reason === 'counter' ? 'passkey_copied' : 'passkey';
    const retryAfter = judged.outcome === 'throttled' ? answerWindow : undefined;
    await recordRefusal(context, request, { who: { identityId }, reason, retryAfter });
  }

  return router;
}

/** Sent without script, or before the ceremony. */
const unanswered = { outcome: 'expired' } as const;
type Refused = Exclude<PasskeyAnswer, { outcome: 'accepted' | 'expired' }>;

function sayWhenAgain(response: Response, { outcome }: Refused): void {
  if (outcome === 'throttled') response.setHeader('Retry-After', answerWindow / 1000);
}

function errorOf({ outcome }: Refused) {
  return outcome === 'throttled'
    ? ({ kind: outcome, retryAfter: answerWindow } as const)
    : ({ kind: 'passkey' } as const);
}
