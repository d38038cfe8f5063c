/** The task `code` without the authenticator app: a backup code, or a code by email (SPEC CIT-6). */
import { type Request, type Response, Router } from 'express';
import type { FactorMethod } from '../directory/mfa.ts';
import type { CitrixProgress } from '../signin/citrix-progress.ts';
import { actDuringSignIn } from './act.ts';
import { codeWindow } from './code.ts';
import { type AccountsContext, readPost, recordRefusal } from './context.ts';
import { type RecoveryError, recoveryCodePage, recoveryPage } from './views/recovery-pages.ts';
import { findWaiting, type Waiting } from './waiting.ts';

type Handler = (request: Request<{ uid: string }>, response: Response, place: Place) => Promise<void> | void;
interface Place {
  waiting: Waiting;
  progress: CitrixProgress;
}

export function createRecoveryRoutes(context: AccountsContext): Router {
  const router = Router();
  const { citrix, csrf, responder } = context;

  /** Where the code is the task; everybody else goes to the dispatcher. */
  function atCode(handler: Handler) {
    return async (request: Request<{ uid: string }>, response: Response): Promise<void> => {
      const waiting = await findWaiting(context, request, response);
      if (!waiting) return;
      const progress = await citrix.progressOf(waiting.interaction.uid, waiting.browser);
      if (progress && (await citrix.taskOf(progress)) === 'code')
        return handler(request, response, { waiting, progress });
      response.redirect(303, context.signinUrl(waiting.interaction));
    };
  }
  const url = ({ waiting }: Place, ...rest: string[]) => context.signinUrl(waiting.interaction, ...rest);
  const shared = (request: Request, response: Response, place: Place) => ({
    csrf: csrf.tokenFor(context.browserToken(request, response)),
    email: place.progress.person.claims.cip_email ?? '',
    codeHref: url(place),
  });
  function answerTo(response: Response, error: RecoveryError | undefined): { status?: number } {
    if (error?.kind !== 'throttled') return error ? { status: 422 } : {};
    response.setHeader('Retry-After', error.retryAfter / 1000);
    return { status: 429 };
  }

  async function showWays(
    request: Request,
    response: Response,
    place: Place,
    problem: { error?: RecoveryError; isSendThrottled?: boolean } = {},
  ): Promise<void> {
    const model = {
      ...shared(request, response, place),
      ...problem,
      backupAction: url(place, 'recovery', 'backup-code'),
      sendAction: (await citrix.mayUseMail(place.progress)) ? url(place, 'recovery', 'send') : undefined,
    };
    const isThrottled = problem.isSendThrottled === true;
    const error = isThrottled ? ({ kind: 'throttled', retryAfter: codeWindow } as const) : problem.error;
    const answer = answerTo(response, error);
    responder.send(request, response, (page) => recoveryPage(page, model), answer);
  }

  async function showCode(request: Request, response: Response, place: Place, error?: RecoveryError): Promise<void> {
    // Nothing that was sent counts: the page before says why.
    if (!(await citrix.mayUseMail(place.progress))) return response.redirect(303, url(place, 'recovery'));
    const model = {
      ...shared(request, response, place),
      action: url(place, 'recovery', 'email'),
      sendAction: url(place, 'recovery', 'send'),
      otherHref: url(place, 'recovery'),
      ...(error && { error }),
    };
    responder.send(request, response, (page) => recoveryCodePage(page, model), answerTo(response, error));
  }

  async function check(
    request: Request<{ uid: string }>,
    response: Response,
    method: FactorMethod,
    show: typeof showCode,
  ): Promise<void> {
    const form = await readPost(context, request, response);
    await atCode(async (_request, _response, place) => {
      const { waiting, progress } = place;
      const code = (form.code ?? '').trim();
      if (code === '') return show(request, response, place, { kind: 'empty' });
      const { uid } = waiting.interaction;
      const act = await actDuringSignIn(context, request, progress.person);
      const answer = await citrix.checkCode(uid, waiting.browser, { method, code, act });
      if (answer === 'wrong') {
        await show(request, response, place, { kind: 'wrong' });
        return recordRefusal(context, request, { who: { identityId: progress.person.subject }, reason: 'code' });
      }
      if (answer === 'throttled') return show(request, response, place, { kind: 'throttled', retryAfter: codeWindow });
      // Five wrong codes: the password again.
      if (answer === 'challenge_spent') await context.attempts.takeStep(uid, waiting.browser);
      response.redirect(303, url(place));
    })(request, response);
  }

  router.get(
    '/signin/:uid/recovery',
    atCode((request, response, place) => showWays(request, response, place)),
  );

  router.post('/signin/:uid/recovery/backup-code', (request, response) =>
    check(request, response, 'backup_code', (...[, , place, error]) =>
      showWays(request, response, place, error && { error }),
    ),
  );

  router.post('/signin/:uid/recovery/send', async (request, response) => {
    await readPost(context, request, response);
    await atCode(async (_request, _response, place) => {
      const { waiting, progress } = place;
      const act = await actDuringSignIn(context, request, progress.person);
      const { language } = responder.contextOf(request);
      const sent = await citrix.sendCode(waiting.interaction.uid, waiting.browser, { act, language });
      if (sent === 'throttled') return showWays(request, response, place, { isSendThrottled: true });
      if (sent === 'refused') return response.redirect(303, url(place, 'recovery'));
      response.redirect(303, sent === 'sent' ? url(place, 'recovery', 'email') : url(place));
    })(request, response);
  });

  router.get(
    '/signin/:uid/recovery/email',
    atCode(async (request, response, place) => {
      // Run out, or never asked for: nothing that could be entered.
      if (await citrix.isCodeWaiting(place.progress)) return showCode(request, response, place);
      response.redirect(303, url(place, 'recovery'));
    }),
  );
  router.post('/signin/:uid/recovery/email', (request, response) => check(request, response, 'email_code', showCode));

  return router;
}
