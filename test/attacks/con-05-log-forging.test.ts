/** SECURITY CON-05: nothing that somebody types makes a line, an entry or a terminal command of its own in any log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { beginSignIn, type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

const forged = '{"level":"info","msg":"forged"}';
const payloads = [
  `x\n${forged}`,
  `x\r\n${forged}`,
  '\u001b[2J\u001b]0;owned\u0007',
  'x\u2028y',
  'safe\u202egnp.exe',
  '\u009b31m',
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
const dangerous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

describe('A name with line breaks and escape sequences', () => {
  it('typed at the sign-in makes no line of the server log', async () => {
    for (const payload of payloads) {
      const visitor = new Browser({ headers: { 'user-agent': 'Forger {"level":"info"}' } });
      await visitor.get(await beginSignIn(visitor, ground.ofAll, { acr_values: 'idp:citrix' }));
      const form = visitor.forms().find(({ fields }) => 'password' in fields)!;
      await visitor.post(form.action, { ...form.fields, email: `${payload}@example.com`, password: payload });
    }
    ground.app.flushLog();
    for (const line of ground.app.log.join('').split('\n').filter(Boolean)) {
      expect(line).not.toMatch(dangerous);
      expect(JSON.parse(line)).not.toMatchObject({ msg: 'forged' });
    }
  });

  it('is in the system log one record, in the console one row, and holds nothing that acts', async () => {
    const { app, alpha } = ground;
    const organizationId = alpha.organization.id;
    for (const payload of payloads)
      await app.services.systemLog.record({
        event: 'platform/connection/create',
        organizationId,
        actor: { type: 'administrator', id: payload, name: payload },
        target: { type: 'connection', id: payload, name: payload, email: payload },
        detail: { name: payload },
        before: { name: payload, list: [payload] },
        after: { name: payload },
        clientAddress: payload,
        userAgent: payload,
        reference: payload,
      });
    const records = await app.services.systemLog.list({ organizationId, event: 'platform/connection/create' });
    expect(records).toHaveLength(payloads.length);
    for (const record of records)
      expect(Object.values(flat(record)).join('\n').replaceAll('\n', '')).not.toMatch(dangerous);

    const browser = new Browser();
    await browser.get(app.sites.consoleUrl('/o/alpha/'));
    await signInWithCode(browser, await createAdministrator(app, [alpha.organization], 'Log Reader'));
    const { html } = await browser.get(
      `${app.sites.consoleUrl('/o/alpha/system-log')}?event=platform%2Fconnection%2Fcreate`,
    );
    expect(html).not.toMatch(dangerous);
    expect(html.match(/<details class="disclosure">/g)).toHaveLength(payloads.length);
    expect(html).not.toContain(`>${forged}`);
  });
});

function flat(value: unknown, into: string[] = []): string[] {
  if (typeof value === 'string') into.push(value);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) flat(item, into);
  return into;
}
