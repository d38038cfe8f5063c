/** The OpenAPI 3.1 document, made from the table of routes: what is not in it does not exist. Pure. */
import { z } from 'zod';
import { type ProblemType, problemTypes } from './problems.ts';
import type { ApiRule } from './route.ts';
import { apiRoutes, ruleOf } from './rules.ts';
import { pageParameters, pathParameters, problemSchema, tokenErrorSchema } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

export interface DocumentOptions {
  /** Of the API host, and of the console's, where a session's cookie counts. Without a trailing slash. */
  servers: readonly { url: string; description: string }[];
  /** `security` of a person's session. */
  cookieName: string;
}

export function buildDocument({ servers, cookieName }: DocumentOptions): Json {
  const components: Record<string, unknown> = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io }) as Record<string, unknown>;
    for (const [name, definition] of Object.entries($defs as Json)) components[name] = pointing(definition);
    const { id, ...bare } = pointing(own) as Record<string, unknown>;
    if (typeof id !== 'string') return bare;
    components[id] = bare;
    return { $ref: `#/components/schemas/${id}` };
  };

  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of apiRoutes) {
    const [method, path] = route.split(' ') as [string, string];
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = operationOf(ruleOf(route), method, path, schemaOf);
  }
  schemaOf(problemSchema, 'output');
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sekisho',
      version: '1',
      description: 'Administration of organizations. Times are UTC (RFC 3339); errors are problems (RFC 9457).',
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers,
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([one], [other]) => (one < other ? -1 : 1))),
      securitySchemes: {
        client: { type: 'http', scheme: 'bearer', description: 'Access token of a secure client, for an hour' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookieName,
          description: 'The console’s session. Changes need `X-CSRF-Token` (see `getMe`) and a page of our own origin.',
        },
      },
    },
  };
}

function operationOf(
  rule: ApiRule,
  method: string,
  path: string,
  schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json,
): Json {
  const status = String(rule.answer === undefined ? 204 : (rule.status ?? 200));
  const content = (schema: z.ZodType): Json => ({ 'application/json': { schema: schemaOf(schema, 'output') } });
  const query = { ...rule.query?.shape, ...(rule.paged && pageParameters) };
  const headers = {
    ...(rule.paged && { Link: header('The next page (RFC 8288)') }),
    ...(rule.answer && rule.needs !== 'public' && !rule.paged && { ETag: header('The version of what is answered') }),
    ...(rule.status === 201 && { Location: header('What was created') }),
  };
  return {
    operationId: rule.id,
    tags: [rule.tag],
    summary: rule.summary,
    description: [rule.description, needsText(rule)].filter(Boolean).join(' '),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
        name,
        in: 'path',
        required: true,
        schema: schemaOf(pathParameters[name as keyof typeof pathParameters], 'input'),
      })),
      ...Object.entries(query).map(([name, schema]) => ({
        name,
        in: 'query',
        required: false,
        schema: schemaOf(schema as z.ZodType, 'output'),
      })),
      ...(rule.organizationHeader
        ? [headerParameter('Citrix-CustomerId', true, pathParameters.customerId, schemaOf)]
        : []),
      ...(rule.creates ? [headerParameter('Idempotency-Key', false, z.string().min(1).max(200), schemaOf)] : []),
      ...(rule.matches ? [headerParameter('If-Match', true, z.string(), schemaOf)] : []),
    ],
    ...(rule.body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(rule.body, 'input') } } },
    }),
    ...(rule.form && {
      requestBody: {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema: schemaOf(rule.form, 'input') } },
      },
    }),
    security: rule.needs === 'public' ? [] : rule.persons ? [{ session: [] }] : [{ client: [] }, { session: [] }],
    responses: {
      [status]: {
        description: rule.answer === undefined ? 'Done' : rule.summary,
        ...(Object.keys(headers).length > 0 && { headers }),
        ...(rule.answer && { content: content(rule.answer) }),
      },
      ...(rule.form
        ? Object.fromEntries(
            ['400', '401', '413', '415', '429'].map((code) => [
              code,
              { description: 'RFC 6749 §5.2', content: content(tokenErrorSchema) },
            ]),
          )
        : {}),
      ...problemsOf(rule, method !== 'GET', schemaOf),
    },
  };
}

/** By status; several kinds may share one. */
function problemsOf(rule: ApiRule, changes: boolean, schemaOf: (schema: z.ZodType, io: 'output') => Json): Json {
  const open = rule.needs === 'public';
  const types: readonly (ProblemType | false | undefined)[] = [
    !rule.form && 'request-invalid',
    !open && 'not-authenticated',
    !open && 'not-permitted',
    rule.persons && 'not-for-clients',
    rule.fullAccessByPersons && 'full-access-by-persons',
    rule.sensitive && 'proof-needed',
    !open && 'cross-site-refused',
    'not-found',
    changes && !open && 'conflict',
    rule.creates && 'in-progress',
    rule.matches && 'precondition-failed',
    rule.body && 'too-large',
    rule.body && 'media-type-refused',
    rule.body && 'value-refused',
    rule.creates && 'key-reused',
    rule.matches && 'precondition-required',
    !rule.form && 'too-many-requests',
    'internal',
    'unavailable',
  ];
  const byStatus = Map.groupBy(
    types.filter((type) => typeof type === 'string'),
    (type) => problemTypes[type].status,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [
      String(status),
      {
        description: found.map((type) => problemTypes[type].title).join('; '),
        content: { 'application/problem+json': { schema: schemaOf(problemSchema, 'output') } },
      },
    ]),
  );
}

function needsText({ needs }: ApiRule): string {
  if (needs === 'public') return 'Needs no authentication.';
  if (needs === 'caller' || needs === 'any') return 'For every administrator.';
  return needs === 'full' ? 'Needs full access.' : `Needs the permission \`${needs}\` or full access.`;
}

function headerParameter(
  name: string,
  required: boolean,
  schema: z.ZodType,
  schemaOf: (schema: z.ZodType, io: 'input') => Json,
): Json {
  return { name, in: 'header', required, schema: schemaOf(schema, 'input') };
}

function header(description: string): Json {
  return { description, schema: { type: 'string' } };
}

/** References to schemas of this document instead of those that stand inside one schema. */
function pointing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointing);
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as { $ref?: unknown };
  if (typeof $ref === 'string') return { ...value, $ref: $ref.replace('#/$defs/', '#/components/schemas/') };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, pointing(inner)]));
}
