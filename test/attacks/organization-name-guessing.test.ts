/** Somebody tries names on the organization page to find out who is a customer here. */
import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { registerRelyingParty } from '../support/relying-party.ts';

it('refuses more names a minute than anybody types, and says when to go on', async () => {
  const app = await startTestApp({ byPath: true });
  try {
    const application = await registerRelyingParty(app, { organizationId: null });
    const browser = new Browser();
    await browser.get(application.start().url);
    const [form] = browser.forms();
    // To the beginning of a window, so that all guesses are counted in one.
    app.clock.advance(60_000 - (app.clock.now() % 60_000));
    const statuses: number[] = [];
    let last = browser.page!;
    for (let guess = 0; guess < 62; guess++) {
      last = await browser.fetch(
        'POST',
        form!.action,
        new URLSearchParams({ ...form!.fields, organization: `customer-${guess}` }),
      );
      statuses.push(last.status);
    }
    expect(statuses.slice(0, 58).every((status) => status === 422)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  } finally {
    await app.close();
  }
});
