/**
 * What the API takes and gives, as schemas: strict in both directions, so that an unknown field is an error on the way
 * in (CON-09) and a test failure on the way out (CON-12). Names are those of the OpenAPI document's components.
 */
import { z } from 'zod';
import { organizationSettingsSchema } from '../directory/organization-settings.ts';
import { permissionNames } from '../directory/permissions.ts';
import { traceOutcomes } from '../signin/traces/trace.ts';
import { linkDays } from '../signin/traces/trace-links.ts';
import { expiryKinds } from '../upkeep/expiry-register.ts';
import { problemTypes } from './problems.ts';

export const time = z.iso.datetime().meta({ description: 'UTC, RFC 3339' });
export const named = <Schema extends z.ZodType>(id: string, schema: Schema): Schema => schema.meta({ id });
export const uuid = z.string().max(64);

/** Of a path: what cannot be one is not found. */
export const pathParameters = {
  customerId: z
    .string()
    .regex(/^[a-z0-9-]{2,40}$/)
    .meta({ description: 'Customer id of the organization' }),
  clientId: z
    .string()
    .regex(/^[0-9a-f-]{36}$/)
    .meta({ description: 'Client id of a secure client' }),
  sessionId: z
    .string()
    .regex(/^[\w-]{22}$/)
    .meta({ description: 'As the list of sessions has it' }),
  connectionId: z.string().regex(/^[0-9a-f-]{36}$/),
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .meta({ description: 'Number of a version of a connection' }),
  applicationId: z
    .string()
    .regex(/^[A-Za-z0-9._-]{3,64}$/)
    .meta({ description: 'Client id of the application' }),
  administratorId: z.string().regex(/^[0-9a-f-]{36}$/),
  signInId: z
    .string()
    .regex(/^(?:[0-9a-f-]{36}|[0-9A-Za-z]{4}-?[0-9A-Za-z]{4})$/)
    .meta({ description: 'Id of an explained sign-in, or the reference code that the person was shown' }),
  linkId: z.string().regex(/^[0-9a-f-]{36}$/),
  problemType: z.string().regex(/^[a-z-]{3,40}$/),
} as const;
export type PathParameter = keyof typeof pathParameters;

/** Digits in a query. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

export const pageParameters = {
  limit: wholeNumber(1, 200).optional().meta({ description: 'Items of a page; 50 unless given' }),
  cursor: z.string().max(1000).optional().meta({ description: '`next` of the page before' }),
};

const next = z.string().nullable().meta({ description: 'Cursor of the next page; null: this is the last' });
export const pageOf = <Item extends z.ZodType>(item: Item) => z.strictObject({ items: z.array(item), next });

const accessSchema = named(
  'Access',
  z
    .discriminatedUnion('access', [
      z.strictObject({ access: z.literal('full') }),
      z.strictObject({ access: z.literal('custom'), permissions: z.array(z.enum(permissionNames)) }),
    ])
    .meta({ description: 'SPEC ADM-2' }),
);

export const organizationSchema = named(
  'Organization',
  z.strictObject({
    customerId: z.string(),
    orgId: z.string(),
    name: z.string(),
    workspaceUrl: z.url(),
    subscriberConnectionId: uuid.nullable(),
    createdAt: time,
  }),
);

export const settingsSchema = named('OrganizationSettings', organizationSettingsSchema.meta({}));
/** Without the defaults of the stored settings: what is not named stays as it is. */
export const settingsChangeSchema = named(
  'OrganizationSettingsChange',
  z
    .strictObject(
      Object.fromEntries(
        Object.entries(organizationSettingsSchema.shape).map(([name, schema]) => [name, schema.unwrap().optional()]),
      ) as {
        [Name in keyof typeof organizationSettingsSchema.shape]: z.ZodOptional<
          ReturnType<(typeof organizationSettingsSchema.shape)[Name]['unwrap']>
        >;
      },
    )
    .meta({ description: 'Only what changes' }),
);

export const meSchema = named(
  'Me',
  z.strictObject({
    kind: z.enum(['person', 'client']),
    id: z.string().meta({ description: 'Of a person the account, of a secure client its client id' }),
    name: z.string(),
    email: z.string().nullable(),
    organizations: z.array(
      z.strictObject({ customerId: z.string(), orgId: z.string(), name: z.string(), access: accessSchema }),
    ),
    csrfToken: z
      .string()
      .nullable()
      .meta({ description: 'Of a person: what `X-CSRF-Token` must hold on every change' }),
  }),
);

export const administratorSchema = named(
  'Administrator',
  z.strictObject({
    id: uuid,
    kind: z.enum(['identity', 'azure-ad-user', 'azure-ad-group', 'ad-group']),
    connectionId: z.string(),
    groupId: z.string().nullable().meta({ description: 'Of a group its SID or object id' }),
    displayName: z.string(),
    email: z.string().nullable(),
    access: accessSchema,
    status: z.enum(['active', 'invite_sent', 'expired']),
    invitation: z.strictObject({ sentAt: time, expiresAt: time }).nullable(),
    createdAt: time,
    updatedAt: time,
  }),
);
export const administratorsSchema = named('Administrators', pageOf(administratorSchema));
export const invitationSchema = named(
  'NewInvitation',
  z.strictObject({ email: z.string().max(320), access: accessSchema }),
);
export const accessChangeSchema = named('AccessChange', z.strictObject({ access: accessSchema }));

export const secureClientSchema = named(
  'SecureClient',
  z.strictObject({
    clientId: uuid,
    name: z.string(),
    createdBy: z.string(),
    createdAt: time,
    usedAt: time.nullable().meta({ description: 'When it last asked for a token' }),
    state: z.enum(['active', 'suspended', 'creator_gone']).meta({
      description:
        'Only an active one gets tokens. `suspended`: its creator’s account was reset, and its creator resumes it in the console; `creator_gone`: its creator is no longer an administrator',
    }),
  }),
);
export const secureClientsSchema = named('SecureClients', pageOf(secureClientSchema));
export const newSecureClientSchema = named(
  'NewSecureClient',
  z.strictObject({ name: z.string().trim().min(1).max(100) }),
);
export const createdSecureClientSchema = named(
  'CreatedSecureClient',
  secureClientSchema.extend({ secret: z.string().meta({ description: 'Shown this once' }) }).meta({}),
);

export const sessionSchema = named(
  'Session',
  z.strictObject({
    id: z.string(),
    kind: z.enum(['administrator', 'subscriber']),
    person: z.strictObject({ name: z.string(), email: z.string() }),
    connectionId: z.string(),
    current: z.boolean().meta({ description: 'The one that this request is made in' }),
    clientAddress: z.string().nullable(),
    userAgent: z.string().nullable(),
    openedAt: time,
    lastActivityAt: time,
    endsAt: time,
  }),
);
export const sessionsSchema = named('Sessions', pageOf(sessionSchema));
export const endedSchema = named('EndedSessions', z.strictObject({ ended: z.int() }));

const setupLinkFields = {
  id: uuid,
  state: z.enum(['open', 'begun', 'finished', 'revoked', 'expired']),
  email: z.string().nullable().meta({ description: 'Where it was mailed to' }),
  mayFinish: z.boolean().meta({ description: 'May make live what has passed its test' }),
  outcome: z.enum(['live', 'passed', 'untested']).nullable().meta({ description: 'How far it had come at the end' }),
  createdBy: z.string().nullable(),
  createdAt: time,
  expiresAt: time,
  openedFirstAt: time.nullable(),
  openedLastAt: time.nullable(),
  finishedAt: time.nullable(),
};
const setupLinkSchema = named('SetupLink', z.strictObject(setupLinkFields));
export const setupLinksSchema = named('SetupLinks', z.strictObject({ items: z.array(setupLinkSchema) }));
export const createdSetupLinkSchema = named(
  'CreatedSetupLink',
  z.strictObject({ ...setupLinkFields, url: z.string().meta({ description: 'Given this once' }) }),
);
export const newSetupLinkSchema = named(
  'NewSetupLink',
  z.strictObject({
    email: z.string().max(254).optional().meta({ description: 'The link is mailed there' }),
    language: z.enum(['en', 'ja']).default('en').meta({ description: 'Of the mail' }),
    mayFinish: z.boolean().default(false),
    days: z.int().min(1).max(30).default(7),
  }),
);

export const applicationSchema = named(
  'Application',
  z.strictObject({
    clientId: z.string(),
    name: z.string(),
    applicationType: z.enum(['web', 'native']),
    redirectUris: z.array(z.string()),
    postLogoutRedirectUris: z.array(z.string()),
    tokenEndpointAuthMethod: z.string(),
    hasSecret: z.boolean(),
    createdAt: time,
    updatedAt: time,
  }),
);
export const applicationsSchema = named('Applications', pageOf(applicationSchema));

const logValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]);
const changesSchema = z.record(z.string(), logValue).nullable();
export const logRecordSchema = named(
  'LogRecord',
  z.strictObject({
    id: uuid,
    at: time,
    event: z.string(),
    message: z.record(z.string(), z.string()).meta({ description: 'By language tag' }),
    actor: z.strictObject({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
    target: z.strictObject({
      type: z.string().nullable(),
      id: z.string().nullable(),
      name: z.string().nullable(),
      email: z.string().nullable(),
    }),
    detail: z.record(z.string(), logValue),
    before: changesSchema,
    after: changesSchema,
    reference: z.string().nullable(),
    clientAddress: z.string().nullable(),
    userAgent: z.string().nullable(),
  }),
);
export const logRecordsSchema = named('LogRecords', pageOf(logRecordSchema));

const milliseconds = z.number().meta({ description: 'Since the beginning' });
const explainedText = z.strictObject({ en: z.string(), ja: z.string() });
export const signInSchema = named(
  'SignIn',
  z
    .strictObject({
      id: uuid,
      reference: z.string(),
      connection: z.strictObject({ id: uuid, version: z.int(), kind: z.string() }).nullable(),
      clientId: z.string(),
      kind: z.enum(['administrator', 'subscriber']).nullable(),
      beganAt: time,
      finishedAt: time,
      outcome: z.string().meta({ description: traceOutcomes.join(', ') }),
      code: z.string().nullable().meta({ description: 'Of a failure' }),
      meaning: explainedText,
      remedy: explainedText.nullable(),
      steps: z.array(z.looseObject({ step: z.string(), at: milliseconds })),
      software: z.string(),
    })
    .meta({ description: 'What happened at one sign-in by a connection; no name, value or token of a person' }),
);
export const signInsSchema = named('SignIns', pageOf(signInSchema));
export const newSignInLinkSchema = named(
  'NewSignInLink',
  z.strictObject({
    days: z.literal(linkDays).meta({ description: 'How long it is valid; never longer than the sign-in is kept' }),
  }),
);
const signInLink = {
  id: uuid,
  createdAt: time,
  createdBy: z.string().nullable(),
  expiresAt: time,
  state: z.enum(['open', 'expired', 'revoked']),
  openedAt: time.nullable().meta({ description: 'For the first time' }),
};
export const signInLinksSchema = named('SignInLinks', z.strictObject({ items: z.array(z.strictObject(signInLink)) }));
export const createdSignInLinkSchema = named(
  'CreatedSignInLink',
  z.strictObject({ ...signInLink, url: z.url().meta({ description: 'In this answer only' }) }),
);

const text = z.string().nullable();
const vendorRecord = {
  recordId: z.string(),
  utcTimestamp: time,
  customerId: z.string(),
  eventType: z.string(),
  targetId: text,
  targetDisplayName: text,
  targetEmail: text,
  targetUserId: text,
  targetType: text,
  beforeChanges: z.looseObject({}).nullable(),
  afterChanges: z.looseObject({}).nullable(),
  agentId: z.string(),
  serviceProfileName: text,
  actorId: text,
  actorDisplayName: text,
  actorType: z.string(),
  message: z.record(z.string(), z.string()),
  clientAddress: text,
  userAgent: text,
  reference: text,
  details: z.looseObject({}),
};
/** The same with a capital first letter. */
const documentedRecord = Object.fromEntries(
  Object.entries(vendorRecord).map(([name, schema]) => [capital(name), schema]),
) as { [Name in keyof typeof vendorRecord as Capitalize<Name>]: (typeof vendorRecord)[Name] };

/** SPEC LOG-4, spelled as the vendor documents it, and beside it as the vendor answers: collectors read either. */
export const vendorRecordsSchema = named(
  'VendorRecords',
  z.strictObject({
    Items: z.array(z.strictObject(documentedRecord)),
    ContinuationToken: z.string().nullable(),
    items: z.array(z.strictObject(vendorRecord)),
    continuationToken: z.string().nullable(),
  }),
);

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

export const tokenRequestSchema = named(
  'TokenRequest',
  z
    .object({
      grant_type: z.string().meta({ description: '`client_credentials`' }),
      client_id: z.string().optional(),
      client_secret: z.string().optional(),
    })
    .meta({ description: 'RFC 6749 §4.4.2; client id and secret here or by HTTP Basic' }),
);
export const tokenSchema = named(
  'Token',
  z.strictObject({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int() }),
);
/** As the vendor answers: a lower-case type, and a number in quotes. */
export const vendorTokenSchema = named(
  'VendorToken',
  z.strictObject({ token_type: z.literal('bearer'), access_token: z.string(), expires_in: z.string() }),
);
export const tokenErrorSchema = named(
  'TokenError',
  z.strictObject({
    error: z.enum(['invalid_request', 'invalid_client', 'unsupported_grant_type', 'temporarily_unavailable']),
    error_description: z.string(),
  }),
);

export const problemSchema = named(
  'Problem',
  z
    .strictObject({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string().optional(),
      reference: z.string().meta({ description: 'Joins this answer to the exact line in the log' }),
      errors: z
        .array(
          z.strictObject({
            pointer: z.string().optional().meta({ description: 'Into the body (RFC 6901)' }),
            parameter: z.string().optional().meta({ description: 'Of the query' }),
            message: z.string(),
          }),
        )
        .optional(),
    })
    .meta({ description: 'RFC 9457' }),
);
export const problemTypeSchema = named(
  'ProblemType',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    name: z.enum(Object.keys(problemTypes) as [keyof typeof problemTypes]),
  }),
);
export const documentSchema = z.record(z.string(), z.unknown());

export const expirySchema = named(
  'Expiry',
  z.strictObject({
    items: z.array(
      z.strictObject({
        kind: z.enum(expiryKinds),
        name: z.string().meta({ description: 'Subject of a certificate, or name of a secret' }),
        connection: z
          .strictObject({ id: uuid, name: z.string(), prepared: z.boolean() })
          .nullable()
          .meta({ description: 'null: of the installation. `prepared`: not live yet' }),
        expiresAt: time,
      }),
    ),
    undated: z
      .array(z.strictObject({ connectionId: uuid, connection: z.string(), setting: z.string() }))
      .meta({ description: 'Secrets of which nobody has entered when they end' }),
  }),
);
