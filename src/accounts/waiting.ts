/** The sign-in that this browser is in the middle of. */
import type { Request, Response } from 'express';
import type { AccountsContext, Application, WaitingSignIn } from './context.ts';
import { attemptPage } from './views/attempt-page.ts';

export interface Waiting {
  interaction: WaitingSignIn;
  application: Application;
  /** Hash of this browser's cookie. */
  browser: string;
}

/** The waiting sign-in of this browser, or a page that says it is over and leads on. */
export async function findWaiting(
  context: AccountsContext,
  request: Request<{ uid: string }>,
  response: Response,
): Promise<Waiting | undefined> {
  const interaction = await context.op.findInteraction(request, response);
  const application = interaction && (await context.findApplication(interaction.clientId));
  if (interaction?.uid === request.params.uid && application) {
    return { interaction, application, browser: context.browserOf(request, response) };
  }
  const client = request.query.client;
  const wayOn = await context.wayToClient(typeof client === 'string' ? client : undefined);
  context.responder.send(request, response, (page) => attemptPage(page, { problem: 'expired', wayOn }), {
    status: 410,
  });
  return undefined;
}
