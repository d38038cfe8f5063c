/**
 * "Test and Finish" (SPEC IDP-4): a sign-in by a connection's draft, or by its live settings, that signs nobody in. It
 * makes no user, no account and no session; what it found out can be read for half an hour by whoever ran it.
 *
 * Owns: the trial from its beginning to its findings, who may see them, and that a trial's answer is never a sign-in's
 * nor the other way round (handles of a kind of their own, keys of their own in the store). Does not own: the protocols
 * (`providers/`), what attributes mean (`claims/`), what goes live (`directory/connections/drafts.ts`), pages. Called by
 * the surfaces; by `sign-in.ts` when an answer comes back.
 *
 * Whose a trial is, is an opaque `owner`: a hash that only the surface can make again (of a console session, or of a
 * browser that holds a link). An answer comes back in two steps like every sign-in's: the callback needs no cookie, and
 * what it proved counts once the browser that began has fetched it (SECURITY RP-18, CON-17).
 */
import type { Sealer } from '../../certs/sealing.ts';
import { ProviderError, type ProviderErrorCode, type ProviderErrorDetail } from '../../providers/errors.ts';
import {
  type AttributeNames,
  type BeginResult,
  type Callback,
  type CheckResult,
  canCheck,
  type FlowState,
  type Provider,
  type ProviderDefinition,
  type UpstreamIdentity,
} from '../../providers/provider.ts';
import { requireOfAdministrator, requireOfSubscriber } from '../claims/claims.ts';
import { type ExaminedAttribute, examine } from '../claims/normalise.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { Connection, Connections } from '../directory/connections/connections.ts';
import type { ConnectionDrafts } from '../directory/connections/drafts.ts';
import { type ConnectionEditor, requireEditor } from '../directory/connections/editor.ts';
import { type DefinitionOf, requireDefinition } from '../directory/connections/new-connection.ts';
import { valueAt } from '../directory/connections/setting-paths.ts';
import type { Store } from '../store/store.ts';
import { type Act, entryBy } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import type { Attempts } from './attempts.ts';
import { type Check, checkOf, isCheck, passedBefore, protocolOf } from './checks.ts';
import type { Handles } from './handles.ts';
import type { Upstreams } from './upstreams.ts';

const trialLifetime = 30 * 60_000;
/** As a sign-in's (`attempts.ts`). */
const departureLifetime = 15 * 60_000;
const arrivalLifetime = 60_000;
/** A test asks somebody else's servers (SECURITY RP-11). */
const trialsAnHour = 60;
/** Each time somebody leaves, the provider's document is read anew. */
const departuresOfTrial = 20;
const hourMs = 3_600_000;

export interface CheckFinding {
  check: Check;
  /** `warning`: found wrong, but people can sign in all the same. */
  outcome: 'passed' | 'warning' | 'failed';
  /** Of the last two. `attributes`: `Trial.attributes` says which. */
  code?: ProviderErrorCode | 'attributes';
  detail?: ProviderErrorDetail;
}

/** What was tested. `createdAt`: of the draft, as a later one has the same revisions again. */
export type Tested = { what: 'draft'; revision: number; createdAt: number } | { what: 'live'; version: number };

export interface Trial {
  id: string;
  organizationId: string;
  connectionId: string;
  kind: string;
  tested: Tested;
  /** `checking`: without anybody. `ready`: waits for somebody to sign in. `away`: they are at the provider. */
  phase: 'checking' | 'ready' | 'away' | 'done';
  outcome: 'passed' | 'failed' | null;
  /** One about each check that was made. */
  findings: readonly CheckFinding[];
  /** Nothing stands in the way of signing in; it can be done again to see whether it is better now. */
  maySignIn: boolean;
  /** Milliseconds by which the provider's clock is ahead (positive) or behind; absent: not measured. */
  clockSkew?: number;
  /** With values: for its owner's eyes only. */
  attributes?: readonly ExaminedAttribute[];
  /** The draft was changed while this ran: it has proved nothing about what is there now. */
  outdated?: true;
  startedAt: number;
  expiresAt: number;
}

interface StoredTrial extends Omit<Trial, 'id' | 'findings'> {
  /** What needed nobody, and what the latest sign-in showed. */
  before: readonly CheckFinding[];
  atSignIn: readonly CheckFinding[];
  owner: string;
  name: string;
  act: Act;
}

/** A journey to the upstream on a trial's account. */
interface Departure {
  trialId: string;
  owner: string;
  organizationId: string;
  connectionId: string;
  tested: Tested;
  returnTo: string;
  remember: FlowState;
}

/** What the answer showed, before the browser has shown that it is the one that asked. */
interface Arrival {
  trialId: string;
  owner: string;
  findings: readonly CheckFinding[];
  clockSkew?: number;
  attributes?: readonly ExaminedAttribute[];
}

export interface TrialsOptions {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  attempts: Pick<Attempts, 'spend'>;
  handles: Pick<Handles, 'makeForTrial'>;
  upstreams: Pick<Upstreams, 'make'>;
  connections: Pick<Connections, 'find' | 'openSettings'>;
  drafts: Pick<ConnectionDrafts, 'openSettings' | 'notePassed'>;
  definitionOf: DefinitionOf;
  systemLog: Pick<SystemLog, 'record'>;
  callbackUrlOf(definition: ProviderDefinition): string;
  /** SES-5, of this organization. */
  alwaysPrompts(organizationId: string): Promise<boolean>;
}

export type Beginning =
  /** `checked`: settles when everything that needs nobody has been asked; pages do not wait for it. */
  | { outcome: 'begun'; id: string; checked: Promise<void> }
  /** There is neither a draft nor anything live. */
  | { outcome: 'nothing' }
  | { outcome: 'too_many' };

export type Trials = ReturnType<typeof createTrials>;

export function createTrials(options: TrialsOptions) {
  const { store, sealer, clock, log, attempts, handles, upstreams, connections, drafts, definitionOf } = options;

  const trialKey = (id: string) => `trial:{${hashOfToken(id)}}`;
  const departureKey = (handle: string) => `trial-departure:{${hashOfToken(handle)}}`;
  const arrivalKey = (code: string) => `trial-arrival:{${hashOfToken(code)}}`;

  async function put(key: string, value: unknown, expiresAt: number): Promise<void> {
    await store.set(key, sealer.seal(JSON.stringify(value), key), expiresAt);
  }
  function open<T>(key: string, sealed: string | undefined): T | undefined {
    return sealed === undefined ? undefined : JSON.parse(sealer.openText(sealed, key));
  }

  /**
   * Begins a trial of the draft, or of what is live where there is no draft or `what` says so. Throws
   * `citrix_identity_needed` (IDP-2). The caller has asked for full access and a fresh proof.
   */
  async function begin(
    by: ConnectionEditor,
    connection: Pick<Connection, 'id' | 'organizationId' | 'kind' | 'name'>,
    { owner, what = 'draft' }: { owner: string; what?: Tested['what'] },
  ): Promise<Beginning> {
    requireEditor(by, connection.kind);
    const tested = await chooseTested(connection.id, what);
    if (!tested) return { outcome: 'nothing' };
    const now = clock.now();
    const { organizationId } = connection;
    if ((await store.count(`trials-begun:${organizationId}`, now + hourMs)) > trialsAnHour)
      return { outcome: 'too_many' };
    const id = randomToken();
    const trial: StoredTrial = {
      owner,
      act: by.act,
      organizationId,
      connectionId: connection.id,
      kind: connection.kind,
      name: connection.name,
      tested,
      phase: 'checking',
      outcome: null,
      before: [],
      atSignIn: [],
      maySignIn: false,
      startedAt: now,
      expiresAt: now + trialLifetime,
    };
    await put(trialKey(id), trial, trial.expiresAt);
    await record(trial, { outcome: 'begun' });
    return { outcome: 'begun', id, checked: runChecks(id, trial) };
  }

  async function chooseTested(connectionId: string, what: Tested['what']): Promise<Tested | undefined> {
    const draft = what === 'draft' ? await drafts.openSettings(connectionId) : undefined;
    if (draft) return { what: 'draft', revision: draft.revision, createdAt: draft.createdAt };
    const connection = await connections.find(connectionId);
    return connection?.state === 'live' ? { what: 'live', version: connection.version } : undefined;
  }

  /** Never rejects: nobody waits for it. */
  async function runChecks(id: string, trial: StoredTrial): Promise<void> {
    try {
      const definition = requireDefinition(definitionOf, trial.kind);
      const { provider, settings } = await makeProvider(trial);
      await add(id, [{ check: 'settings', outcome: 'passed' }]);
      const about = { callbackUrl: options.callbackUrlOf(definition) };
      const hasTls = !usesPlainHttp(definition, settings);
      for await (const result of canCheck(provider) ? provider.check(about) : []) {
        await add(id, findingsOf(result, { kind: trial.kind, settings, hasTls }), result.clockSkew);
      }
    } catch (error) {
      if (!(error instanceof ProviderError))
        log.error({ err: error, connectionId: trial.connectionId }, 'a test broke');
      const { code, detail } =
        error instanceof ProviderError
          ? error
          : new ProviderError('settings_invalid', { detail: { note: 'it broke' } });
      await add(id, [{ check: checkOf({ code, detail }), outcome: 'failed', code, detail }]).catch(() => {});
    }
    await settle(id).catch((error: unknown) => log.error({ err: error }, 'a test could not be kept'));
  }

  /** After the checks without anybody: over, or ready for somebody to sign in. */
  async function settle(id: string): Promise<void> {
    const trial = await change(id, (from) => {
      if (from.phase !== 'checking') return undefined;
      const hasFailed = from.before.some(({ outcome }) => outcome === 'failed');
      return { ...from, ...(hasFailed ? { phase: 'done', outcome: 'failed' } : { phase: 'ready', maySignIn: true }) };
    });
    if (trial?.outcome === 'failed') await recordOutcome(trial);
  }

  function add(id: string, findings: readonly CheckFinding[], clockSkew?: number): Promise<StoredTrial | undefined> {
    return change(id, (from) => ({
      ...from,
      before: [...from.before, ...findings],
      ...(clockSkew !== undefined && { clockSkew }),
    }));
  }

  /** The provider of exactly what this trial is of. Throws `settings_invalid` when it is incomplete or another by now. */
  async function makeProvider({ connectionId, tested }: Pick<StoredTrial, 'connectionId' | 'tested'>): Promise<{
    connection: Connection;
    provider: Provider;
    settings: Settings;
  }> {
    const connection = await connections.find(connectionId);
    const changed = new ProviderError('settings_invalid', { detail: { note: 'they were changed meanwhile' } });
    if (!connection) throw changed;
    const draft = tested.what === 'draft' ? await drafts.openSettings(connectionId) : undefined;
    if (tested.what === 'draft' && (draft?.revision !== tested.revision || draft.createdAt !== tested.createdAt))
      throw changed;
    if (tested.what === 'live' && (connection.state !== 'live' || connection.version !== tested.version)) throw changed;
    const whole = draft?.settings ?? (await connections.openSettings(connection));
    const parsed = requireDefinition(definitionOf, connection.kind).schema.safeParse(whole);
    if (!parsed.success) {
      const missing = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].slice(0, 10).join(', ');
      throw new ProviderError('settings_invalid', { detail: { where: missing, note: 'missing or not possible' } });
    }
    return { connection, provider: upstreams.make(connection, whole), settings: parsed.data as Settings };
  }

  /** Undefined: there is none, or it is somebody else's (CON-17). */
  async function find(id: string, owner: string): Promise<Trial | undefined> {
    const stored = await read(id);
    return stored?.owner === owner ? toTrial(id, stored) : undefined;
  }

  async function read(id: string): Promise<StoredTrial | undefined> {
    const key = trialKey(id);
    return open(key, await store.get(key));
  }

  /**
   * Where to send the browser to sign in. `returnTo`: our page that the browser comes back to, which calls `accept`.
   * Undefined: there is no such trial, it is not so far, or it has been left too often. `failed`: the upstream cannot be asked; the trial says why.
   */
  async function depart(
    id: string,
    owner: string,
    returnTo: string,
  ): Promise<BeginResult['send'] | 'failed' | undefined> {
    const trial = await read(id);
    if (trial?.owner !== owner || !trial.maySignIn) return undefined;
    if ((await store.count(`trial-departures:{${hashOfToken(id)}}`, trial.expiresAt)) > departuresOfTrial)
      return undefined;
    try {
      const { connection, provider } = await makeProvider(trial);
      if (provider.kind !== 'redirect') throw new ProviderError('settings_invalid');
      const handle = handles.makeForTrial();
      const { send, remember } = await provider.begin({
        handle,
        callbackUrl: options.callbackUrlOf(requireDefinition(definitionOf, connection.kind)),
        // As at the workspace: a provider that does not ask again would otherwise fail there and pass here.
        forceAuthentication: connection.forSubscribers && (await options.alwaysPrompts(trial.organizationId)),
      });
      const { organizationId, connectionId, tested } = trial;
      const departure: Departure = { trialId: id, owner, organizationId, connectionId, tested, returnTo, remember };
      await put(departureKey(handle), departure, clock.now() + departureLifetime);
      await change(id, ({ attributes: _, ...from }) => ({ ...from, phase: 'away', outcome: null, atSignIn: [] }));
      return send;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { code, detail } = error;
      const failed: CheckFinding = { check: checkOf(error), outcome: 'failed', code, detail };
      const changed = await change(id, ({ attributes: _, ...from }) => ({
        ...from,
        phase: 'done',
        outcome: 'failed',
        atSignIn: [failed],
      }));
      if (changed) await recordOutcome(changed);
      return 'failed';
    }
  }

  /**
   * The upstream's answer to a trial, for `sign-in.ts`. Takes the departure once and proves the answer against that
   * trial's own settings; nothing else may satisfy it. Undefined: it is over, used, or never was.
   */
  async function complete(handle: string, name: string, callback: Callback): Promise<{ location: string } | undefined> {
    const key = departureKey(handle);
    const departure = open<Departure>(key, await store.take(key));
    if (!departure) return undefined;
    const { trialId, owner, returnTo } = departure;
    const arrival: Arrival = { trialId, owner, ...(await judge(departure, name, callback)) };
    const code = randomToken();
    await put(arrivalKey(code), arrival, clock.now() + arrivalLifetime);
    return { location: `${returnTo}?h=${code}` };
  }

  async function judge(
    departure: Departure,
    name: string,
    callback: Callback,
  ): Promise<Pick<Arrival, 'findings' | 'clockSkew' | 'attributes'>> {
    const { connectionId } = departure;
    try {
      const { connection, provider, settings } = await makeProvider(departure);
      if (requireDefinition(definitionOf, connection.kind).callback !== name)
        throw new ProviderError('callback_invalid', { detail: { received: name } });
      if (provider.kind !== 'redirect') throw new ProviderError('settings_invalid');
      const identity = await provider.complete(callback, departure.remember);
      if (identity.once && !(await attempts.spend(identity.once))) throw new ProviderError('saml_replayed');
      return judgeIdentity(connection, settings, identity);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { code, detail } = error;
      log.info({ trial: { connectionId, code, detail }, err: error.cause }, 'a test sign-in failed');
      const { kind } = (await connections.find(connectionId)) ?? { kind: '' };
      const check = checkOf({ code, detail });
      return {
        findings: [...passedAtSignIn(kind, check), { check, outcome: 'failed', code, detail }],
        ...(detail.clockSkew !== undefined && { clockSkew: detail.clockSkew }),
      };
    }
  }

  function judgeIdentity(connection: Connection, settings: Settings, identity: UpstreamIdentity) {
    const { attributes: names, cloudOnlyAccounts } = settings as {
      attributes: AttributeNames;
      cloudOnlyAccounts?: boolean;
    };
    const requirement = connection.forSubscribers
      ? requireOfSubscriber(names, { sidOptional: cloudOnlyAccounts === true })
      : requireOfAdministrator(names);
    const attributes = examine(identity.raw, requirement);
    const isSound = attributes.every(({ outcome }) => outcome !== 'problem');
    const findings: CheckFinding[] = [
      ...passedAtSignIn(connection.kind, 'attributes'),
      isSound
        ? { check: 'attributes', outcome: 'passed' }
        : { check: 'attributes', outcome: 'failed', code: 'attributes' },
    ];
    return { findings, attributes, ...(identity.clockSkew !== undefined && { clockSkew: identity.clockSkew }) };
  }

  /**
   * The browser is back: what the answer showed becomes the trial's, when it is its owner who comes. A draft that passed
   * may go live from now on (`drafts.notePassed`). `stale`: used already, or too late.
   */
  async function accept(code: string, id: string, owner: string): Promise<'accepted' | 'other_browser' | 'stale'> {
    const key = arrivalKey(code);
    const arrival = open<Arrival>(key, await store.take(key));
    if (!arrival) return 'stale';
    if (arrival.owner !== owner || arrival.trialId !== id) return 'other_browser';
    const before = await read(id);
    if (!before) return 'stale';
    const hasPassed = [...before.before, ...arrival.findings].every(({ outcome }) => outcome !== 'failed');
    const { tested, connectionId } = before;
    // Asked of the row in one statement: a draft that was saved meanwhile has not passed.
    const counts =
      !hasPassed ||
      tested.what === 'live' ||
      (await drafts.notePassed(connectionId, tested.revision, tested.createdAt));
    const trial = await change(id, ({ attributes: _attributes, clockSkew: known, ...from }) => {
      const clockSkew = arrival.clockSkew ?? known;
      return {
        ...from,
        atSignIn: arrival.findings,
        phase: 'done',
        outcome: hasPassed && counts ? 'passed' : 'failed',
        ...(arrival.attributes && { attributes: arrival.attributes }),
        ...(clockSkew !== undefined && { clockSkew }),
        ...(!counts && { outdated: true as const }),
      };
    });
    if (!trial) return 'stale';
    await recordOutcome(trial);
    return 'accepted';
  }

  /** As it stands, changed and written back in one piece. Undefined: it is over, or `how` left it as it was. */
  async function change(
    id: string,
    how: (from: StoredTrial) => StoredTrial | undefined,
  ): Promise<StoredTrial | undefined> {
    const key = trialKey(id);
    for (let tries = 0; tries < 20; tries++) {
      const sealed = await store.get(key);
      const from = open<StoredTrial>(key, sealed);
      const to = from && how(from);
      if (sealed === undefined || !to) return undefined;
      if (await store.replace(key, sealed, sealer.seal(JSON.stringify(to), key), to.expiresAt)) return to;
    }
    throw new Error('a trial was changed by too many at once');
  }

  async function recordOutcome(trial: StoredTrial): Promise<void> {
    const { outcome, outdated = false, organizationId, connectionId, tested } = trial;
    const failed = [...trial.before, ...trial.atSignIn].find((finding) => finding.outcome === 'failed');
    const { check, code, detail } = failed ?? {};
    log.info(
      { trial: { organizationId, connectionId, ...versionOf(tested), outcome, check, code, detail } },
      'a connection was tested',
    );
    await record(trial, {
      outcome: outcome ?? 'failed',
      ...(failed && { check: failed.check, reason: failed.code ?? failed.check }),
      ...(outdated && { outdated }),
    });
  }

  /** Whoever runs tests makes us ask other people's servers: each one is told, with what it came to. */
  async function record(trial: StoredTrial, detail: Record<string, string | boolean>): Promise<void> {
    const { organizationId, connectionId, name, tested, act } = trial;
    await options.systemLog.record(
      entryBy(act, {
        event: 'platform/connection/test',
        organizationId,
        target: { type: 'connection', id: connectionId, name },
        detail: { ...detail, ...versionOf(tested) },
      }),
    );
  }

  return { begin, find, depart, complete, accept };
}

type Settings = Readonly<Record<string, unknown>>;

/** For the log. */
function versionOf(tested: Tested) {
  return tested.what === 'draft' ? { what: tested.what, revision: tested.revision } : tested;
}

function toTrial(id: string, { before, atSignIn, owner: _owner, name: _name, act: _act, ...rest }: StoredTrial): Trial {
  return { id, ...rest, findings: merge([...before, ...atSignIn]) };
}

const rank = { passed: 0, warning: 1, failed: 2 } as const;

/** Of several about one check the worst counts. */
function merge(findings: readonly CheckFinding[]): CheckFinding[] {
  const worst = new Map<Check, CheckFinding>();
  for (const finding of findings) {
    const known = worst.get(finding.check);
    if (!known || rank[finding.outcome] > rank[known.outcome]) worst.set(finding.check, finding);
  }
  return [...worst.values()];
}

const passed = (names: readonly Check[]): CheckFinding[] => names.map((check) => ({ check, outcome: 'passed' }));

/**
 * What every sign-in has behind it that came as far as `check`. Not everybody has userinfo or a directory to read, or
 * certificates of keys that are judged.
 */
function passedAtSignIn(kind: string, check: Check): CheckFinding[] {
  const unusual: readonly Check[] = kind === 'saml' ? [] : ['userinfo', 'certificate'];
  const behind = passedBefore(protocolOf(kind), check).filter(
    (name) => !unusual.includes(name) && (name !== 'directory' || kind === 'azure-ad'),
  );
  return passed(check === 'returned' || behind.includes('returned') ? behind : ['returned', ...behind]);
}

/** What a provider's own checks are named, where they are not named as ours. */
const checksOfProvider: Readonly<Record<string, readonly Check[]>> = {
  discovery: ['document', 'issuer'],
  certificates: ['certificate'],
  domain: ['settings'],
  'api-token': ['directory'],
  users: ['directory'],
  groups: ['directory'],
};

/** One result of `provider.check()`, as lines of our list. */
function findingsOf(
  { check: name, error }: CheckResult,
  { kind, settings, hasTls }: { kind: string; settings: Settings; hasTls: boolean },
): CheckFinding[] {
  const named: readonly Check[] = Object.hasOwn(checksOfProvider, name)
    ? (checksOfProvider[name] as readonly Check[])
    : isCheck(name)
      ? [name]
      : ['directory'];
  if (error === undefined) return passed(name === 'reachable' && hasTls ? ['reachable', 'tls'] : named);
  const { code, detail } = error;
  // The first two find several things out at once.
  const check = name === 'reachable' || name === 'discovery' ? checkOf(error) : (named[0] as Check);
  const outcome = kind === 'saml' && isHarmless(check, settings) ? 'warning' : 'failed';
  const behind: readonly Check[] = check === 'tls' ? ['reachable'] : check === 'issuer' ? ['document'] : [];
  return [...passed(behind), { check, outcome, code, detail }];
}

/**
 * The browser goes to a SAML provider, not we: one inside a network is none the worse for being out of our reach. An
 * expired certificate is the key that was entered all the same, unless the connection says otherwise.
 */
function isHarmless(check: Check, settings: Settings): boolean {
  return check === 'certificate' ? settings.certificateExpiry !== 'refuse' : check === 'reachable' || check === 'tls';
}

/** Only on loopback, where tests and demonstrations are. */
function usesPlainHttp({ descriptions }: ProviderDefinition, settings: Settings): boolean {
  const endpoints = descriptions.filter(({ endpoint }) => endpoint).map(({ key }) => valueAt(settings, key));
  return endpoints.some((value) => typeof value === 'string' && value.startsWith('http:'));
}
