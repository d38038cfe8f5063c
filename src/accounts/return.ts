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
    const { attempt, outcome } = handOver;
    // Login CSRF: an answer for another browser's attempt is worth nothing here (SECURITY SAML-34, RP-18).
    if (attempt.browser !== waiting.browser || attempt.interactionUid !== waiting.interaction.uid) {
      const wayOn = context.wayTo(waiting.application);
      return responder.send(request, response, (page) => attemptPage(page, { problem: 'other_browser', wayOn }), {
        status: 403,
      });
    }
    if ('problems' in outcome) {
      const organization = await organizations.find(attempt.organizationId);
      const connection = await connections.find(attempt.connectionId);
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
            reference: context.referenceOf(outcome.reference),
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
    });
  });

  return router;
}
