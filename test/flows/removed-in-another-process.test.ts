/** SES-3 with several processes on one database: whoever is removed in one has no access in the others, at once. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { readConfig } from '../../src/config/config.ts';
import { openSealingKeys } from '../../src/config/sealing-key-file.ts';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createTestClock } from '../support/clock.ts';
import { startLogoutListener } from '../support/logout-listener.ts';
import { registerRelyingParty } from '../support/relying-party.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';

let folder: string;
/** Where people are signed in. */
let here: TestApp;
/** Another server on the same database and store. */
let there: TestApp;
let acme: Organization;
let globex: Organization;
const clock = createTestClock();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-processes-'));
  const sealingKeys = openSealingKeys(readConfig({ SEKISHO_DATA: folder }));
  here = await startTestApp({ folder, sealingKeys, clock });
  there = await startTestApp({ folder, sealingKeys, clock });
  [acme, globex] = [await organizationNamed(here, 'acme'), await organizationNamed(here, 'globex')];
  await createAdministrator(here, [acme, globex], 'Keeper Of Both');
});
afterAll(async () => {
  await there.close();
  await here.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => clock.advance(31_000));

async function signedIn(who: TestAdministrator): Promise<{ browser: Browser; uid: string }> {
  const browser = new Browser();
  await browser.get(here.sites.consoleUrl());
  expect((await signInWithCode(browser, who)).status).toBe(200);
  const name = who.identity.displayName;
  const all = await here.services.sessions.listOfAdministrators();
  return { browser, uid: all.find(({ session }) => session.claims.name === name)!.session.uid };
}
const idIn = async ({ id }: Organization, { email }: TestAdministrator) =>
  (await here.services.administrators.list(id)).find((row) => row.email === email)!.id;
const consoleUrl = (customerId: string) => here.sites.consoleUrl(`/o/${customerId}/`);

describe('An administrator who is removed in another process', () => {
  it('by another server: the session itself ends in that moment, and applications that wait are told', async () => {
    const taro = await createAdministrator(here, [acme], 'Taro Yamada');
    const listener = await startLogoutListener();
    const dashboard = await registerRelyingParty(here, {
      organizationId: null,
      metadata: { backchannel_logout_uri: listener.url },
    });
    const { browser, uid } = await signedIn(taro);
    const { accessToken } = await dashboard.signIn(browser, { acr_values: 'idp:citrix' });
    await there.services.administrators.remove(acme.id, await idIn(acme, taro), operator);
    expect(await here.services.sessions.find(uid)).toMatchObject({ active: false, end: { reason: 'removed' } });
    expect((await dashboard.userinfo(accessToken)).status).toBe(401);
    expect((await browser.get(consoleUrl('acme'))).html).toContain('Your access was removed.');
    await here.deliverNotices();
    expect(listener.received).toHaveLength(1);
    await listener.close();
  });

  it('by the command line, which knows no sessions: the next request is refused, and the round ends the session', async () => {
    const jiro = await createAdministrator(here, [acme], 'Jiro Suzuki');
    const { browser, uid } = await signedIn(jiro);
    const dashboard = await registerRelyingParty(here, { organizationId: null });
    const { accessToken } = await dashboard.signIn(browser, { acr_values: 'idp:citrix' });
    const idle = await createAdministrator(here, [acme], 'Idle Person');
    clock.advance(31_000);
    const { uid: idleUid } = await signedIn(idle);
    await here.finalise();
    for (const who of [jiro, idle]) await removeByCli(await idIn(acme, who));

    expect((await dashboard.userinfo(accessToken)).status).toBe(401);
    expect((await dashboard.introspect(accessToken)).body).toEqual({ active: false });
    expect((await browser.get(consoleUrl('acme'))).url.pathname).toBe('/signed-out');
    expect((await here.services.sessions.find(uid))?.active).toBe(false);
    // Nobody asks for this one: the round of either server, which comes twice a minute, finds it.
    expect((await here.services.sessions.find(idleUid))?.active).toBe(true);
    await there.finalise();
    expect(await there.services.sessions.find(idleUid)).toMatchObject({ active: false, end: { reason: 'removed' } });
  });

  it('from one organization keeps the other, and the session', async () => {
    const saburo = await createAdministrator(here, [acme, globex], 'Saburo Ito');
    const { browser, uid } = await signedIn(saburo);
    await there.services.administrators.remove(acme.id, await idIn(acme, saburo), operator);
    expect((await browser.get(consoleUrl('acme'))).status).toBe(404);
    expect((await browser.get(consoleUrl('globex'))).status).toBe(200);
    expect((await here.services.sessions.find(uid))?.active).toBe(true);
  });

  it('or demoted there has from the next request on what is left', async () => {
    const shiro = await createAdministrator(here, [acme], 'Shiro Mori');
    const { browser } = await signedIn(shiro);
    const page = () => browser.get(here.sites.consoleUrl('/o/acme/administrators'));
    expect((await page()).status).toBe(200);
    const id = await idIn(acme, shiro);
    const access = { access: 'custom', permissions: ['library'] } as const;
    await there.services.administrators.changeAccess(acme.id, id, { access, version: 1 }, operator);
    expect((await page()).status).toBe(403);
  });
});

async function removeByCli(id: string): Promise<void> {
  const env = { SEKISHO_DATA: folder, SEKISHO_DOMAIN: `http://localhost:${here.port}` };
  const silent = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  const streams = { stdin: process.stdin, stdout: silent(), stderr: silent() };
  expect(await runCli(['administrator', 'remove', '--organization', 'acme', '--id', id], env, streams)).toBe(0);
}
