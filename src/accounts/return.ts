/** `GET /signin/<uid>/return`: the browser shows that it is the one that asked; then claims, admission, session. */
import { Router } from 'express';
import type { AccountsContext } from './context.ts';
import { finish } from './finish.ts';
import { attemptPage } from './views/attempt-page.ts';
import { attributeErrorPage } from './views/attribute-error-page.ts';
import { findWaiting } from './waiting.ts';

export function createReturnRoutes(context: AccountsContext): Router {
  const router = Router();
  const { responder, attempts, organizations, connections } = context;

  router.get('/signin/:uid/return', async (request, response) => {
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const code = request.query.h;
    const handOver = typeof code === 'string' ? await attempts.takeHandOver(code) : undefined;
    if (!handOver) {
      const wayOn = { to: 'tryAgain', href: context.signinUrl(waiting.interaction) } as const;
      return responder.send(request, response, (page) => attemptPage(page, { problem: 'used', wayOn }), {
        status: 410,
      });
    }
    const { attempt, journey, outcome } = handOver;
    const isSameBrowser = attempt.browser === waiting.browser && attempt.interactionUid === waiting.interaction.uid;
    const returned = context.signIn.noteReturn(journey, isSameBrowser);
    // Login CSRF: an answer for another browser's attempt is worth nothing here (SECURITY SAML-34, RP-18).
    if (!isSameBrowser) {
      await context.signIn.conclude(returned, 'other_browser');
      const wayOn = context.wayTo(waiting.application);
      const reference = context.referenceOf(journey.reference);
      return responder.send(
        request,
        response,
        (page) => attemptPage(page, { problem: 'other_browser', wayOn, reference }),
        { status: 403 },
      );
    }
    if ('problems' in outcome) {
      const organization = await organizations.find(attempt.organizationId);
      const connection = await connections.find(attempt.connectionId);
      await context.signIn.conclude(returned, 'attributes');
      return responder.send(
        request,
        response,
        (page) =>
          attributeErrorPage(page, {
            provider: connection?.name ?? '',
            ...(organization && { organization: organization.name }),
            problems: outcome.problems.map(({ attribute, claim, reason }) => ({
              attribute,
              claim,
              problem: reason === 'multiple' ? 'several' : reason,
            })),
            reference: context.referenceOf(journey.reference),
            wayOn: { to: 'tryAgain', href: context.signinUrl(waiting.interaction) },
          }),
        { status: 403 },
      );
    }
    await finish(context, request, response, {
      ...waiting,
      person: outcome.person,
      realm: attempt.realm,
      organizationId: attempt.organizationId,
      staying: null,
      journey: returned,
    });
  });

  return router;
}
