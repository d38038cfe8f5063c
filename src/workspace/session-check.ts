/**
 * GET `/session`: am I still signed in? JSON for scripts of the workspace; the endpoint that is asked most.
 *
 * 200 `{active: true, accountId, endsAt, reason}`: `endsAt` in milliseconds since the epoch, `reason` is the limit that
 * comes first. 401 `{active: false, endsAt, reason}`: why it ended, or nulls when there was no session.
 */
import type { Request, Response } from 'express';
import type { Clock } from '../core/clock.ts';
import type { Organization } from '../directory/organizations.ts';
import { isActivity, noteActivity } from '../http/activity.ts';
import { edgeOf } from '../http/edge.ts';
import type { Surface } from '../http/own-surface.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';

export interface SessionCheckOptions {
  sessions: Pick<Sessions, 'find' | 'recordActivity'>;
  clock: Clock;
  find(name: string): Promise<{ organization: Organization; retired: boolean } | undefined>;
  workspaceOf(name: string, organization: Organization): Surface;
  sessionOf(workspace: Surface, request: Request): Promise<SessionState | undefined>;
}

/** Whose name it is changes at most every 30 days; that it is the same one again is not worth two queries each time. */
const rememberFor = 5_000;
const capacity = 10_000;

export function createSessionCheck({ sessions, clock, find, workspaceOf, sessionOf }: SessionCheckOptions) {
  const known = new Map<string, { workspace: Surface; at: number }>();

  function remembered(name: string, now: number): Surface | undefined {
    const before = known.get(name);
    return before && Math.abs(now - before.at) < rememberFor ? before.workspace : undefined;
  }

  async function lookUp(name: string, now: number): Promise<Surface | undefined> {
    const found = await find(name);
    // Names that lead nowhere are not kept: anybody can make them up.
    if (!found || found.retired) return undefined;
    const workspace = workspaceOf(name, found.organization);
    if (known.size >= capacity) known.clear();
    known.set(name, { workspace, at: now });
    return workspace;
  }

  return async function check(request: Request, response: Response): Promise<void> {
    const now = clock.now();
    const name = edgeOf(request).workspace ?? '';
    const workspace = remembered(name, now) ?? (await lookUp(name, now));
    let state = workspace && (await sessionOf(workspace, request));
    if (state?.active && isActivity(request)) state = await noteActivity(sessions, state, now);
    // Plain Node instead of `response.json`: no ETag, nothing to negotiate.
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    if (state?.active) {
      const { session, end } = state;
      response.end(JSON.stringify({ active: true, accountId: session.accountId, endsAt: end.at, reason: end.reason }));
      return;
    }
    response.statusCode = 401;
    response.end(JSON.stringify({ active: false, endsAt: state?.end.at ?? null, reason: state?.end.reason ?? null }));
  };
}
