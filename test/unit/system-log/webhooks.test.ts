import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ProviderError } from '../../../providers/errors.ts';
import type { UpstreamRequest } from '../../../providers/provider.ts';
import { checkWebhookUrl, createWebhooks, webhookPatienceMs } from '../../../src/system-log/webhooks.ts';
import { openLog } from './log-under-test.ts';

const url = 'https://siem.example/hook?token=receiver-token';
const act = { actor: { type: 'administrator', id: 'a', name: 'Aiko' } } as const;

/** A webhook of an organization that exists, and a receiver that answers as told. */
async function opened() {
  const log = await openLog();
  const { id } = await log.organizations.create({ name: 'Alpha', customerId: 'alpha' });
  const received: { url: string; headers: Record<string, string>; body: string; numbers: number[] }[] = [];
  let answer: () => Response | Promise<Response> = () => new Response(null, { status: 204 });
  const given = {
    ...log,
    fetch: async (to: string, init: UpstreamRequest = {}) => {
      const body = String(init.body);
      const numbers = JSON.parse(body).Items.map(({ Sequence }: { Sequence: number }) => Sequence);
      received.push({ url: to, headers: init.headers ?? {}, body, numbers });
      return answer();
    },
    allowLoopback: false,
    customerIdOf: async () => 'alpha',
  };
  const webhooks = createWebhooks(given);
  const other = createWebhooks(given);
  const answers = (next: typeof answer) => {
    answer = next;
  };
  const record = async (count: number) => {
    await log.write(count, id);
    log.clock.advance(4000);
    await log.logSeal.seal();
  };
  const numbers = () => received.flatMap((each) => each.numbers);
  return Object.assign(log, { id, webhooks, other, received, answers, record, numbers });
}

describe('A webhook of the system log', () => {
  test('is told of what is recorded from its creation on, in order and once', async () => {
    await using log = await opened();
    await log.record(3);
    await log.webhooks.save(log.id, url, act);
    await log.record(250);
    expect(await log.webhooks.deliver()).toBe(251);
    await log.record(2);
    await log.webhooks.deliver();
    await log.webhooks.deliver();
    expect(log.numbers()).toEqual(Array.from({ length: 253 }, (_, index) => index + 4));
    expect(log.received.map(({ numbers }) => numbers.length)).toEqual([100, 100, 51, 2]);
    expect(await log.webhooks.find(log.id)).toMatchObject({ state: 'active', waiting: 0, failure: null });
    expect(JSON.parse(log.received[0]!.body)).toMatchObject({
      type: 'systemlog.records',
      CustomerId: 'alpha',
      Items: expect.arrayContaining([expect.objectContaining({ EventType: 'platform/systemlogwebhook/create' })]),
    });
  });

  test('can check that it is we who tell, and that it is new', async () => {
    await using log = await opened();
    const secret = (await log.webhooks.save(log.id, url, act))!;
    await log.record(1);
    await log.webhooks.deliver();
    const { headers, body } = log.received[0]!;
    // As Standard Webhooks describes it, written anew here.
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    expect(key).toHaveLength(32);
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(Number(headers['webhook-timestamp'])).toBe(Math.floor(log.clock.now() / 1000));
    const renewed = (await log.webhooks.renewSecret(log.id, act))!;
    expect(renewed).not.toBe(secret);
    await log.record(1);
    await log.webhooks.deliver();
    const next = log.received.at(-1)!;
    const old = createHmac('sha256', key)
      .update(`${next.headers['webhook-id']}.${next.headers['webhook-timestamp']}.${next.body}`)
      .digest('base64');
    expect(next.headers['webhook-signature']).not.toBe(`v1,${old}`);
  });

  test('is told again, later and later, until it takes it, and nothing is left out', async () => {
    await using log = await opened();
    await log.webhooks.save(log.id, url, act);
    await log.record(2);
    const failures = [
      () => new Response('no', { status: 500 }),
      () => Promise.reject(new ProviderError('upstream_timeout')),
      () => Promise.reject(new ProviderError('upstream_address_refused')),
      () => new Response(null, { status: 404 }),
    ];
    const pauses: number[] = [];
    for (const failure of failures) {
      log.answers(failure);
      expect(await log.webhooks.deliver()).toBe(0);
      const { nextTryAt, failure: noted } = (await log.webhooks.find(log.id))!;
      expect(noted).not.toBeNull();
      pauses.push(nextTryAt - log.clock.now());
      expect(await log.webhooks.deliver()).toBe(0);
      log.clock.advance(pauses.at(-1)!);
    }
    expect(pauses).toEqual([5_000, 30_000, 120_000, 600_000]);
    expect(log.received).toHaveLength(4);
    expect(new Set(log.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    log.answers(() => new Response(null, { status: 200 }));
    expect(await log.webhooks.deliver()).toBe(3);
    expect(await log.webhooks.find(log.id)).toMatchObject({ failure: null, failingSince: null, waiting: 0 });
  });

  test('is disabled after three days of failure, or at once when it says that it is gone, and the log tells', async () => {
    await using log = await opened();
    await log.webhooks.save(log.id, url, act);
    await log.record(1);
    log.answers(() => new Response(null, { status: 500 }));
    for (let waited = 0; waited <= webhookPatienceMs; waited += 3_600_000) {
      await log.webhooks.deliver();
      log.clock.advance(3_600_000);
    }
    expect(await log.webhooks.find(log.id)).toMatchObject({
      state: 'disabled',
      failure: { kind: 'status', status: 500 },
    });
    const [entry] = await log.systemLog.list({ organizationId: log.id, event: 'platform/systemlogwebhook/disable' });
    expect(entry).toMatchObject({ actor: { type: 'system' }, target: { name: 'https://siem.example/hook' } });
    const before = log.received.length;
    await log.webhooks.deliver();
    expect(log.received).toHaveLength(before);
    log.answers(() => new Response(null, { status: 410 }));
    await log.webhooks.enable(log.id, act);
    await log.webhooks.deliver();
    expect(await log.webhooks.find(log.id)).toMatchObject({ state: 'disabled', failure: { kind: 'gone' } });
    log.answers(() => new Response(null, { status: 200 }));
    await log.webhooks.enable(log.id, act);
    await log.webhooks.deliver();
    expect(await log.webhooks.find(log.id)).toMatchObject({ state: 'active', waiting: 0 });
  });

  test('that is slow gets a part in each visit, and nothing is left out', async () => {
    await using log = await opened();
    await log.webhooks.save(log.id, url, act);
    await log.record(600);
    log.answers(() => {
      log.clock.advance(5000);
      return new Response(null, { status: 204 });
    });
    const taken: number[] = [];
    for (let visit = 0; visit < 4; visit++) taken.push(await log.webhooks.deliver());
    expect(taken).toEqual([200, 200, 200, 1]);
    expect(log.numbers()).toEqual(Array.from({ length: 601 }, (_, index) => index + 1));
  });

  test('that does not answer holds up no other one', async () => {
    await using log = await opened();
    const others = 12;
    await log.webhooks.save(log.id, url, act);
    for (let index = 0; index < others; index++) {
      const { id } = await log.organizations.create({ name: `Other ${index}`, customerId: `other${index}` });
      await log.webhooks.save(id, `https://other.example/${index}`, act);
    }
    log.clock.advance(4000);
    await log.logSeal.seal();
    let goOn = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    log.answers(async () => {
      if (log.received.at(-1)!.url === url) await slow;
      else if (log.received.length === others + 1) goOn();
      return new Response(null, { status: 204 });
    });
    expect(await log.webhooks.deliver()).toBe(others + 1);
  }, 5000);

  test('is told by one process at a time', async () => {
    await using log = await opened();
    await log.webhooks.save(log.id, url, act);
    await log.record(5);
    const [one, other] = await Promise.all([log.webhooks.deliver(), log.other.deliver()]);
    expect([one, other].sort()).toEqual([0, 6]);
    expect(log.received).toHaveLength(1);
  });

  test('is not told any more once it was deleted or sent elsewhere, not even by a visit that had begun', async () => {
    await using log = await opened();
    await log.webhooks.save(log.id, url, act);
    await log.record(150);
    log.answers(async () => {
      if (log.received.length === 1) await log.webhooks.save(log.id, 'https://new.example/', act);
      return new Response(null, { status: 200 });
    });
    await log.webhooks.deliver();
    expect(log.received.map((each) => each.url)).toEqual([url]);
    await log.webhooks.deliver();
    expect(new Set(log.received.slice(1).map((each) => each.url))).toEqual(new Set(['https://new.example/']));
    expect(await log.webhooks.remove(log.id, act)).toBe(true);
    expect(await log.webhooks.remove(log.id, act)).toBe(false);
    const before = log.received.length;
    await log.record(1);
    await log.webhooks.deliver();
    expect(log.received).toHaveLength(before);
  });

  test('leaves its doings in the log, without its secret and without what its address may hold', async () => {
    await using log = await opened();
    const secrets = [await log.webhooks.save(log.id, url, act)];
    await log.webhooks.save(log.id, 'https://new.example/x?key=k1', act);
    secrets.push(await log.webhooks.renewSecret(log.id, act));
    await log.webhooks.remove(log.id, act);
    const records = await log.systemLog.list({ organizationId: log.id });
    expect(records.map(({ event }) => event.split('/').at(-1)).sort()).toEqual([
      'create',
      'delete',
      'renewsecret',
      'update',
    ]);
    const text = JSON.stringify(records);
    for (const secret of [...secrets, 'receiver-token', 'k1']) expect(text).not.toContain(secret);
  });

  test('has an address on the web, over https, without a password in it', () => {
    expect(checkWebhookUrl('https://siem.example/hook', false)).toBeUndefined();
    expect(checkWebhookUrl('http://127.0.0.1:9/hook', true)).toBeUndefined();
    expect(checkWebhookUrl('http://127.0.0.1:9/hook', false)).toBe('not_https');
    expect(checkWebhookUrl('javascript:alert(1)', false)).toBe('not_https');
    expect(checkWebhookUrl('siem.example', false)).toBe('not_a_url');
    expect(checkWebhookUrl('https://a:b@siem.example', false)).toBe('with_credentials');
    expect(checkWebhookUrl(`https://siem.example/${'x'.repeat(500)}`, false)).toBe('too_long');
  });
});
