/**
 * A forgotten password (SPEC CIT-8): asking for the link within a sign-in, and the page that the link in the mail opens.
 *
 * Asking is answered alike for every email (SECURITY ID-02). Opening the link changes nothing: mail scanners do it too.
 * Setting the password signs nobody in, and leaves the second factor as it is (ID-08). How much of it one address and one
 * mailbox get is limited in `http/request-limits.ts` and `directory/password-resets.ts` (ID-16).
 */
import { type Request, type Response, Router } from 'express';
import { edgeOf, originOf } from '../http/edge.ts';
import { type NewPasswordProblem, newPasswordFields, problemOfTyping } from '../http/views/new-password.ts';
import { type AccountsContext, readPost } from './context.ts';
import {
  forgottenPasswordPage,
  passwordResetDonePage,
  passwordResetGonePage,
  passwordResetPage,
  passwordResetSentPage,
} from './views/forgotten-password-pages.ts';
import { findWaiting, type Waiting } from './waiting.ts';

export function createForgottenPasswordRoutes(context: AccountsContext): Router {
  const router = Router();
  const { responder, csrf, passwordResets, sites } = context;
  const csrfOf = (request: Request, response: Response) => csrf.tokenFor(context.browserToken(request, response));
  const languageOf = (request: Request) => responder.contextOf(request).language;
  /** The link may be opened in another browser than the one that asked, so the console it is. */
  const signInAgain = { to: 'signIn', href: sites.consoleUrl() } as const;

  router.get('/signin/:uid/forgotten', async (request, response) => {
    const waiting = await findWaiting(context, request, response);
    if (waiting) showForm(request, response, waiting);
  });

  router.post('/signin/:uid/forgotten', async (request, response) => {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const email = (form.email ?? '').trim().slice(0, 320);
    if (email === '') return showForm(request, response, waiting, true);
    await passwordResets.request({
      email,
      language: languageOf(request),
      clientAddress: edgeOf(request).address,
      userAgent: request.headers['user-agent'],
    });
    const backHref = context.signinUrl(waiting.interaction);
    responder.send(request, response, (page) => passwordResetSentPage(page, { email, backHref }));
  });

  router.get('/password-reset/:token', async (request, response) => {
    const person = await passwordResets.find(String(request.params.token));
    if (person) showReset(request, response, person, []);
    else showGone(request, response);
  });

  router.post('/password-reset/:token', async (request, response) => {
    const form = await readPost(context, request, response);
    const token = String(request.params.token);
    const person = await passwordResets.find(token);
    if (!person) return showGone(request, response);
    const next = form[newPasswordFields.next] ?? '';
    const typing = problemOfTyping(next, form[newPasswordFields.repeated] ?? '');
    if (typing !== undefined) return showReset(request, response, person, [typing]);
    const { address } = edgeOf(request);
    const answer = await passwordResets.use(token, next, originOf(request), languageOf(request));
    if (answer.outcome === 'refused') return showReset(request, response, person, answer.problems);
    if (answer.outcome !== 'changed') return showGone(request, response);
    await context.endSessionsOf(person.identityId, { since: answer.at });
    // Whoever reads the person's mail may try the new password here, whatever strangers have tried elsewhere (ID-03).
    await context.throttle.succeeded({ name: person.email, address });
    context.knownDevices.remember(request, response, person.email);
    responder.send(request, response, (page) => passwordResetDonePage(page, { wayOn: signInAgain }));
  });

  function showForm(request: Request, response: Response, { interaction }: Waiting, isEmpty = false): void {
    responder.send(
      request,
      response,
      (page) =>
        forgottenPasswordPage(page, {
          action: context.signinUrl(interaction, 'forgotten'),
          csrf: csrfOf(request, response),
          backHref: context.signinUrl(interaction),
          isEmpty,
        }),
      isEmpty ? { status: 422 } : {},
    );
  }

  function showReset(
    request: Request,
    response: Response,
    { email, displayName }: { email: string; displayName: string },
    problems: readonly NewPasswordProblem[],
  ): void {
    responder.send(
      request,
      response,
      (page) =>
        passwordResetPage(page, {
          action: sites.passwordResetUrl(String(request.params.token)),
          csrf: csrfOf(request, response),
          email,
          names: [email, displayName],
          problems,
        }),
      problems.length > 0 ? { status: 422 } : {},
    );
  }

  function showGone(request: Request, response: Response): void {
    responder.send(request, response, (page) => passwordResetGonePage(page, { wayOn: signInAgain }), { status: 410 });
  }

  return router;
}
