/**
 * What somebody signing in sees: password and code, organization, the way out to an upstream and back, sign-out.
 *
 * Owns: these pages, and the browser cookie that binds attempts (ARCHITECTURE §3). Does not own: any decision about who
 * may sign in (`signin/`), the waiting authorize request (`op/`). Steps go back to the dispatcher (`GET /signin/<uid>`),
 * never to one another. Mounted by `app.ts` for the services `accounts` and `saml`.
 */
import { type Request, type Response, Router } from 'express';
import { refuseCrossSite } from '../http/csrf.ts';
import { createCallbackRoutes } from './callbacks.ts';
import { createCodeRoutes } from './code.ts';
import { type AccountsOptions, createAccountsContext } from './context.ts';
import { createDevelopmentMails } from './development-mails.ts';
import { createEnrolRoutes } from './enrol.ts';
import { createExplainedSignInRoutes } from './explained-sign-in.ts';
import { createForgottenPasswordRoutes } from './forgotten-password.ts';
import { createInvitationRoutes } from './invitation.ts';
import { createNewPasswordRoutes } from './new-password.ts';
import { createPasskeyRoutes } from './passkey.ts';
import { createPasswordRoutes } from './password.ts';
import { createRecoveryRoutes } from './recovery.ts';
import { createReturnRoutes } from './return.ts';
import { createSetupRoutes } from './setup/setup.ts';
import { createSignInRoutes } from './sign-in.ts';
import { showRealms } from './sign-out.ts';
import { createTermsRoutes } from './terms.ts';

export interface Accounts {
  router: Router;
  /** For a sign-out request that does not say whose session it means. */
  showRealms(request: Request, response: Response): Promise<void>;
}

export function createAccounts(options: AccountsOptions): Accounts {
  const context = createAccountsContext(options);
  const router = Router();
  // Also where no page is shown: the way leads through an upstream and back to this host without the parameter.
  router.use((request, response, next) => {
    options.responder.rememberLanguage(request, response);
    next();
  });
  // Only these pages' own forms; callbacks are posted from other sites by right.
  router.use(['/signin', '/invitation', '/password-reset', '/setup'], refuseCrossSite);
  router.use(
    createSignInRoutes(context),
    createPasswordRoutes(context),
    createCodeRoutes(context),
    createNewPasswordRoutes(context),
    createForgottenPasswordRoutes(context),
    createTermsRoutes(context),
    createPasskeyRoutes(context),
    createRecoveryRoutes(context),
    createEnrolRoutes(context),
    createReturnRoutes(context),
    createExplainedSignInRoutes(context),
    createInvitationRoutes(context),
    createSetupRoutes(context),
  );
  router.use(createCallbackRoutes(context));
  if (options.developmentMails !== undefined)
    router.use(createDevelopmentMails({ folder: options.developmentMails, responder: options.responder }));
  // Whoever opens the bare address operates this installation.
  router.get('/', (_request, response) => response.redirect(303, options.sites.consoleUrl()));
  return { router, showRealms: (request, response) => showRealms(context, request, response) };
}
