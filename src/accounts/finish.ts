/** The end of every sign-in: admitted or not, then back to the application that waits. */
import type { Request, Response } from 'express';
import { referenceCode } from '../core/random.ts';
import { edgeOf } from '../http/edge.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { Journey } from '../signin/attempts.ts';
import type { VerifiedPerson } from '../signin/person.ts';
import type { AccountsContext, Application, WaitingSignIn } from './context.ts';
import { attemptPage } from './views/attempt-page.ts';
import { upstreamErrorPage } from './views/upstream-error-page.ts';

export interface Finish {
  interaction: WaitingSignIn;
  application: Application;
  /** Hash of this browser's cookie. */
  browser: string;
  person: VerifiedPerson;
  realm: string;
  /** Null: whatever organizations the administrator has. */
  organizationId: string | null;
  staying: 'agreed' | 'declined' | null;
  /** Of a sign-in by a connection: its trace is completed here. */
  journey?: Journey | undefined;
}

export async function finish(
  context: AccountsContext,
  request: Request,
  response: Response,
  end: Finish,
): Promise<void> {
  const { interaction, application, person, realm, organizationId, journey } = end;
  // SES-4: an app's user is asked first; the answer comes back here.
  if (application.isNative && realm !== administratorsRealm && end.staying === null && organizationId !== null) {
    await context.attempts.setStep(interaction.uid, end.browser, {
      step: 'stay',
      person,
      organizationId,
      realm,
      ...(journey && { journey: context.signIn.noteStayAsked(journey) }),
    });
    response.redirect(303, context.signinUrl(interaction));
    return;
  }
  const admission = await context.admit({
    person,
    realm,
    organizationId,
    previous: await context.op.sessionOf(request, realm),
    staying: end.staying,
    userAgent: request.headers['user-agent'] ?? null,
    clientAddress: edgeOf(request).address,
  });
  if (admission.outcome === 'no_access') {
    await refuse(context, request, response, end);
    return;
  }
  await context.op.setSessionCookie(request, response, admission.session, admission.handle);
  await context.onSignedIn(admission.session, application.clientId, journey?.reference);
  const location = await context.op.finishInteraction(interaction, admission.session);
  if (journey) await context.signIn.conclude(journey, location === undefined ? 'interrupted' : 'signed_in');
  if (location !== undefined) {
    response.redirect(303, location);
    return;
  }
  const wayOn = context.wayTo(application);
  context.responder.send(request, response, (page) => attemptPage(page, { problem: 'expired', wayOn }), {
    status: 410,
  });
}

async function refuse(
  context: AccountsContext,
  request: Request,
  response: Response,
  { interaction, person, organizationId, journey }: Finish,
): Promise<void> {
  const reference = journey?.reference ?? referenceCode();
  if (journey) await context.signIn.conclude(journey, 'no_access');
  await context.onNoAccess({ reference, connectionId: person.connectionId, organizationId });
  const connection = await context.connections.find(person.connectionId);
  context.responder.send(
    request,
    response,
    (page) =>
      upstreamErrorPage(page, {
        problem: 'no_access',
        provider: connection?.name ?? 'Citrix identity',
        reference: context.referenceOf(reference),
        wayOn: { to: 'tryAgain', href: context.signinUrl(interaction) },
      }),
    { status: 403 },
  );
}
