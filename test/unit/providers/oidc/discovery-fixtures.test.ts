/**
 * Real discovery documents through the kinds of connection that would meet them: each leads to its own sign-in address, or
 * says why not in words that an administrator can act on. The fields themselves: `test/unit/metadata/discovery.test.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../../providers/errors.ts';
import { detectGateway } from '../../../../providers/gateway/detect.ts';
import type { Ports, RedirectProvider } from '../../../../providers/provider.ts';
import { definitionOf } from '../../../../providers/registry.ts';
import { explanations } from '../../../../src/signin/explanations.ts';
import { testPorts } from '../../../support/ports.ts';
import { describeWithFixtures, hasSharedFixtures, sharedFixtures } from '../../../support/skips.ts';

const folder = new URL('oidc-discovery/', sharedFixtures);
const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const files = hasSharedFixtures
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort()
  : [];

/** Serves one document at whatever address ends like a discovery document's; says which was asked for. */
function serving(document: unknown): { ports: Ports; asked: string[] } {
  const asked: string[] = [];
  const fetch: Ports['fetch'] = async (url) => {
    asked.push(url);
    return Response.json(document);
  };
  return { ports: { ...testPorts(), fetch }, asked };
}

const credentials = { clientId: 'c', clientSecret: 's' };
const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const tenant = '10c419d4-4a50-45b2-aa4e-919fb84df24f';

/** What an administrator would have typed who has this vendor. */
function settingsFor(file: string, issuer: string): { kind: string; settings: Record<string, unknown> } {
  const [vendor] = file.split('__');
  if (vendor === 'okta') return { kind: 'okta', settings: { url: issuer, ...credentials } };
  if (vendor === 'netscaler')
    return { kind: 'gateway', settings: { fqdn: issuer.replace('https://', ''), ...credentials } };
  if (vendor === 'azure-v2' && issuer.startsWith('https://login.microsoftonline.com/'))
    return { kind: 'azure-ad', settings: { tenantId: guid.exec(issuer)?.[0] ?? tenant, ...credentials } };
  return { kind: 'oidc', settings: { issuer, ...credentials } };
}

/** Documents that do not lead to a sign-in, and why. */
const noUrl = 'settings: issuer must be a whole URL, such as https://login.example.com';
const refused: Readonly<Record<string, string>> = {
  // edited by their authors to be wrong: jwks_uri is a file name
  'azure-v1__sts.windows.net2_d062b2b0-9aca-4ff7-b32a-ba47231a4002__59147b.json': 'discovery_incomplete: jwks_uri',
  'azure-v1__sts.windows.net_d062b2b0-9aca-4ff7-b32a-ba47231a4002__854b9c.json': 'discovery_incomplete: jwks_uri',
  'azure-v1__sts.windows.net_d062b2b0-9aca-4ff7-b32a-ba47231a4002__fd0a57.json': 'discovery_incomplete: jwks_uri',
  'facebook__www.facebook.com__edf86d.json':
    'discovery_incomplete: response_types_supported, id_token_signing_alg_values_supported',
  // an issuer of the time before the standard
  'google__accounts.google.com__d5d4a7.json': noUrl,
  'other__auth.example.com__eab5aa.json': 'discovery_incomplete: id_token_signing_alg_values_supported',
  'other__mleaproxy-oauth-server__7db2dc.json': noUrl,
  'other__orgIssuer__076a88.json': noUrl,
};

async function outcomeOf(file: string): Promise<string> {
  const document = read(file);
  const { kind, settings } = settingsFor(file, String(document.issuer));
  const definition = definitionOf(kind)!;
  const parsed = definition.schema.safeParse(settings);
  if (!parsed.success) return `settings: ${parsed.error.issues.map(({ path, message }) => `${path} ${message}`)}`;
  const { ports } = serving(document);
  const provider = definition.create(parsed.data, ports, {} as never) as RedirectProvider;
  try {
    const { send } = await provider.begin({
      handle: 'h',
      callbackUrl: 'https://a.test/cb',
      forceAuthentication: false,
    });
    const { origin, pathname } = new URL(send.url);
    return `${origin}${pathname}`;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    expect(explanations[error.code].remedy.en).not.toBe('');
    return `${error.code}: ${error.detail.where}`;
  }
}

describeWithFixtures('a real discovery document', () => {
  it('is there for every line of the index, and a line for each', () => {
    const index = readFileSync(new URL('index.tsv', folder), 'utf8').trim().split('\n').slice(1);
    expect(index.map((line) => line.split('\t')[0]).sort()).toEqual(files);
  });

  it.each(files)('%s', async (file) => {
    const endpoint = String(read(file).authorization_endpoint);
    const url = URL.parse(endpoint);
    expect(await outcomeOf(file)).toBe(refused[file] ?? `${url?.origin}${url?.pathname}`);
  });

  describe('of a NetScaler', () => {
    const document = hasSharedFixtures ? read('netscaler__gateway.example.com.json') : {};

    it('is looked for below /oauth/idp/ and found with the issuer that is the bare host', async () => {
      const { ports, asked } = serving(document);
      const { found, results, documentUrl } = await detectGateway({ fqdn: 'gateway.example.com' }, ports, {});
      expect(asked[0]).toBe(documentUrl);
      expect(documentUrl).toBe('https://gateway.example.com/oauth/idp/.well-known/openid-configuration');
      expect(found).toMatchObject({ issuer: 'https://gateway.example.com' });
      expect(results.find(({ check }) => check === 'issuer')?.ok).toBe(true);
    });

    it('of another case is another issuer, with both values', async () => {
      const { ports } = serving(document);
      const { results } = await detectGateway({ fqdn: 'Gateway.example.com' }, ports, {});
      expect(results.find(({ check }) => check === 'issuer')?.error).toMatchObject({
        code: 'discovery_issuer_mismatch',
        detail: { expected: 'https://Gateway.example.com', received: 'https://gateway.example.com' },
      });
    });
  });
});
