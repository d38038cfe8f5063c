/** The page of each task of the built-in identity's sign-in (`signin/citrix-progress.ts`), and the end of it. */
import type { Request, Response } from 'express';
import { administratorsRealm } from '../sessions/policy.ts';
import type { CitrixProgress, CitrixTask } from '../signin/citrix-progress.ts';
import { showCode } from './code.ts';
import type { AccountsContext } from './context.ts';
import { showEnrol } from './enrol.ts';
import { finish } from './finish.ts';
import { showNewPassword } from './new-password.ts';
import type { ShowTask } from './task.ts';
import { showTerms } from './terms.ts';
import type { Waiting } from './waiting.ts';

const pages: Readonly<Record<CitrixTask, ShowTask>> = {
  code: showCode,
  enrol: showEnrol,
  terms: showTerms,
  'new-password': showNewPassword,
};

export function createCitrixTasks(context: AccountsContext) {
  /** The next task's page; when nothing is left to do, the session. */
  async function goOn(request: Request, response: Response, waiting: Waiting, progress: CitrixProgress): Promise<void> {
    const task = await context.citrix.taskOf(progress);
    if (task !== undefined) return pages[task](context, request, response, waiting, progress);
    const person = await context.citrix.complete(waiting.interaction.uid, waiting.browser);
    // Another request of this browser has just finished it.
    if (!person) return response.redirect(303, context.signinUrl(waiting.interaction));
    context.knownDevices.remember(request, response, person.claims.cip_email ?? '');
    await finish(context, request, response, {
      ...waiting,
      person,
      realm: administratorsRealm,
      organizationId: null,
      staying: null,
    });
  }

  return { goOn };
}
