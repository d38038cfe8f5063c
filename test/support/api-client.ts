/**
 * A program that calls the API. Every answer is held against the OpenAPI document that the app itself serves: a status,
 * a header or a field that is not in it fails the test.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { Agent, request } from 'undici';
import type { TestApp } from './app.ts';
import type { Browser } from './browser.ts';

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  body: any;
  text: string;
}

export interface ApiCall {
  /** JSON, unless it is a string: that is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** On another host of the app than the API's: origin. */
  at?: string;
}

export type ApiClient = (method: string, path: string, call?: ApiCall) => Promise<ApiAnswer>;

const agent = new Agent({ connect: { lookup: (_n, _o, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) } });

/** `token`: of a secure client, as it goes into the header; absent: nobody. */
export function apiClient(app: Pick<TestApp, 'sites'>, token?: string): ApiClient {
  return callerWith(app, token === undefined ? {} : { authorization: `Bearer ${token}` });
}

/** A script of the console's page, in a browser that is signed in to it. */
export async function apiOfPage(app: Pick<TestApp, 'sites'>, browser: Browser): Promise<ApiClient> {
  const at = new URL(app.sites.consoleUrl()).origin;
  const cookie = browser.cookies
    .filter(({ host }) => host === new URL(at).hostname)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
  const origin = { cookie, origin: at, 'sec-fetch-site': 'same-origin' };
  const me = await callerWith(app, origin, at)('GET', '/api/v1/me');
  return callerWith(app, { ...origin, 'x-csrf-token': String(me.body.csrfToken) }, at);
}

function callerWith(app: Pick<TestApp, 'sites'>, own: Record<string, string>, host?: string): ApiClient {
  return async (method, path, { body, headers = {}, at = host } = {}) => {
    const url = new URL(path, at ?? app.sites.apiUrl());
    const isText = typeof body === 'string';
    const answer = await request(url, {
      method: method as 'GET',
      dispatcher: agent,
      headers: {
        'user-agent': 'Sekisho test client',
        ...(body !== undefined && !isText && { 'content-type': 'application/json' }),
        ...own,
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    const flat = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
    const isJson = text !== '' && /json/.test(flat['content-type'] ?? '');
    const got = { status: answer.statusCode, headers: flat, body: isJson ? JSON.parse(text) : undefined, text };
    await holdAgainstDocument(app, method, url, got);
    return got;
  };
}

interface Contract {
  paths: { pattern: RegExp; path: string; operations: Record<string, { responses: Record<string, Response> }> }[];
  ajv: Ajv2020;
}
interface Response {
  content?: Record<string, unknown>;
}
const contracts = new Map<string, Promise<Contract>>();

async function readContract(app: Pick<TestApp, 'sites'>): Promise<Contract> {
  const answer = await request(app.sites.apiUrl('/api/v1/openapi.json'), { dispatcher: agent });
  const document = (await answer.body.json()) as { paths: Record<string, Contract['paths'][number]['operations']> };
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema(document, 'document');
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return { path, pattern, operations };
  });
  return { paths, ajv };
}

/** Throws where the answer is not one that the document promises. */
async function holdAgainstDocument(app: Pick<TestApp, 'sites'>, method: string, url: URL, got: ApiAnswer) {
  const base = app.sites.apiUrl();
  if (!contracts.has(base)) contracts.set(base, readContract(app));
  const { paths, ajv } = await (contracts.get(base) as Promise<Contract>);
  const known = paths.find(({ pattern }) => pattern.test(url.pathname));
  const operation = known?.operations[method.toLowerCase()];
  if (!known || !operation || got.status === 304 || method === 'HEAD') {
    if (got.status >= 400 && got.text !== '')
      validate(ajv, { $ref: 'document#/components/schemas/Problem' }, got, method, url);
    return;
  }
  const promised = operation.responses[String(got.status)];
  if (!promised)
    throw new Error(`${method} ${url.pathname}: no word of status ${got.status} in the document: ${got.text}`);
  const type = got.headers['content-type']?.split(';')[0] ?? '';
  if (!promised.content) {
    if (got.text !== '') throw new Error(`${method} ${url.pathname}: an answer of ${got.status} has a body`);
    return;
  }
  if (!promised.content[type]) throw new Error(`${method} ${url.pathname}: ${got.status} is not promised as ${type}`);
  const tokens = [
    'paths',
    known.path,
    method.toLowerCase(),
    'responses',
    String(got.status),
    'content',
    type,
    'schema',
  ];
  const pointer = tokens
    .map((token) => encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  validate(ajv, { $ref: `document#/${pointer}` }, got, method, url);
}

function validate(ajv: Ajv2020, schema: { $ref: string }, got: ApiAnswer, method: string, url: URL): void {
  const check: ValidateFunction = ajv.getSchema(schema.$ref) ?? ajv.compile(schema);
  if (!check(got.body))
    throw new Error(`${method} ${url.pathname} (${got.status}): ${ajv.errorsText(check.errors)}\n${got.text}`);
}
