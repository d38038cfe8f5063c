/** SECURITY CON-08, CON-17: another organization's explained sign-in is as unknown as none, and a link shows what it was made for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import type { Access } from '../../src/directory/permissions.ts';
import { type ApiClient, apiOfPage } from '../support/api-client.ts';
import { Browser, type Page } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { type Ground, startGround, withoutNoise } from './attacker.ts';

const unknownId = '019ab000-0000-7000-8000-000000000000';
let ground: Ground;
let mallory: Browser;
let api: ApiClient;
/** Of beta, which Mallory of alpha does not administer. */
let theirs: { id: string; reference: string; link: string };

beforeAll(async () => {
  ground = await startGround();
  await ground.ofAlpha.signIn(new Browser());
  ground.beta.upstream.misbehaveNext('issuer-foreign');
  await ground.ofBeta.signIn(new Browser()).catch(() => undefined);
  const { traces, traceLinks } = ground.app.services;
  const [trace] = (await traces.page({ organizationId: ground.beta.organization.id, limit: 1 })).traces;
  const { link } = await traceLinks.create({ actor: { type: 'system' } }, trace!, 7);
  theirs = { id: trace!.id, reference: trace!.reference, link: link.id };
  mallory = await signIn('Mallory Alpha');
  api = await apiOfPage(ground.app, mallory);
});
afterAll(() => ground.close());
beforeEach(() => ground.app.clock.advance(1000));

async function signIn(name: string, access?: Access): Promise<Browser> {
  const administrator = await createAdministrator(ground.app, access ? [] : [ground.alpha.organization], name);
  if (access)
    await ground.app.services.administrators.add(
      {
        organizationId: ground.alpha.organization.id,
        kind: 'identity',
        connectionId: 'citrix',
        subject: administrator.identity.id,
        displayName: name,
        email: administrator.email,
        access,
      },
      operator,
    );
  const browser = new Browser();
  await browser.get(ground.app.sites.consoleUrl());
  await signInWithCode(browser, administrator);
  return browser;
}

const consoleOf = (path: string): string => ground.app.sites.consoleUrl(`/o/alpha${path}`);
const seen = ({ status, html }: Page, ...names: string[]) => {
  const text = names.reduce((shorter, name) => shorter.replaceAll(name, 'X'), html);
  return [status, withoutNoise(text).replaceAll(/<time[\s\S]*?<\/time>/g, '')];
};
const csrfOf = (browser: Browser): string =>
  browser.forms().find(({ action }) => action.pathname.endsWith('/sign-out'))!.fields.csrf!;

describe('A sign-in of another organization', () => {
  it('is found in the console neither by its id nor by its code', async () => {
    const byId = (id: string) => mallory.fetch('GET', consoleOf(`/sign-ins/${id}`));
    expect(seen(await byId(theirs.id), theirs.id)).toEqual(seen(await byId(unknownId), unknownId));
    expect((await byId(theirs.id)).status).toBe(404);
    const byCode = (code: string) => mallory.fetch('GET', consoleOf(`/sign-ins?reference=${code}`));
    expect(seen(await byCode(theirs.reference), theirs.reference)).toEqual(
      seen(await byCode('ZZZZ-ZZZZ'), 'ZZZZ-ZZZZ'),
    );
  });

  it('nor by API, and no position in a list leads to it', async () => {
    const ask = (id: string) => api('GET', `/api/v1/organizations/alpha/sign-ins/${id}`);
    for (const id of [theirs.id, theirs.reference]) {
      const [foreign, missing] = [await ask(id), await ask(unknownId)];
      expect([foreign.status, foreign.body.type]).toEqual([404, missing.body.type]);
    }
    const listed = JSON.stringify((await api('GET', '/api/v1/organizations/alpha/sign-ins?limit=200')).body);
    const filtered = await api('GET', `/api/v1/organizations/alpha/sign-ins?connectionId=${ground.beta.connectionId}`);
    expect(listed).not.toContain(theirs.id);
    expect(filtered.body.items).toEqual([]);
    for (const direction of ['older', 'newer'])
      expect((await mallory.get(consoleOf(`/sign-ins?${direction}=${theirs.id}`))).html).not.toContain(
        theirs.reference,
      );
  });

  it('gets no link, and its links are not revoked', async () => {
    for (const id of [theirs.id, unknownId]) {
      const share = await api('POST', `/api/v1/organizations/alpha/sign-ins/${id}/links`, { body: { days: 7 } });
      expect(share.status).toBe(404);
      const revoke = await api('DELETE', `/api/v1/organizations/alpha/sign-ins/${id}/links/${theirs.link}`);
      expect(revoke.status).toBe(404);
    }
    // By way of a sign-in of one's own.
    const own = (await api('GET', '/api/v1/organizations/alpha/sign-ins?limit=1')).body.items[0].id;
    expect((await api('DELETE', `/api/v1/organizations/alpha/sign-ins/${own}/links/${theirs.link}`)).status).toBe(404);
    const links = await ground.app.services.traceLinks.list({
      id: theirs.id,
      organizationId: ground.beta.organization.id,
    });
    expect(links.map(({ state }) => state)).toEqual(['open']);
  });
});

describe('A link', () => {
  it('that is made up, cut, or another one’s secret shows nothing, and all of them the same', async () => {
    const own = (await api('GET', '/api/v1/organizations/alpha/sign-ins?limit=1')).body.items[0].id;
    const links = `/api/v1/organizations/alpha/sign-ins/${own}/links`;
    const [one, other] = [
      (await api('POST', links, { body: { days: 1 } })).body,
      (await api('POST', links, { body: { days: 1 } })).body,
    ];
    const [id, secret] = new URL(one.url).pathname.split('/').at(-1)!.split('.') as [string, string];
    expect((await new Browser().get(one.url)).status).toBe(200);
    const open = (token: string) => new Browser().fetch('GET', one.url.replace(`${id}.${secret}`, token));
    const missing = await open(`${unknownId}.${'x'.repeat(43)}`);
    expect(missing.status).toBe(404);
    for (const token of [
      `${other.id}.${secret}`,
      id,
      `${id}.`,
      `${id}.${secret.slice(0, 20)}`,
      `${id}.${'z'.repeat(44)}`,
      '%00',
    ])
      expect([token, seen(await open(token), token)]).toEqual([token, seen(missing, `${unknownId}.${'x'.repeat(43)}`)]);
    // Its secret is in the answer that made it, and nowhere else.
    const stored = JSON.stringify(await ground.app.database.db.selectFrom('trace_links').selectAll().execute());
    expect(stored).not.toContain(secret);
    ground.app.flushLog();
    expect(ground.app.log.join('')).not.toContain(secret);
    expect(JSON.stringify((await api('GET', links)).body)).not.toContain(secret);
    await api('DELETE', `${links}/${one.id}`);
    expect(seen(await open(`${id}.${secret}`), `${id}.${secret}`)).toEqual(
      seen(missing, `${unknownId}.${'x'.repeat(43)}`),
    );
  });

  it('of which there are too many is refused until one is revoked', async () => {
    const own = (await api('GET', '/api/v1/organizations/alpha/sign-ins?limit=1')).body.items[0].id;
    const links = `/api/v1/organizations/alpha/sign-ins/${own}/links`;
    const answers: number[] = [];
    for (let time = 0; time < 25; time++) answers.push((await api('POST', links, { body: { days: 1 } })).status);
    expect(answers.filter((status) => status === 201).length).toBeLessThanOrEqual(20);
    expect(answers.at(-1)).toBe(409);
  });
});

describe('Who may read the system log only', () => {
  it('reads explained sign-ins, and shares none', async () => {
    const reader = await signIn('Log Reader', { access: 'custom', permissions: ['system-log'] });
    const own = (await api('GET', '/api/v1/organizations/alpha/sign-ins?limit=1')).body.items[0].id;
    const page = await reader.get(consoleOf(`/sign-ins/${own}`));
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('/links"');
    for (const path of [`/sign-ins/${own}/links`, `/sign-ins/${own}/revoke-link`]) {
      const body = new URLSearchParams({ csrf: csrfOf(reader), days: '7', link: theirs.link });
      expect((await reader.fetch('POST', consoleOf(path), body)).status).toBe(403);
    }
    const asReader = await apiOfPage(ground.app, reader);
    const share = await asReader('POST', `/api/v1/organizations/alpha/sign-ins/${own}/links`, { body: { days: 7 } });
    expect(share.status).toBe(403);
  });

  it('and who may not read it finds none', async () => {
    const other = await signIn('Library Only', { access: 'custom', permissions: ['library'] });
    expect((await other.get(consoleOf('/sign-ins'))).status).toBe(403);
    const asOther = await apiOfPage(ground.app, other);
    expect((await asOther('GET', '/api/v1/organizations/alpha/sign-ins')).status).toBe(403);
  });
});
