/**
 * The guard of the console: who asks, for which organization, and may they (CIT-9, SES-3)? Answered anew for every
 * request from the durable rows, so that removing an administrator acts at once.
 */
import type { Request, Response } from 'express';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Membership } from '../directory/memberships.ts';
import type { Organization } from '../directory/organizations.ts';
import { type Access, isAllowed, type Needs } from '../directory/permissions.ts';
import { isActivity, noteActivity } from '../http/activity.ts';
import type { Form } from '../http/forms.ts';
import type { Upload } from '../http/multipart.ts';
import type { OwnSurfaces, Surface } from '../http/own-surface.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';
import type { Administered } from '../signin/administered.ts';

/** An administrator's request, admitted to one organization. */
export interface Visit {
  request: Request;
  response: Response;
  /** Active. */
  state: SessionState;
  now: number;
  organization: Organization;
  access: Access;
  /** What the access comes from (`directory/authority.ts`). */
  administratorIds: readonly string[];
  /** There are others to switch to. */
  several: boolean;
  /** Of a POST: checked for its token. Of a GET: empty. */
  form: Form;
  /** The file that came with it, on routes that take one. */
  upload?: Upload;
  /** Absolute URL of a path within this organization's console. */
  url(path: string): string;
}
export type Handler = (visit: Visit) => Promise<void>;

/** Somebody signed in, with the organizations that they may administer now; at least one. */
export interface Administrator {
  state: SessionState;
  memberships: readonly Membership[];
  now: number;
}

export interface GuardOptions {
  surface: Surface;
  surfaces: Pick<OwnSurfaces, 'sessionOf' | 'beginSignIn' | 'readOwnForm' | 'readOwnDocument'>;
  sessions: Pick<Sessions, 'find' | 'recordActivity' | 'end' | 'widen'>;
  administered: Administered;
  clock: Clock;
}

export type Guard = ReturnType<typeof createGuard>;

export function createGuard(options: GuardOptions) {
  const { surface, surfaces, sessions, administered, clock } = options;

  /** Undefined: the answer has been given (to the sign-in, or to the page that says why the session ended). */
  async function admit(request: Request, response: Response, returnTo: string): Promise<Administrator | undefined> {
    const now = clock.now();
    const state = await surfaces.sessionOf(surface, request);
    if (!state) {
      await surfaces.beginSignIn(surface, response, { returnTo });
      return undefined;
    }
    if (state.active) {
      const admitted = await withJoined(state);
      if (admitted) {
        return isActivity(request)
          ? { ...admitted, now, state: await noteActivity(sessions, admitted.state, now) }
          : { ...admitted, now };
      }
      await sessions.end(state.session.uid, await administered.lossOf(state.session));
    }
    response.redirect(303, surface.url('/signed-out'));
    return undefined;
  }

  /** Undefined: access is gone. Organizations that the person has joined since are open without another sign-in (CIT-9). */
  async function withJoined(state: SessionState): Promise<Omit<Administrator, 'now'> | undefined> {
    const { memberships, joined } = await administered.lookUp(state.session);
    if (memberships.length === 0) return undefined;
    if (joined.length === 0) return { state, memberships };
    await sessions.widen(state.session.uid, joined);
    const wider = await sessions.find(state.session.uid);
    return wider?.active ? { state: wider, memberships: await administered.membershipsOf(wider.session) } : undefined;
  }

  /** Throws `not_found` for an organization of others exactly as for one that does not exist (CON-08). */
  async function enter(
    request: Request,
    response: Response,
    { document, needs }: { document?: { maxBytes: number } | undefined; needs: Needs },
  ): Promise<Visit | undefined> {
    const customerId = String(request.params.customerId);
    const isPost = request.method === 'POST';
    const path = request.url.split('?', 1)[0] ?? '/';
    const administrator = await admit(request, response, isPost ? `/o/${encodeURIComponent(customerId)}/` : path);
    if (!administrator) return undefined;
    const { state, memberships, now } = administrator;
    const admission = await administered.admissionTo(customerId, memberships);
    if (!admission) throw new AppError('not_found');
    const { organization, membership } = admission;
    const takesDocument = document !== undefined && isAllowed(membership.access, needs);
    const { form, upload } = !isPost
      ? { form: {} }
      : takesDocument
        ? await surfaces.readOwnDocument(request, state, document)
        : { form: await surfaces.readOwnForm(request, state) };
    return {
      request,
      response,
      state,
      now,
      organization,
      access: membership.access,
      administratorIds: membership.administratorIds,
      several: memberships.length > 1,
      form,
      ...(upload && { upload }),
      url: (within) => surface.url(`/o/${organization.customerId}${within}`),
    };
  }

  return { admit, enter };
}
