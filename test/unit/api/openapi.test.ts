import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { buildDocument } from '../../../src/api/openapi.ts';
import { apiRoutes, ruleOf } from '../../../src/api/rules.ts';

interface Operation {
  operationId: string;
  summary: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  security: object[];
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
  requestBody?: { content: Record<string, { schema: object }> };
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}
const document = buildDocument({
  servers: [{ url: 'https://api.example.com', description: 'API' }],
  cookieName: '__Host-console',
}) as unknown as Document;
const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
  Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
);

describe('The OpenAPI document', () => {
  it('is of version 3.1 and holds every route of the table', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const routes = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    expect(new Set(routes)).toEqual(new Set(apiRoutes));
  });

  it('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) expect(operation.summary).not.toBe('');
  });

  it('declares each parameter of a path, and no other', () => {
    for (const { path, operation } of operations) {
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      expect(declared.every(({ required }) => required)).toBe(true);
    }
  });

  it('refers to nothing that it does not hold', () => {
    const names = Object.keys(document.components.schemas);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(50);
    for (const reference of references)
      expect(names.map((name) => `#/components/schemas/${name}`)).toContain(reference);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('has schemas that a validator understands', () => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, strictTuples: false });
    (formats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addVocabulary(['components', 'openapi', 'paths', 'info', 'servers', 'jsonSchemaDialect']);
    ajv.addSchema({ $id: 'document', ...document }, 'document');
    for (const name of Object.keys(document.components.schemas))
      expect(() => ajv.compile({ $ref: `document#/components/schemas/${name}` })).not.toThrow();
  });

  it('takes and gives closed objects only: an unknown field is an error (CON-09, CON-12)', () => {
    const open = new Set(['TokenRequest']);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      if (!('properties' in schema) || open.has(name)) continue;
      expect([name, (schema as { additionalProperties?: unknown }).additionalProperties]).toEqual([name, false]);
    }
  });

  it('says of every operation how one signs in, and which problems it may answer with', () => {
    for (const { path, method, operation } of operations) {
      const rule = ruleOf(`${method.toUpperCase()} ${path}` as (typeof apiRoutes)[number]);
      const ways = operation.security.flatMap((way) => Object.keys(way));
      expect(ways).toEqual(rule.needs === 'public' ? [] : rule.persons ? ['session'] : ['client', 'session']);
      if (rule.needs !== 'public')
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '429']));
      if (rule.matches) expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['412', '428']));
    }
  });
});
