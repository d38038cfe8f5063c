/**
 * What a sign-in and a session check cost, beside what they would cost without us.
 *
 * Owns: what is started, in which order it is measured. Five rounds, every lane in each, so that whatever else the machine
 * does meets all of them; ratios are taken within a round, and the median of the rounds counts. Cost is the CPU time of
 * the server's process: `per_s` is what one core gives when it does nothing else. Does not own: words (`report.ts`).
 * Called by `main.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/services/processes.ts';
import type { BarePlan } from './bare-process.ts';
import {
  addAdministrators,
  addApplication,
  addOrganization,
  describeServiceProvider,
  environmentOf,
  oktaSettings,
  openPlace,
  type Place,
  redirectUri,
} from './installation.ts';
import type { Usage } from './measured-process.ts';
import { measurePasswords } from './password-load.ts';
import { loadCore, type PinnedProcess, pinThisProcess, serverCore, startPinned } from './pinned-process.ts';
import { loadRaw } from './raw-load.ts';
import { type Costs, type LaneName, type Report, reportOf } from './report.ts';
import { Browser, type RelyingParty, signIn, signInWithPassword } from './sign-in-client.ts';
import { measureStarts } from './start-up.ts';

export interface BenchOptions {
  /** A hundredth of everything: to see that it runs. */
  quick: boolean;
  /** Where `.cpuprofile` files of the brokered sign-in and of the session check go. */
  profileFolder?: string;
  onProgress(step: string): void;
}

interface Lane {
  process: PinnedProcess;
  /** How many in one round. */
  count: number;
  run(count: number): Promise<void>;
}
type Lanes = Record<LaneName, Lane>;

const full = {
  rounds: 5,
  warmUps: 2,
  connections: 10_000,
  spread: 50,
  signIns: 200,
  checks: 10_000,
  rest: 5_000,
  starts: 5,
};
const quick = { rounds: 2, warmUps: 1, connections: 100, spread: 3, signIns: 4, checks: 100, rest: 30, starts: 1 };
type Size = typeof full;

const password = { perRound: 8, quick: 1 };

export async function runBench(options: BenchOptions): Promise<Report> {
  const size = options.quick ? quick : full;
  const { onProgress } = options;
  pinThisProcess(loadCore);
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-bench-'));
  const processes: PinnedProcess[] = [];
  const start = (module: string, core: number): PinnedProcess => {
    const log = join(folder, `${module}.log`);
    const started = startPinned(new URL(module, import.meta.url), core, log);
    processes.push(started);
    return started;
  };
  try {
    onProgress(`filling two installations: one connection of each kind, and ${size.connections}`);
    const one: Place = { port: await freePort(), folder: join(folder, 'one') };
    const many: Place = { port: await freePort(), folder: join(folder, 'many') };
    const upstreams = start('upstreams-process.ts', loadCore);
    const callbacks = [one, many].map(({ port }) => `http://localhost:${port}/core/login-okta`);
    const { url } = await upstreams.ask<{ url: string }>('startOpenId', callbacks);
    const passwords = (size.rounds + size.warmUps) * (options.quick ? password.quick : password.perRound);
    const atOne = await fillOne(one, upstreams, url, Math.max(passwords, options.quick ? 8 : 100));
    const atMany = await fillMany(many, url, size);

    onProgress('starting servers');
    const bare = await startBare(start('bare-process.ts', serverCore), folder);
    const brokerOne = start('broker-process.ts', serverCore);
    await brokerOne.ask('start', environmentOf(one));
    const brokerMany = start('broker-process.ts', serverCore);
    await brokerMany.ask('start', environmentOf(many));
    const argon2Ms = (await cpuOf(brokerOne, () => brokerOne.ask('comparePasswords', 10))) / 10;

    const workspace = `http://localhost:${one.port}/workspace/okta-company`;
    const cookies = await workspaceCookies(workspace);
    const lanes: Lanes = {
      floor: { process: bare.process, count: size.signIns, run: repeat(8, () => signIn(bare.party)) },
      oidc: { process: brokerOne, count: size.signIns, run: repeat(8, () => signIn(atOne.okta)) },
      oidcOfMany: {
        process: brokerMany,
        count: size.signIns,
        run: repeat(
          8,
          inTurn(atMany, (party) => signIn(party)),
        ),
      },
      saml: { process: brokerOne, count: Math.ceil(size.signIns / 4), run: repeat(8, () => signIn(atOne.saml)) },
      citrix: {
        process: brokerOne,
        count: passwords / (size.rounds + size.warmUps),
        run: repeat(
          2,
          inTurn(atOne.administrators, (person) => signInWithPassword(atOne.installation, person)),
        ),
      },
      workspace: workspaceLane(brokerOne, workspace, size.signIns / 2, atOne.okta),
      bareAnswer: {
        process: bare.process,
        count: size.checks,
        run: (requests) => loadRaw({ port: bare.port, path: '/session', cookies, requests }),
      },
      sessionCheck: {
        process: brokerOne,
        count: size.checks,
        run: (requests) =>
          loadRaw({ port: one.port, path: new URL(`${workspace}/session`).pathname, cookies, requests }),
      },
    };

    onProgress('warming up');
    for (let round = 0; round < size.warmUps; round++)
      for (const lane of Object.values(lanes)) await lane.run(lane.count);
    const costs: Costs = Object.fromEntries(Object.keys(lanes).map((name) => [name, [] as number[]])) as Costs;
    for (let round = 1; round <= size.rounds; round++) {
      onProgress(`round ${round} of ${size.rounds}`);
      for (const [name, { process, count, run }] of Object.entries(lanes) as [LaneName, Lane][])
        costs[name].push((await cpuOf(process, () => run(count))) / count);
    }

    onProgress('a hundred passwords at once');
    const passwordFigures = await measurePasswords({
      process: brokerOne,
      party: atOne.installation,
      people: atOne.administrators.slice(0, options.quick ? 8 : 100),
      rounds: options.quick ? 1 : size.rounds,
      perRound: options.quick ? 8 : 60,
    });

    onProgress(`signing in up to ${size.rest} times`);
    const done = (size.rounds + size.warmUps) * (lanes.oidc.count + lanes.saml.count + lanes.citrix.count);
    await lanes.oidc.run(Math.max(0, size.rest - done));
    const { rssMb } = await brokerOne.ask<Usage>('usage');

    if (options.profileFolder !== undefined) {
      for (const name of ['oidc', 'saml', 'sessionCheck', 'floor', 'bareAnswer'] as const) {
        const { process, count, run } = lanes[name];
        onProgress(`profiling ${name}`);
        await process.ask('startProfile');
        await run(count * 2);
        await process.ask('stopProfile', join(options.profileFolder, `${name}.cpuprofile`));
      }
    }
    for (const process of processes.splice(0)) await process.stop();

    onProgress('starting and stopping');
    const starts = await measureStarts([one, many], size.starts);
    return reportOf({ costs, argon2Ms, passwords: passwordFigures, rssMb, starts, quick: options.quick });
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function cpuOf(process: PinnedProcess, work: () => Promise<unknown>): Promise<number> {
  const before = await process.ask<Usage>('usage');
  await work();
  return (await process.ask<Usage>('usage')).cpuMs - before.cpuMs;
}

async function fillOne(place: Place, upstreams: PinnedProcess, oktaUrl: string, administrators: number) {
  const installation = await openPlace(place);
  const serviceProvider = await describeServiceProvider(installation);
  const { metadata } = await upstreams.ask<{ metadata: string }>('startSaml', serviceProvider);
  const okta = await addOrganization(installation, 'okta-company', 'okta', oktaSettings(oktaUrl));
  const saml = await addOrganization(installation, 'saml-company', 'saml', { metadata, signRequests: true });
  const filled = {
    okta: await addApplication(installation, okta),
    saml: await addApplication(installation, saml),
    installation: await addApplication(installation, null),
    administrators: await addAdministrators(installation, okta, administrators),
  };
  await installation.database.close();
  return filled;
}

/** Sign-ins go to `spread` of them in turn, so that none is the one that everything is kept warm for. */
async function fillMany(place: Place, oktaUrl: string, { connections, spread }: Size): Promise<RelyingParty[]> {
  const installation = await openPlace(place);
  const parties: RelyingParty[] = [];
  for (let index = 0; index < connections; index++) {
    const organization = await addOrganization(installation, `company-${index}`, 'okta', oktaSettings(oktaUrl));
    if (index % Math.floor(connections / spread) === 0) parties.push(await addApplication(installation, organization));
  }
  await installation.database.close();
  return parties;
}

async function startBare(process: PinnedProcess, folder: string) {
  const port = await freePort();
  const client = { clientId: 'bench', secret: 'secret-of-the-bench', redirectUri };
  await process.ask('start', { port, folder, client } satisfies BarePlan);
  return { process, port, party: { issuer: `http://localhost:${port}/core`, ...client } };
}

/** The reference workspace as one more application of a session that exists: its own leg. */
function workspaceLane(process: PinnedProcess, workspace: string, count: number, party: RelyingParty): Lane {
  const browsers: Browser[] = [];
  let next = 0;
  return {
    process,
    count,
    async run(times) {
      while (browsers.length < 8) {
        const browser = new Browser();
        await signIn(party, browser);
        browsers.push(browser);
      }
      await repeat(8, async () => {
        const browser = browsers[next++ % browsers.length]!;
        browser.forget('workspace-okta-company');
        const page = await browser.follow(workspace, 'nowhere:');
        if (!page.body.includes('sign-out')) throw new Error(`no workspace at ${page.url}`);
      })(times);
    },
  };
}

/** Of 32 people who are in the workspace. */
async function workspaceCookies(workspace: string): Promise<string[]> {
  const cookies: string[] = [];
  for (let index = 0; index < 32; index++) {
    const browser = new Browser();
    await browser.follow(workspace, 'nowhere:');
    cookies.push(browser.cookiesFor(`${workspace}/session`));
  }
  return cookies;
}

/** Runs `work` so many times, `width` at once. */
function repeat(width: number, work: () => Promise<unknown>): (count: number) => Promise<void> {
  return async (count) => {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await work();
    };
    await Promise.all(Array.from({ length: width }, worker));
  };
}

function inTurn<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): () => Promise<unknown> {
  let next = 0;
  return () => work(items[next++ % items.length]!);
}
