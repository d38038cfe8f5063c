/** SECURITY SAML-27, 28, 31 to 34 through the whole app: whose answer it is, to which request, and how often. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { arrive, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { type Caught, catchAnswer, deliver, forgeSamlAnswer, onSlowStore, sendRaw } from './attacker.ts';

let slow: Awaited<ReturnType<typeof onSlowStore>>;
let app: TestApp;
let second: TestApp;
let alpha: Connected<SamlIdp>;
let beta: Connected<SamlIdp>;
/** Has the identity provider of Alpha: same entity ID, same certificate. */
let twin: Connected<SamlIdp>;
let ofAlpha: RelyingParty;
let ofBeta: RelyingParty;
let ofTwin: RelyingParty;
beforeAll(async () => {
  slow = await onSlowStore();
  app = await startTestApp(slow.options);
  // The same installation on a second node: same database, same store, same keys.
  const env = { SEKISHO_DOMAIN: `http://localhost:${app.port}` };
  second = await startTestApp({ ...slow.options, sealingKeys: app.sealingKeys, env });
  alpha = await connectSaml(app, 'alpha', { signs: 'assertion' });
  beta = await connectSaml(app, 'beta', { signs: 'assertion' });
  twin = await connectSaml(
    app,
    'twin',
    { signs: 'assertion', key: alpha.upstream.key },
    { metadata: alpha.upstream.metadata() },
  );
  ofAlpha = await registerRelyingParty(app, { organizationId: alpha.organization.id });
  ofBeta = await registerRelyingParty(app, { organizationId: beta.organization.id });
  ofTwin = await registerRelyingParty(app, { organizationId: twin.organization.id });
});
afterAll(async () => {
  for (const { upstream } of [alpha, beta, twin]) await upstream.close();
  await app.close();
  await second.close();
  await slow.close();
});

const caught = (browser: Browser, application: RelyingParty) => catchAnswer(app, browser, application.start().url);
async function isRefused(browser: Browser, answer: Caught): Promise<void> {
  const page = await deliver(browser, answer);
  expect([400, 403, 410]).toContain(page.status);
  expect(page.headers.location).toBeUndefined();
  expect(browser.cookies.some(({ name }) => name.startsWith('session-'))).toBe(false);
}
const lastReason = async () => {
  const row = await app.database.db
    .selectFrom('system_log')
    .selectAll()
    .orderBy('recorded_at', 'desc')
    .executeTakeFirst();
  return JSON.stringify(row);
};
/** The same post, as a load balancer would give it to another node of the installation. */
async function deliverToSecond(answer: Caught): Promise<{ status: number }> {
  const body = String(new URLSearchParams(answer.fields));
  const head = [
    `POST ${answer.url.pathname} HTTP/1.1`,
    `Host: ${answer.url.host}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return sendRaw(second, `${head.join('\r\n')}\r\n\r\n${body}`);
}

describe('SAML-27, another organization’s identity provider', () => {
  it("cannot answer Alpha's request: not as itself, not in Alpha's name", async () => {
    for (const issuer of [beta.upstream.entityId, alpha.upstream.entityId]) {
      const browser = new Browser();
      const { fields } = await caught(browser, ofAlpha);
      const forged = forgeSamlAnswer(
        app,
        alpha.upstream,
        fields.RelayState!,
        () => ({ issuer, responseIssuer: issuer }),
        {
          key: beta.upstream.key,
        },
      );
      await isRefused(browser, forged);
      expect(await lastReason()).toMatch(/saml_(signature_invalid|issuer_mismatch)/);
    }
  });

  it('a genuine answer for Beta in the flow of Alpha is refused, and burns no attempt of Beta', async () => {
    const browser = new Browser();
    const forAlpha = await caught(browser, ofAlpha);
    const forBeta = await caught(browser, ofBeta);
    await isRefused(browser, { ...forBeta, fields: { ...forBeta.fields, RelayState: forAlpha.fields.RelayState! } });
    expect((await deliver(browser, forBeta)).status).toBe(303);
  });
});

describe('SAML-28, the same identity provider in two organizations', () => {
  it('an assertion delivered for one is worth nothing in the flow of the other', async () => {
    const browser = new Browser();
    const forTwin = await caught(browser, ofTwin);
    const forAlpha = await caught(browser, ofAlpha);
    await isRefused(browser, { ...forTwin, fields: { ...forTwin.fields, RelayState: forAlpha.fields.RelayState! } });
    expect(await lastReason()).toContain('saml_in_response_to_mismatch');
  });
});

// Fails when `prove` in src/signin/sign-in.ts does not spend the answer's id.
describe('SAML-31, replay', () => {
  it('of the whole post, at once or later, on this node or another, has one winner', async () => {
    const browser = new Browser();
    const answer = await caught(browser, ofAlpha);
    const nodes = [deliverToSecond, (one: Caught) => deliver(browser, one)];
    const pages = await Promise.all([...nodes, ...nodes].map((send) => send(answer)));
    expect(pages.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410]);
    expect((await deliver(new Browser(), answer)).status).toBe(410);
    expect((await deliverToSecond(answer)).status).toBe(410);
  });

  it.each(['first', 'second'])(
    'of one assertion ID in several attempts is refused; first used at the %s node',
    async (first) => {
      const assertionId = `_used-at-the-${first}`;
      const statuses: number[] = [];
      const order = first === 'first' ? ['first', 'second', 'first'] : ['second', 'first', 'second'];
      for (const node of order) {
        const browser = new Browser();
        const { fields } = await caught(browser, ofAlpha);
        const forged = forgeSamlAnswer(app, alpha.upstream, fields.RelayState!, () => ({ assertionId }));
        statuses.push((await (node === 'first' ? deliver(browser, forged) : deliverToSecond(forged))).status);
        if (statuses.length > 1) expect(await lastReason()).toContain('saml_replayed');
      }
      expect(statuses).toEqual([303, 400, 400]);
    },
  );
});

describe('SAML-32 and 33, unsolicited answers', () => {
  it('without our handle get the page that says what to do, and nothing else', async () => {
    for (const relayState of ['', 'abc', 'https://evil.test/', 'a.b.c']) {
      const browser = new Browser();
      const forged = forgeSamlAnswer(app, alpha.upstream, relayState, (facts) => ({
        inResponseTo: null,
        confirmation: { ...facts.confirmation!, inResponseTo: null },
      }));
      const page = await deliver(browser, forged);
      expect([page.status, page.headers.location]).toEqual([400, undefined]);
      expect(page.html).not.toContain('evil');
    }
  });

  it("a victim's unsolicited assertion in the attacker's own attempt signs the attacker in as nobody", async () => {
    for (const inResponseTo of [null, 'the attempt’s']) {
      const attacker = new Browser();
      const { fields } = await caught(attacker, ofAlpha);
      const asked = /\bID="([^"]+)"/.exec(alpha.upstream.requests.at(-1)!.xml)![1]!;
      const spliced = forgeSamlAnswer(app, alpha.upstream, fields.RelayState!, (facts) => ({
        inResponseTo: inResponseTo === null ? null : asked,
        confirmation: { ...facts.confirmation!, inResponseTo: null },
        nameId: { value: 'victim' },
      }));
      await isRefused(attacker, spliced);
      // Nor does the attempt stay open for another try.
      expect((await deliver(attacker, spliced)).status).toBe(410);
    }
  });

  it("a victim's solicited assertion, stolen on its way, fits no attempt of the attacker's", async () => {
    const stolen = await caught(new Browser(), ofAlpha);
    const attacker = new Browser();
    const own = await caught(attacker, ofAlpha);
    await isRefused(attacker, { ...stolen, fields: { ...stolen.fields, RelayState: own.fields.RelayState! } });
  });

  it('an unsigned answer is refused, wherever it came from', async () => {
    const browser = new Browser();
    const { fields } = await caught(browser, ofAlpha);
    await isRefused(browser, forgeSamlAnswer(app, alpha.upstream, fields.RelayState!, undefined, { signs: 'none' }));
  });
});

it('SAML-34, an answer that a page posts from elsewhere gives its browser no session', async () => {
  const answer = await caught(new Browser(), ofAlpha);
  const victim = new Browser();
  await victim.get(`${app.sites.accountsBase}/signin/x`);
  const page = await victim.post(answer.url, answer.fields, {
    origin: 'https://evil.test',
    'sec-fetch-site': 'cross-site',
  });
  expect(page.status).toBe(410);
  expect((await arrive(victim, ofAlpha.start({ prompt: 'none' }).url)).get('error')).toBe('login_required');
});
