/**
 * GWY-3: what is wrong with a server itself, below and around the protocol, is told apart by the test of a connection;
 * and what a SAML provider can be set up to do otherwise than the connection says.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { explanations } from '../../src/signin/explanations.ts';
import { placeOf } from '../../src/signin/vendor-places.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type Issued, issue } from '../support/certificates.ts';
import { failureOf, startTrial } from '../support/scenario/trials.ts';
import { alice, client, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import { encryptAssertion } from '../support/upstreams/saml/encrypt-assertion.ts';

let app: TestApp;
let organization: Organization;
const servers: Server[] = [];
beforeAll(async () => {
  app = await startTestApp({ upstreamDeadline: 700 });
  organization = await app.services.organizations.create({ name: 'Broken KK', customerId: 'broken' });
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await app.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const serve = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`;
async function serveTls(issued: Issued, host = 'localhost'): Promise<string> {
  const server = createTlsServer({ cert: issued.certificate, key: issued.key }, (_request, response) =>
    response.end('{}'),
  );
  return `https://${host}:${await listen(server as unknown as Server)}`;
}

let count = 0;
/** What the test of a draft with this address says first of what is wrong. */
async function diagnose(settings: Record<string, unknown>, kind = 'gateway') {
  count += 1;
  const { clientId, clientSecret } = client;
  const { connection } = await app.services.connectionDrafts.begin(
    operatorEditor,
    organization.id,
    { kind, name: `Number ${count}` },
    { settings: { clientId, ...settings }, secrets: { clientSecret } },
  );
  const found = failureOf(await (await startTrial(app, connection.id)).find());
  return [found?.check, found?.code];
}

const ca = issue({ name: 'A private authority', authority: true });
const document = (base: string) => ({
  issuer: base,
  authorization_endpoint: `${base}/authorize`,
  token_endpoint: `${base}/token`,
  jwks_uri: `${base}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
});

describe('A server', () => {
  const told = new Set<string>();
  const cases: readonly (readonly [string, () => Promise<Record<string, unknown>>, readonly [string, string]])[] = [
    [
      'whose name nobody has',
      async () => ({ fqdn: 'https://no-such-host.invalid' }),
      ['reachable', 'upstream_name_unknown'],
    ],
    ['that nobody runs', async () => ({ fqdn: 'http://127.0.0.1:1' }), ['reachable', 'upstream_unreachable']],
    [
      'inside our own network',
      async () => ({ fqdn: 'https://192.168.7.7' }),
      ['reachable', 'upstream_address_refused'],
    ],
    ['that never answers', async () => ({ fqdn: await serve(() => {}) }), ['reachable', 'upstream_timeout']],
    [
      'that closes the connection half way',
      async () => ({
        fqdn: await serve((_request, response) => {
          response.writeHead(200, { 'content-length': 500 });
          response.write('{"issuer":');
          setImmediate(() => response.destroy());
        }),
      }),
      ['reachable', 'upstream_interrupted'],
    ],
    [
      'that sends us elsewhere',
      async () => ({
        fqdn: await serve((_request, response) =>
          response.writeHead(302, { location: 'https://other.example/' }).end(),
        ),
      }),
      ['reachable', 'upstream_redirected'],
    ],
    [
      'that asks us to wait',
      async () => ({
        fqdn: await serve((_request, response) => response.writeHead(429, { 'retry-after': '30' }).end()),
      }),
      ['reachable', 'upstream_throttled'],
    ],
    [
      'with a huge answer',
      async () => ({ fqdn: await serve((_request, response) => response.end('x'.repeat(300_000))) }),
      ['document', 'upstream_answer_too_large'],
    ],
    [
      'with a page in place of the document',
      async () => ({ fqdn: await serve((_request, response) => response.end('<h1>Maintenance</h1>')) }),
      ['document', 'upstream_answer_invalid'],
    ],
    [
      'without a document',
      async () => ({ fqdn: await serve((_request, response) => response.writeHead(404).end()) }),
      ['document', 'discovery_missing'],
    ],
    [
      'whose document lacks endpoints',
      async () => {
        let base = '';
        base = await serve((_request, response) => {
          const { token_endpoint: _, ...rest } = document(base);
          response.setHeader('content-type', 'application/json').end(JSON.stringify(rest));
        });
        return { fqdn: base };
      },
      ['document', 'discovery_incomplete'],
    ],
    [
      'whose document names another',
      async () => ({
        fqdn: await serve((_request, response) =>
          response.setHeader('content-type', 'application/json').end(JSON.stringify(document('https://other.example'))),
        ),
      }),
      ['issuer', 'discovery_issuer_mismatch'],
    ],
    [
      'with an expired TLS certificate',
      async () => ({
        fqdn: await serveTls(issue({ name: 'x', by: ca, hosts: ['localhost'], notAfter: Date.now() - 60_000 })),
        certificateAuthorities: ca.certificate,
      }),
      ['tls', 'upstream_tls_expired'],
    ],
    [
      'with a TLS certificate of another host',
      async () => ({
        fqdn: await serveTls(issue({ name: 'x', by: ca, hosts: ['other.example'] })),
        certificateAuthorities: ca.certificate,
      }),
      ['tls', 'upstream_tls_name'],
    ],
    [
      'with a TLS certificate that nobody vouches for',
      async () => ({ fqdn: await serveTls(issue({ name: 'x', by: ca, hosts: ['localhost'] })) }),
      ['tls', 'upstream_tls'],
    ],
  ];

  it.each(cases)('%s', async (_name, make, [check, code]) => {
    expect(await diagnose(await make())).toEqual([check, code]);
    told.add(code);
  });

  it('is told apart from each of the others', () => {
    expect(told.size).toBe(cases.length);
    for (const language of ['en', 'ja'] as const) {
      const meanings = [...told].map((code) => explanations[code as keyof typeof explanations].meaning[language]);
      expect(new Set(meanings).size).toBe(cases.length);
    }
  });
});

describe('A provider that is well', () => {
  it('but does not know our redirect URI', async () => {
    const okta = await connectOkta(app, 'redirects', {
      clients: [{ ...client, redirectUris: ['https://elsewhere.example/callback'] }],
    });
    const found = failureOf(await (await startTrial(app, okta.connectionId)).find());
    expect(found).toMatchObject({
      check: 'redirect',
      code: 'redirect_refused',
      detail: { expected: app.sites.callbackUrl('login-okta') },
    });
    expect(placeOf('okta-oidc', 'redirect_refused')?.en).toContain('Sign-in redirect URIs');
    await okta.upstream.close();
  });

  it('but whose keys changed: the new one is found, and a stranger’s is not', async () => {
    const okta = await connectOkta(app, 'rotates');
    const trial = await startTrial(app, okta.connectionId);
    await okta.upstream.rotateKeys();
    expect(await trial.signIn()).toMatchObject({ outcome: 'passed' });
    okta.upstream.misbehaveNext('key-unknown');
    expect(failureOf(await trial.signIn())).toMatchObject({ check: 'signature', code: 'id_token_signature_invalid' });
    await okta.upstream.close();
  });

  it('but lacks an attribute: which one, and nothing else, is wrong', async () => {
    const { cip_sid: _, ...claims } = alice.claims!;
    const okta = await connectOkta(app, 'lacks', { users: [{ ...alice, claims: { ...claims, cip_oid: 'nonsense' } }] });
    const trial = await (await startTrial(app, okta.connectionId)).signIn();
    expect(failureOf(trial)).toMatchObject({ check: 'attributes', code: 'attributes' });
    const problems = trial.attributes?.filter(({ outcome }) => outcome === 'problem');
    expect(problems?.map(({ claim, reason }) => [claim, reason])).toEqual([
      ['cip_sid', 'missing'],
      ['cip_oid', 'malformed'],
    ]);
    await okta.upstream.close();
  });
});

describe('A SAML provider', () => {
  it('whose sign-on address is out of our reach is warned of, and can be used all the same', async () => {
    const saml = await connectSaml(app, 'inside');
    await saml.upstream.close();
    const found = await (await startTrial(app, saml.connectionId)).find();
    expect(found).toMatchObject({ phase: 'ready', maySignIn: true });
    expect(found.findings.find(({ check }) => check === 'reachable')).toMatchObject({
      outcome: 'warning',
      code: 'upstream_unreachable',
    });
  });

  it('whose certificate has expired is warned of, or refused where the connection says so', async () => {
    for (const [certificateExpiry, outcome] of [
      ['warn', 'warning'],
      ['refuse', 'failed'],
    ] as const) {
      const saml = await connectSaml(app, `old-${certificateExpiry}`, {}, { certificateExpiry });
      app.clock.advance(40 * 365 * 86_400_000);
      const found = await (await startTrial(app, saml.connectionId)).find();
      app.clock.advance(-40 * 365 * 86_400_000);
      expect(found.findings.find(({ check }) => check === 'certificate')).toMatchObject({
        outcome,
        code: 'saml_certificate_expired',
      });
      await saml.upstream.close();
    }
  });

  it('that signs in in another way than was asked for', async () => {
    const context = { class: 'urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos', comparison: 'exact' };
    const saml = await connectSaml(app, 'context', {}, { context });
    const trial = await (await startTrial(app, saml.connectionId)).signIn();
    expect(failureOf(trial)).toMatchObject({ check: 'authentication', code: 'saml_context_mismatch' });
    await saml.upstream.close();
  });

  it('that encrypts although nobody asked, and one that does not although it has to', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const encrypt = (xml: string) => encryptAssertion(xml, { recipientKey: publicKey });
    const eager = await connectSaml(app, 'eager', { encrypt });
    expect(failureOf(await (await startTrial(app, eager.connectionId)).signIn())).toMatchObject({
      check: 'encryption',
      code: 'saml_encryption_refused',
      detail: { expected: 'nothing encrypted' },
    });
    const plain = await connectSaml(app, 'plain', {}, { encryption: 'require' });
    expect(failureOf(await (await startTrial(app, plain.connectionId)).signIn())).toMatchObject({
      check: 'encryption',
      detail: { expected: 'an encrypted assertion' },
    });
    await eager.upstream.close();
    await plain.upstream.close();
  });
});
