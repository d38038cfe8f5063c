/** Two servers behind one address, on one PostgreSQL and one Redis: what one begins the other ends. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { generateSealingKey } from '../../certs/sealing-keys.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createRedisStore } from '../../src/store/redis.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startBalancer } from '../support/balancer.ts';
import { Browser } from '../support/browser.ts';
import { createTestClock } from '../support/clock.ts';
import { arrive, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import { postgresAvailable, startPostgres } from '../support/services/postgres.ts';
import type { Service } from '../support/services/processes.ts';
import { type RedisService, redisAvailable, startRedis } from '../support/services/redis.ts';
import { describeIf } from '../support/skips.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

const both = postgresAvailable && redisAvailable;

describeIf(both, 'PostgreSQL or redis-server is not installed')('Two servers on PostgreSQL and Redis', () => {
  const clock = createTestClock();
  const closing: (() => Promise<unknown>)[] = [];
  let balancer: Awaited<ReturnType<typeof startBalancer>>;
  let postgres: Service;
  let redis: RedisService;
  let one: TestApp;
  let two: TestApp;
  let okta: Connected<Simulator>;
  let wiki: RelyingParty;

  beforeAll(async () => {
    balancer = await startBalancer();
    [postgres, redis] = await Promise.all([startPostgres(), startRedis({ appendonly: 'yes', appendfsync: 'always' })]);
    const sealingKeys = [generateSealingKey()];
    const startServer = async () => {
      const database = await openDatabase({ kind: 'postgres', url: postgres.url });
      const store = await createRedisStore({ url: redis.url, clock, timeout: 500 });
      const env = { SEKISHO_PUBLIC_URL: `http://localhost:${balancer.port}` };
      const app = await startTestApp({ byPath: true, clock, sealingKeys, env, stores: { database, store } });
      closing.push(app.close, store.close, database.close);
      return app;
    };
    // At once, as a deployment does it: both migrate, both make keys, and they agree.
    [one, two] = await Promise.all([startServer(), startServer()]);
    okta = await connectOkta(one, 'two-machines');
    wiki = await registerRelyingParty(two, { organizationId: okta.organization.id });
  });
  beforeEach(() => balancer.to(one, two));
  afterAll(async () => {
    for (const close of closing) await close();
    await okta?.upstream.close();
    await balancer?.close();
    await redis?.close();
    await postgres?.close();
  });

  it.each(['one after the other', 'the other way round'])(
    'sign a subscriber in, request by request %s',
    async (way) => {
      if (way !== 'one after the other') balancer.to(two, one);
      const browser = new Browser();
      const home = await browser.get(one.sites.workspaceUrl('two-machines'));
      expect(home.html).toContain('Alice Liddell');
      const { claims, accessToken, refreshToken } = await wiki.signIn(browser, { prompt: 'none' });
      expect(claims).toMatchObject({ iss: one.sites.issuer, customer_id: 'two-machines' });
      for (let time = 0; time < 3; time++) expect((await wiki.userinfo(accessToken)).status).toBe(200);
      const again = await wiki.refresh(refreshToken);
      expect(again.status).toBe(200);
      expect((await wiki.refresh(String(again.body.refresh_token))).status).toBe(200);
    },
  );

  it('let an attempt begin at one and end at the other', async () => {
    const browser = new Browser();
    const { url, verifier } = wiki.start();
    balancer.to(one);
    let page = await browser.fetch('GET', url);
    while (!page.headers.location?.startsWith(okta.upstream.url))
      page = await browser.fetch('GET', new URL(page.headers.location!, page.url));
    const answer = await browser.fetch('GET', page.headers.location);
    balancer.to(two);
    const code = (await arrive(browser, answer.headers.location!)).get('code');
    balancer.to(one);
    expect((await wiki.redeem(code!, verifier)).status).toBe(200);
  });

  it('redeem a code once, when both are asked at once', async () => {
    for (let round = 0; round < 5; round++) {
      const { url, verifier } = wiki.start();
      const code = (await arrive(new Browser(), url)).get('code')!;
      balancer.to(one, two);
      const answers = await Promise.all([wiki.redeem(code, verifier), wiki.redeem(code, verifier)]);
      const [good, ...others] = answers.sort((a, b) => a.status - b.status);
      expect([good?.status, ...others.map(({ body }) => body.error)]).toEqual([200, 'invalid_grant']);
      for (let time = 0; time < 2; time++) expect((await wiki.userinfo(good!.body.access_token!)).status).toBe(401);
      expect((await wiki.redeem(code, verifier)).body.error).toBe('invalid_grant');
    }
  });

  it('know at once what the other has revoked', async () => {
    const browser = new Browser();
    await browser.get(one.sites.workspaceUrl('two-machines'));
    const { claims, accessToken, refreshToken } = await wiki.signIn(browser, { prompt: 'none' });
    await one.services.sessions.end(String(claims.sid), 'revoked');
    balancer.to(two);
    expect((await wiki.userinfo(accessToken)).status).toBe(401);
    expect((await wiki.refresh(refreshToken)).body.error).toBe('invalid_grant');
    expect((await wiki.introspect(accessToken)).body).toEqual({ active: false });
    expect((await arrive(browser, wiki.start({ prompt: 'none' }).url)).get('error')).toBe('login_required');
    const home = await browser.get(one.sites.workspaceUrl('two-machines'));
    expect(home.url.pathname).toBe('/workspace/two-machines/signed-out');
  });

  it('tell an application once that a session has ended, though both finalise and deliver', async () => {
    const told: string[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        told.push(body);
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    closing.unshift(() => new Promise((resolve) => receiver.close(resolve)));
    const chat = await registerRelyingParty(one, {
      organizationId: okta.organization.id,
      metadata: { backchannel_logout_uri: `http://127.0.0.1:${port}/logout` },
    });
    const people = await Promise.all(Array.from({ length: 12 }, () => chat.signIn(new Browser())));
    const active = await one.services.sessions.listOfOrganization(okta.organization.id);
    clock.advance(25 * 3_600_000);
    // Until nothing is left to do; a node that came late must not do it again.
    for (let round = 0; round < 3; round++) {
      await Promise.all([one.finalise(), two.finalise(), one.finalise(), two.finalise()]);
      await Promise.all([one.deliverNotices(), two.deliverNotices(), one.deliverNotices(), two.deliverNotices()]);
    }
    expect(told).toHaveLength(people.length);
    const ends = await one.services.systemLog.list({ organizationId: okta.organization.id, limit: 1000 });
    expect(ends.filter(({ event }) => event === 'platform/session/end')).toHaveLength(active.length);
    expect(two.log.join('') + one.log.join('')).not.toContain('a logout notice was not accepted');
  });

  it.each(['hangs', 'is killed'])('let nobody in and nobody through while Redis %s, and lose nothing', async (how) => {
    const browser = new Browser();
    await browser.get(one.sites.workspaceUrl('two-machines'));
    const { accessToken, refreshToken } = await wiki.signIn(browser, { prompt: 'none' });
    const waiting = wiki.start();
    const code = (await arrive(new Browser(), waiting.url)).get('code')!;

    if (how === 'hangs') redis.pause();
    let isBack: Promise<void> | undefined;
    if (how === 'is killed') await redis.stop();
    for (let time = 0; time < 2; time++) {
      const home = await browser.fetch('GET', one.sites.workspaceUrl('two-machines'));
      expect(home.status).toBe(503);
      expect(home.html).toContain('Nobody can sign in at the moment');
      expect((await wiki.userinfo(accessToken)).status).toBe(503);
      expect((await wiki.redeem(code, waiting.verifier)).status).toBe(503);
      expect((await wiki.introspect(accessToken)).status).toBe(503);
      const stranger = await new Browser().get(one.sites.workspaceUrl('two-machines')).catch((error) => error);
      expect(stranger.status).toBe(503);
      expect((await new Browser().fetch('GET', `http://127.0.0.1:${one.port}/readyz`)).status).toBe(503);
    }
    if (how === 'hangs') redis.resume();
    else isBack = redis.restart();
    await isBack;
    for (const app of [one, two])
      await expect
        .poll(() =>
          app.store.ping().then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);

    expect((await browser.fetch('GET', one.sites.workspaceUrl('two-machines'))).status).toBe(200);
    expect((await wiki.userinfo(accessToken)).status).toBe(200);
    expect((await wiki.refresh(refreshToken)).status).toBe(200);
    // One that hung may have heard the question, and answers it when it wakes up.
    if (how === 'is killed') expect((await wiki.redeem(code, waiting.verifier)).status).toBe(200);
    await wiki.signIn(new Browser());
  });
});
