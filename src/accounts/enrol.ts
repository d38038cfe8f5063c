/** The task `enrol`: a page for each step (SPEC CIT-4). Steps that are done can be looked at again; none can be skipped. */
import { type Request, type Response, Router } from 'express';
import { showBackupCode } from '../directory/backup-codes.ts';
import { maskPhoneNumber } from '../directory/phone-number.ts';
import { totpUri } from '../directory/totp.ts';
import { backupCodesFile } from '../http/views/second-factor.ts';
import type { CitrixProgress } from '../signin/citrix-progress.ts';
import { type EnrolmentStep, enrolmentSteps, isReached, type Place, stepOf } from '../signin/enrolment.ts';
import { actDuringSignIn } from './act.ts';
import { type AccountsContext, readPost, recordRefusal } from './context.ts';
import type { ShowTask } from './task.ts';
import {
  enrolmentAppPage,
  enrolmentCodesPage,
  enrolmentFinishPage,
  enrolmentOfferPage,
  enrolmentPhonePage,
  enrolmentProofPage,
  enrolmentStartPage,
  type ProofProblem,
} from './views/enrolment-pages.ts';
import { findWaiting, type Waiting } from './waiting.ts';

/** What the page says; the limits themselves end with their windows. */
const throttledFor = 60 * 60_000;

/** The dispatcher leads to the step that is next; each has an address of its own, so that Back goes back. */
export const showEnrol: ShowTask = (context, _request, response, { interaction }, progress) =>
  response.redirect(303, context.signinUrl(interaction, 'enrol', stepOf(progress)));

interface Here {
  waiting: Waiting;
  progress: CitrixProgress;
  place: Place;
}
type Params = { uid: string };

export function createEnrolRoutes(context: AccountsContext): Router {
  const router = Router();
  const { enrolment, csrf, responder, clock } = context;

  /** Undefined: the answer has been given. */
  async function find(request: Request<Params>, response: Response, step: EnrolmentStep): Promise<Here | undefined> {
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return undefined;
    const place = { interactionUid: waiting.interaction.uid, browser: waiting.browser };
    const progress = await enrolment.progressAt(place);
    if (progress && isReached(progress, step)) return { waiting, progress, place };
    response.redirect(303, context.signinUrl(waiting.interaction));
    return undefined;
  }

  const url = ({ waiting }: Here, ...rest: string[]) => context.signinUrl(waiting.interaction, ...rest);
  const goOn = (here: Here, response: Response): void => response.redirect(303, url(here));

  function shared(request: Request, response: Response, here: Here, step: EnrolmentStep) {
    const previous = enrolmentSteps[enrolmentSteps.indexOf(step) - 1];
    const hasBack = previous !== undefined && isReached(here.progress, previous);
    return {
      action: url(here, 'enrol', step),
      csrf: csrf.tokenFor(context.browserToken(request, response)),
      email: here.progress.person.claims.cip_email ?? '',
      restartHref: url(here, 'restart'),
      ...(hasBack && { backHref: url(here, 'enrol', previous) }),
    };
  }

  async function showProof(
    request: Request,
    response: Response,
    here: Here,
    again: { code?: string; problems?: readonly ProofProblem[]; isSendThrottled?: boolean } = {},
  ): Promise<void> {
    const model = shared(request, response, here, 'proof');
    const sendAction = url(here, 'enrol', 'send');
    const isThrottled = again.isSendThrottled || again.problems?.some(({ kind }) => kind === 'throttled');
    const status = isThrottled ? 429 : again.problems?.length ? 422 : 200;
    if (isThrottled) response.setHeader('Retry-After', throttledFor / 1000);
    const isAsked = !again.isSendThrottled && (again.problems || (await enrolment.isCodeWaiting(here.progress)));
    responder.send(
      request,
      response,
      (page) =>
        isAsked
          ? enrolmentProofPage(page, { ...model, ...again, sendAction })
          : enrolmentStartPage(page, { ...model, action: sendAction, isThrottled: again.isSendThrottled === true }),
      { status },
    );
  }

  function showApp(request: Request, response: Response, here: Here, error?: 'empty' | 'wrong'): void {
    const { enrolment: pending, newDevice } = here.progress;
    if (!pending) throw new Error('there is no app to connect');
    const model = shared(request, response, here, 'app');
    const { key } = pending;
    responder.send(
      request,
      response,
      (page) =>
        enrolmentAppPage(page, {
          ...model,
          key,
          uri: totpUri({ key, email: model.email, issuer: 'Sekisho' }),
          ...(pending.step !== null && { nextHref: url(here) }),
          ...(newDevice === 'chosen' && { isReplacing: true, skipAction: url(here, 'enrol', 'offer') }),
          ...(error && { error }),
        }),
      error ? { status: 422 } : {},
    );
  }

  function showPhone(request: Request, response: Response, here: Here, wrong?: string): void {
    const value = wrong ?? here.progress.enrolment?.phone ?? '';
    const model = { ...shared(request, response, here, 'phone'), value, isWrong: wrong !== undefined };
    const status = wrong === undefined ? 200 : 422;
    responder.send(request, response, (page) => enrolmentPhonePage(page, model), { status });
  }

  function showCodes(request: Request, response: Response, here: Here, isUnconfirmed = false): void {
    const { backupCodes = [], saved = false } = here.progress.enrolment ?? {};
    const model = {
      ...shared(request, response, here, 'codes'),
      codes: backupCodes.map(showBackupCode),
      downloadHref: url(here, 'enrol', 'codes', 'file'),
      saved,
      isUnconfirmed,
    };
    responder.send(request, response, (page) => enrolmentCodesPage(page, model), { status: isUnconfirmed ? 422 : 200 });
  }

  const show: Readonly<Record<EnrolmentStep, (request: Request, response: Response, here: Here) => unknown>> = {
    offer: (request, response, here) => {
      const model = shared(request, response, here, 'offer');
      responder.send(request, response, (page) => enrolmentOfferPage(page, model));
    },
    proof: (request, response, here) => showProof(request, response, here),
    app: (request, response, here) => showApp(request, response, here),
    phone: (request, response, here) => showPhone(request, response, here),
    codes: (request, response, here) => showCodes(request, response, here),
    finish: (request, response, here) => {
      const { phone, backupCodes } = here.progress.enrolment ?? { phone: null, backupCodes: [] };
      const model = {
        ...shared(request, response, here, 'finish'),
        phone: maskPhoneNumber(phone ?? ''),
        codes: backupCodes.length,
      };
      responder.send(request, response, (page) => enrolmentFinishPage(page, model));
    },
  };
  for (const step of enrolmentSteps) {
    router.get(`/signin/:uid/enrol/${step}`, async (request: Request<Params>, response) => {
      const here = await find(request, response, step);
      if (here) await show[step](request, response, here);
    });
  }

  /** Of the codes that the page shows; nothing else leaves by it. */
  router.get('/signin/:uid/enrol/codes/file', async (request: Request<Params>, response) => {
    const here = await find(request, response, 'codes');
    if (!here) return;
    const codes = (here.progress.enrolment?.backupCodes ?? []).map(showBackupCode);
    const email = here.progress.person.claims.cip_email ?? '';
    const { language } = responder.contextOf(request);
    const file = backupCodesFile(language, { codes, email, at: clock.now() });
    response.attachment(file.name).type('text/plain; charset=utf-8').send(file.text);
  });

  router.post('/signin/:uid/enrol/send', async (request: Request<Params>, response) => {
    await readPost(context, request, response);
    const here = await find(request, response, 'proof');
    if (!here) return;
    const act = await actDuringSignIn(context, request, here.progress.person);
    const { language } = responder.contextOf(request);
    const sent = await enrolment.sendCode(here.place, { act, language });
    if (sent === 'throttled') return showProof(request, response, here, { isSendThrottled: true });
    response.redirect(303, url(here, 'enrol', 'proof'));
  });

  router.post('/signin/:uid/enrol/proof', async (request: Request<Params>, response) => {
    const form = await readPost(context, request, response);
    const here = await find(request, response, 'proof');
    if (!here) return;
    const { code = '', password = '' } = form;
    const empty: ProofProblem[] = [
      ...(code.trim() === '' ? [{ kind: 'empty_code' } as const] : []),
      ...(password === '' ? [{ kind: 'empty_password' } as const] : []),
    ];
    const typed = { code: code.slice(0, 20) };
    if (empty.length > 0) return showProof(request, response, here, { ...typed, problems: empty });
    const act = await actDuringSignIn(context, request, here.progress.person);
    const answer = await enrolment.prove(here.place, { code, password, act });
    const problems: Readonly<Record<string, ProofProblem>> = {
      wrong: { kind: 'wrong_code' },
      wrong_password: { kind: 'wrong_password' },
      throttled: { kind: 'throttled', retryAfter: throttledFor },
    };
    const problem = problems[answer];
    if (problem) {
      await showProof(request, response, here, { ...typed, problems: [problem] });
      const who = { identityId: here.progress.person.subject };
      const reason = answer === 'wrong_password' ? 'credentials' : 'code';
      if (problem.kind !== 'throttled') await recordRefusal(context, request, { who, reason });
      return;
    }
    // Five wrong codes: the password again.
    if (answer === 'challenge_spent') await context.attempts.takeStep(here.place.interactionUid, here.place.browser);
    goOn(here, response);
  });

  router.post('/signin/:uid/enrol/app', async (request: Request<Params>, response) => {
    const form = await readPost(context, request, response);
    const here = await find(request, response, 'app');
    if (!here) return;
    const code = (form.code ?? '').trim();
    if (code === '') return showApp(request, response, here, 'empty');
    const act = await actDuringSignIn(context, request, here.progress.person);
    const answer = await enrolment.confirmApp(here.place, code, act);
    if (answer === 'wrong') return showApp(request, response, here, 'wrong');
    goOn(here, response);
  });

  router.post('/signin/:uid/enrol/phone', async (request: Request<Params>, response) => {
    const form = await readPost(context, request, response);
    const here = await find(request, response, 'phone');
    if (!here) return;
    const typed = (form.phone ?? '').slice(0, 40);
    const answer = await enrolment.setPhone(here.place, typed);
    if (answer === 'wrong') return showPhone(request, response, here, typed);
    goOn(here, response);
  });

  router.post('/signin/:uid/enrol/codes', async (request: Request<Params>, response) => {
    const form = await readPost(context, request, response);
    const here = await find(request, response, 'codes');
    if (!here) return;
    if (form.saved !== 'on') return showCodes(request, response, here, true);
    await enrolment.confirmSaved(here.place);
    goOn(here, response);
  });

  router.post('/signin/:uid/enrol/finish', async (request: Request<Params>, response) => {
    await readPost(context, request, response);
    const here = await find(request, response, 'finish');
    if (!here) return;
    await enrolment.finish(here.place, await actDuringSignIn(context, request, here.progress.person));
    goOn(here, response);
  });

  router.post('/signin/:uid/enrol/offer', async (request: Request<Params>, response) => {
    const form = await readPost(context, request, response);
    const here = await find(request, response, 'offer');
    if (!here) return;
    await enrolment.answerOffer(here.place, form.answer === 'yes');
    goOn(here, response);
  });

  return router;
}
