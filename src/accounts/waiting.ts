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

/**
 * The waiting sign-in of this browser. Otherwise the answer has been given: by Back after the sign-in, home to the console
 * or the workspace, whose session lives; else a page that says that it is over, and leads on.
 */
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
  const from = typeof client === 'string' ? await context.findApplication(client) : undefined;
  const isSignedIn =
    from !== undefined && from.realm !== null && (await context.op.sessionOf(request, from.realm)) !== undefined;
  if (isSignedIn && from.own !== null && from.homeUrl !== null && request.method === 'GET') {
    response.redirect(303, from.homeUrl);
    return undefined;
  }
  // Without a session nobody can tell any more whether it was finished or took too long.
  const problem = isSignedIn ? 'used' : 'over';
  const wayOn = context.wayTo(from);
  context.responder.send(request, response, (page) => attemptPage(page, { problem, wayOn }), { status: 410 });
  return undefined;
}
