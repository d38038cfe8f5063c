/**
 * SECURITY RP-11, through every setting of every kind of connection that names an address: whatever is typed there, no
 * connection to the inside is made, neither by a sign-in nor by a check nor by browsing. The guarded fetch itself:
 * `rp-11-ssrf.test.ts`.
 */
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../providers/errors.ts';
import { detectGateway } from '../../providers/gateway/detect.ts';
import { fqdnSetting } from '../../providers/gateway/gateway.ts';
import { canBrowse, canCheck, type Ports, type Provider, type UpstreamFetch } from '../../providers/provider.ts';
import { definitionOf } from '../../providers/registry.ts';
import { gatewayPage } from '../../src/console/connections/gateway-pages.ts';
import { createGuardedFetch } from '../../src/core/guarded-fetch.ts';
import { render } from '../../src/http/views/html.ts';
import { frame } from '../gallery/console-pages.ts';
import { testPorts } from '../support/ports.ts';
import { endpointSettings, settingsOf } from '../support/upstreams/endpoint-settings.ts';
import { serviceProviderKey } from '../support/upstreams/saml/connection.ts';

const hosts = [
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '2130706433',
  '017700000001',
  '[::1]',
  '[::ffff:7f00:1]',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::7f00:1]',
  '169.254.169.254',
  '10.0.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '0.0.0.0',
  '[fd00:ec2::254]',
  'localhost',
  'localhost.',
  'x.localhost',
  'ⓛocalhost',
  '１２７.０.０.１',
  '127.0.0.1.nip.io',
  'intranet',
  'intranet.corp.example',
  'good.example@127.0.0.1',
  'good.example:443@127.0.0.1',
  'honest.example:22',
  'honest.example:6379',
  '127.0.0.1#.honest.example',
  '127.0.0.1?.honest.example',
  '127.0.0.1\\.honest.example',
];
const schemes = ['https://', 'http://', 'gopher://', 'file://', 'ftp://'];

/** A broker in production. Names resolve to the inside, first or second, as the attacker's server for the name says. */
function production() {
  const outcomes: string[] = [];
  let asked = 0;
  const guarded = createGuardedFetch({
    allowLoopback: false,
    deadline: 2000,
    resolve: async (name) => {
      asked++;
      if (name === 'rebinding.example' && asked > 1) return [{ address: '169.254.169.254', family: 4 }];
      return name === 'rebinding.example'
        ? [
            { address: '203.0.114.1', family: 4 },
            { address: '10.0.0.1', family: 4 },
          ]
        : [{ address: '127.0.0.1', family: 4 }];
    },
  });
  const fetch: UpstreamFetch = async (url, init) => {
    const honest = honestAnswer(url);
    if (honest) return honest;
    try {
      const response = await guarded(url, init);
      outcomes.push(`answered ${response.status}`);
      return response;
    } catch (error) {
      outcomes.push(error instanceof ProviderError ? error.code : String(error));
      throw error;
    }
  };
  const ports: Ports = { ...testPorts(), fetch };
  return { ports, outcomes, [Symbol.asyncDispose]: () => guarded.close() };
}

/** What stands at `honest.example`: so that the one bent address is reached by what comes before it. */
function honestAnswer(url: string): Response | undefined {
  const parsed = URL.parse(url);
  if (parsed?.origin !== 'https://honest.example') return undefined;
  if (parsed.pathname.endsWith('/token'))
    return Response.json({ access_token: 'a', token_type: 'Bearer', expires_in: 60 });
  return new Response('', { status: 404 });
}

/** Everything that a broker does with a connection that has been saved. */
async function exercise(provider: Provider): Promise<void> {
  const ignore = () => undefined;
  if (provider.kind === 'redirect')
    await provider
      .begin({ handle: 'h', callbackUrl: 'https://accounts.test/cb', forceAuthentication: false })
      .catch(ignore);
  if (canCheck(provider)) {
    const results = [];
    for await (const result of provider.check({ callbackUrl: 'https://accounts.test/cb' })) results.push(result);
    expect(results.some(({ ok }) => !ok)).toBe(true);
  }
  if (canBrowse(provider)) {
    await provider.searchUsers('a').catch(ignore);
    await provider.searchGroups('a').catch(ignore);
    await provider.findUser('00u1').catch(ignore);
  }
}

const addresses = endpointSettings().filter(({ is }) => is === 'address');

describe.each(addresses)('$kind.$key', ({ kind, key }) => {
  const definition = definitionOf(kind)!;
  const installation = {
    saml: {
      entityId: 'https://saml.test',
      signingKey: serviceProviderKey().privateKey,
      signingCertificate: serviceProviderKey().certificate,
    },
  };

  /** Undefined: the setting itself refuses it. */
  async function outcomesFor(value: string): Promise<string[] | undefined> {
    const parsed = definition.schema.safeParse({ ...settingsOf[kind]!(), [key]: value });
    if (!parsed.success) return undefined;
    await using broker = production();
    await exercise(definition.create(parsed.data, broker.ports, installation as never));
    return broker.outcomes;
  }

  it.each(hosts)('%s leads nowhere', async (host) => {
    for (const scheme of key === 'fqdn' ? ['', ...schemes] : schemes) {
      for (const path of ['', '/.well-known/openid-configuration']) {
        const outcomes = await outcomesFor(`${scheme}${host}${path}`);
        expect(new Set(outcomes ?? []), `${scheme}${host}${path}`).toEqual(
          new Set(outcomes?.length ? ['upstream_address_refused'] : []),
        );
      }
    }
  });

  it('is reached by these tests at all, and refused when its name has one address inside', async () => {
    const value = key === 'fqdn' ? 'rebinding.example' : 'https://rebinding.example';
    const outcomes = await outcomesFor(value);
    expect(outcomes?.length).toBeGreaterThan(0);
    expect(new Set(outcomes)).toEqual(new Set(['upstream_address_refused']));
  });
});

describe('Detect', () => {
  it.each(hosts)('%s leads nowhere, and nothing of it is told', async (host) => {
    const read = fqdnSetting.safeParse(host);
    if (!read.success) return;
    await using broker = production();
    const detection = await detectGateway({ fqdn: read.data }, broker.ports, {});
    expect(broker.outcomes).toEqual(['upstream_address_refused']);
    expect(detection.found).toBeUndefined();
    const page = pageOf(detection);
    const reasons = [
      'upstream_name_unknown',
      'upstream_unreachable',
      'upstream_timeout',
      'upstream_interrupted',
    ] as const;
    for (const code of reasons) {
      const error = new ProviderError(code, { detail: { received: 'ECONNREFUSED', note: 'SSH-2.0-OpenSSH' } });
      const results = [{ check: 'reachable', ok: false, error }];
      expect(pageOf({ documentUrl: detection.documentUrl, results })).toBe(page);
    }
    expect(page).not.toMatch(/loopback|private|public address|169\.254|ECONN|SSH/);
  });

  function pageOf(detection: Parameters<typeof gatewayPage>[2]['detection']): string {
    const context = { language: 'en', timeZone: 'UTC', assets: {}, path: '/' } as never;
    const head = { kind: 'gateway', name: 'G', state: 'draft', listHref: '/', href: '/' } as const;
    const actions = { csrf: '', detectAction: '/', pairAction: '/', isLive: false, revision: 1, redirectUrl: '/' };
    return render(gatewayPage(context, frame, { ...head, ...actions, fqdn: '', detection: detection! }));
  }
});
