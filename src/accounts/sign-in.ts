/** `GET /signin/<uid>`: the dispatcher. From stored state to the next page, or out to the upstream. */

import { type Request, type Response, Router } from 'express';
import { hashOfToken } from '../core/random.ts';
import { networkOf } from '../directory/password-throttle.ts';
import { edgeOf } from '../http/edge.ts';
import { leavingPage } from '../http/views/leaving-page.ts';
import { decliningAbsolute, stayingInactivity } from '../sessions/policy.ts';
import { resolveTarget, type Target } from '../signin/resolve.ts';
import { createCitrixTasks } from './citrix-tasks.ts';
import { type AccountsContext, readPost, type WaitingSignIn } from './context.ts';
import { showEmailAndPassword } from './email-and-password.ts';
import { passFailing } from './failing-method.ts';
import { finish } from './finish.ts';
import { readIdentifier, readWorkspaceName } from './typed-names.ts';
import { attemptPage } from './views/attempt-page.ts';
import { failingMethodPage } from './views/failing-method-page.ts';
import { organizationPage } from './views/organization-page.ts';
import { staySignedInPage } from './views/stay-signed-in-page.ts';
import { upstreamErrorPage } from './views/upstream-error-page.ts';
import { findWaiting, type Waiting } from './waiting.ts';

export function createSignInRoutes(context: AccountsContext): Router {
  const router = Router();
  const { goOn } = createCitrixTasks(context);
  const { responder, csrf, sites, attempts, organizations } = context;

  router.get('/signin/:uid', async (request, response) => {
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const { interaction, application, browser } = waiting;
    if (interaction.prompt === 'consent') {
      response.redirect(303, (await context.op.consent(interaction)) ?? application.homeUrl ?? sites.accountsBase);
      return;
    }
    const step = await attempts.findStep(interaction.uid, browser);
    const progress = step?.step === 'citrix' ? await context.citrix.progressOf(interaction.uid, browser) : null;
    if (progress) return goOn(request, response, waiting, progress);
    if (step?.step === 'stay') return showStay(request, response, waiting, step.organizationId);
    const target = await resolveTarget(
      context,
      application,
      textOf(interaction.params.acr_values),
      step?.step === 'organization' ? step.customerId : undefined,
    );
    await showTarget(request, response, waiting, target);
  });

  /** The company's own sign-in: an identifier leads to `/go/<identifier>` (CIT-1). */
  router.get('/signin/:uid/company', async (request, response) => {
    const waiting = await findWaiting(context, request, response);
    if (waiting) showOrganization(request, response, waiting, 'administrator');
  });
  router.post('/signin/:uid/company', async (request, response) => {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const typed = (form.organization ?? '').trim();
    const identifier = readIdentifier(sites, typed);
    if (identifier === undefined) {
      return showOrganization(request, response, waiting, 'administrator', typed, typed === '' ? 'empty' : 'malformed');
    }
    if (!(await context.connections.findByIdentifier(identifier))) {
      return showOrganization(request, response, waiting, 'administrator', typed, 'unknown');
    }
    response.redirect(303, sites.goUrl(identifier));
  });

  /** An application of the whole installation: whose subscriber is this? */
  router.post('/signin/:uid/organization', async (request, response) => {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const typed = (form.organization ?? '').trim();
    const name = readWorkspaceName(sites, typed);
    if (name === undefined) {
      return showOrganization(request, response, waiting, 'subscriber', typed, typed === '' ? 'empty' : 'malformed');
    }
    const found = await organizations.findByWorkspaceName(name);
    if (!found) return showOrganization(request, response, waiting, 'subscriber', typed, 'unknown');
    await attempts.setStep(waiting.interaction.uid, waiting.browser, {
      step: 'organization',
      customerId: found.organization.customerId,
    });
    response.redirect(303, context.signinUrl(waiting.interaction));
  });

  /** SES-4: asked of native applications' users. */
  router.post('/signin/:uid/stay', async (request, response) => {
    const form = await readPost(context, request, response);
    const waiting = await findWaiting(context, request, response);
    if (!waiting) return;
    const step = await attempts.takeStep(waiting.interaction.uid, waiting.browser);
    if (step?.step !== 'stay') return response.redirect(303, context.signinUrl(waiting.interaction));
    const { person, organizationId, realm, journey } = step;
    const staying = form.stay === 'yes' ? 'agreed' : 'declined';
    await finish(context, request, response, { ...waiting, person, organizationId, realm, staying, journey });
  });

  async function showTarget(request: Request, response: Response, waiting: Waiting, target: Target): Promise<void> {
    const { interaction, application } = waiting;
    if (target.kind === 'citrix') {
      const email = textOf(interaction.params.login_hint);
      return showEmailAndPassword(context, request, response, waiting, { email });
    }
    if (target.kind === 'ask') return showOrganization(request, response, waiting, 'subscriber');
    if (target.kind === 'nowhere') {
      // Not back to where the person came from: that leads here again.
      const wayOn = { to: 'console', href: sites.consoleUrl() } as const;
      const where = target.organization && { organization: target.organization.name };
      const problem = target.organization ? 'no_method' : 'unknown';
      responder.send(request, response, (page) => attemptPage(page, { problem, wayOn, ...where }), { status: 404 });
      return;
    }
    const { realm, organization } = target;
    const forced =
      isForced(interaction) || (application.realm !== 'administrators' && organization.settings.alwaysPrompt);
    // The organization was typed just now: this browser may hold its session already.
    const previous = await context.op.sessionOf(request, realm);
    if (previous && application.realm === null && !isForced(interaction)) {
      const location = await context.op.finishInteraction(interaction, previous.session);
      if (location !== undefined) return response.redirect(303, location);
    }
    const passed = await passFailing(context, waiting, target, request.query);
    if ('page' in passed) return responder.send(request, response, (page) => failingMethodPage(page, passed.page));
    await leave(request, response, waiting, passed.target, forced);
  }

  async function leave(
    request: Request,
    response: Response,
    { interaction, application, browser }: Waiting,
    target: Extract<Target, { kind: 'connection' }>,
    forced: boolean,
  ): Promise<void> {
    const { organization, connection } = target;
    const where = { organization: organization.name, provider: connection.name };
    const loginHint = textOf(interaction.params.login_hint);
    const departure = await context.signIn.begin({
      target,
      interactionUid: interaction.uid,
      clientId: application.clientId,
      browser,
      network: hashOfToken(networkOf(edgeOf(request).address)),
      forced,
      ...(loginHint !== '' && { loginHint: loginHint.slice(0, 320) }),
    });
    if (departure.outcome === 'failed') {
      const { failure, person: problem } = departure;
      const wayOn = { to: 'tryAgain', href: context.signinUrl(interaction) } as const;
      const reference = context.referenceOf(failure.reference);
      responder.send(request, response, (page) => upstreamErrorPage(page, { ...where, problem, wayOn, reference }), {
        status: 502,
      });
      return;
    }
    const { send } = departure;
    if (send.method === 'GET') return response.redirect(303, send.url);
    responder.send(
      request,
      response,
      (page) => leavingPage(page, { ...where, purpose: 'sign-in', action: send.url, fields: send.fields }),
      { formAction: [new URL(send.url).origin] },
    );
  }

  async function showStay(
    request: Request,
    response: Response,
    { interaction, application }: Waiting,
    organizationId: string,
  ): Promise<void> {
    const organization = await organizations.find(organizationId);
    if (!organization) throw new Error('the organization of this sign-in is gone');
    responder.send(request, response, (page) =>
      staySignedInPage(page, {
        action: context.signinUrl(interaction, 'stay'),
        csrf: csrf.tokenFor(context.browserToken(request, response)),
        application: application.name,
        organization: organization.name,
        agreed: {
          period: organization.settings.nativeReauthenticationDays * 86_400_000,
          inactivity: stayingInactivity,
        },
        declined: { period: decliningAbsolute },
      }),
    );
  }

  function showOrganization(
    request: Request,
    response: Response,
    { interaction, application }: Waiting,
    purpose: 'administrator' | 'subscriber',
    value?: string,
    error?: 'empty' | 'malformed' | 'unknown',
  ): void {
    responder.send(
      request,
      response,
      (page) =>
        organizationPage(page, {
          purpose,
          action: context.signinUrl(interaction, purpose === 'administrator' ? 'company' : 'organization'),
          csrf: csrf.tokenFor(context.browserToken(request, response)),
          ...(value !== undefined && { value: value.slice(0, 200) }),
          ...(error && { error }),
          ...(purpose === 'administrator'
            ? { backHref: context.signinUrl(interaction) }
            : { application: application.name }),
        }),
      error ? { status: 422 } : {},
    );
  }

  return router;
}

/** The relying party wants the person asked again (OpenID Connect Core §3.1.2.1). */
function isForced({ params, reasons }: WaitingSignIn): boolean {
  return textOf(params.prompt).split(' ').includes('login') || reasons.includes('max_age');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
