/** The task `terms`, the last of a sign-in: the terms of service in force are accepted, or there is no session (CIT-10). */
import { type Request, type Response, Router } from 'express';
import { originOf } from '../http/edge.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { CitrixProgress } from '../signin/citrix-progress.ts';
import type { Act } from '../system-log/events.ts';
import { type AccountsContext, readPost } from './context.ts';
import type { ShowTask } from './task.ts';
import { termsDeclinedPage, termsPage, termsTextPage } from './views/terms-pages.ts';
import { findWaiting } from './waiting.ts';

export const showTerms: ShowTask = (context, request, response, { interaction }, progress) => {
  const { version, texts } = context.termsAcceptances.terms;
  context.responder.send(request, response, (page) =>
    termsPage(page, {
      action: context.signinUrl(interaction, 'terms'),
      csrf: context.csrf.tokenFor(context.browserToken(request, response)),
      email: progress.person.claims.cip_email ?? '',
      version,
      text: texts[page.language],
    }),
  );
};

export function createTermsRoutes(context: AccountsContext): Router {
  const router = Router();
  const { termsAcceptances, responder, citrix, attempts } = context;

  /** To read at any time, by anybody. */
  router.get('/terms', (request, response) => {
    const { version, texts } = termsAcceptances.terms;
    responder.send(request, response, (page) => termsTextPage(page, { version, text: texts[page.language] }));
  });

  router.post('/signin/:uid/terms', async (request, response) => {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const { interaction, browser } = waiting;
    const progress = await citrix.progressOf(interaction.uid, browser);
    const isAsked = progress && (await citrix.taskOf(progress)) === 'terms';
    if (!isAsked) return response.redirect(303, context.signinUrl(interaction));
    const what = {
      identity: { id: progress.person.subject, displayName: nameOf(progress) },
      language: responder.contextOf(request).language,
      version: form.version ?? '',
    };
    const act = await actOf(request, progress);
    if (form.answer === 'decline') {
      await attempts.takeStep(interaction.uid, browser);
      await termsAcceptances.decline(what, act);
      return signOut(request, response, progress, context.signinUrl(interaction, 'restart'));
    }
    // Another answer, or another version than the one in force: the page is shown again.
    if (form.answer === 'accept') await termsAcceptances.accept(what, act);
    response.redirect(303, context.signinUrl(interaction));
  });

  /** Whoever was signed in here as the same person is so no longer. */
  async function signOut(request: Request, response: Response, { person }: CitrixProgress, againHref: string) {
    const previous = await context.op.sessionOf(request, administratorsRealm);
    const accountId = await context.administratorAccountOf(person.subject);
    if (previous?.active && previous.session.accountId === accountId) {
      await context.sessions.end(previous.session.uid, 'signed_out');
    }
    const termsHref = `${context.sites.accountsBase}/terms`;
    responder.send(request, response, (page) => termsDeclinedPage(page, { againHref, termsHref }));
  }

  /** Before there is an account the identity stands for it. */
  async function actOf(request: Request, progress: CitrixProgress): Promise<Act> {
    const { subject } = progress.person;
    const id = (await context.administratorAccountOf(subject)) ?? subject;
    return {
      actor: { type: 'administrator', id, name: nameOf(progress) },
      ...originOf(request),
    };
  }

  return router;
}

function nameOf({ person }: CitrixProgress): string {
  const { name, cip_email: email } = person.claims;
  return name ?? email ?? '';
}
