/** Ways into the console: its front door, `/go/<identifier>`, and choosing an organization (SPEC CIT-9, AAD-5). */
import type { Request, Response } from 'express';
import type { Sites } from '../config/sites.ts';
import { hashOfToken } from '../core/random.ts';
import type { Connections } from '../directory/connections/connections.ts';
import { problemOfName } from '../directory/names.ts';
import type { Organization, Organizations } from '../directory/organizations.ts';
import { type CookieNames, readCookie } from '../http/cookies.ts';
import type { Csrf } from '../http/csrf.ts';
import { readQuery } from '../http/forms.ts';
import type { OwnSurfaces, Surface } from '../http/own-surface.ts';
import type { Responder } from '../http/respond.ts';
import { anyApplication } from '../http/security-headers.ts';
import { personOf } from '../http/session-models.ts';
import { errorPage } from '../http/views/error-pages.ts';
import { organizationsPage } from './views/organizations-page.ts';
import type { Administrator, Guard } from './visit.ts';

export interface EntranceOptions {
  surface: Surface;
  surfaces: Pick<OwnSurfaces, 'sessionOf' | 'beginSignIn' | 'readOwnForm'>;
  guard: Pick<Guard, 'admit'>;
  sites: Pick<Sites, 'secure'>;
  organizations: Pick<Organizations, 'find'>;
  connections: Pick<Connections, 'findByIdentifier'>;
  responder: Responder;
  csrf: Csrf;
  cookies: CookieNames;
}

const choiceLifetime = 365 * 86_400_000;

export function createEntrance(options: EntranceOptions) {
  const { surface, surfaces, guard, sites, organizations, connections, responder, csrf, cookies } = options;

  async function organizationsOf({ memberships }: Administrator): Promise<Organization[]> {
    const found = await Promise.all(memberships.map(({ organizationId }) => organizations.find(organizationId)));
    return found
      .filter((organization) => organization !== undefined)
      .sort((one, other) => one.name.localeCompare(other.name));
  }

  /** GET `/`. */
  async function open(request: Request, response: Response): Promise<void> {
    const administrator = await guard.admit(request, response, '/');
    if (!administrator) return;
    const found = await organizationsOf(administrator);
    const chosen = found.length === 1 ? found[0] : rememberedOf(request, administrator, found);
    response.redirect(303, surface.url(chosen ? `/o/${chosen.customerId}/` : '/organizations'));
  }

  /** GET `/organizations`; `?current=<customer id>`: the one that is open. */
  async function choose(request: Request, response: Response): Promise<void> {
    const administrator = await guard.admit(request, response, '/organizations');
    if (!administrator) return;
    const found = await organizationsOf(administrator);
    const current = found.find(({ customerId }) => customerId === readQuery(request.url).current);
    const remembered = rememberedOf(request, administrator, found);
    const hrefOf = ({ customerId }: Organization): string => surface.url(`/o/${customerId}/`);
    const token = csrf.tokenFor(administrator.state.session.uid);
    const model = {
      person: personOf(administrator.state.session).name,
      organizations: found.map((organization) => ({
        name: organization.name,
        orgId: organization.orgId,
        customerId: organization.customerId,
        href: hrefOf(organization),
        current: organization === current,
        remembered: organization === remembered,
      })),
      remember: { action: surface.url('/organizations'), csrf: token },
      signOut: { action: surface.url('/sign-out'), csrf: token },
      ...(current && { backHref: hrefOf(current) }),
    };
    // Signing out may end at the upstream, as from every page of the console (frame.ts).
    const leaves = administrator.state.session.signOut !== null;
    responder.send(request, response, (context) => organizationsPage(context, model), {
      ...(leaves && { formAction: anyApplication(sites.secure) }),
    });
  }

  /** POST `/organizations`: `organization` opens by itself from now on in this browser; empty: none does. */
  async function remember(request: Request, response: Response): Promise<void> {
    const administrator = await guard.admit(request, response, '/organizations');
    if (!administrator) return;
    const form = await surfaces.readOwnForm(request, administrator.state);
    const chosen = (await organizationsOf(administrator)).find(({ customerId }) => customerId === form.organization);
    const { choice: name } = cookies;
    responder.setCookie(
      response,
      chosen
        ? { name, value: `${markOf(administrator)}.${chosen.customerId}`, maxAge: choiceLifetime }
        : { name, value: undefined },
    );
    response.redirect(303, surface.url(chosen ? `/o/${chosen.customerId}/` : '/organizations'));
  }

  /** Of this person, on a computer that several use; and only as long as they administer it. No right comes of it. */
  function rememberedOf(
    request: Request,
    administrator: Administrator,
    found: readonly Organization[],
  ): Organization | undefined {
    const [mark, customerId] = readCookie(request, cookies.choice)?.split('.') ?? [];
    return mark === markOf(administrator) ? found.find((each) => each.customerId === customerId) : undefined;
  }
  const markOf = ({ state }: Administrator): string => hashOfToken(`choice of ${state.session.accountId}`).slice(0, 22);

  /** GET `/go/<identifier>`: signs in at that connection, or goes straight in when that has been done. */
  async function go(request: Request, response: Response): Promise<void> {
    const connection = await connections.findByIdentifier(String(request.params.identifier));
    if (connection?.identifier == null || connection.state !== 'live' || !connection.forAdministrators) {
      const wayOn = { to: 'signIn', href: surface.url('/') } as const;
      responder.send(request, response, (context) => errorPage(context, { kind: 'not_found', wayOn }), { status: 404 });
      return;
    }
    const state = await surfaces.sessionOf(surface, request);
    if (state?.active && state.session.connectionId === connection.id) {
      response.redirect(303, surface.url('/'));
      return;
    }
    await surfaces.beginSignIn(surface, response, {
      // Back here: should the OpenID Provider have answered from another session, this one is asked for again.
      returnTo: `/go/${encodeURIComponent(connection.identifier)}`,
      acrValues: `go:${connection.identifier}`,
      // Signed in as somebody else: without this the OpenID Provider would answer from that session.
      ...(state?.active && { prompt: 'login' }),
    });
  }

  /**
   * GET `/sign-in/<customer id>`: anew, whoever is signed in here; where an accepted invitation leads. A session that was
   * opened before the acceptance does not open the organization, and somebody else's is not theirs.
   */
  async function signIn(request: Request, response: Response): Promise<void> {
    const customerId = String(request.params.customerId);
    const returnTo = problemOfName(customerId) === undefined ? `/o/${customerId}/` : '/';
    await surfaces.beginSignIn(surface, response, { returnTo, acrValues: 'idp:citrix', prompt: 'login' });
  }

  return { open, choose, remember, go, signIn };
}
