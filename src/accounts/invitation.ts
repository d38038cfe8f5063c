/**
 * `/invitation/<id>.<secret>`: where the link of an invitation leads (SPEC ADM-1, CIT-10).
 *
 * A GET changes nothing, however often and by whomever it is made: mail scanners open links (SECURITY ID-10). Accepting is a
 * post from the page. Nobody is signed in by a link: it leads on to the sign-in, which asks for everything as always.
 */
import { type Request, type Response, Router } from 'express';
import { DirectoryError } from '../directory/errors.ts';
import type { OpenInvitation } from '../directory/invitations.ts';
import { problemsOfPassword } from '../directory/password-rules.ts';
import { permissionLabels, textOfAccess } from '../directory/permission-labels.ts';
import { originOf } from '../http/edge.ts';
import type { Form } from '../http/forms.ts';
import { newPasswordFields, problemOfTyping } from '../http/views/new-password.ts';
import { type AccountsContext, readPost } from './context.ts';
import {
  type InvitationAccountPage,
  invitationAccountPage,
  invitationOverPage,
  invitationPage,
  longestName,
} from './views/invitation-pages.ts';

/** By address: each post costs a password's hash, each look a query. */
const looks = { name: 'invitation', max: 60, window: 60_000 };

type Problems = NonNullable<InvitationAccountPage['problems']>;

export function createInvitationRoutes(context: AccountsContext): Router {
  const router = Router();
  const { invitations, responder, csrf, sites } = context;
  const slowly = context.rateLimiter.byAddress(looks);
  const tokenOf = ({ params }: Request): string => String(params.token);

  router.get('/invitation/:token', slowly, async (request, response) => {
    const invitation = await findOpen(request, response);
    if (invitation) review(request, response, invitation);
  });

  router.get('/invitation/:token/account', slowly, async (request, response) => {
    const invitation = await findOpen(request, response);
    if (!invitation) return;
    if (invitation.hasIdentity || invitation.signInWith)
      return response.redirect(303, sites.invitationUrl(tokenOf(request)));
    askForAccount(request, response, invitation);
  });

  router.post('/invitation/:token/account', slowly, async (request, response) => {
    const form = await readPost(context, request, response);
    const invitation = await findOpen(request, response);
    if (!invitation) return;
    const problems = problemsOf(form, invitation.email);
    if (problems) return askForAccount(request, response, invitation, form, problems);
    const person = { displayName: form.name ?? '', password: form[newPasswordFields.next] ?? '' };
    await conclude(request, response, invitation, form, () =>
      invitations.acceptAsNew(tokenOf(request), { version: versionOf(form), person }, originOf(request)),
    );
  });

  router.post('/invitation/:token/accept', slowly, async (request, response) => {
    const form = await readPost(context, request, response);
    const invitation = await findOpen(request, response);
    if (!invitation) return;
    await conclude(request, response, invitation, form, () =>
      invitations.acceptAsExisting(tokenOf(request), versionOf(form), originOf(request)),
    );
  });

  /** Undefined: the page that says what became of it has been sent. */
  async function findOpen(request: Request, response: Response): Promise<OpenInvitation | undefined> {
    const found = await invitations.find(tokenOf(request));
    if (found.outcome === 'open') return found.invitation;
    const { outcome } = found;
    const model =
      outcome === 'unknown'
        ? { outcome, href: sites.consoleUrl() }
        : {
            outcome,
            organization: found.organization.name,
            href: sites.consoleUrl(outcome === 'accepted' ? `/sign-in/${found.organization.customerId}` : '/'),
          };
    const status = outcome === 'accepted' ? 200 : outcome === 'unknown' ? 404 : 410;
    responder.send(request, response, (page) => invitationOverPage(page, model), { status });
    return undefined;
  }

  /** Accepts, and leads to the page that says so; or says what is in the way. */
  async function conclude(
    request: Request,
    response: Response,
    invitation: OpenInvitation,
    form: Form,
    accept: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await accept();
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      if (error.code === 'invitation_changed') return review(request, response, invitation, true);
      const problems = refusalOf(error);
      if (problems) return askForAccount(request, response, invitation, form, problems);
      // Accepted, taken back or expired in this moment, or the email has an identity by now: its page says so.
    }
    response.redirect(303, sites.invitationUrl(tokenOf(request)));
  }

  function review(request: Request, response: Response, invitation: OpenInvitation, changed = false): void {
    const token = tokenOf(request);
    const { access, hasIdentity, version, signInWith } = invitation;
    const next = signInWith
      ? {
          signIn: {
            connection: signInWith.connection,
            // not live any more: the page says so without a way on
            ...(signInWith.identifier !== null && { href: sites.goUrl(signInWith.identifier) }),
          },
        }
      : hasIdentity
        ? { accept: { action: sites.invitationUrl(token, 'accept'), csrf: tokenFor(request, response), version } }
        : { accountHref: sites.invitationUrl(token, 'account') };
    responder.send(
      request,
      response,
      (page) =>
        invitationPage(page, {
          ...invitation,
          access:
            access.access === 'full'
              ? [textOfAccess(page.language, access)]
              : access.permissions.map((name) => permissionLabels[page.language][name]),
          next,
          changed,
        }),
      changed ? { status: 409 } : {},
    );
  }

  function askForAccount(
    request: Request,
    response: Response,
    { organization, email, version }: OpenInvitation,
    form: Form = {},
    problems?: Problems,
  ): void {
    const token = tokenOf(request);
    const model: InvitationAccountPage = {
      action: sites.invitationUrl(token, 'account'),
      csrf: tokenFor(request, response),
      // The version that was reviewed: this page does not show the access.
      version: problems ? versionOf(form) : version,
      organization: organization.name,
      email,
      backHref: sites.invitationUrl(token),
      ...(form.name !== undefined && { name: form.name.slice(0, 200) }),
      ...(problems && { problems }),
    };
    const status = problems === undefined ? 200 : problems.busy ? 503 : 422;
    responder.send(request, response, (page) => invitationAccountPage(page, model), { status });
  }

  const tokenFor = (request: Request, response: Response) => csrf.tokenFor(context.browserToken(request, response));

  return router;
}

/** What can be seen in what was typed, all of it at once: nobody learns the rules one by one. */
function problemsOf(form: Form, email: string): Problems | undefined {
  const name = (form.name ?? '').trim();
  const next = form[newPasswordFields.next] ?? '';
  const typing = problemOfTyping(next, form[newPasswordFields.repeated] ?? '');
  const broken = next === '' ? [] : problemsOfPassword(next, [email, name]);
  const password = [...(typing === undefined ? [] : [typing]), ...broken];
  const wrong = name === '' ? 'missing' : name.length > longestName ? 'invalid' : undefined;
  return wrong || password.length > 0 ? { ...(wrong && { name: wrong }), password } : undefined;
}

/** What only the directory sees. Undefined: it is not about what was typed. */
function refusalOf({ code }: DirectoryError): Problems | undefined {
  if (code === 'name_invalid') return { name: 'invalid', password: [] };
  if (code === 'too_busy') return { password: [], busy: true };
  // Every rule that can be seen was kept: it is known from a data breach.
  if (code === 'password_refused') return { password: ['compromised'] };
  return undefined;
}

function versionOf(form: Form): number {
  return /^\d{1,9}$/.test(form.version ?? '') ? Number(form.version) : -1;
}
