/** GET `/`: who I am, how I signed in, what applications learn about me, how long my session lasts and why. */
import type { Request, Response } from 'express';
import type { Sites } from '../config/sites.ts';
import type { Connections } from '../directory/connections/connections.ts';
import type { Organization } from '../directory/organizations.ts';
import type { Csrf } from '../http/csrf.ts';
import { endedUrl, type Surface } from '../http/own-surface.ts';
import type { Responder } from '../http/respond.ts';
import { anyApplication } from '../http/security-headers.ts';
import { personOf, summaryOf, warningOf } from '../http/session-models.ts';
import type { Session, SessionState } from '../sessions/sessions.ts';
import { type HomePage, homePage } from './views/home-page.ts';

export interface HomeOptions {
  sites: Sites;
  connections: Pick<Connections, 'find'>;
  responder: Responder;
  csrf: Csrf;
  labelOf(kind: string): string;
}

export interface Visit {
  workspace: Surface;
  organization: Organization;
  /** Active. */
  state: SessionState;
  now: number;
}

export function createHome({ sites, connections, responder, csrf, labelOf }: HomeOptions) {
  return async function showHome(visit: Visit, request: Request, response: Response): Promise<void> {
    const { workspace, organization, state, now } = visit;
    const { session } = state;
    const connection = await connections.find(session.connectionId);
    const { name, email } = personOf(session);
    const homeHref = workspace.url('/');
    const warning = warningOf(state, now, { stayHref: homeHref, endedHref: endedUrl(workspace, '/') });
    const model: HomePage = {
      organization: organization.name,
      homeHref,
      person: { name, ...(email !== '' && { email }) },
      signIn: { provider: connection?.name ?? labelOf(session.idp), methods: session.amr, at: session.authTime },
      claims: shownClaims(session.claims),
      session: summaryOf(state, now),
      signOut: { action: workspace.url('/sign-out'), csrf: csrf.tokenFor(session.uid) },
      ...(warning && { warning }),
    };
    // Chromium holds a form to `form-action` through every redirect: signing out may end at the upstream.
    const answer = session.signOut === null ? {} : { formAction: anyApplication(sites.secure) };
    responder.send(request, response, (context) => homePage(context, model), answer);
  };
}

/** The directory's attributes first; what is not listed here is not told to applications either. */
const claimNames = ['cip_sid', 'cip_upn', 'cip_oid', 'cip_email', 'name', 'given_name', 'family_name'];

export function shownClaims(claims: Session['claims']): HomePage['claims'] {
  return claimNames.flatMap((name) => {
    const value = claims[name];
    const values = typeof value === 'string' ? [value] : (value ?? []);
    return values.length === 0 ? [] : [{ name, values }];
  });
}
