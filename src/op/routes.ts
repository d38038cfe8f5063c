/** What is mounted at the issuer's path: oidc-provider, and the two things around it that it does not do. */
import { type Request, type Response, Router } from 'express';
import { AppError } from '../core/errors.ts';
import { readForm } from '../http/forms.ts';
import { allowFormAction, anyApplication } from '../http/security-headers.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Op } from './op.ts';

export interface IssuerRoutesOptions {
  op: Op;
  issuer: string;
  sessions: Pick<Sessions, 'recordActivity'>;
  /** All public URLs are https. */
  secure: boolean;
  /** Answers a sign-out that does not say whose session it means. */
  showRealms(request: Request, response: Response): Promise<void>;
}

export function createIssuerRoutes({ op, issuer, sessions, secure, showRealms }: IssuerRoutesOptions): Router {
  const router = Router();
  // oidc-provider is kept to GET here, where top-level navigation brings the cookies: a posted request is repeated as one.
  router.post(['/connect/authorize', '/connect/endsession'], async (request, response) => {
    // The answer is a Location header; browsers and proxies end such lines at about this size.
    const form = new URLSearchParams({ ...(await readForm(request, { maxBytes: 12_288 })) });
    response.redirect(303, `${issuer}${request.path}?${form}`);
  });
  /** SES-7: an application tells that its user did something. */
  router.post('/session/activity', async (request, response) => {
    const token = /^Bearer ([\w-]+)$/.exec(request.headers.authorization ?? '')?.[1];
    const state = token === undefined ? undefined : await op.sessionOfAccessToken(token);
    if (!state) throw new AppError('signed_out');
    await sessions.recordActivity(state);
    response.status(204).end();
  });
  router.use(async (request: Request, response: Response) => {
    allowFormAction(response, anyApplication(secure));
    if ((await op.handle(request, response)) === 'ask') await showRealms(request, response);
  });
  return router;
}
