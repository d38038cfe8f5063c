/** The built-in identity's first form: email and password (CIT-1). */
import { Router } from 'express';
import { edgeOf } from '../http/edge.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import { readAcrValues } from '../signin/acr-values.ts';
import { type AccountsContext, readPost, recordRefusal } from './context.ts';
import { showEmailAndPassword } from './email-and-password.ts';
import type { SignInPage } from './views/sign-in-page.ts';
import { findWaiting, type Waiting } from './waiting.ts';

export function createPasswordRoutes(context: AccountsContext): Router {
  const router = Router();
  const { attempts } = context;

  router.post('/signin/:uid/password', async (request, response) => {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    if (!isForAdministrators(waiting)) return response.redirect(303, context.signinUrl(waiting.interaction));
    const email = (form.email ?? '').trim();
    const refuse = (error: NonNullable<SignInPage['error']>) =>
      showEmailAndPassword(context, request, response, waiting, { email, error });
    const password = form.password ?? '';
    if (email === '') return refuse({ kind: 'empty_email' });
    if (password === '') return refuse({ kind: 'empty_password' });
    const answer = await context.citrix.checkPassword({
      interactionUid: waiting.interaction.uid,
      browser: waiting.browser,
      email,
      password,
      address: edgeOf(request).address,
      device: context.knownDevices.find(request, email),
    });
    if (answer.outcome === 'throttled') {
      const { retryAfter } = answer;
      response.setHeader('Retry-After', Math.ceil(retryAfter / 1000));
      refuse({ kind: 'throttled', retryAfter });
      return recordRefusal(context, request, { who: { email }, reason: 'throttled', retryAfter });
    }
    if (answer.outcome === 'wrong') {
      refuse({ kind: 'credentials' });
      return recordRefusal(context, request, { who: { email }, reason: 'credentials' });
    }
    response.redirect(303, context.signinUrl(waiting.interaction));
  });

  router.get('/signin/:uid/restart', async (request, response) => {
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    await attempts.takeStep(waiting.interaction.uid, waiting.browser);
    response.redirect(303, context.signinUrl(waiting.interaction));
  });

  return router;
}

/** A password, or a passkey, is accepted where the Citrix identity may sign in, and nowhere else (SPEC §3). */
export function isForAdministrators({ application, interaction }: Waiting): boolean {
  const { go, idp } = readAcrValues(interaction.params.acr_values);
  const isAdministrators = application.realm === null ? idp === 'citrix' : application.realm === administratorsRealm;
  return isAdministrators && go === undefined;
}
