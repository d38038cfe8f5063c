/**
 * The server is killed (SIGKILL) in the middle of 200 sign-ins at once, and started again on the same folder. What a
 * client was told before must be true afterwards, and nothing that was used can be used again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, type Page } from '../support/browser.ts';
import type { TokenAnswer } from '../support/browserless.ts';
import { createRelyingParty, type RelyingParty } from '../support/relying-party.ts';
import { alice, client } from '../support/scenario/upstreams.ts';
import {
  addApplicationByCli,
  prepareByCli,
  type ServerProcess,
  startServerProcess,
} from '../support/server-process.ts';
import { freePort } from '../support/services/processes.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import { openOperator } from '../unit/cli/run-cli.ts';

/** One person's way through a sign-in, with everything that the kill may have interrupted. */
interface Journey {
  browser: Browser;
  verifier: string;
  /** Where the browser was sent, in order; the last one may have had no answer. */
  visited: URL[];
  code?: string | undefined;
  /** The application asked for the tokens, and perhaps got no answer. */
  redeeming?: true;
  tokens?: TokenAnswer;
}

const people = 200;
let operator: Awaited<ReturnType<typeof openOperator>>;
let upstream: Simulator;
let server: ServerProcess;
let wiki: RelyingParty;
let journeys: Journey[];
const added: Awaited<ReturnType<typeof addApplicationByCli>>[] = [];

const isCallback = (url: URL) => url.pathname === '/core/login-okta';
const finished = () => journeys.filter(({ tokens }) => tokens !== undefined);

beforeAll(async () => {
  const port = await freePort();
  operator = await openOperator({ SEKISHO_LISTEN: `127.0.0.1:${port}`, SEKISHO_UPSTREAM_LOOPBACK: 'allow' });
  const redirectUris = [`http://localhost:${port}/core/login-okta`];
  upstream = await startOktaLike({ users: [alice], loginPage: false, clients: [{ ...client, redirectUris }] });
  const registered = await prepareByCli(operator.json, operator.folder, { url: upstream.url, ...client });
  server = await startServerProcess(operator.data, { port });
  wiki = createRelyingParty({ issuer: server.issuer, ...registered });
  journeys = Array.from({ length: people }, newJourney);

  let killed: Promise<void> | undefined;
  const travelling: Promise<void>[] = [];
  const signIn = async (journey: Journey) => {
    try {
      await travel(journey);
      await redeem(journey);
    } catch {
      // The kill. What this person has so far is in the journey.
      return;
    }
    const done = finished().length;
    if (done >= people / 2) killed ??= server.kill();
    // Latecomers, so that the kill meets people at every step of the way.
    if (done <= people / 4 || killed) return;
    const late = newJourney();
    journeys.push(late);
    travelling.push(signIn(late));
  };
  for (const journey of [...journeys]) travelling.push(signIn(journey));
  // Meanwhile the operator works on the same database.
  const working = ['Docs', 'Chat'].map(async (name) => added.push(await addApplicationByCli(operator.json, name)));
  // It grows while it is waited for.
  for (const trip of travelling) await trip;
  await Promise.all(working);
  await killed;
  server = await startServerProcess(operator.data, { port });
}, 120_000);

afterAll(async () => {
  await server?.stop();
  await upstream?.close();
  await operator?.[Symbol.asyncDispose]();
});

/** Follows redirects one at a time until the application gets its code; ends early at a page. */
async function travel(journey: Journey): Promise<Page | undefined> {
  for (let step = 0; step < 12; step++) {
    const page = await journey.browser.fetch('GET', journey.visited.at(-1)!);
    if (page.headers.location === undefined) return page;
    const next = new URL(page.headers.location, page.url);
    if (next.host === '127.0.0.1:9') {
      journey.code = next.searchParams.get('code') ?? undefined;
      return undefined;
    }
    journey.visited.push(next);
  }
  throw new Error(`a loop: ${journey.visited.join(' → ')}`);
}

async function redeem(journey: Journey): Promise<void> {
  if (journey.code === undefined) return;
  journey.redeeming = true;
  const answer = await wiki.redeem(journey.code, journey.verifier);
  if (answer.status === 200) journey.tokens = answer;
}

describe('After a kill in the middle of 200 sign-ins', { timeout: 60_000 }, () => {
  it('no sign-in that was completed has lost its session', async () => {
    expect(finished().length).toBeGreaterThanOrEqual(people / 2);
    expect(finished().length).toBeLessThan(people);
    const checks = finished().map(async ({ browser, tokens }) => {
      const { status } = await wiki.userinfo(tokens!.body.access_token!);
      const silent = wiki.start({ prompt: 'none' });
      const back = await browser.fetch('GET', silent.url);
      const refreshed = await wiki.refresh(tokens!.body.refresh_token!);
      return [status, new URL(back.headers.location!).searchParams.has('code'), refreshed.status];
    });
    for (const check of await Promise.all(checks)) expect(check).toEqual([200, true, 200]);
  });

  it('a code that the application holds is redeemed, once', async () => {
    const held = journeys.filter(({ code, tokens }) => code !== undefined && tokens === undefined);
    for (const { code, verifier, redeeming } of held) {
      const answers = [await wiki.redeem(code!, verifier), await wiki.redeem(code!, verifier)];
      expect(answers[1]!.body.error).toBe('invalid_grant');
      // One whose answer the kill swallowed may have been used.
      if (!redeeming) expect(answers[0]!.status).toBe(200);
    }
  });

  it('no answer of an upstream is taken a second time', async () => {
    const used = journeys.filter(({ visited }) => visited.slice(0, -1).some(isCallback));
    expect(used.length).toBeGreaterThanOrEqual(people / 2);
    const replays = used.map(async ({ visited }) => {
      const browser = new Browser();
      const page = await browser.fetch('GET', visited.find(isCallback)!);
      return { status: page.status, cookies: browser.cookies.length, page: page.html.includes('http://127.0.0.1:9/') };
    });
    // The page that explains, and leads on to the application.
    for (const replay of await Promise.all(replays)) expect(replay).toEqual({ status: 410, cookies: 0, page: true });
  });

  it('no hand-over is taken a second time, in the very browser that it was for', async () => {
    const replays = finished().map(async ({ browser, visited }) => {
      const handOver = visited.find(({ pathname }) => pathname.endsWith('/return'))!;
      const page = await browser.fetch('GET', handOver);
      return page.headers.location ?? page.status;
    });
    for (const answer of await Promise.all(replays)) expect([400, 404, 410]).toContain(answer);
  });

  it('whoever was on the way goes on or starts again, and signs in', async () => {
    const interrupted = journeys.filter(({ code }) => code === undefined);
    expect(interrupted.length).toBeGreaterThan(0);
    const outcomes = interrupted.map(async (journey) => {
      const page = await travel(journey);
      if (page === undefined) {
        await redeem(journey);
        return journey.tokens?.status;
      }
      expect(page.status).toBeLessThan(500);
      const again: Journey = { ...newJourney(), browser: journey.browser };
      await travel(again);
      await redeem(again);
      return again.tokens?.status;
    });
    for (const status of await Promise.all(outcomes)) expect(status).toBe(200);
  });

  it('no code is redeemed a second time, and the attempt revokes what the first one gave', async () => {
    const redeemed = finished();
    const replays = redeemed.map(async ({ code, verifier }) => (await wiki.redeem(code!, verifier)).body.error);
    for (const error of await Promise.all(replays)) expect(error).toBe('invalid_grant');
    const checks = redeemed.map(async ({ tokens }) => (await wiki.userinfo(tokens!.body.access_token!)).status);
    for (const status of await Promise.all(checks)) expect(status).toBe(401);
  });

  it('what the operator did meanwhile stands, and the operator can go on while people sign in', async () => {
    expect(added).toHaveLength(2);
    const more = addApplicationByCli(operator.json, 'Mail');
    for (const registered of added) {
      const { claims } = await createRelyingParty({ issuer: server.issuer, ...registered }).signIn(new Browser());
      expect(claims.aud).toBe(registered.clientId);
    }
    const { claims } = await createRelyingParty({ issuer: server.issuer, ...(await more) }).signIn(new Browser());
    expect(claims.customer_id).toBe('company');
    expect(server.output()).not.toMatch(/"level":(50|60)/);
  });
});

function newJourney(): Journey {
  const { url, verifier } = wiki.start();
  return { browser: new Browser(), verifier, visited: [url] };
}
