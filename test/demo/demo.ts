/**
 * The whole demo: the broker, four simulated upstreams, five organizations, and the page that says where to click.
 *
 * Owns: in which order all that starts and ends. Does not own: words on a terminal (`main.ts`), who is in it
 * (`organizations.ts`). Called by `main.ts` and by the browser tests.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config.ts';
import { createSites, type Sites } from '../../src/config/sites.ts';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { createOneTimeCode, type DemoFacts } from './facts.ts';
import { openOperator } from './operator.ts';
import { type DemoOrganization, organizations, tenantId } from './organizations.ts';
import { findTaken, type Ports } from './ports.ts';
import { startStartPage } from './start-page/server.ts';
import type { OpenIdPlan, SamlPlan } from './upstreams-process.ts';

export interface DemoOptions {
  ports: Ports;
  /** `shown`: what broker and upstreams write goes to this process's own output. */
  output: ChildOptions['output'];
  /** Of the broker. */
  logLevel: 'info' | 'warn' | 'silent';
  onProgress(step: string): void;
  /** Something ended by itself. Call `stop`. */
  onCrash(message: string): void;
}

export interface RunningDemo extends DemoFacts {
  startUrl: string;
}

export interface Demo {
  /** Once. Throws `PortsTakenError`, or whatever else goes wrong; call `stop` then as well. */
  start(): Promise<RunningDemo>;
  /** Ends every process, closes every port, removes the data; at any time, also while it starts. */
  stop(): Promise<void>;
}

/** Somebody listens there already. */
export class PortsTakenError extends Error {
  readonly ports: readonly number[];
  constructor(ports: readonly number[]) {
    super(`taken: ${ports.join(', ')}`);
    this.ports = ports;
  }
}

const clientOfUpstreams = { clientId: 'sekisho', clientSecret: 'secret-of-the-demo' };

export function createDemo(options: DemoOptions): Demo {
  const closing: (() => Promise<void>)[] = [];
  let isStopped = false;
  /** What has to be closed again; at once, when the demo was stopped while this was starting. */
  const keep: Keep = async (close) => {
    closing.push(close);
    if (isStopped) await stop();
    if (isStopped) throw new Error('The demo was stopped');
  };
  async function stop(): Promise<void> {
    isStopped = true;
    // In the opposite order; a second call finds nothing left to do.
    for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close();
  }
  return {
    start: async () => {
      const taken = await findTaken(options.ports);
      if (taken.length > 0) throw new PortsTakenError(taken);
      return start(options, keep);
    },
    stop,
  };
}

type Keep = (close: () => Promise<void>) => Promise<void>;

async function start(options: DemoOptions, keep: Keep): Promise<RunningDemo> {
  const { ports, onProgress } = options;
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-demo-'));
  await keep(() => rm(folder, { recursive: true, force: true }));
  const env = environmentOf(options, folder);
  const config = readConfig(env);
  const sites = createSites(config);
  const urls = upstreamUrls(ports);
  const child = async (name: string, module: string): Promise<Child> => {
    const { output, onCrash } = options;
    const started = startChild(new URL(module, import.meta.url), { name, output, onCrash });
    await keep(started.stop);
    return started;
  };

  onProgress('broker and upstreams');
  const broker = await child('broker', './broker-process.ts');
  const upstreams = await child('simulated upstreams', './upstreams-process.ts');
  await Promise.all([broker.ask('start', env), upstreams.ask('start', openIdPlan(ports, urls, sites))]);

  onProgress('organizations');
  const operator = await openOperator(config);
  await keep(operator.close);
  const startSaml = async () => {
    const { samlEntityId: entityId, acsUrl, samlLogoutUrl: logoutUrl } = sites;
    const serviceProvider = { entityId, acsUrl, logoutUrl, certificate: await operator.samlCertificate() };
    const plan: SamlPlan = { port: ports.saml, publicUrl: urls.saml, serviceProvider };
    return (await upstreams.ask('startSaml', plan)) as { metadata: string };
  };
  const settings: Record<Exclude<DemoOrganization['kind'], 'citrix'>, Record<string, unknown>> = {
    okta: { url: urls.okta, customDomain: true, ...clientOfUpstreams },
    'azure-ad': { tenantId, authority: urls.entra, graphUrl: urls.entra, groups: true, ...clientOfUpstreams },
    gateway: { fqdn: urls.gateway, ...clientOfUpstreams },
    saml: await startSaml(),
  };
  const { totpKey } = await operator.addCitrixAdministrator();
  for (const organization of organizations) {
    await operator.addOrganization(organization);
    await operator.letCitrixAdministrator(organization);
    if (organization.kind !== 'citrix') await operator.addConnection(organization, settings[organization.kind]);
  }

  onProgress('start page');
  const facts: DemoFacts = { sites, upstreams: urls, totpKey, code: createOneTimeCode(totpKey), env };
  const page = await startStartPage(ports.startPage, facts);
  await keep(page.close);
  return { ...facts, startUrl: page.url };
}

function environmentOf({ ports, logLevel }: DemoOptions, folder: string): Record<string, string> {
  return {
    SEKISHO_DOMAIN: `http://sekisho.localhost:${ports.broker}`,
    SEKISHO_LISTEN: `127.0.0.1:${ports.broker}`,
    SEKISHO_DATA: folder,
    SEKISHO_UPSTREAM_LOOPBACK: 'allow',
    SEKISHO_LOG_LEVEL: logLevel,
  };
}

function upstreamUrls(ports: Ports): DemoFacts['upstreams'] {
  return {
    okta: `http://okta.localhost:${ports.okta}`,
    entra: `http://entra.localhost:${ports.entra}`,
    gateway: `http://gateway.localhost:${ports.gateway}`,
    saml: `http://contoso.localhost:${ports.saml}`,
  };
}

function openIdPlan(ports: Ports, urls: DemoFacts['upstreams'], sites: Sites): OpenIdPlan {
  const place = (name: 'okta' | 'entra' | 'gateway', callback: string) => ({
    port: ports[name],
    publicUrl: urls[name],
    client: {
      ...clientOfUpstreams,
      // The last: the same provider connected once more, as any that speaks OpenID Connect.
      redirectUris: [sites.callbackUrl(callback), sites.callbackUrl('login-oidc')],
      postLogoutRedirectUris: [
        sites.consoleUrl(),
        ...organizations.map(({ customerId }) => sites.workspaceUrl(customerId)),
      ],
    },
  });
  return {
    okta: place('okta', 'login-okta'),
    entra: place('entra', 'login-azuread'),
    gateway: place('gateway', 'login-cip'),
  };
}
