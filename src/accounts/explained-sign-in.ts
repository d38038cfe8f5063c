/**
 * `GET /explain/<token>`: one explained sign-in for whoever has the link, the administrator of the customer's identity
 * provider. Changes nothing but the note when it was opened first, so mail scanners may open it as often as they like.
 */
import { Router } from 'express';
import { originOf } from '../http/edge.ts';
import { vendorOf } from '../signin/vendors.ts';
import type { AccountsContext } from './context.ts';
import { explainedSignInGonePage, explainedSignInPage } from './views/explained-sign-in-pages.ts';

/** A token cannot be guessed; this only spares the database. */
const looks = { name: 'explain', max: 120, window: 60_000 };

export function createExplainedSignInRoutes(context: AccountsContext): Router {
  const router = Router();
  const { traceLinks, organizations, connections, responder, labelOf } = context;

  router.get('/explain/:token', context.rateLimiter.byAddress(looks), async (request, response) => {
    // The headers of every answer keep it out of caches and referrers; this keeps it out of search engines.
    response.setHeader('X-Robots-Tag', 'noindex, nofollow');
    const found = await traceLinks.open(String(request.params.token));
    const organization = found && (await organizations.find(found.trace.organizationId));
    if (!found || !organization) {
      return responder.send(request, response, (page) => explainedSignInGonePage(page), { status: 404 });
    }
    const { link, trace } = found;
    if (request.method === 'GET') await traceLinks.noteOpened(link, trace, originOf(request));
    const kind = trace.connection?.kind ?? '';
    const provider = kind === '' ? undefined : labelOf(kind);
    const connection = trace.connection ? await connections.find(trace.connection.id) : undefined;
    const vendor = connection && vendorOf(connection.kind, connection.settings);
    responder.send(request, response, (page) =>
      explainedSignInPage(page, {
        trace,
        organization: organization.name,
        provider,
        vendor,
        expiresAt: link.expiresAt,
      }),
    );
  });

  return router;
}
