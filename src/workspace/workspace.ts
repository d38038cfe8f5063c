/**
 * The reference workspace: the page that subscribers of an organization land on.
 *
 * Owns: its routes and the session check. Does not own: signing in (`accounts/`, `op/`), how long a session lasts
 * (`sessions/`), what it shares with the console (`http/own-surface.ts`). Mounted by `app.ts` for the service
 * `workspace`, behind the edge and the security headers.
 */
import { type Request, type Response, Router } from 'express';
import type { Sites } from '../config/sites.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Connections } from '../directory/connections/connections.ts';
import type { Organization, Organizations } from '../directory/organizations.ts';
import { isActivity, noteActivity } from '../http/activity.ts';
import type { CookieNames } from '../http/cookies.ts';
import { type Csrf, refuseCrossSite } from '../http/csrf.ts';
import { edgeOf } from '../http/edge.ts';
import type { OwnRelyingParties } from '../http/own-relying-party.ts';
import { createOwnSurfaces, type Surface } from '../http/own-surface.ts';
import type { Responder } from '../http/respond.ts';
import { subscribersRealm } from '../sessions/policy.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { SignOut } from '../signin/sign-out.ts';
import { createHome } from './home.ts';
import { createSessionCheck } from './session-check.ts';

export interface WorkspaceOptions {
  sites: Sites;
  sessions: Pick<Sessions, 'find' | 'recordActivity'>;
  organizations: Pick<Organizations, 'findByWorkspaceName'>;
  connections: Pick<Connections, 'find'>;
  parties: OwnRelyingParties;
  /** Client id of an organization's workspace. */
  clientIdOf(customerId: string): string;
  signOut: SignOut;
  responder: Responder;
  csrf: Csrf;
  cookies: CookieNames;
  clock: Clock;
  log: Log;
  /** Name of a kind of provider, as people read it. */
  labelOf(kind: string): string;
}

type Page = (workspace: Surface, request: Request, response: Response, organization: Organization) => Promise<void>;

export function createWorkspace(options: WorkspaceOptions): Router {
  const { sites, sessions, organizations, cookies, clock } = options;
  const surfaces = createOwnSurfaces(options);
  const showHome = createHome(options);

  function workspaceOf(name: string, organization: Organization): Surface {
    const url = (path = '/'): string => sites.workspaceUrl(name, path);
    return {
      url,
      realm: subscribersRealm(organization.customerId),
      organization: organization.name,
      party: {
        clientId: options.clientIdOf(organization.customerId),
        callbackUrl: url('/callback'),
        cookie: cookies.workspace(name),
        loginCookie: cookies.workspaceLogin(name),
      },
      againUrl: async () => url('/'),
    };
  }

  async function find(name: string): Promise<{ organization: Organization; retired: boolean } | undefined> {
    return name === '' ? undefined : organizations.findByWorkspaceName(name);
  }

  const page =
    (show: Page) =>
    async (request: Request, response: Response): Promise<void> => {
      const name = edgeOf(request).workspace ?? '';
      const found = await find(name);
      if (!found) throw new AppError('not_found');
      const { organization } = found;
      if (found.retired && request.method !== 'POST') {
        // Not a permanent one: after 30 days the old name may be somebody else's (SPEC §2).
        response.redirect(303, sites.workspaceUrl(organization.workspaceName, request.url));
        return;
      }
      await show(workspaceOf(name, organization), request, response, organization);
    };

  const home: Page = async (workspace, request, response, organization) => {
    const state = await surfaces.sessionOf(workspace, request);
    if (!state) return surfaces.beginSignIn(workspace, response, { returnTo: '/' });
    // Not silently on to the upstream: the person is told why first.
    if (!state.active) return response.redirect(303, workspace.url('/signed-out'));
    const now = clock.now();
    const latest = isActivity(request) ? await noteActivity(sessions, state, now) : state;
    await showHome({ workspace, organization, state: latest, now }, request, response);
  };

  const router = Router();
  // First, because it is asked most.
  router.get('/session', createSessionCheck({ ...options, find, workspaceOf, sessionOf: surfaces.sessionOf }));
  router.use(refuseCrossSite);
  router.get('/', page(home));
  router.get('/callback', page(surfaces.answerCallback));
  router.post('/sign-out', page(surfaces.answerSignOut));
  router.get('/signed-out', page(surfaces.answerSignedOut));
  return router;
}
