/**
 * SECURITY 0.5, CON-17, GWY-5: the trace of a sign-in holds nothing of the person and nothing that opens a door, whatever
 * the upstream sends and however the sign-in ends.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainedSignInPage } from '../../src/accounts/views/explained-sign-in-pages.ts';
import { describeSignIn } from '../../src/api/sign-ins.ts';
import { render } from '../../src/http/views/html.ts';
import type { PageContext } from '../../src/http/views/page.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { followTo, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import {
  type Connected,
  client,
  connectEntra,
  connectGateway,
  connectOkta,
  connectSaml,
} from '../support/scenario/upstreams.ts';
import type { Misbehaviour } from '../support/upstreams/oidc/misbehaviour.ts';
import type { SimulatedUser, Simulator } from '../support/upstreams/oidc/vendor.ts';
import { samlMisbehaviours } from '../support/upstreams/saml/misbehaviours.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

const assets = { style: '/s', script: '/e', passkeys: '/p', newPassword: '/n', icon: '/i', trial: '/t' };
const canary = 'c4n4ry';
const sid = 'S-1-5-21-4242424242-4242424242-4242424242-4242';
const guid = 'cafe4242-cafe-4242-cafe-42424242cafe';
const claims = {
  cip_sid: sid,
  cip_upn: `${canary}@corp.example`,
  cip_oid: guid,
  cip_email: `${canary}@mail.example`,
  name: `Name ${canary}`,
  given_name: canary,
  family_name: canary,
  // GWY-5: some Gateways send along what was typed.
  password: canary,
  passwd: canary,
  ctxs_cc: { credential: canary, domain: canary },
  email: `${canary}@id.example`,
  preferred_username: canary,
  upn: canary,
};
const user: SimulatedUser = {
  username: canary,
  password: canary,
  subject: `subject-${canary}`,
  claims,
  graph: {
    id: guid,
    displayName: canary,
    givenName: canary,
    surname: canary,
    mail: `${canary}@mail.example`,
    userPrincipalName: `${canary}@corp.example`,
    onPremisesSecurityIdentifier: sid,
    onPremisesImmutableId: 'QkL+ykL+ykJCykJCQkLK/g==',
    userType: 'Member',
    accountEnabled: true,
  },
};
const badUser: SimulatedUser = { ...user, claims: { ...claims, cip_sid: `not-a-sid-${canary}`, cip_oid: canary } };
const samlPerson = {
  username: canary,
  password: canary,
  nameId: `name-${canary}`,
  attributes: {
    displayName: canary,
    givenName: canary,
    familyName: canary,
    cip_sid: sid,
    cip_upn: `${canary}@corp.example`,
    cip_email: `${canary}@mail.example`,
    cip_oid: guid,
    cip_groups: [sid, canary],
    password: [canary],
  },
};

let app: TestApp;
const upstreams = new Map<string, { connected: Connected<Simulator>; party: RelyingParty }>();
let saml: Connected<SamlIdp>;
let ofSaml: RelyingParty;

beforeAll(async () => {
  app = await startTestApp();
  const users = { users: [user] };
  for (const [name, connected] of [
    ['okta', await connectOkta(app, 'okta-company', users)],
    ['gateway', await connectGateway(app, 'gateway-company', users)],
    ['azure-ad', await connectEntra(app, 'entra-company', users)],
    ['bad-attributes', await connectOkta(app, 'bad-company', { users: [badUser] })],
  ] as const)
    upstreams.set(name, {
      connected,
      party: await registerRelyingParty(app, { organizationId: connected.organization.id }),
    });
  saml = await connectSaml(app, 'saml-company', { users: [samlPerson], autoUser: canary });
  ofSaml = await registerRelyingParty(app, { organizationId: saml.organization.id });
});
afterAll(async () => {
  for (const { connected } of upstreams.values()) await connected.upstream.close();
  await saml.upstream.close();
  await app.close();
});

async function rows() {
  return app.database.db.selectFrom('sign_in_traces').selectAll().orderBy('id').execute();
}

/** Goes as far as it goes; the rows of traces that it left. */
async function tracesOf(party: RelyingParty) {
  const before = (await rows()).length;
  await followTo(
    new Browser(),
    party.start({ prompt: 'login', login_hint: `${canary}@hint.example` }).url,
    '127.0.0.1:9',
  );
  return (await rows()).slice(before);
}

/** Everything that opened a door in these requests to the simulator: codes, states, verifiers, secrets, challenges. */
function doorsAt(upstream: Simulator): string[] {
  const opening = ['state', 'code', 'code_verifier', 'client_secret', 'nonce', 'code_challenge', 'login_hint'];
  return upstream.requests
    .flatMap(({ query, form }) => opening.flatMap((name) => [query[name], form[name]]))
    .filter((value) => value !== undefined && value !== '') as string[];
}

function expectClean(text: string, doors: readonly string[] = []): void {
  const encodings = [canary, sid, guid, '4242424242', '@mail', '@corp', '@hint', 'QkL+yk', client.clientSecret];
  const all = encodings.flatMap((each) => [
    each,
    Buffer.from(each).toString('base64').slice(0, 8),
    encodeURIComponent(each),
  ]);
  for (const each of [...all, ...doors]) expect(text.toLowerCase()).not.toContain(each.toLowerCase());
  for (const part of text.match(/[\w+/=-]{16,}/g) ?? [])
    expect(Buffer.from(part, 'base64').toString('latin1').toLowerCase()).not.toContain(canary);
  expect(text).not.toMatch(/eyJ\w{3}/);
  expect(text).not.toMatch(/\?[\w%]+=/);
  expect(text).not.toMatch(/<(script|saml|ds:)/);
}

const faults: readonly (Misbehaviour | undefined)[] = [
  undefined,
  'access-denied',
  'server-error',
  'error-with-markup',
  'response-issuer-foreign',
  'client-refused',
  'code-refused',
  'token-answer-not-json',
  'id-token-missing',
  'issuer-foreign',
  'nonce-wrong',
  'signature-foreign-key',
  'signature-corrupt',
  'alg-none',
  'audience-foreign',
  'audience-list-foreign-azp',
  'expired',
  'issued-in-the-future',
  'clock-slow',
  'subject-missing',
  'attributes-missing',
  'attributes-in-userinfo-only',
  'tenant-foreign',
  'tenant-claim-foreign',
  'userinfo-refused',
  'graph-throttled',
  'graph-refused',
  'graph-foreign-person',
];

describe.each(['okta', 'gateway', 'azure-ad', 'bad-attributes'])('a trace of %s', (name) => {
  it.each(faults)('tells nothing of the person: %s', async (fault) => {
    const { connected, party } = upstreams.get(name)!;
    if (fault !== undefined) connected.upstream.misbehaveNext(fault);
    const [row, ...more] = await tracesOf(party);
    expect(more).toEqual([]);
    expect(row).toBeDefined();
    expect(JSON.parse(row!.steps).length).toBeGreaterThan(3);
    expectClean(JSON.stringify(row), doorsAt(connected.upstream));
  });
});

describe('a trace of saml', () => {
  it.each([undefined, ...samlMisbehaviours])('tells nothing of the person: %s', async (fault) => {
    if (fault !== undefined) saml.upstream.misbehaveNext(fault);
    const [row, ...more] = await tracesOf(ofSaml);
    expect(more).toEqual([]);
    expectClean(JSON.stringify(row));
    expect(row?.steps).not.toContain('SAMLResponse":"');
  });
});

it('nor do the pages and answers that tell of it', async () => {
  const pages = await Promise.all(
    (await rows()).map(async ({ organization_id: organizationId, id }) => {
      const trace = (await app.services.traces.find(organizationId, id))!;
      const context: PageContext = { language: 'en', timeZone: 'UTC', assets, path: '/' };
      const model = { trace, organization: 'Company', provider: 'Okta', expiresAt: trace.beganAt };
      return render(explainedSignInPage(context, model)) + JSON.stringify(describeSignIn(trace));
    }),
  );
  expect(pages.length).toBeGreaterThan(100);
  for (const page of pages)
    for (const each of [canary, sid, guid, '@corp', '@mail', '@hint']) expect(page).not.toContain(each);
});

it('the columns of a trace are these, and each has a fixed meaning', async () => {
  const [row] = await rows();
  expect(Object.keys(row!).sort()).toEqual(
    [
      'began_at client_id code connection_id connection_version finished_at id kind organization_id outcome realm',
      'reference software steps went_wrong',
    ]
      .join(' ')
      .split(' '),
  );
});
