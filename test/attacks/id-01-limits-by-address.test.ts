/**
 * SECURITY ID-01, ID-03, ID-16: whoever sends too much from one address is told so, for a minute. Changing what one can
 * change for free (the host part of an IPv6 address, X-Forwarded-For, spelling, the server that is asked) changes nothing.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateSealingKey } from '../../certs/sealing-keys.ts';
import { openDatabase } from '../../src/database/database.ts';
import { requestLimits } from '../../src/http/request-limits.ts';
import { createRedisStore } from '../../src/store/redis.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createTestClock } from '../support/clock.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { type RedisService, redisAvailable, startRedis } from '../support/services/redis.ts';
import { describeIf } from '../support/skips.ts';

const { names } = requestLimits;
const stranger = new Browser();

/** Statuses of requests to a form of class `names`, all within one window; without a sign-in they are refused anyway. */
async function guess(app: TestApp, count: number, headersOf: (n: number) => Record<string, string>, path = '/company') {
  const url = `${app.sites.signinUrl('x')}${path}`;
  return Promise.all(
    Array.from({ length: count }, async (_, n) => (await stranger.fetch('POST', url, 'a=b', headersOf(n))).status),
  );
}
const toWindow = (app: TestApp) => app.clock.advance(60_000 - (app.clock.now() % 60_000));
const refused = (statuses: number[]) => statuses.filter((status) => status === 429).length;

describe('requests from one address', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());
  beforeEach(() => toWindow(app));

  it('are counted whatever they claim in X-Forwarded-For, also all at once', async () => {
    const headersOf = (n: number) => ({
      'x-forwarded-for': `203.0.113.${n}`,
      'x-real-ip': `203.0.113.${n}`,
      forwarded: `for=203.0.113.${n}`,
    });
    expect(refused(await guess(app, names.max + 20, headersOf))).toBe(20);
  });

  it('are counted together however the path is spelled', async () => {
    const paths = ['/company', '/COMPANY', '/company/', '/Company?x=1'];
    const all = await Promise.all(paths.map((path) => guess(app, names.max / 4 + 5, () => ({}), path)));
    expect(refused(all.flat())).toBe(20);
  });

  it('are answered with a page that says why and for how long, and are taken again afterwards', async () => {
    await guess(app, names.max, () => ({}));
    const page = await stranger.fetch('POST', `${app.sites.signinUrl('x')}/company`, 'a=b', {
      'accept-language': 'ja',
    });
    expect([page.status, page.headers['content-type']]).toEqual([429, 'text/html; charset=utf-8']);
    const seconds = Number(page.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(page.html).toContain('<html lang="ja"');
    toWindow(app);
    expect(refused(await guess(app, 1, () => ({})))).toBe(0);
  });

  it('of an application’s server are answered in JSON', async () => {
    const strict = await startTestApp({ env: { SEKISHO_RATE_LIMIT_FACTOR: '0.0001' } });
    const url = `${strict.sites.issuer}/connect/token`;
    const form = { 'content-type': 'application/x-www-form-urlencoded', accept: '*/*' };
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => stranger.fetch('POST', url, 'a=b', form)));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(2);
    expect(JSON.parse(limited[0]!.html)).toMatchObject({ error: 'too_many_requests' });
    expect(limited[0]!.headers['retry-after']).toBeDefined();
    await strict.close();
  });

  it('do not keep anybody at another address out', async () => {
    expect(refused(await guess(app, names.max + 1, () => ({})))).toBe(1);
    const behind = await startTestApp({ env: { SEKISHO_TRUSTED_PROXIES: '127.0.0.1' }, clock: app.clock });
    const from = (address: string) => () => ({ 'x-forwarded-for': address });
    expect(refused(await guess(behind, names.max + 1, from('198.51.100.7')))).toBe(1);
    expect(refused(await guess(behind, 1, from('198.51.100.8')))).toBe(0);
    await behind.close();
  });
});

describe('an IPv6 network', () => {
  it('of 2⁶⁴ addresses counts as one; the next one does not', async () => {
    const app = await startTestApp({ env: { SEKISHO_TRUSTED_PROXIES: '127.0.0.1' } });
    toWindow(app);
    const inNetwork = (network: string) => (n: number) => ({
      'x-forwarded-for': `${network}:${n.toString(16)}:${(n * 7919).toString(16).slice(-4)}:1:${n}`,
    });
    expect(refused(await guess(app, names.max + 9, inNetwork('2001:db8:1:2')))).toBe(9);
    expect(refused(await guess(app, 3, inNetwork('2001:db8:1:3')))).toBe(0);
    // An IPv4 address in IPv6 clothes is that address.
    const clothes = (n: number) => ({ 'x-forwarded-for': n % 2 ? '::ffff:198.51.100.9' : '198.51.100.9' });
    expect(refused(await guess(app, names.max + 4, clothes))).toBe(4);
    await app.close();
  });
});

describe('tries of one password', () => {
  it('count for one account however its name is spelled', async () => {
    const app = await startTestApp();
    const acme = await organizationNamed(app, 'acme');
    const who = await createAdministrator(app, [acme], 'Jiro Suzuki');
    const [user = ''] = who.email.split('@');
    const spellings = [
      who.email,
      who.email.toUpperCase(),
      ` ${who.email} `,
      `${user}@EXAMPLE.com`,
      `${user}＠example.com`,
      'ｊiro.suzuki@example.com',
      `${user}@example。com`,
    ];
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) {
      const email = spellings[n % spellings.length]!;
      statuses.push((await browser.submit({ email, password: 'Wrong-Horse-7' }, '/password')).status);
    }
    expect(statuses.slice(0, 9).every((status) => status === 422)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    await app.close();
  });

  it('by strangers keep the person out of no browser that they have signed in with before', async () => {
    const app = await startTestApp({ env: { SEKISHO_TRUSTED_PROXIES: '127.0.0.1' } });
    const acme = await organizationNamed(app, 'acme');
    const who = await createAdministrator(app, [acme], 'Saburo Ito');
    const own = new Browser();
    await own.get(app.sites.consoleUrl());
    await signInWithCode(own, who);
    await own.submit({}, '/sign-out');
    // Many networks, until the name itself is slowed down.
    let slowed = 0;
    for (let network = 0; network < 60 && slowed === 0; network++) {
      const attacker = new Browser({ headers: { 'x-forwarded-for': `2001:db8:${network.toString(16)}::1` } });
      await attacker.get(app.sites.consoleUrl());
      const page = await attacker.submit({ email: who.email, password: 'Wrong-Horse-7' }, '/password');
      if (page.status === 429) slowed = network;
    }
    expect(slowed).toBeGreaterThan(0);
    app.clock.advance(31_000);
    await own.get(app.sites.consoleUrl());
    expect((await signInWithCode(own, who)).url.pathname).toBe('/o/acme/');
    await app.close();
  });
});

describeIf(redisAvailable, 'redis-server is not installed')('two servers on one Redis', () => {
  let redis: RedisService;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await redis?.close();
  });

  it('count together', async () => {
    const clock = createTestClock();
    const sealingKeys = [generateSealingKey()];
    const start = async (folder?: string) => {
      const store = await createRedisStore({ url: redis.url, clock, timeout: 500 });
      const database = await openDatabase({
        kind: 'sqlite',
        file: join(folder ?? '', folder ? 'x.sqlite' : ':memory:'),
      });
      const app = await startTestApp({ clock, sealingKeys, stores: { database, store } });
      closing.push(app.close, store.close, database.close);
      return app;
    };
    const [one, two] = [await start(), await start()];
    toWindow(one);
    const both = await Promise.all([guess(one, 40, () => ({})), guess(two, 40, () => ({}))]);
    expect(refused(both.flat())).toBe(80 - names.max);
  });
});
