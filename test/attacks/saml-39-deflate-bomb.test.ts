/** SECURITY SAML-39: what inflates to 200 MB is not inflated; our endpoints of the Redirect binding read no message. */
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { type Ground, sendTarget, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

const bomb = deflateRawSync(Buffer.alloc(200 * 1024 * 1024, 0x20)).toString('base64');

it('a deflate bomb costs neither memory nor time', async () => {
  const host = `saml.localhost:${ground.app.port}`;
  const started = performance.now();
  const before = process.memoryUsage().rss;
  for (const path of ['/saml/acs', '/saml/logout']) {
    for (const name of ['SAMLRequest', 'SAMLResponse']) {
      const short = encodeURIComponent(bomb.slice(0, 20_000));
      const got = await sendTarget(ground.app, `${path}?${name}=${short}`, { host });
      expect([400, 431, 501]).toContain(got.status);
      const fields = new URLSearchParams({ [name]: bomb.slice(0, 300_000), RelayState: 'x' });
      const posted = await new Browser().fetch('POST', `http://${host}${path}`, fields);
      expect([400, 413, 501]).toContain(posted.status);
    }
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  expect(performance.now() - started).toBeLessThan(5000);
});
