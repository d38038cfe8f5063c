/**
 * What console and workspaces have in common as relying parties of our own OpenID Provider: whose session this is,
 * the way in, the callback, the way out, and the page that says why a session ended.
 *
 * Does not own: the code flow (`own-relying-party.ts`), their pages. Called by `console/` and `workspace/`.
 */
import type { Request, Response } from 'express';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { referenceCode } from '../core/random.ts';
import type { Session, SessionState, Sessions } from '../sessions/sessions.ts';
import { citrixConnection } from '../signin/citrix-identity.ts';
import type { SignOut } from '../signin/sign-out.ts';
import { byTimer } from './activity.ts';
import type { Csrf } from './csrf.ts';
import { type Form, readForm, readQuery } from './forms.ts';
import { isMultipart, type MultipartForm, readMultipart } from './multipart.ts';
import type { CookieChange, OwnRelyingParties, OwnRelyingParty, OwnSignIn } from './own-relying-party.ts';
import type { Responder } from './respond.ts';
import { signInStoppedPage } from './views/sign-in-stopped-page.ts';
import { type SignedOutReason, signedOutPage } from './views/signed-out-page.ts';

/** One of our own relying parties, as a request meets it. */
export interface Surface {
  party: OwnRelyingParty;
  /** Whose sessions count here. */
  realm: string;
  /** Whose pages these are, where that is one organization. */
  organization?: string;
  /** Absolute URL of a service-relative path. */
  url(path?: string): string;
  /** Where somebody signs in again whose session (when it is still known) has ended. */
  againUrl(session: Session | undefined): Promise<string>;
}

export interface OwnSurfacesOptions {
  parties: OwnRelyingParties;
  sessions: Pick<Sessions, 'find'>;
  signOut: SignOut;
  responder: Responder;
  csrf: Csrf;
  clock: Clock;
  log: Log;
}

const reasons: ReadonlySet<string> = new Set<SignedOutReason>([
  'absolute',
  'inactivity',
  'upstream',
  'signed_out',
  'revoked',
  'replaced',
  'removed',
  'credentials_changed',
]);

export type OwnSurfaces = ReturnType<typeof createOwnSurfaces>;

/** The session that this browser's cookie names, whether it still lasts or not; never another realm's. */
export async function ownSessionOf(
  { parties, sessions }: { parties: Pick<OwnRelyingParties, 'sessionUidOf'>; sessions: Pick<Sessions, 'find'> },
  { party, realm }: { party: Pick<OwnRelyingParty, 'clientId' | 'cookie'>; realm: string },
  request: Request,
): Promise<SessionState | undefined> {
  const uid = parties.sessionUidOf(party, request);
  const state = uid === undefined ? undefined : await sessions.find(uid);
  return state?.session.realm === realm ? state : undefined;
}

export function createOwnSurfaces(options: OwnSurfacesOptions) {
  const { parties, sessions, signOut, responder, csrf, clock, log } = options;

  const sessionOf = (surface: Surface, request: Request) => ownSessionOf({ parties, sessions }, surface, request);

  /** `returnTo`: service-relative path. */
  async function beginSignIn(surface: Surface, response: Response, signIn: OwnSignIn): Promise<void> {
    responder.rememberLanguage(response.req, response);
    const uiLocales = responder.chosenLanguage(response.req);
    const { location, cookie } = await parties.begin(surface.party, {
      ...signIn,
      ...(uiLocales !== undefined && { uiLocales }),
    });
    for (const old of parties.forgotten(surface.party, response.req)) responder.setCookie(response, old);
    responder.setCookie(response, cookie);
    response.redirect(303, location);
  }

  /** GET `/callback`. Whatever comes, a person is never led in a circle. */
  async function answerCallback(surface: Surface, request: Request, response: Response): Promise<void> {
    const query = new URLSearchParams(Object.entries(readQuery(request.url)));
    const completed = await complete(surface, request, query);
    if (completed === undefined || 'reference' in completed) {
      // Back button, bookmark or a second click: whoever is signed in wants to go on.
      if (completed === undefined && (await sessionOf(surface, request))?.active) {
        response.redirect(303, surface.url('/'));
        return;
      }
      const problem = completed === undefined ? 'stale' : 'denied';
      return stop(surface, request, response, { problem, againHref: surface.url('/'), ...completed });
    }
    setCookies(response, completed.cookies);
    if (completed.denied === undefined) {
      response.redirect(303, surface.url(completed.returnTo));
      return;
    }
    log.info({ clientId: surface.party.clientId, error: completed.denied.slice(0, 100) }, 'sign-in not completed');
    stop(surface, request, response, { problem: 'denied', againHref: surface.url(completed.returnTo) });
  }

  type Stop = { problem: 'stale' | 'denied'; againHref: string; reference?: { code: string; at: number } };
  function stop({ organization }: Surface, request: Request, response: Response, model: Stop): void {
    const page = { ...model, ...(organization !== undefined && { organization }) };
    // A language link would bring the used-up answer again, so there is none.
    const show = ({ path: _, ...context }: Parameters<typeof signInStoppedPage>[0]) => signInStoppedPage(context, page);
    responder.send(request, response, show, { status: 400 });
  }

  async function complete(surface: Surface, request: Request, query: URLSearchParams) {
    try {
      return await parties.complete(surface.party, request, query);
    } catch (error) {
      if (error instanceof AppError) throw error;
      const reference = { code: referenceCode(), at: clock.now() };
      log.warn({ err: error, clientId: surface.party.clientId, reference: reference.code }, 'our own answer failed');
      return { reference };
    }
  }

  /** POST `/sign-out`: here first, then at the upstream where it has a way. */
  async function answerSignOut(surface: Surface, request: Request, response: Response): Promise<void> {
    const form = await readForm(request);
    const state = await sessionOf(surface, request);
    if (!state?.active) return response.redirect(303, surface.url('/signed-out'));
    const { session } = state;
    csrf.require(session.uid, form);
    const next = await signOut({ session, clientId: surface.party.clientId, returnTo: surface.url('/') });
    // Without a way to sign out there, the upstream's own session may live on: the page says so.
    const here = session.connectionId === citrixConnection ? '/signed-out' : '/signed-out?upstream=open';
    response.redirect(303, next ?? surface.url(here));
  }

  /**
   * GET `/signed-out`: why, and how to come back. Not activity: the inactivity timer of a page leads here, and back
   * to the page when the session was kept alive in another window.
   */
  async function answerSignedOut(surface: Surface, request: Request, response: Response): Promise<void> {
    const state = await sessionOf(surface, request);
    const query = readQuery(request.url);
    if (state?.active) {
      response.redirect(303, surface.url(withMark(query.from)));
      return;
    }
    const asked = query.reason ?? '';
    const reason = state?.end.reason ?? (reasons.has(asked) ? (asked as SignedOutReason) : 'unknown');
    responder.setCookie(response, parties.forget(surface.party));
    const href = await surface.againUrl(state?.session);
    const upstreamRemains = reason === 'signed_out' && query.upstream === 'open';
    const path = request.originalUrl.split('?', 1)[0];
    responder.send(request, response, (context) =>
      signedOutPage(
        // The cookie is gone after this answer; in another language the page must still know why.
        { ...context, path: `${path}?reason=${reason}${upstreamRemains ? '&upstream=open' : ''}` },
        {
          reason,
          wayOn: { to: 'signInAgain', href },
          ...(surface.organization !== undefined && { organization: surface.organization }),
          upstreamRemains,
        },
      ),
    );
  }

  /** For forms of somebody signed in: reads the fields after the token in them has been checked. */
  async function readOwnForm(request: Request, state: SessionState): Promise<Form> {
    const form = await readForm(request);
    csrf.require(state.session.uid, form);
    return form;
  }

  /** The same for a form with a document, as a file or as a field. */
  async function readOwnDocument(
    request: Request,
    state: SessionState,
    limits: { maxBytes: number },
  ): Promise<MultipartForm> {
    const read = isMultipart(request) ? await readMultipart(request, limits) : { form: await readForm(request) };
    csrf.require(state.session.uid, read.form);
    return read;
  }

  function setCookies(response: Response, cookies: readonly CookieChange[]): void {
    for (const cookie of cookies) responder.setCookie(response, cookie);
  }

  return { sessionOf, beginSignIn, answerCallback, answerSignOut, answerSignedOut, readOwnForm, readOwnDocument };
}

/** Where a page's inactivity timer leads to. `path`: service-relative, without query. */
export function endedUrl(surface: Pick<Surface, 'url'>, path: string): string {
  return surface.url(`/signed-out?from=${encodeURIComponent(path)}`);
}

function withMark(from = '/'): string {
  const path = /^\/[A-Za-z0-9/_-]*$/.test(from) ? from : '/';
  return `${path}?${byTimer}=1`;
}
