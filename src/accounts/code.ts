/** The task `code`: six digits from the authenticator app (CIT-1, CIT-6). */
import { Router } from 'express';
import { actDuringSignIn } from './act.ts';
import { type AccountsContext, readPost, recordRefusal } from './context.ts';
import type { ShowTask } from './task.ts';
import { codePage } from './views/code-page.ts';
import { findWaiting } from './waiting.ts';

/** What the page says; the limit itself ends with its window (directory/factor-tries.ts). */
export const codeWindow = 60 * 60_000;

type CodeError = NonNullable<Parameters<typeof codePage>[1]['error']>;

/** With `error`: the answer to a try. */
export async function showCode(
  ...[context, request, response, { interaction }, progress, error]: [...Parameters<ShowTask>, CodeError?]
): Promise<void> {
  const isThrottled = error?.kind === 'throttled';
  if (isThrottled) response.setHeader('Retry-After', codeWindow / 1000);
  const offersPasskey = await context.citrixPasskeys.isOffered(progress.person.subject);
  context.responder.send(
    request,
    response,
    (page) =>
      codePage(page, {
        action: context.signinUrl(interaction, 'code'),
        csrf: context.csrf.tokenFor(context.browserToken(request, response)),
        email: progress.person.claims.cip_email ?? '',
        restartHref: context.signinUrl(interaction, 'restart'),
        ...(offersPasskey && {
          passkey: {
            action: context.signinUrl(interaction, 'passkey-factor'),
            optionsUrl: context.signinUrl(interaction, 'passkey-factor', 'options'),
          },
        }),
        recoveryHref: context.signinUrl(interaction, 'recovery'),
        ...(error && { error }),
      }),
    error ? { status: isThrottled ? 429 : 422 } : {},
  );
}

export function createCodeRoutes(context: AccountsContext): Router {
  const router = Router();

  router.post('/signin/:uid/code', async (request, response) => {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const { interaction, browser } = waiting;
    const progress = await context.citrix.progressOf(interaction.uid, browser);
    if (!progress) return response.redirect(303, context.signinUrl(interaction));
    const code = (form.code ?? '').replaceAll(/\s/g, '');
    if (code === '') return showCode(context, request, response, waiting, progress, { kind: 'empty' });
    const act = await actDuringSignIn(context, request, progress.person);
    const answer = await context.citrix.checkCode(interaction.uid, browser, { method: 'otp', code, act });
    if (answer === 'wrong') {
      await showCode(context, request, response, waiting, progress, { kind: 'wrong' });
      return recordRefusal(context, request, { who: { identityId: progress.person.subject }, reason: 'code' });
    }
    if (answer === 'throttled') {
      return showCode(context, request, response, waiting, progress, { kind: 'throttled', retryAfter: codeWindow });
    }
    // Five wrong codes: the password again.
    if (answer === 'challenge_spent') await context.attempts.takeStep(interaction.uid, browser);
    response.redirect(303, context.signinUrl(interaction));
  });

  return router;
}
