/** What an operator does beside a running server: rotate the sealing key, back up, restore. Real processes. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { createRelyingParty, type RelyingParty } from '../support/relying-party.ts';
import { alice, client } from '../support/scenario/upstreams.ts';
import { prepareByCli, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { freePort } from '../support/services/processes.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import { openOperator } from '../unit/cli/run-cli.ts';

let port: number;
let operator: Awaited<ReturnType<typeof openOperator>>;
let upstream: Simulator;
let server: ServerProcess;
let wiki: RelyingParty;
let workspaceUrl: string;

beforeEach(async () => {
  port = await freePort();
  operator = await openOperator({ SEKISHO_LISTEN: `127.0.0.1:${port}`, SEKISHO_UPSTREAM_LOOPBACK: 'allow' });
  const redirectUris = [`http://localhost:${port}/core/login-okta`];
  upstream = await startOktaLike({ users: [alice], loginPage: false, clients: [{ ...client, redirectUris }] });
  const registered = await prepareByCli(operator.json, operator.folder, { url: upstream.url, ...client });
  server = await startServerProcess(operator.data, { port });
  wiki = createRelyingParty({ issuer: server.issuer, ...registered });
  workspaceUrl = `${server.url}/workspace/company`;
});
afterEach(async () => {
  await server?.stop();
  await upstream?.close();
  await operator?.[Symbol.asyncDispose]();
});

async function restart(): Promise<void> {
  await server.stop();
  server = await startServerProcess(operator.data, { port });
}

/** Somebody at the workspace and at the wiki, in one browser. */
async function signIn() {
  const browser = new Browser();
  const home = await browser.get(workspaceUrl);
  expect(home.html).toContain('Alice Liddell');
  return { browser, ...(await wiki.signIn(browser)) };
}
type Person = Awaited<ReturnType<typeof signIn>>;

/** The session by the workspace's cookie, by the OpenID Provider's, by the access token, by the refresh token. */
async function stillIn(person: Person): Promise<Record<string, boolean>> {
  const home = await person.browser.fetch('GET', workspaceUrl);
  const silent = await person.browser.fetch('GET', wiki.start({ prompt: 'none' }).url);
  const userinfo = await wiki.userinfo(person.accessToken);
  const refreshed = await wiki.refresh(person.refreshToken);
  if (refreshed.status === 200) person.refreshToken = String(refreshed.body.refresh_token);
  return {
    workspace: home.status === 200,
    silently: new URL(silent.headers.location!).searchParams.has('code'),
    userinfo: userinfo.status === 200,
    refresh: refreshed.status === 200,
  };
}
const in_ = { workspace: true, silently: true, userinfo: true, refresh: true };
const out = { workspace: false, silently: false, userinfo: false, refresh: false };

/** Ids of the keys that sealed the rows of connections and signing keys. */
function sealedWith(): string[] {
  using database = new DatabaseSync(join(operator.data, 'sekisho.sqlite'), { readOnly: true });
  const rows = database.prepare(
    'select secrets_sealed as sealed from connections union all select private_key_sealed from signing_keys',
  );
  return [...new Set(rows.all().map(({ sealed }) => String(sealed).split('.')[1]!))];
}

describe('The sealing key', { timeout: 90_000 }, () => {
  it('is rotated while people sign in, and nobody notices; the old one goes when nothing needs it', async () => {
    const [first] = await operator.json<string[]>(['sealing-key', 'list']);
    const early = await signIn();

    let isDone = false;
    const rotating = operator.json<{ current: string; resealed: number }>(['sealing-key', 'rotate']).finally(() => {
      isDone = true;
    });
    const meanwhile: Person[] = [];
    while (!isDone) meanwhile.push(await signIn());
    const { current, resealed } = await rotating;
    // Six signing keys, a connection, and the key of the log once it has been sealed for the first time.
    expect([7, 8]).toContain(resealed);
    expect(meanwhile.length).toBeGreaterThan(2);
    for (const person of [early, ...meanwhile]) expect(await stillIn(person)).toEqual(in_);
    expect(sealedWith()).toEqual([current]);

    const late = await signIn();
    await restart();
    for (const person of [early, late]) expect(await stillIn(person)).toEqual(in_);

    const refused = await operator.run(['sealing-key', 'drop']);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Sessions may need the old key until')]);
    expect(await operator.json(['sealing-key', 'list'])).toEqual([current, first]);
    await operator.json(['sealing-key', 'drop', '--at-once']);
    expect(await operator.json(['sealing-key', 'list'])).toEqual([current]);
    await restart();
    // The running server had taken the new key up: what it signed and sealed since then needs no other.
    expect(await stillIn(late)).toEqual(in_);
    // What an old key made was made anew when it was used; only the workspace's cookie is as old as the session.
    expect(await stillIn(early)).toEqual({ ...in_, workspace: false });
    expect((await early.browser.get(workspaceUrl)).html).toContain('Alice Liddell');
    expect(await stillIn(await signIn())).toEqual(in_);
    expect(server.output()).not.toMatch(/"level":(50|60)/);
  });
});

describe('A backup', { timeout: 90_000 }, () => {
  it('is taken while people sign in, and what it brings back are the rows, not the sessions', async () => {
    const file = join(operator.folder, 'backup.sqlite');
    const first = await signIn();
    let isDone = false;
    const backingUp = operator.json(['backup', '--to', file]).finally(() => {
      isDone = true;
    });
    const people = [first];
    while (!isDone) people.push(await signIn());
    await backingUp;
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (const person of people) expect(await stillIn(person)).toEqual(in_);

    await operator.json(['organization', 'create', '--name', 'Afterthought', '--customer', 'afterthought']);
    const refused = await operator.run(['restore', '--from', file]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('stop the server first')]);
    for (const person of people) expect(await stillIn(person)).toEqual(in_);

    await server.stop();
    await operator.json(['restore', '--from', file]);
    server = await startServerProcess(operator.data, { port });
    const organizations = await operator.json<{ customerId: string }[]>(['organization', 'list']);
    expect(organizations.map(({ customerId }) => customerId)).toEqual(['company']);
    for (const person of people) {
      expect(await stillIn(person)).toEqual(out);
      expect((await wiki.redeem(person.code, person.verifier)).body.error).toBe('invalid_grant');
    }
    const again = await signIn();
    expect(await stillIn(again)).toEqual(in_);
    // The same person as before, because accounts are rows.
    expect(again.claims.sub).toBe(first.claims.sub);
    expect(again.claims.sid).not.toBe(first.claims.sid);
  });
});
