/** SECURITY RP-01: an answer without the attempt that asked for it never reaches a library, let alone an upstream. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { catchAnswer, deliver, type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

const tokenRequests = () => ground.alpha.upstream.requests.filter(({ path }) => path.endsWith('/token')).length;
const caught = async (browser = new Browser()) => ({
  browser,
  answer: await catchAnswer(ground.app, browser, ground.ofAlpha.start().url),
});

// Fails when `complete` in src/signin/sign-in.ts goes on without an attempt.
describe('the state', () => {
  it.each(['missing', 'empty', 'made up', 'of our form with a wrong MAC', 'altered'])('%s stops here', async (how) => {
    const { browser, answer } = await caught();
    const state = answer.url.searchParams.get('state')!;
    const before = tokenRequests();
    answer.url.searchParams.delete('state');
    const [random, client, mac] = state.split('.') as [string, string, string];
    const forged = {
      empty: '',
      'made up': 'abc',
      'of our form with a wrong MAC': `${random}.${client}.${'A'.repeat(mac.length)}`,
      altered: `${random}.cconsole.${mac}`,
    }[how];
    if (forged !== undefined) answer.url.searchParams.set('state', forged);
    const page = await deliver(browser, answer);
    expect([page.status, page.headers.location]).toEqual([410, undefined]);
    expect(tokenRequests()).toBe(before);
  });

  it('used before is used up, whether the first answer was good or not, and also at the same time', async () => {
    const good = await caught();
    const answers = await Promise.all([1, 2, 3, 4].map(() => deliver(good.browser, good.answer)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410]);
    expect((await deliver(good.browser, good.answer)).status).toBe(410);

    const bad = await caught();
    const code = bad.answer.url.searchParams.get('code')!;
    bad.answer.url.searchParams.set('code', 'wrong');
    expect((await deliver(bad.browser, bad.answer)).status).toBe(400);
    bad.answer.url.searchParams.set('code', code);
    expect((await deliver(bad.browser, bad.answer)).status).toBe(410);
  });

  it('whose record is lost or too old is no state at all', async () => {
    const { browser, answer } = await caught();
    const before = tokenRequests();
    ground.app.clock.advance(15 * 60_000 + 1000);
    expect((await deliver(browser, answer)).status).toBe(410);
    expect(tokenRequests()).toBe(before);
  });

  it('twice is refused', async () => {
    const { browser, answer } = await caught();
    answer.url.searchParams.append('state', 'another');
    expect((await deliver(browser, answer)).status).toBe(400);
  });

  it('leads a stranded person to the application that its MAC vouches for, and nowhere else', async () => {
    const { browser, answer } = await caught();
    await deliver(browser, answer);
    const page = await deliver(browser, answer);
    const links = [...page.html.matchAll(/<a [^>]*href="(https?:[^"]+)"/g)].map(([, href]) => href);
    expect(links).toEqual(['http://127.0.0.1:9/']);
  });
});
