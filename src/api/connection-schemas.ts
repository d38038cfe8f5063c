/** What the API takes and gives of connections (SPEC §3): settings without secrets, secrets one way only (CON-12). */
import { z } from 'zod';
import { connectionStates } from '../directory/connections/connection-states.ts';
import { named, pageOf, time, uuid } from './schemas.ts';

const health = z
  .strictObject({ level: z.enum(['warning', 'failing']), code: z.string(), since: time })
  .nullable()
  .meta({ description: 'What the last look found; null: nothing to complain of' });

const connectionSchema = named(
  'Connection',
  z.strictObject({
    id: uuid,
    kind: z.string(),
    name: z.string(),
    state: z.enum(connectionStates),
    health,
    lastWorkedAt: time.nullable().meta({ description: 'When somebody signed in with it last, give or take a minute' }),
    hasDraft: z.boolean().meta({ description: 'Settings are being prepared' }),
    forSubscribers: z.boolean(),
    forAdministrators: z.boolean(),
    isWorkspaceMethod: z.boolean().meta({ description: 'Subscribers sign in to the workspace with it' }),
    identifier: z.string().nullable(),
    hasSecrets: z.boolean().meta({ description: 'Secrets are set; none is ever given out' }),
    createdAt: time,
    updatedAt: time,
  }),
);
export const connectionsSchema = named('Connections', pageOf(connectionSchema));

const settings = z.record(z.string(), z.unknown()).meta({ description: 'Without the secret ones' });
export const connectionDetailSchema = named('ConnectionDetail', connectionSchema.extend({ settings }).meta({}));

export const connectionQuery = z.strictObject({
  kind: z.string().max(100).optional(),
  state: z.enum(connectionStates).optional(),
  search: z.string().trim().min(1).max(100).optional().meta({ description: 'Part of the name' }),
});

const secrets = z
  .record(z.string().max(200), z.string().min(1).max(16_384))
  .meta({ description: 'Key path → secret; never given out again' });

export const newConnectionSchema = named(
  'NewConnection',
  z.strictObject({
    kind: z.string().max(100),
    name: z.string().max(200),
    subscribers: z.boolean().optional(),
    administrators: z.boolean().optional(),
    identifier: z.string().max(100).optional().meta({ description: 'When, and only when, it is for administrators' }),
    settings: settings.optional(),
    secrets: secrets.optional(),
  }),
);

export const connectionChangeSchema = named(
  'ConnectionChange',
  z
    .strictObject({
      name: z.string().max(200).optional(),
      subscribers: z.boolean().optional(),
      administrators: z.boolean().optional(),
      identifier: z.string().max(100).nullable().optional(),
    })
    .meta({ description: 'Only what changes; it acts at once' }),
);

export const draftSchema = named(
  'ConnectionDraft',
  z.strictObject({
    settings,
    secrets: z.array(z.string()).meta({ description: 'Key paths of those that are set' }),
    missing: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .meta({ description: 'What stands between these settings and a test' }),
    basedOn: z.int().nullable().meta({ description: 'The live version that it was begun from' }),
    revision: z.int(),
    passedAt: time.nullable().meta({ description: 'When exactly these settings passed their test' }),
    updatedBy: z
      .string()
      .nullable()
      .meta({ description: 'Null: the operator; `set-up link`: whoever held one that was mailed to nobody' }),
    updatedAt: time,
  }),
);
export const draftChangeSchema = named(
  'ConnectionDraftChange',
  z
    .strictObject({ settings, secrets: secrets.optional() })
    .meta({ description: 'All settings; a secret that is not named stays, unless an endpoint changes' }),
);
export const savedDraftSchema = named(
  'SavedConnectionDraft',
  draftSchema
    .extend({
      droppedSecrets: z
        .array(z.string())
        .meta({ description: 'Key paths of secrets that were dropped because an endpoint has changed' }),
    })
    .meta({}),
);

const change = z.strictObject({
  key: z.string(),
  secret: z.boolean().meta({ description: 'A secret is only said to have changed' }),
  before: z.unknown(),
  after: z.unknown(),
});
export const versionsSchema = named(
  'ConnectionVersions',
  z.strictObject({
    items: z.array(
      z.strictObject({
        number: z.int(),
        liveAt: time,
        liveBy: z.string().nullable().meta({ description: 'Null: the operator, or the broker by itself' }),
        how: z.string(),
        rolledBackTo: z.int().nullable(),
        isLive: z.boolean(),
        changes: z.array(change).meta({ description: 'Against the version before it' }),
      }),
    ),
  }),
);
