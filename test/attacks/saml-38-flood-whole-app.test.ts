/** SECURITY SAML-38 through the whole app: one unauthenticated post of 78 KiB does not hold up anybody else. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { catchAnswer, deliver, sendTarget } from './attacker.ts';

let app: TestApp;
let saml: Connected<SamlIdp>;
let application: RelyingParty;
beforeAll(async () => {
  app = await startTestApp();
  saml = await connectSaml(app, 'alpha');
  application = await registerRelyingParty(app, { organizationId: saml.organization.id });
});
afterAll(async () => {
  await saml.upstream.close();
  await app.close();
});

const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join('');
const floods: [string, string][] = [
  ['siblings', `<a>${'<b/>'.repeat(14_000)}</a>`],
  ['levels', '<a>'.repeat(8_000) + '</a>'.repeat(8_000)],
  ['attributes', `<a ${times(5_000, (index) => `b${index}="" `)}/>`],
  ['namespaces', `<a ${times(2_500, (index) => `xmlns:n${index}="urn:${index}" `)}/>`],
  ['text', `<a>${'&amp;'.repeat(11_000)}</a>`],
  ['a comment', `<a><!--${'-'.repeat(50_000)}></a>`],
  ['entities', `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}">]><a>${'&b;'.repeat(15_000)}</a>`],
];

// The limit is what is bad and not what is usual: without the scan these take 4 to 17 seconds each.
it.each(floods)('%s: refused, while others are served', async (_, inside) => {
  const browser = new Browser();
  const answer = await catchAnswer(app, browser, application.start().url);
  const xml = Buffer.from(answer.fields.SAMLResponse!, 'base64').toString();
  const flooded = xml.replace(/<(samlp?\d*:)?Status/, (start) => `${inside}${start}`);
  expect(flooded.length).toBeGreaterThan(xml.length + 40_000);
  answer.fields.SAMLResponse = Buffer.from(flooded).toString('base64');
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const [refused, ...others] = await Promise.all([
    deliver(browser, answer),
    ...Array.from({ length: 5 }, () => sendTarget(app, '/core/.well-known/openid-configuration')),
  ]);
  delay.disable();
  expect(refused.status).toBe(400);
  expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(delay.max / 1e6).toBeLessThan(1500);
});

it('more than 384 kB is refused before it is parsed, and so is a form of a thousand fields', async () => {
  const fields = { SAMLResponse: 'A'.repeat(400 * 1024), RelayState: 'x' };
  expect((await deliver(new Browser(), { method: 'POST', url: new URL(app.sites.acsUrl), fields })).status).toBe(413);
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, '']));
  expect((await deliver(new Browser(), { method: 'POST', url: new URL(app.sites.acsUrl), fields: many })).status).toBe(
    413,
  );
});
