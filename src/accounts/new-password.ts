/** The task `new-password`: the one that was proven has not been used for long, or is known from a breach (CIT-3). */
import { Router } from 'express';
import { originOf } from '../http/edge.ts';
import { type NewPasswordProblem, newPasswordFields, problemOfTyping } from '../http/views/new-password.ts';
import { type AccountsContext, readPost } from './context.ts';
import type { ShowTask } from './task.ts';
import { newPasswordPage } from './views/new-password-page.ts';
import { findWaiting } from './waiting.ts';

export const showNewPassword: ShowTask = (...where) => show(...where);

function show(
  ...[context, request, response, { interaction }, progress, problems = []]: [
    ...Parameters<ShowTask>,
    (readonly NewPasswordProblem[])?,
  ]
) {
  const { claims } = progress.person;
  const email = claims.cip_email ?? '';
  context.responder.send(
    request,
    response,
    (page) =>
      newPasswordPage(page, {
        action: context.signinUrl(interaction, 'new-password'),
        csrf: context.csrf.tokenFor(context.browserToken(request, response)),
        due: progress.passwordDue ?? 'unused',
        email,
        names: [email, claims.name ?? '', claims.given_name ?? '', claims.family_name ?? ''],
        restartHref: context.signinUrl(interaction, 'restart'),
        problems,
      }),
    problems.length > 0 ? { status: 422 } : {},
  );
}

export function createNewPasswordRoutes(context: AccountsContext): Router {
  const router = Router();

  router.post('/signin/:uid/new-password', async (request, response) => {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const { interaction, browser } = waiting;
    const progress = await context.citrix.progressOf(interaction.uid, browser);
    if (!progress || (await context.citrix.taskOf(progress)) !== 'new-password')
      return response.redirect(303, context.signinUrl(interaction));
    const next = form[newPasswordFields.next] ?? '';
    const typing = problemOfTyping(next, form[newPasswordFields.repeated] ?? '');
    if (typing !== undefined) return show(context, request, response, waiting, progress, [typing]);
    const { claims, subject } = progress.person;
    const answer = await context.citrix.setNewPassword(interaction.uid, browser, {
      next,
      language: context.responder.contextOf(request).language,
      act: {
        actor: { type: 'administrator', id: subject, name: claims.name ?? null },
        ...originOf(request),
      },
    });
    if (answer.outcome === 'refused') return show(context, request, response, waiting, progress, answer.problems);
    // Accepted, or overtaken by another request: the dispatcher knows what comes next.
    response.redirect(303, context.signinUrl(interaction));
  });

  return router;
}
