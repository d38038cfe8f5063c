/**
 * SECURITY 2.1 and 2.2 as one sweep through the whole app: whatever an upstream does wrong, nobody is signed in who
 * should not be, the person gets a page with a reference code and a way on, and nothing is a server error.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { followTo, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import type { Misbehaviour } from '../support/upstreams/oidc/misbehaviour.ts';
import { samlMisbehaviours } from '../support/upstreams/saml/misbehaviours.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { catchAnswer, deliver, type Ground, startGround } from './attacker.ts';

let ground: Ground;
let saml: Connected<SamlIdp>;
let ofSaml: RelyingParty;
beforeAll(async () => {
  ground = await startGround();
  saml = await connectSaml(ground.app, 'delta');
  ofSaml = await registerRelyingParty(ground.app, { organizationId: saml.organization.id });
});
afterAll(async () => {
  await saml.upstream.close();
  await ground.close();
});

async function expectRefused(application: RelyingParty): Promise<void> {
  const browser = new Browser();
  const before = ground.app.log.length;
  const page = await followTo(browser, application.start({ prompt: 'login' }).url, '127.0.0.1:9');
  expect(page.url.host).not.toBe('127.0.0.1:9');
  expect([400, 403, 502]).toContain(page.status);
  const reference = /data-copy="([0-9A-Z]{4}-[0-9A-Z]{4})"/.exec(page.html)?.[1];
  expect(reference).toBeDefined();
  // The exact cause is in the log under the same code (CLM-1).
  expect(ground.app.log.slice(before).join('')).toContain(reference);
  expect(page.html).not.toMatch(/<script>alert|other-idp\.test/);
  expect(browser.cookies.some(({ name }) => name.startsWith('session-'))).toBe(false);
}

const oidcFaults: readonly Misbehaviour[] = [
  'access-denied',
  'server-error',
  'error-with-markup',
  'response-issuer-foreign',
  'client-refused',
  'code-refused',
  'token-answer-huge',
  'token-answer-not-json',
  'id-token-missing',
  'issuer-foreign',
  'issuer-trailing-slash',
  'issuer-other-case',
  'nonce-wrong',
  'nonce-missing',
  'signature-foreign-key',
  'signature-embedded-key',
  'signature-corrupt',
  'alg-none',
  'alg-hs256-public-key',
  'audience-foreign',
  'audience-list-foreign-azp',
  'expired',
  'expires-in-ten-years',
  'issued-long-ago',
  'issued-in-the-future',
  'auth-time-stale',
  'subject-missing',
];

describe('an OpenID provider', () => {
  it.each(oidcFaults)('%s: nobody is signed in', async (fault) => {
    ground.alpha.upstream.misbehaveNext(fault);
    await expectRefused(ground.ofAlpha);
    // And the next person signs in as if nothing had been.
    expect((await ground.ofAlpha.signIn(new Browser())).claims.sub).toBeDefined();
  });
});

describe('a SAML identity provider', () => {
  // A shorter session; a transient name, in whose place the object ID stands.
  const harmless = ['session-ends-soon', 'transient-subject'];
  it.each(samlMisbehaviours.filter((fault) => !harmless.includes(fault)))('%s: nobody is signed in', async (fault) => {
    saml.upstream.misbehaveNext(fault);
    await expectRefused(ofSaml);
    expect((await ofSaml.signIn(new Browser())).claims.sub).toBeDefined();
  });
});

describe('junk at a callback, with a handle that waits for an answer', () => {
  const junk = [
    '',
    ' ',
    'x',
    '%',
    '\u0001',
    '\ud83d\ude00',
    '<x/>',
    'PHg+',
    'A'.repeat(20_000),
    '[object Object]',
    'null',
    '-1',
    '__proto__',
  ];

  it.each(junk.map((value) => [JSON.stringify(value).slice(0, 30), value]))(
    '%s is refused at the ACS',
    async (_, value) => {
      const browser = new Browser();
      const answer = await catchAnswer(ground.app, browser, ofSaml.start().url);
      const page = await deliver(browser, { ...answer, fields: { ...answer.fields, SAMLResponse: value } });
      expect([page.status, page.headers.location]).toEqual([400, undefined]);
    },
  );

  it.each(junk.map((value) => [JSON.stringify(value).slice(0, 30), value]))(
    '%s is refused at a redirect URI',
    async (_, value) => {
      for (const name of ['code', 'iss', 'error']) {
        const browser = new Browser();
        const answer = await catchAnswer(ground.app, browser, ground.ofAlpha.start().url);
        answer.url.searchParams.set(name, value);
        const page = await deliver(browser, answer);
        const isHonest = name === 'error' && value === '';
        if (!isHonest) expect([name, page.status < 500, page.headers.location]).toEqual([name, true, undefined]);
        expect(browser.cookies.some((cookie) => cookie.name.startsWith('session-'))).toBe(false);
      }
    },
  );

  it('a response parameter or an ID token in the front channel is not an answer', async () => {
    for (const name of ['response', 'id_token', 'access_token', 'token']) {
      const browser = new Browser();
      const answer = await catchAnswer(ground.app, browser, ground.ofAlpha.start().url);
      answer.url.searchParams.delete('code');
      answer.url.searchParams.set(name, 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.');
      const page = await deliver(browser, answer);
      expect([name, page.status, page.headers.location]).toEqual([name, 400, undefined]);
    }
  });
});
