/** The routes of connections: a part of the table (`rules.ts`). Full access throughout: a connection's settings decide who can become whom (CON-06). */
import {
  connectionChangeSchema,
  connectionDetailSchema,
  connectionQuery,
  connectionsSchema,
  draftChangeSchema,
  draftSchema,
  newConnectionSchema,
  savedDraftSchema,
  versionsSchema,
} from './connection-schemas.ts';
import type { ApiRule, RouteName } from './route.ts';

const common = { needs: 'full', tag: 'connections' } as const;
/** Who changes one has seen it, and has just shown who they are. */
const change = { ...common, matches: true, sensitive: true } as const;

export const connectionRules = {
  'GET /api/v1/organizations/{customerId}/connections': {
    ...common,
    id: 'listConnections',
    summary: 'Connections to identity providers, by name',
    query: connectionQuery,
    answer: connectionsSchema,
    paged: true,
  },
  'POST /api/v1/organizations/{customerId}/connections': {
    ...common,
    id: 'createConnection',
    summary: 'Create a connection, as a draft: nobody can sign in with it before its test has passed',
    body: newConnectionSchema,
    answer: connectionDetailSchema,
    status: 201,
    creates: true,
    sensitive: true,
  },
  'GET /api/v1/organizations/{customerId}/connections/{connectionId}': {
    ...common,
    id: 'getConnection',
    summary: 'A connection with its live settings, without its secrets',
    answer: connectionDetailSchema,
  },
  'PATCH /api/v1/organizations/{customerId}/connections/{connectionId}': {
    ...change,
    id: 'changeConnection',
    summary: 'Change name, uses or identifier; settings are changed by a draft',
    description:
      'Where it signs administrators in, this is for persons: it says who they are, which is as much as giving full access.',
    fullAccessByPersons: true,
    body: connectionChangeSchema,
    answer: connectionDetailSchema,
  },
  'DELETE /api/v1/organizations/{customerId}/connections/{connectionId}': {
    ...change,
    id: 'deleteConnection',
    summary: 'Delete a draft, or a connection that is disconnected, with the administrators who signed in by it',
  },
  'POST /api/v1/organizations/{customerId}/connections/{connectionId}/disconnect': {
    ...change,
    id: 'disconnectConnection',
    summary: 'Disconnect: nobody signs in with it any more, and its secrets are deleted (SPEC IDP-1, IDP-2)',
    answer: connectionDetailSchema,
  },
  'GET /api/v1/organizations/{customerId}/connections/{connectionId}/draft': {
    ...common,
    id: 'getDraft',
    summary: 'The settings that are being prepared',
    answer: draftSchema,
  },
  'POST /api/v1/organizations/{customerId}/connections/{connectionId}/draft': {
    ...common,
    id: 'openDraft',
    summary: 'Begin to change a connection: the draft there is, or one made from the live settings',
    answer: draftSchema,
    sensitive: true,
  },
  'PUT /api/v1/organizations/{customerId}/connections/{connectionId}/draft': {
    ...change,
    id: 'saveDraft',
    summary: 'Save the prepared settings, complete or not; what is there must be right',
    description: 'When an endpoint changes, stored secrets are dropped and have to be sent again.',
    body: draftChangeSchema,
    answer: savedDraftSchema,
  },
  'DELETE /api/v1/organizations/{customerId}/connections/{connectionId}/draft': {
    ...change,
    id: 'discardDraft',
    summary: 'Discard the prepared settings of a connection that is or was live',
  },
  'POST /api/v1/organizations/{customerId}/connections/{connectionId}/draft/make-live': {
    ...change,
    id: 'makeDraftLive',
    summary: 'Make the prepared settings live; only after exactly these have passed their test (SPEC IDP-4)',
    description:
      'Where it signs administrators in, this is for persons: it says who they are, which is as much as giving full access.',
    fullAccessByPersons: true,
    answer: connectionDetailSchema,
  },
  'GET /api/v1/organizations/{customerId}/connections/{connectionId}/versions': {
    ...common,
    id: 'listVersions',
    summary: 'The settings that were live, newest first: who, when, how, and what differed',
    answer: versionsSchema,
  },
  'POST /api/v1/organizations/{customerId}/connections/{connectionId}/versions/{version}/restore': {
    ...change,
    id: 'restoreVersion',
    summary: 'Make an earlier version live again, as a new one',
    description:
      'Where it signs administrators in, this is for persons: it says who they are, which is as much as giving full access.',
    fullAccessByPersons: true,
    answer: connectionDetailSchema,
  },
} as const satisfies Readonly<Record<RouteName, ApiRule>>;
