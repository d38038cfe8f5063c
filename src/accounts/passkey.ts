/** Passkeys at a sign-in: instead of email, password and code, or instead of the code (CIT-4). */
import { type Request, type Response, Router } from 'express';
import { AppError } from '../core/errors.ts';
import { edgeOf } from '../http/edge.ts';
import { showCode } from './code.ts';
import { type AccountsContext, readPost } from './context.ts';
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
    const userAgent = request.headers['user-agent'];
    const from = { clientAddress: edgeOf(request).address, ...(userAgent !== undefined && { userAgent }) };
    return { waiting, answer: form.passkey ?? '', place: placeOf(waiting), from };
  }
  const placeOf = ({ interaction, browser }: Waiting) => ({ interactionUid: interaction.uid, browser });

  router.post('/signin/:uid/passkey/options', async (request, response) => {
    const entered = await enter(request, response);
    if (entered) response.json(await citrixPasskeys.beginSignIn(entered.place));
  });

  router.post('/signin/:uid/passkey', async (request, response) => {
    const entered = await enter(request, response);
    if (!entered) return;
    const { waiting, answer, place, from } = entered;
    const outcome = answer === '' ? 'expired' : await citrixPasskeys.signIn(place, answer, from);
    if (outcome === 'accepted' || outcome === 'expired')
      return response.redirect(303, context.signinUrl(waiting.interaction));
    const error =
      outcome === 'wrong' ? { kind: 'passkey' as const } : { kind: 'throttled' as const, retryAfter: answerWindow };
    showEmailAndPassword(context, request, response, waiting, { email: '', error });
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
    const { waiting, answer, place, from } = entered;
    const outcome = answer === '' ? 'expired' : await citrixPasskeys.proveSecondFactor(place, answer, from);
    const progress = await context.citrix.progressOf(place.interactionUid, place.browser);
    if (outcome === 'accepted' || outcome === 'expired' || !progress)
      return response.redirect(303, context.signinUrl(waiting.interaction));
    const error =
      outcome === 'wrong' ? { kind: 'passkey' as const } : { kind: 'throttled' as const, retryAfter: answerWindow };
    await showCode(context, request, response, waiting, progress, error);
  });

  return router;
}
