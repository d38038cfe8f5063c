/** Ways into the console: its front door, `/go/<identifier>`, and choosing an organization (SPEC CIT-9, AAD-5). */
import type { Request, Response } from 'express';
import type { Connections } from '../directory/connections.ts';
import { problemOfName } from '../directory/names.ts';
import type { Organization, Organizations } from '../directory/organizations.ts';
import { readQuery } from '../http/forms.ts';
import type { OwnSurfaces, Surface } from '../http/own-surface.ts';
import type { Responder } from '../http/respond.ts';
import { personOf } from '../http/session-models.ts';
import { errorPage } from '../http/views/error-pages.ts';
import { organizationsPage } from './views/organizations-page.ts';
import type { Administrator, Guard } from './visit.ts';

export interface EntranceOptions {
  surface: Surface;
  surfaces: Pick<OwnSurfaces, 'sessionOf' | 'beginSignIn'>;
  guard: Pick<Guard, 'admit'>;
  organizations: Pick<Organizations, 'find'>;
  connections: Pick<Connections, 'findByIdentifier'>;
  responder: Responder;
}

export function createEntrance(options: EntranceOptions) {
  const { surface, surfaces, guard, organizations, connections, responder } = options;

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
    const [first, second] = await organizationsOf(administrator);
    const path = first && !second ? `/o/${first.customerId}/` : '/organizations';
    response.redirect(303, surface.url(path));
  }

  /** GET `/organizations`; `?current=<customer id>`: the one that is open. */
  async function choose(request: Request, response: Response): Promise<void> {
    const administrator = await guard.admit(request, response, '/organizations');
    if (!administrator) return;
    const found = await organizationsOf(administrator);
    const current = found.find(({ customerId }) => customerId === readQuery(request.url).current);
    const hrefOf = ({ customerId }: Organization): string => surface.url(`/o/${customerId}/`);
    const model = {
      person: personOf(administrator.state.session).name,
      organizations: found.map((organization) => ({
        name: organization.name,
        orgId: organization.orgId,
        href: hrefOf(organization),
        current: organization === current,
      })),
      ...(current && { backHref: hrefOf(current) }),
    };
    responder.send(request, response, (context) => organizationsPage(context, model));
  }

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

  return { open, choose, go, signIn };
}
