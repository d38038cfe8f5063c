/**
 * Who may use which page of an organization's console: the one table (SPEC ADM-2). A route is registered from here, so
 * one without a rule does not exist, and a handler without a rule does not compile.
 */
import type { Needs } from '../directory/permissions.ts';
import type { ConsolePageId } from './views/console-layout.ts';

/** Method and path below `/o/<customer id>`. */
export const consoleRules = {
  'GET /': 'any',
  'GET /sessions': 'any',
  'GET /sessions/end': 'any',
  'POST /sessions/end': 'any',
  'GET /sessions/end-others': 'any',
  'POST /sessions/end-others': 'any',
  'GET /organization-sessions': 'full',
  'GET /organization-sessions/end': 'full',
  'POST /organization-sessions/end': 'full',
  'GET /organization-sessions/end-all': 'full',
  'POST /organization-sessions/end-all': 'full',
  'GET /session-settings': 'any',
  'POST /session-settings': 'full',
  // A connection's settings decide who can become whom: they belong to the Authentication tab.
  'GET /connections': 'full',
  'GET /connections/:connectionId': 'full',
} as const satisfies Readonly<Record<`${'GET' | 'POST'} /${string}`, Needs>>;

export type ConsoleRoute = keyof typeof consoleRules;

/** Entries of the menu, in its order. */
export const menu: readonly { page: ConsolePageId; route: ConsoleRoute & `GET ${string}` }[] = [
  { page: 'overview', route: 'GET /' },
  { page: 'sessions', route: 'GET /sessions' },
  { page: 'connections', route: 'GET /connections' },
  { page: 'organization_sessions', route: 'GET /organization-sessions' },
  { page: 'session_settings', route: 'GET /session-settings' },
];
