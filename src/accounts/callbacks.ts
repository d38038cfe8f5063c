/**
 * Where upstreams send the browser back: the redirect URIs and the assertion consumer service.
 *
 * These need no cookie at all (a cross-site POST brings none) and give the browser nothing but a one-time hand-over to
 * the accounts host, where its cookies are.
 */
import { type Request, type Response, Router } from 'express';
import type { Callback } from '../../providers/provider.ts';
import { AppError } from '../core/errors.ts';
import { referenceCode } from '../core/random.ts';
import { readForm, readQuery } from '../http/forms.ts';
import type { Completion } from '../signin/sign-in.ts';
import type { AccountsContext } from './context.ts';
import { attemptPage } from './views/attempt-page.ts';
import { logoutUnsupportedPage } from './views/sign-out-pages.ts';
import { unsolicitedPage } from './views/unsolicited-page.ts';
import { upstreamErrorPage } from './views/upstream-error-page.ts';

/** 384 kB holds a response with 150 groups; more is refused before it is parsed (SECURITY §1.1). */
const acsLimit = 384 * 1024;

/** Browsers, and what looks at an address because somebody has sent it to somebody. */
const lookers = /^Mozilla\/|bot\b|crawler|spider|preview|unfurl|externalhit|whatsapp|skype|scanner/i;

export function createCallbackRoutes(context: AccountsContext): Router {
  const router = Router();
  const { redirectUris, responder, sites, signIn, organizations, connections } = context;

  for (const name of redirectUris) {
    router.get(`/core/${name}`, async (request, response) => {
      const url = sites.callbackUrl(name) + request.url.slice(request.url.indexOf('?') >>> 0);
      const callback: Callback = { method: 'GET', url, parameters: readQuery(request.url) };
      await answer(request, response, await signIn.complete(name, callback));
    });
  }

  // AAD-1. Nothing is decided here: the console asks the session that began.
  for (const { kind, name } of context.consentUris) {
    router.get(`/core/${name}`, async (request, response) => {
      const parameters = readQuery(request.url);
      const location = await context.tenantConsents.answer(kind, {
        method: 'GET',
        url: sites.callbackUrl(name),
        parameters,
      });
      if (location !== undefined) return response.redirect(303, location);
      const wayOn = { to: 'console', href: sites.consoleUrl() } as const;
      responder.send(request, response, (page) => attemptPage(page, { problem: 'used', wayOn }), { status: 410 });
    });
  }

  router.post('/saml/acs', async (request, response) => {
    const parameters = await readForm(request, { maxBytes: acsLimit, maxFields: 10 });
    const callback: Callback = { method: 'POST', url: sites.acsUrl, parameters };
    await answer(request, response, await signIn.complete('saml/acs', callback));
  });
  // Somebody opened the address in the browser, or an IdP was told to use GET.
  router.get('/saml/acs', (request, response) => showUnsolicited(request, response));

  // Only who asks gets an encryption key: many providers encrypt as soon as they see one, some of them with CBC.
  router.get('/saml/metadata.xml', async (request, response) => {
    const encryption = request.query.encryption === 'yes';
    response.type('application/samlmetadata+xml').send(await context.samlMetadata({ encryption }));
    await noteFetched(request);
  });

  // SML-8. For every SAML connection, whether it uses its own entity ID yet or not: the provider is told first.
  router.get('/saml/metadata/:file', async (request, response) => {
    const { params, query } = request;
    const connectionId = /^([0-9a-f-]{36})\.xml$/.exec(params.file)?.[1] ?? '';
    const connection = await connections.find(connectionId);
    if (connection?.kind !== 'saml') throw new AppError('not_found');
    const xml = await context.samlMetadata({ encryption: query.encryption === 'yes', connectionId });
    response.type('application/samlmetadata+xml').send(xml);
    await noteFetched(request, connectionId);
  });

  /**
   * Who has our certificates. A person who looks at the document has imported nothing, nor has the chat or the mail that
   * the address was sent by; what a stranger fetches proves nothing.
   */
  async function noteFetched({ method, query, headers }: Request, connectionId?: string): Promise<void> {
    if (method !== 'GET' || headers['sec-fetch-mode'] !== undefined) return;
    if (lookers.test(headers['user-agent'] ?? '')) return;
    const proven = typeof query.for === 'string' ? context.metadataAddresses.connectionOf(query.for) : undefined;
    const id = proven ?? connectionId;
    if (id === undefined) return;
    try {
      await context.samlRollover.noteFetched(id, { proven: proven !== undefined });
    } catch (error) {
      context.log.error({ err: error, connectionId: id }, 'a fetch of our metadata could not be noted');
    }
  }

  /** SML-2: whatever comes back is never parsed; only the handle says where to go. */
  router.get('/saml/logout', (request, response) => leaveLogout(request, response, request.query.RelayState));
  router.post('/saml/logout', async (request, response) => {
    const form = await readForm(request, { maxBytes: acsLimit, maxFields: 10 });
    if (form.SAMLRequest !== undefined) return showLogoutUnsupported(request, response);
    await leaveLogout(request, response, form.RelayState);
  });

  async function leaveLogout(request: Request, response: Response, relayState: unknown): Promise<void> {
    const clientId = typeof relayState === 'string' ? context.handles.clientOf(relayState) : undefined;
    const application = clientId === undefined ? undefined : await context.findApplication(clientId);
    if (application?.own === 'workspace' && application.homeUrl !== null) {
      // By host the home URL ends in a slash, by path it does not.
      return response.redirect(303, `${application.homeUrl.replace(/\/$/, '')}/signed-out`);
    }
    if (request.query.SAMLRequest !== undefined || !application) return showLogoutUnsupported(request, response);
    response.redirect(303, application.homeUrl ?? sites.accountsBase);
  }

  function showLogoutUnsupported(request: Request, response: Response): void {
    responder.send(request, response, (page) => logoutUnsupportedPage(page, {}), { status: 501 });
  }

  function showUnsolicited(request: Request, response: Response): void {
    const reference = context.referenceOf(referenceCode());
    // Nothing in it is proven, so nobody's system log gets it: the server's log is where the code leads to.
    context.log.info({ reference: reference.code }, 'a SAML response that nobody asked for');
    responder.send(request, response, (page) => unsolicitedPage(page, { reference }), { status: 400 });
  }

  async function answer(request: Request, response: Response, completion: Completion): Promise<void> {
    if (completion.outcome === 'handed_over') return response.redirect(303, completion.location);
    if (completion.outcome === 'unsolicited') return showUnsolicited(request, response);
    if (completion.outcome === 'stale') {
      const wayOn = await context.wayToClient(completion.clientId);
      const problem = completion.clientId === undefined ? 'unknown' : 'used';
      const { reference: code } = completion;
      const reference = code === undefined ? {} : { reference: context.referenceOf(code) };
      return responder.send(request, response, (page) => attemptPage(page, { problem, wayOn, ...reference }), {
        status: 410,
      });
    }
    const { attempt, failure, person } = completion;
    const organization = await organizations.find(attempt.organizationId);
    const connection = await connections.find(attempt.connectionId);
    responder.send(
      request,
      response,
      (page) =>
        upstreamErrorPage(page, {
          problem: person,
          provider: connection?.name ?? '',
          ...(organization && { organization: organization.name }),
          reference: context.referenceOf(failure.reference),
          // A new attempt, begun by the person: an upstream that always refuses must not become a loop.
          wayOn: {
            to: 'tryAgain',
            href: context.signinUrl({ uid: attempt.interactionUid, clientId: attempt.clientId }),
          },
        }),
      { status: person === 'denied' ? 403 : 400 },
    );
  }

  return router;
}
