/** The ground that attack tests share: two organizations, their applications, and tools that a browser does not have. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import type { Browser, Page } from '../support/browser.ts';
import { createTestClock } from '../support/clock.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import { genuineFacts, type ResponseFacts, writeResponse } from '../support/upstreams/saml/response-template.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { type IdpKey, signXml } from '../support/upstreams/saml/sign-xml.ts';

export interface Ground {
  app: TestApp;
  alpha: Connected<Simulator>;
  beta: Connected<Simulator>;
  /** Applications of Alpha, of Beta, and of the whole installation. */
  ofAlpha: RelyingParty;
  ofBeta: RelyingParty;
  ofAll: RelyingParty;
  close(): Promise<void>;
}

/** Two organizations with an Okta each, and an application for each of them and for both. */
export async function startGround(how: { slowStore?: boolean } = {}): Promise<Ground> {
  const slow = how.slowStore ? await onSlowStore() : undefined;
  const options = slow?.options;
  const app = await startTestApp(options);
  const alpha = await connectOkta(app, 'alpha');
  const beta = await connectOkta(app, 'beta');
  return {
    app,
    alpha,
    beta,
    ofAlpha: await registerRelyingParty(app, { organizationId: alpha.organization.id }),
    ofBeta: await registerRelyingParty(app, { organizationId: beta.organization.id }),
    ofAll: await registerRelyingParty(app, { organizationId: null }),
    async close() {
      await alpha.upstream.close();
      await beta.upstream.close();
      await app.close();
      await slow?.close();
    },
  };
}

/**
 * The store as over a network: every call takes a few turns of the event loop, so that requests sent together really
 * interleave. With the embedded store alone each would be over before the next one is read.
 */
export function slowDown(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]) => {
        for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
        return (value as (...given: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}

/** For `startGround`: an app of its own on a slow store. */
export async function onSlowStore(): Promise<{ options: TestAppOptions; close(): Promise<void> }> {
  const clock = createTestClock();
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-attack-'));
  const database = await openDatabase({ kind: 'sqlite', file: join(folder, 'sekisho.sqlite') });
  const store = slowDown(createSqliteStore({ database: database.sqlite!, clock }));
  return {
    options: { clock, folder, stores: { database, store } },
    async close() {
      await store.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One request written by hand: no client library tidies path, headers or body up. */
export async function sendRaw(
  app: Pick<TestApp, 'port'>,
  text: string,
): Promise<{ status: number; head: string; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(app.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    socket.once('error', reject);
    socket.once('close', () => {
      const answer = Buffer.concat(parts).toString();
      const end = answer.indexOf('\r\n\r\n');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0),
        head: answer.slice(0, end),
        body: answer.slice(end + 4),
      });
    });
    socket.write(text);
  });
}

/** A GET (or another method) of exactly this target at a host of ours. */
export function sendTarget(
  app: Pick<TestApp, 'port'>,
  target: string,
  more: { method?: string; host?: string; headers?: readonly string[] } = {},
): ReturnType<typeof sendRaw> {
  const { method = 'GET', host = `accounts.localhost:${app.port}`, headers = [] } = more;
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Accept: text/html', 'Connection: close', ...headers];
  return sendRaw(app, `${lines.join('\r\n')}\r\n\r\n`);
}

export interface Caught {
  method: 'GET' | 'POST';
  url: URL;
  fields: Record<string, string>;
}

/**
 * Goes with this browser up to the upstream's answer, which is caught before it is delivered: a redirect to one of our
 * callbacks, or a form for the assertion consumer service.
 */
export async function catchAnswer(app: TestApp, browser: Browser, start: URL | string): Promise<Caught> {
  let page = await browser.fetch('GET', start);
  for (let step = 0; step < 20; step++) {
    const location = page.headers.location;
    if (location !== undefined) {
      const next = new URL(location, page.url);
      if (isCallback(app, next)) return { method: 'GET', url: next, fields: {} };
      page = await browser.fetch('GET', next);
      continue;
    }
    const form = browser.forms(page).find(({ fields }) => 'SAMLRequest' in fields || 'SAMLResponse' in fields);
    if (!form) throw new Error(`stopped at ${page.url} (${page.status}):\n${page.html.slice(0, 1000)}`);
    if (form.action.href === app.sites.acsUrl) return { method: 'POST', url: form.action, fields: form.fields };
    page = await browser.fetch('POST', form.action, new URLSearchParams(form.fields));
  }
  throw new Error('the upstream did not answer');
}

function isCallback(app: TestApp, url: URL): boolean {
  return url.href.startsWith(`${app.sites.issuer}/login-`);
}

/** Delivers an answer in a browser, without following where it leads. */
export function deliver(browser: Browser, answer: Caught): Promise<Page> {
  return answer.method === 'GET'
    ? browser.fetch('GET', answer.url)
    : browser.fetch('POST', answer.url, new URLSearchParams(answer.fields));
}

/** The waiting sign-in page of an application whose upstream asks for nothing: `…/signin/<uid>`. */
export async function beginSignIn(browser: Browser, application: RelyingParty, parameters = {}): Promise<URL> {
  const page = await browser.fetch('GET', application.start(parameters).url);
  const location = page.headers.location;
  if (location === undefined) throw new Error(`no sign-in began: ${page.status}`);
  return new URL(location, page.url);
}

/** Everything that a visitor sees of a page, without what is different each time. */
export function withoutNoise(html: string): string {
  return html
    .replaceAll(/name="csrf" value="[^"]*"/g, 'csrf')
    .replaceAll(/\/signin\/[\w-]+/g, '/signin/uid')
    .replaceAll(/\b[0-9A-Z]{4}-[0-9A-Z]{4}(-[0-9A-Z]{4})?\b/g, 'reference');
}

/** An answer of this identity provider to the request that it was asked last, bent as told, in a form for our ACS. */
export function forgeSamlAnswer(
  app: TestApp,
  idp: SamlIdp,
  relayState: string,
  change: (facts: ResponseFacts) => Partial<ResponseFacts> = () => ({}),
  how: { signs?: 'assertion' | 'none'; key?: IdpKey; requestId?: string } = {},
): Caught {
  const asked = /\bID="([^"]+)"/.exec(idp.requests.at(-1)?.xml ?? '')?.[1] ?? '';
  const honest = genuineFacts({
    idpEntityId: idp.entityId,
    spEntityId: app.sites.samlEntityId,
    acsUrl: app.sites.acsUrl,
    requestId: how.requestId ?? asked,
    now: app.clock.now(),
  });
  const attributes = Object.entries(samlUser.attributes).map(([name, values]) => ({ name, values: [values].flat() }));
  const facts = { ...honest, nameId: { value: samlUser.nameId }, attributes };
  const xml = writeResponse({ ...facts, ...change(facts) });
  const signed = how.signs === 'none' ? xml : signXml(xml, 'Assertion', { key: how.key ?? idp.key });
  const fields = { SAMLResponse: Buffer.from(signed).toString('base64'), RelayState: relayState };
  return { method: 'POST', url: new URL(app.sites.acsUrl), fields };
}
