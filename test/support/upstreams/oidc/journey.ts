/** One person's journey through an OIDC provider and its simulated upstream, for tests that bend one thing in it. */
import { azureAd } from '../../../../providers/azure-ad/azure-ad.ts';
import { gateway } from '../../../../providers/gateway/gateway.ts';
import { okta } from '../../../../providers/okta/okta.ts';
import type {
  BeginRequest,
  BrowsesDirectory,
  Callback,
  ChecksConnection,
  FlowState,
  Installation,
  RedirectProvider,
  SignsOutUpstream,
  UpstreamIdentity,
} from '../../../../providers/provider.ts';
import { type TestPorts, testPorts } from '../../ports.ts';
import { browseUpstream } from '../../upstream-browser.ts';
import { azureAdInstallation } from './azure-ad-installation.ts';
import { type EntraLikeOptions, startEntraLike } from './entra-like.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { type NetScalerLikeOptions, startNetScalerLike } from './netscaler-like.ts';
import { type OktaLikeOptions, startOktaLike } from './okta-like.ts';
import type { SimulatedUser, Simulator } from './vendor.ts';

export interface Journey {
  upstream: Simulator;
  ports: TestPorts;
  provider: RedirectProvider & SignsOutUpstream & ChecksConnection & Partial<BrowsesDirectory>;
  /** Begins, signs in at the upstream, comes back; `complete` is left to the caller. */
  arrive(request?: Partial<BeginRequest>): Promise<{ callback: Callback; remember: FlowState }>;
  /** The whole journey, with these faults of the upstream in it. */
  signIn(faults?: readonly Misbehaviour[], request?: Partial<BeginRequest>): Promise<UpstreamIdentity>;
  [Symbol.asyncDispose](): Promise<void>;
}
export interface JourneyOptions {
  /** The upstream's; replaces fields of the default. */
  upstream?: Partial<OktaLikeOptions & EntraLikeOptions & NetScalerLikeOptions>;
  /** The connection's; replaces fields of the default. `URL` inside a text becomes the upstream's address. */
  settings?: Readonly<Record<string, unknown>>;
  now?: () => number;
  installation?: Partial<Installation>;
}

export const callbackUrl = 'https://accounts.test/core/callback';
export const tenantId = '0a1b2c3d-0000-4000-8000-00000000abcd';
const credentials = { clientId: 'client', clientSecret: 'secret-of-the-client' };
export const attributes = {
  cip_sid: 'S-1-5-21-1-2-3-1001',
  cip_upn: 'alice@corp.example',
  cip_oid: '00112233-4455-6677-8899-aabbccddeeff',
  cip_email: 'alice@mail.example',
};
const alice: SimulatedUser = { username: 'alice', password: 'alice-password', subject: '00u1', claims: attributes };

const defaults = (options: JourneyOptions) => ({
  loginPage: false,
  users: [alice],
  clients: [{ ...credentials, redirectUris: [callbackUrl] }],
  ...(options.now === undefined ? {} : { clock: { now: options.now } }),
  ...options.upstream,
});

export async function startOktaJourney(options: JourneyOptions = {}): Promise<Journey> {
  const upstream = await startOktaLike(defaults(options));
  const ports = portsOf(options);
  const settings = okta.schema.parse({
    url: upstream.url,
    customDomain: true,
    ...credentials,
    ...settingsOf(options, upstream),
  });
  return journey(upstream, ports, okta.create(settings, ports, {} as never) as Journey['provider']);
}

export async function startGatewayJourney(options: JourneyOptions = {}): Promise<Journey> {
  const upstream = await startNetScalerLike(defaults(options));
  const ports = portsOf(options);
  const settings = gateway.schema.parse({ fqdn: upstream.url, ...credentials, ...settingsOf(options, upstream) });
  return journey(
    upstream,
    ports,
    gateway.create(settings, ports, { ...options.installation } as never) as Journey['provider'],
  );
}

export async function startEntraJourney(options: JourneyOptions = {}): Promise<Journey> {
  const upstream = await startEntraLike({ tenantId, ...defaults(options) });
  const ports = portsOf(options);
  const settings = azureAd.schema.parse({
    tenantId,
    authority: upstream.url,
    graphUrl: upstream.url,
    ...settingsOf(options, upstream),
  });
  const installation = { azureAd: azureAdInstallation(upstream.url, credentials) } as never;
  return journey(upstream, ports, azureAd.create(settings, ports, installation) as Journey['provider']);
}

function journey(upstream: Simulator, ports: TestPorts, provider: Journey['provider']): Journey {
  async function arrive(request: Partial<BeginRequest> = {}) {
    const begun = await provider.begin({ handle: 'the-handle', callbackUrl, forceAuthentication: false, ...request });
    return { callback: await browseUpstream(begun.send, callbackUrl), remember: begun.remember };
  }
  return {
    upstream,
    ports,
    provider,
    arrive,
    async signIn(faults = [], request = {}) {
      for (const fault of faults) upstream.misbehaveNext(fault);
      const { callback, remember } = await arrive(request);
      return provider.complete(callback, remember);
    },
    [Symbol.asyncDispose]: upstream.close,
  };
}

function portsOf({ now }: JourneyOptions): TestPorts {
  return testPorts(now === undefined ? {} : { now });
}

function settingsOf({ settings = {} }: JourneyOptions, upstream: Simulator): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replaceAll('URL', upstream.url) : value,
    ]),
  );
}

/** The error that this rejects with; throws when it does not reject. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was accepted');
}
