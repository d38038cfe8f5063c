/**
 * Keys are rotated by the CLI while two server processes, behind one address, serve people from one store. Each request
 * goes to the other server than the one before, and nobody is signed out.
 */
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBalancer } from '../support/balancer.ts';
import { Browser } from '../support/browser.ts';
import { getJson } from '../support/browserless.ts';
import { createRelyingParty, type RelyingParty } from '../support/relying-party.ts';
import { alice, client } from '../support/scenario/upstreams.ts';
import { prepareByCli, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import { openOperator } from '../unit/cli/run-cli.ts';

let balancer: Awaited<ReturnType<typeof startBalancer>>;
let operator: Awaited<ReturnType<typeof openOperator>>;
let upstream: Simulator;
const servers: ServerProcess[] = [];
let wiki: RelyingParty;
let url: string;

beforeAll(async () => {
  balancer = await startBalancer();
  url = `http://localhost:${balancer.port}`;
  const env = { SEKISHO_PUBLIC_URL: url, SEKISHO_UPSTREAM_LOOPBACK: 'allow' };
  operator = await openOperator(env);
  const redirectUris = [`${url}/core/login-okta`];
  upstream = await startOktaLike({ users: [alice], loginPage: false, clients: [{ ...client, redirectUris }] });
  const registered = await prepareByCli(operator.json, operator.folder, { url: upstream.url, ...client });
  // One after the other, so that they do not look at the keys in the same moment.
  for (let count = 0; count < 2; count++) servers.push(await startServerProcess(operator.data, { env }));
  balancer.to(...servers);
  wiki = createRelyingParty({ issuer: `${url}/core`, ...registered });
}, 60_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await balancer?.close();
  await upstream?.close();
  await operator?.[Symbol.asyncDispose]();
});

/** At the workspace (whose ID tokens are ES256) and at the wiki (RS256). */
async function signIn() {
  const browser = new Browser();
  expect((await browser.get(`${url}/workspace/company`)).html).toContain('Alice Liddell');
  return { browser, ...(await wiki.signIn(browser, { prompt: 'none' })) };
}
type Person = Awaited<ReturnType<typeof signIn>>;

/** Asks for everything twice, so that both servers answer. */
async function requireIn(person: Person): Promise<void> {
  for (let time = 0; time < 2; time++) {
    expect((await person.browser.fetch('GET', `${url}/workspace/company`)).status).toBe(200);
    expect((await wiki.userinfo(person.accessToken)).status).toBe(200);
    const refreshed = await wiki.refresh(person.refreshToken);
    expect(refreshed.status).toBe(200);
    person.refreshToken = String(refreshed.body.refresh_token);
    expect((await wiki.signIn(person.browser, { prompt: 'none' })).claims.sid).toBe(person.claims.sid);
  }
}

/** Somebody new signs in again and again until `work` is done. */
async function signInDuring<T>(work: Promise<T>): Promise<[T, Person[]]> {
  let isDone = false;
  const watched = work.finally(() => {
    isDone = true;
  });
  const people: Person[] = [];
  while (!isDone) people.push(await signIn());
  return [await watched, people];
}

const jwksOf = async (server: ServerProcess): Promise<JSONWebKeySet> => {
  balancer.to(server);
  const { body } = await getJson(`${url}/core/.well-known/openid-configuration/jwks`);
  balancer.to(...servers);
  return body as unknown as JSONWebKeySet;
};
const kidOf = ({ idToken }: { idToken: string }) => decodeProtectedHeader(idToken).kid;
const kids = ({ keys }: JSONWebKeySet, kty: string) => keys.filter((key) => key.kty === kty).map(({ kid }) => kid);

describe('Two servers on one store', { timeout: 60_000 }, () => {
  it('sign with a rotated key that everybody has been able to see before, and sign nobody out', async () => {
    const before = await jwksOf(servers[0]!);
    expect(await jwksOf(servers[1]!)).toEqual(before);
    const [currentRsa, nextRsa] = kids(before, 'RSA');
    const [currentEc, nextEc] = kids(before, 'EC');
    expect([nextRsa, nextEc]).toEqual([expect.any(String), expect.any(String)]);
    const early = await signIn();
    expect(kidOf(early)).toBe(currentRsa);

    const rotate = ['keys', 'rotate', '--use', 'oidc-rs256', '--use', 'oidc-es256'];
    const [, meanwhile] = await signInDuring(operator.json(rotate));
    const latest: Person[] = [];
    for (const server of servers) {
      await expect
        .poll(
          async () => {
            balancer.to(server);
            latest.push(await signIn());
            balancer.to(...servers);
            return kidOf(latest.at(-1)!);
          },
          { timeout: 10_000 },
        )
        .toBe(nextRsa);
    }

    const after = await jwksOf(servers[0]!);
    expect(await jwksOf(servers[1]!)).toEqual(after);
    expect(kids(after, 'RSA')).toEqual([nextRsa, currentRsa, expect.any(String)]);
    expect(kids(after, 'EC')).toEqual([nextEc, currentEc, expect.any(String)]);
    // An application that fetched the keys long ago can verify what the new key signs, and one that fetches them now
    // can verify what the old one signed.
    for (const keys of [before, after]) {
      for (const { idToken } of [early, ...meanwhile, ...latest])
        await jwtVerify(idToken, createLocalJWKSet(keys), { issuer: `${url}/core`, audience: wiki.clientId });
    }
    for (const person of [early, ...meanwhile.slice(-2), latest.at(-1)!]) await requireIn(person);
  });

  it('take a hint that a retired key has signed, at sign-out', async () => {
    const person = await signIn();
    await operator.json(['keys', 'rotate', '--use', 'oidc-rs256']);
    await expect.poll(async () => kidOf(await signIn()), { timeout: 10_000 }).not.toBe(kidOf(person));
    const query = new URLSearchParams({ id_token_hint: person.idToken });
    const question = await person.browser.get(`${url}/core/connect/endsession?${query}`);
    expect(question.status).toBe(200);
    await person.browser.submit({ logout: 'yes' }, '/endsession/confirm');
    expect((await wiki.userinfo(person.accessToken)).status).toBe(401);
  });

  it('publish the certificates of both SAML keys, so that identity providers can be told before', async () => {
    const read = async () => {
      const { body } = await getJson(`${url}/saml/metadata.xml`);
      // The signature's own certificate stands outside of SPSSODescriptor.
      const [, ours = ''] =
        /<(?:\w+:)?SPSSODescriptor\b([\s\S]*)<\/(?:\w+:)?SPSSODescriptor>/.exec(String(body.text)) ?? [];
      return [...ours.matchAll(/X509Certificate>([^<]+)</g)].map(([, text = '']) => text.replace(/\s/g, ''));
    };
    const [current, next, ...retired] = await read();
    expect([current, next, retired]).toEqual([expect.any(String), expect.any(String), []]);
    await operator.json(['keys', 'rotate', '--use', 'saml']);
    // Two answers, because two servers answer in turn.
    await expect.poll(async () => [(await read())[0], (await read())[0]], { timeout: 10_000 }).toEqual([next, next]);
    const after = await read();
    expect(after).toEqual([next, current, expect.any(String)]);
    expect(new Set(after).size).toBe(3);
  });

  it('know a new sealing key before either of them uses it', async () => {
    const early = await signIn();
    const [, meanwhile] = await signInDuring(operator.json(['sealing-key', 'rotate']));
    for (let more = 0; more < 10; more++) meanwhile.push(await signIn());
    for (const person of [early, ...meanwhile.slice(0, 2), meanwhile.at(-1)!, await signIn()]) await requireIn(person);
    for (const server of servers) expect(server.output()).not.toMatch(/"level":(50|60)/);
  });
});
