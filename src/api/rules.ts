/**
 * Every route of the API: what it takes, what it gives, and who may use it (SPEC ADM-2). The one table: routes are
 * registered from it, the OpenAPI document is made from it, and a handler without a rule does not compile.
 */
import { z } from 'zod';
import type { ApiRule, RouteName } from './route.ts';
import {
  applicationSchema,
  applicationsSchema,
  connectionDetailSchema,
  connectionsSchema,
  createdSecureClientSchema,
  documentSchema,
  endedSchema,
  meSchema,
  newSecureClientSchema,
  organizationSchema,
  problemTypeSchema,
  secureClientSchema,
  secureClientsSchema,
  sessionsSchema,
  settingsChangeSchema,
  settingsSchema,
  tokenRequestSchema,
  tokenSchema,
  vendorTokenSchema,
} from './schemas.ts';

export const apiRules = {
  'GET /api/v1/me': {
    needs: 'caller',
    tag: 'me',
    id: 'getMe',
    summary: 'Who calls, and which organizations are open to them',
    answer: meSchema,
  },
  'GET /api/v1/organizations/{customerId}': {
    needs: 'any',
    tag: 'organization',
    id: 'getOrganization',
    summary: 'The organization',
    answer: organizationSchema,
  },
  'GET /api/v1/organizations/{customerId}/settings': {
    needs: 'any',
    tag: 'organization',
    id: 'getSettings',
    summary: 'How long people stay signed in',
    answer: settingsSchema,
  },
  'PATCH /api/v1/organizations/{customerId}/settings': {
    needs: 'full',
    tag: 'organization',
    id: 'changeSettings',
    summary: 'Change how long people stay signed in',
    body: settingsChangeSchema,
    answer: settingsSchema,
    matches: true,
    sensitive: true,
  },
  'GET /api/v1/organizations/{customerId}/secure-clients': {
    needs: 'secure-client',
    tag: 'secure clients',
    id: 'listSecureClients',
    summary: 'Secure clients: one’s own, or everybody’s with full access',
    answer: secureClientsSchema,
    paged: true,
  },
  'POST /api/v1/organizations/{customerId}/secure-clients': {
    needs: 'secure-client',
    tag: 'secure clients',
    id: 'createSecureClient',
    summary: 'Create a secure client; the answer shows its secret this once',
    description: 'For persons only: a secure client that is stolen must not leave behind another that outlives it.',
    body: newSecureClientSchema,
    answer: createdSecureClientSchema,
    status: 201,
    creates: true,
    persons: true,
    sensitive: true,
  },
  'GET /api/v1/organizations/{customerId}/secure-clients/{clientId}': {
    needs: 'secure-client',
    tag: 'secure clients',
    id: 'getSecureClient',
    summary: 'A secure client',
    answer: secureClientSchema,
  },
  'DELETE /api/v1/organizations/{customerId}/secure-clients/{clientId}': {
    needs: 'secure-client',
    tag: 'secure clients',
    id: 'revokeSecureClient',
    summary: 'Revoke a secure client; its tokens end at once',
    sensitive: true,
  },
  'GET /api/v1/organizations/{customerId}/sessions': {
    needs: 'full',
    tag: 'sessions',
    id: 'listSessions',
    summary: 'Everybody who is signed in to this organization, newest first',
    query: z.strictObject({
      kind: z.enum(['administrator', 'subscriber']).optional(),
    }),
    answer: sessionsSchema,
    paged: true,
  },
  'DELETE /api/v1/organizations/{customerId}/sessions/{sessionId}': {
    needs: 'full',
    tag: 'sessions',
    id: 'endSession',
    summary: 'End a session',
  },
  'POST /api/v1/organizations/{customerId}/sessions/end-all': {
    needs: 'full',
    tag: 'sessions',
    id: 'endAllSessions',
    summary: 'End every session of the organization but the one that this request is made in',
    answer: endedSchema,
    sensitive: true,
  },
  'GET /api/v1/organizations/{customerId}/connections': {
    needs: 'full',
    tag: 'connections',
    id: 'listConnections',
    summary: 'Connections to identity providers',
    answer: connectionsSchema,
    paged: true,
  },
  'GET /api/v1/organizations/{customerId}/connections/{connectionId}': {
    needs: 'full',
    tag: 'connections',
    id: 'getConnection',
    summary: 'A connection, without its secrets',
    answer: connectionDetailSchema,
  },
  'GET /api/v1/organizations/{customerId}/applications': {
    needs: 'full',
    tag: 'applications',
    id: 'listApplications',
    summary: 'Applications that sign people of this organization in',
    answer: applicationsSchema,
    paged: true,
  },
  'GET /api/v1/organizations/{customerId}/applications/{applicationId}': {
    needs: 'full',
    tag: 'applications',
    id: 'getApplication',
    summary: 'An application, without its secret',
    answer: applicationSchema,
  },
  'POST /api/v1/token': {
    needs: 'public',
    tag: 'tokens',
    id: 'issueToken',
    summary: 'An access token for a secure client (RFC 6749 §4.4)',
    description: 'Errors are those of RFC 6749 §5.2. The token lives an hour, and no longer than the client.',
    form: tokenRequestSchema,
    answer: tokenSchema,
  },
  'POST /cctrustoauth2/{customerId}/tokens/clients': {
    needs: 'public',
    tag: 'tokens',
    id: 'issueVendorToken',
    summary: 'The same in the vendor’s shape, at the vendor’s path; `root` stands for any customer',
    form: tokenRequestSchema,
    answer: vendorTokenSchema,
  },
  'GET /api/v1/openapi.json': {
    needs: 'public',
    tag: 'about',
    id: 'getDocument',
    summary: 'This document',
    answer: documentSchema,
  },
  'GET /api/v1/problems/{problemType}': {
    needs: 'public',
    tag: 'about',
    id: 'getProblemType',
    summary: 'What the `type` of a problem means',
    answer: problemTypeSchema,
  },
} as const satisfies Readonly<Record<RouteName, ApiRule>>;

export type ApiRoute = keyof typeof apiRules;
export type RuleOf<Route extends ApiRoute> = (typeof apiRules)[Route];

/** In the order of the table. */
export const apiRoutes = Object.keys(apiRules) as ApiRoute[];

export function ruleOf(route: ApiRoute): ApiRule {
  return apiRules[route];
}
