/** Around every page of an organization's console: menu, person, sign-out, what just happened, the inactivity warning. */
import { isAllowed } from '../directory/permissions.ts';
import type { Csrf } from '../http/csrf.ts';
import { readQuery } from '../http/forms.ts';
import { endedUrl, type Surface } from '../http/own-surface.ts';
import type { Responder } from '../http/respond.ts';
import { anyApplication } from '../http/security-headers.ts';
import { personOf, warningOf } from '../http/session-models.ts';
import type { Html } from '../http/views/html.ts';
import type { PageContext } from '../http/views/page.ts';
import { citrixConnection } from '../signin/citrix-identity.ts';
import { flashOf } from './flash.ts';
import { consoleRules, menu } from './rules.ts';
import type { ConsoleFrame } from './views/console-layout.ts';
import type { Visit } from './visit.ts';

export interface FrameOptions {
  surface: Surface;
  secure: boolean;
  responder: Responder;
  csrf: Csrf;
}

/** Sends a page of the console. `status`: 200 unless given. */
export type Show = (
  visit: Visit,
  page: (context: PageContext, frame: ConsoleFrame) => Html,
  answer?: { status?: number },
) => void;

export function createShow({ surface, secure, responder, csrf }: FrameOptions): Show {
  function frameOf(visit: Visit, context: PageContext): ConsoleFrame {
    const { organization, access, state, now, request } = visit;
    const { session } = state;
    const path = request.url.split('?', 1)[0] ?? '/';
    const stayHref = surface.url(request.method === 'GET' ? path : `/o/${organization.customerId}/`);
    const warning = warningOf(state, now, { stayHref, endedHref: endedUrl(surface, path) });
    const flash = request.method === 'GET' ? flashOf(context.language, readQuery(request.url).done) : undefined;
    return {
      organization: { name: organization.name, orgId: organization.orgId },
      person: personOf(session),
      homeHref: visit.url('/'),
      navigation: menu
        .filter(({ route }) => isAllowed(access, consoleRules[route]))
        .filter(({ ofIdentity }) => !ofIdentity || session.connectionId === citrixConnection)
        .map(({ page, route }) => ({ page, href: visit.url(route.slice('GET '.length)) })),
      signOut: { action: surface.url('/sign-out'), csrf: csrf.tokenFor(session.uid) },
      ...(visit.several && { switchHref: surface.url(`/organizations?current=${organization.customerId}`) }),
      ...(flash && { flash }),
      ...(warning && { warning }),
    };
  }

  return (visit, page, answer = {}) => {
    // Chromium holds a form to `form-action` through every redirect: signing out may end at the upstream.
    const leaves = visit.state.session.signOut !== null;
    responder.send(visit.request, visit.response, (context) => page(context, frameOf(visit, context)), {
      ...answer,
      ...(leaves && { formAction: anyApplication(secure) }),
    });
  };
}
