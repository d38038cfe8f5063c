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
  'GET /password': 'any',
  'POST /password': 'any',
  'GET /passkeys': 'any',
  'POST /passkeys/begin': 'any',
  'GET /passkeys/new': 'any',
  'POST /passkeys/options': 'any',
  'POST /passkeys/new': 'any',
  'GET /passkeys/:passkeyId/rename': 'any',
  'POST /passkeys/:passkeyId/rename': 'any',
  'GET /passkeys/:passkeyId/remove': 'any',
  'POST /passkeys/:passkeyId/remove': 'any',
  'GET /mfa': 'any',
  'GET /mfa/backup-codes/file': 'any',
  'GET /mfa/:factor': 'any',
  'POST /mfa/:factor': 'any',
  'POST /mfa/:factor/prove': 'any',
  'POST /mfa/:factor/send': 'any',
  'GET /organization-sessions': 'full',
  'GET /organization-sessions/end': 'full',
  'POST /organization-sessions/end': 'full',
  'GET /organization-sessions/end-all': 'full',
  'POST /organization-sessions/end-all': 'full',
  'GET /session-settings': 'any',
  'POST /session-settings': 'full',
  // Proves anew who one is, at the provider that one signed in with.
  'GET /sign-in-again': 'any',
  'POST /sign-in-again/passkey-options': 'any',
  // A connection's settings decide who can become whom: they belong to the Authentication tab.
  'GET /connections': 'full',
  'GET /connections/new': 'full',
  'GET /connections/new/:kind': 'full',
  'POST /connections/new/:kind': 'full',
  'GET /connections/:connectionId': 'full',
  'GET /connections/:connectionId/details': 'full',
  'POST /connections/:connectionId/details': 'full',
  'POST /connections/:connectionId/edit': 'full',
  'GET /connections/:connectionId/draft': 'full',
  'POST /connections/:connectionId/draft': 'full',
  'POST /connections/:connectionId/draft/live': 'full',
  'GET /connections/:connectionId/draft/discard': 'full',
  'POST /connections/:connectionId/draft/discard': 'full',
  'GET /connections/:connectionId/history': 'full',
  'GET /connections/:connectionId/history/:version/restore': 'full',
  'POST /connections/:connectionId/history/:version/restore': 'full',
  'GET /connections/:connectionId/disconnect': 'full',
  'POST /connections/:connectionId/disconnect': 'full',
  'GET /connections/:connectionId/delete': 'full',
  'POST /connections/:connectionId/delete': 'full',
  'GET /connections/:connectionId/metadata': 'full',
  'POST /connections/:connectionId/metadata/read': 'full',
  'POST /connections/:connectionId/metadata/adopt': 'full',
  'POST /connections/:connectionId/metadata/keep': 'full',
  'GET /connections/:connectionId/metadata.xml': 'full',
  'GET /connections/:connectionId/signing-certificate.pem': 'full',
  'GET /connections/:connectionId/import': 'full',
  'POST /connections/:connectionId/import': 'full',
  'GET /connections/:connectionId/import/:importId': 'full',
  'POST /connections/:connectionId/import/:importId': 'full',
  'GET /connections/:connectionId/directory': 'full',
  'GET /connections/:connectionId/test': 'full',
  'POST /connections/:connectionId/test': 'full',
  'GET /connections/:connectionId/test/:trialId': 'full',
  'GET /connections/:connectionId/test/:trialId/sign-in': 'full',
  'GET /connections/:connectionId/test/:trialId/return': 'full',
  'POST /connections/:connectionId/test/:trialId/finish': 'full',
  'GET /connections/:connectionId/gateway': 'full',
  'POST /connections/:connectionId/gateway/detect': 'full',
  'POST /connections/:connectionId/gateway/pair': 'full',
  'POST /connections/:connectionId/gateway/download': 'full',
  'GET /connections/:connectionId/gateway/replace': 'full',
  'POST /connections/:connectionId/gateway/replace': 'full',
  'GET /connections/:connectionId/tenant': 'full',
  'POST /connections/:connectionId/tenant': 'full',
  'GET /connections/:connectionId/tenant/leave': 'full',
  'GET /connections/:connectionId/tenant/return': 'full',
  'GET /connections/:connectionId/rollover': 'full',
  'POST /connections/:connectionId/rollover': 'full',
  'GET /connections/:connectionId/expiry': 'full',
  'POST /connections/:connectionId/expiry': 'full',
  'GET /expiry': 'full',
  'POST /expiry/calendar': 'full',
  'POST /expiry/calendar/revoke': 'full',
  'GET /connections/:connectionId/setup-links': 'full',
  'POST /connections/:connectionId/setup-links': 'full',
  'POST /connections/:connectionId/setup-links/:linkId/revoke': 'full',
  'GET /api-access': 'secure-client',
  'POST /api-access': 'secure-client',
  'POST /api-access/download': 'secure-client',
  'GET /api-access/revoke': 'secure-client',
  'POST /api-access/revoke': 'secure-client',
  'POST /api-access/resume': 'secure-client',
  // Hold nothing of a person's: whoever may read the log may read what a code in it leads to. Sharing shows it outside.
  'GET /sign-ins': 'system-log',
  'GET /sign-ins/:traceId': 'system-log',
  'POST /sign-ins/:traceId/links': 'full',
  'POST /sign-ins/:traceId/revoke-link': 'full',
  'GET /system-log': 'system-log',
  'POST /system-log/export': 'system-log',
  'GET /system-log/webhook': 'full',
  'POST /system-log/webhook': 'full',
  'POST /system-log/webhook/secret': 'full',
  'POST /system-log/webhook/test': 'full',
  'POST /system-log/webhook/enable': 'full',
  'POST /system-log/webhook/delete': 'full',
  // ADM-2: chooses among live connections, edits none. How long people stay signed in stays with full access (SES-2).
  'GET /workspace-configuration': 'workspace-configuration',
  'POST /workspace-configuration': 'workspace-configuration',
  // ADM-2: only full access changes access. The fixed paths first: routes are matched in this order.
  'GET /administrators': 'full',
  'GET /administrators/invite': 'full',
  'POST /administrators/invite': 'full',
  'GET /administrators/group': 'full',
  'POST /administrators/group': 'full',
  'GET /administrators/directory': 'full',
  'GET /administrators/directory/chosen': 'full',
  'POST /administrators/directory/chosen': 'full',
  'GET /administrators/selected': 'full',
  'POST /administrators/selected': 'full',
  'GET /administrators/:administratorId': 'full',
  'POST /administrators/:administratorId': 'full',
  'GET /administrators/:administratorId/remove': 'full',
  'POST /administrators/:administratorId/remove': 'full',
  'POST /administrators/:administratorId/resend': 'full',
} as const satisfies Readonly<Record<`${'GET' | 'POST'} /${string}`, Needs>>;

export type ConsoleRoute = keyof typeof consoleRules;

/** For what leads to a page that may not be there. */
export function hasRoute(route: string): boolean {
  return Object.hasOwn(consoleRules, route);
}

/**
 * What takes a proof of the last ten minutes that it is still the same person (SECURITY CON-15): who else gets in, who is
 * thrown out, and what holds for everybody. Asked for by `fresh-proof.ts` before the handler sees the request.
 */
export const sensitiveRoutes: ReadonlySet<ConsoleRoute> = new Set<ConsoleRoute & `POST ${string}`>([
  'POST /passkeys/begin',
  'POST /passkeys/new',
  'POST /passkeys/:passkeyId/remove',
  'POST /organization-sessions/end-all',
  'POST /session-settings',
  'POST /system-log/webhook',
  'POST /system-log/webhook/secret',
  'POST /system-log/webhook/enable',
  'POST /connections/:connectionId/import/:importId',
  // A test asks other people's servers, and what passed it goes live.
  'POST /connections/:connectionId/test',
  'POST /connections/:connectionId/test/:trialId/finish',
  'POST /connections/:connectionId/metadata/adopt',
  'POST /connections/:connectionId/metadata/keep',
  'POST /connections/:connectionId/gateway/pair',
  'POST /connections/:connectionId/gateway/replace',
  'POST /expiry/calendar',
  // Whoever holds such a link may change who can become whom.
  'POST /connections/:connectionId/setup-links',
  'POST /connections/:connectionId/rollover',
  'POST /api-access',
  'POST /api-access/revoke',
  'POST /api-access/resume',
  'POST /workspace-configuration',
  // Before the form: what is secret is not typed twice.
  'POST /connections/:connectionId/edit',
  'POST /connections/new/:kind',
  'POST /connections/:connectionId/details',
  'POST /connections/:connectionId/draft',
  'POST /connections/:connectionId/draft/live',
  'POST /connections/:connectionId/draft/discard',
  'POST /connections/:connectionId/history/:version/restore',
  'POST /connections/:connectionId/disconnect',
  'POST /connections/:connectionId/delete',
  'POST /connections/:connectionId/tenant',
  'POST /administrators/invite',
  'POST /administrators/group',
  'POST /administrators/directory/chosen',
  'POST /administrators/selected',
  'POST /administrators/:administratorId',
  'POST /administrators/:administratorId/remove',
  // Whoever silences the log's stream wants something unseen.
  'POST /system-log/webhook/delete',
]);

/** What takes a document, as a file too: more bytes than a form has, and only from whoever may use the route. */
export const documentRoutes: ReadonlyMap<ConsoleRoute, { maxBytes: number }> = new Map<
  ConsoleRoute & `POST ${string}`,
  { maxBytes: number }
>([
  // The document's 10 MiB, and what stands around it in the form.
  ['POST /connections/:connectionId/import', { maxBytes: 10 * 1024 * 1024 + 16_384 }],
]);

/**
 * Of those, what takes a code or a passkey as the proof: whoever knows only the password would otherwise make themselves
 * a second factor (SECURITY ID-09). The other changes of factors ask for themselves (`mfa.ts`).
 */
export const factorRoutes: ReadonlySet<ConsoleRoute> = new Set<ConsoleRoute & `POST ${string}`>([
  'POST /passkeys/begin',
  'POST /passkeys/new',
]);

/**
 * Fields that never go into a page as hidden ones; after the proof they have to be typed again. Every control of the
 * console that takes a secret is named here (a test looks at the pages).
 */
const secretFields: ReadonlySet<string> = new Set([
  'password',
  'currentPassword',
  'newPassword',
  'repeatedPassword',
  'code',
  'secret',
  'clientSecret',
  'apiToken',
]);

/** Secret settings of connections have a name that says so (`connections/setting-fields.ts`). */
export function isSecretField(name: string): boolean {
  return secretFields.has(name) || name.startsWith('secret.');
}

/** The page that a path's form stood on: the path itself, or the nearest one above it. */
export function pageOf(path: string): string {
  const segments = path.split('/');
  for (let length = segments.length; length > 1; length--) {
    const nearest = segments.slice(0, length).join('/');
    if (nearest !== '' && pagePatterns.some((pattern) => pattern.test(nearest))) return nearest;
  }
  return '/';
}
const pagePatterns = Object.keys(consoleRules)
  .filter((route) => route.startsWith('GET '))
  .map((route) => new RegExp(`^${route.slice('GET '.length).replaceAll(/:\w+/g, '[^/]+')}$`));

export interface MenuEntry {
  page: ConsolePageId;
  route: ConsoleRoute & `GET ${string}`;
  /** Only for whoever signed in with the built-in identity. */
  ofIdentity?: true;
}

/** Entries of the menu, in its order. */
export const menu: readonly MenuEntry[] = [
  { page: 'overview', route: 'GET /' },
  { page: 'sessions', route: 'GET /sessions' },
  { page: 'password', route: 'GET /password', ofIdentity: true },
  { page: 'mfa', route: 'GET /mfa', ofIdentity: true },
  { page: 'passkeys', route: 'GET /passkeys', ofIdentity: true },
  { page: 'administrators', route: 'GET /administrators' },
  { page: 'connections', route: 'GET /connections' },
  { page: 'expiry', route: 'GET /expiry' },
  { page: 'workspace_configuration', route: 'GET /workspace-configuration' },
  { page: 'organization_sessions', route: 'GET /organization-sessions' },
  { page: 'session_settings', route: 'GET /session-settings' },
  { page: 'api_access', route: 'GET /api-access' },
  { page: 'sign_ins', route: 'GET /sign-ins' },
  { page: 'system_log', route: 'GET /system-log' },
];
