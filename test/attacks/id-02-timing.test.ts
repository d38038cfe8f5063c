/**
 * SECURITY ID-02: the time of an answer tells nobody who has an account. Unknown emails and wrong passwords in turn, so
 * that whatever else the machine does befalls both; compared by rank (Mann-Whitney), which one slow answer does not move.
 *
 * The same statistic has to see a difference where there is one, or it would prove nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Form } from '../support/browser.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';

/** Deviations of the rank sum from that of equal distributions: beyond 4 once in 16,000 runs by chance. */
const tolerated = 4;
const count = 40;
let app: TestApp;
let browser: Browser;
let passwordForm: Form;
let forgottenForm: Form;
const known: string[] = [];
// As long as the known ones.
const unknown = Array.from({ length: count }, (_, index) => `nobodyx.number${index}@example.com`);

beforeAll(async () => {
  // More requests than one address sends in ten minutes.
  app = await startTestApp({ env: { SEKISHO_RATE_LIMIT_FACTOR: '100' } });
  for (let index = 0; index < count; index++)
    known.push((await createAdministrator(app, [], `Personx Number${index}`)).email);
  browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  passwordForm = browser.forms().find(({ fields }) => 'password' in fields)!;
  await browser.get(browser.link('/forgotten'));
  forgottenForm = browser.forms().find(({ fields }) => 'email' in fields)!;
}, 30_000);
afterAll(() => app.close());

async function timeOf(form: Form, typed: Record<string, string>, status: number): Promise<number> {
  const body = new URLSearchParams({ ...form.fields, ...typed });
  const before = performance.now();
  const page = await browser.fetch('POST', form.action, body);
  const took = performance.now() - before;
  expect(page.status).toBe(status);
  return took;
}

/** In turn, the first of each pair alternating. */
async function interleaved(one: (index: number) => Promise<number>, other: (index: number) => Promise<number>) {
  const times = { one: [] as number[], other: [] as number[] };
  for (let index = 0; index < count; index++) {
    if (index % 2 === 0) times.one.push(await one(index));
    times.other.push(await other(index));
    if (index % 2 === 1) times.one.push(await one(index));
  }
  return deviation(times.one, times.other);
}

/** Mann-Whitney U as a normal deviate: 0 for equal distributions, positive when `one` tends to be greater. */
function deviation(one: readonly number[], other: readonly number[]): number {
  let greater = 0;
  for (const a of one) for (const b of other) greater += a > b ? 1 : a === b ? 0.5 : 0;
  const pairs = one.length * other.length;
  return (greater - pairs / 2) / Math.sqrt((pairs * (one.length + other.length + 1)) / 12);
}

const wrong = (email: string | undefined) =>
  timeOf(passwordForm, { email: email ?? '', password: 'Wrong-Lantern-4' }, 422);
const forgotten = (email: string | undefined) => timeOf(forgottenForm, { email: email ?? '' }, 200);

describe('The time of an answer', () => {
  it('is the same for an unknown email and a wrong password', async () => {
    for (let index = 0; index < 5; index++) await wrong('warm.up@example.com');
    const z = await interleaved(
      (index) => wrong(known[index]),
      (index) => wrong(unknown[index]),
    );
    expect(Math.abs(z)).toBeLessThan(tolerated);
  }, 30_000);

  it('is the same for a forgotten password of an unknown and a known email', async () => {
    const z = await interleaved(
      (index) => forgotten(known[index]),
      (index) => forgotten(unknown[index]),
    );
    expect(Math.abs(z)).toBeLessThan(tolerated);
  }, 30_000);

  it('would be found out if nothing were compared for an unknown email', async () => {
    const z = await interleaved(
      (index) => wrong(known[index]),
      // What a server without that care does: it looks the name up and is done.
      (index) => timeOf(passwordForm, { email: unknown[index]!, password: '' }, 422),
    );
    expect(z).toBeGreaterThan(tolerated);
  }, 30_000);
});
