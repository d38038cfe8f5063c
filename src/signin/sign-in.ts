/**
 * In what order a sign-in happens (ARCHITECTURE §3): the only place where provider, claims, directory, sessions and log
 * meet. Begin → the browser leaves → complete (no cookie needed) → hand-over → return (the browser proves itself) →
 * admit → session.
 *
 * Owns: the order and the decisions in it. Does not own: pages and cookies (`accounts/`), the authorize request that
 * waits (`op/`), what an answer must look like (`providers/`). Called by `accounts/`.
 */
import type { Sealer } from '../../certs/sealing.ts';
import { ProviderError, type ProviderErrorCode } from '../../providers/errors.ts';
import type {
  BeginResult,
  Callback,
  FlowState,
  ProviderDefinition,
  UpstreamIdentity,
} from '../../providers/provider.ts';
import { type Requirement, requireOfAdministrator, requireOfSubscriber } from '../claims/claims.ts';
import { normaliseAndExplain } from '../claims/normalise.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { referenceCode } from '../core/random.ts';
import type { Connection, Connections } from '../directory/connections/connections.ts';
import { type DefinitionOf, requireDefinition } from '../directory/connections/new-connection.ts';
import { endpointsOf } from '../directory/connections/setting-paths.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { Attempt, Attempts, HandOver, Journey } from './attempts.ts';
import { explanations } from './explanations.ts';
import type { Handles } from './handles.ts';
import { type FailureShare, type Networks, usualShare } from './networks.ts';
import type { VerifiedPerson } from './person.ts';
import type { Target } from './resolve.ts';
import type { SignInCounting } from './sign-in-counts.ts';
import { createRecorder, type Recorder } from './traces/recorder.ts';
import {
  type Binding,
  type Proof,
  type TraceCode,
  type TraceOutcome,
  type TraceStep,
  traceMethods,
  traceText,
} from './traces/trace.ts';
import type { Traces } from './traces/traces.ts';
import type { Trials } from './trials.ts';
import type { Upstreams } from './upstreams.ts';

/** A sign-in that went wrong at the upstream, as it is logged under its reference code. */
export interface FailedSignIn {
  reference: string;
  code: ProviderErrorCode | 'attributes' | 'no_access';
  organizationId: string;
  connectionId: string;
  /** Exact; no attribute values, no tokens. */
  detail: Readonly<Record<string, unknown>>;
}

export interface SignInOptions {
  attempts: Attempts;
  counts: Pick<SignInCounting, 'count'>;
  traces: Pick<Traces, 'newId' | 'write' | 'complete'>;
  networks: Pick<Networks, 'shareOf' | 'isStaleRecorded'>;
  handles: Handles;
  upstreams: Upstreams;
  connections: Pick<Connections, 'find'>;
  definitionOf: DefinitionOf;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  /** Tests of connections: what comes back to one of them is none of a sign-in's. */
  trials: Pick<Trials, 'complete'>;
  /** Absolute callback URL of a provider's kind. */
  callbackUrlOf(definition: ProviderDefinition): string;
  returnUrl(interactionUid: string, handOver: string): string;
  /** Undefined: no client of one organization's, or none. */
  organizationOfClient(clientId: string): Promise<string | undefined>;
  onFailed(failure: FailedSignIn, share: FailureShare): Promise<void>;
  /** An answer was signed with this one of the connection's certificates. Never rejects. */
  onSigned(connectionId: string, fingerprint: string): Promise<void>;
  /** The upstream said who somebody is, and all that is needed of them. */
  onProven(connection: Connection, attempt: Pick<Attempt, 'startedAt' | 'network'>): Promise<void>;
}

export interface BeginOptions {
  target: Extract<Target, { kind: 'connection' }>;
  interactionUid: string;
  clientId: string;
  /** Hash of this browser's cookie. */
  browser: string;
  /** Hash of the network that the request came from. */
  network: string;
  forced: boolean;
  loginHint?: string;
}

export type Departure = { outcome: 'leaves'; send: BeginResult['send'] } | Failed;

export interface Failed {
  outcome: 'failed';
  failure: FailedSignIn;
  person: (typeof explanations)[ProviderErrorCode]['person'];
}

/** As it was when it was asked, or when its answer was proven. `kind` is empty where the connection is gone. */
type AskedConnection = Pick<Connection, 'kind' | 'version'>;

interface WhatToTrace {
  id: string;
  reference: string;
  asked: AskedConnection;
  recorder: Recorder;
  outcome: TraceOutcome;
  code?: TraceCode;
}

/** What the browser gets after a callback. */
export type Completion =
  | { outcome: 'handed_over'; location: string }
  /** The attempt is over, used, or never was ours; `clientId` tells the way back when the handle was ours. */
  | { outcome: 'stale'; clientId: string | undefined; reference?: string }
  /** A SAML response that nobody asked for (SML-4). */
  | { outcome: 'unsolicited' }
  | (Failed & { attempt: Attempt });

/** `attributes`: their problems are shown. `other_browser`: not the one that asked. */
export type JourneyEnd = 'signed_in' | 'no_access' | 'other_browser' | 'interrupted' | 'attributes';

type Traced = Pick<Attempt, 'organizationId' | 'connectionId' | 'clientId' | 'realm' | 'startedAt' | 'network'>;

export type SignIn = ReturnType<typeof createSignIn>;

export function createSignIn(options: SignInOptions) {
  const {
    attempts,
    counts,
    traces: tracing,
    networks,
    handles,
    upstreams,
    connections,
    definitionOf,
    sealer,
    clock,
    log,
  } = options;

  /** Starts an attempt and says where to send the browser, or why the upstream cannot be asked. */
  async function begin(request: BeginOptions): Promise<Departure> {
    const { connection, organization, realm } = request.target;
    const startedAt = clock.now();
    const recorder = createRecorder(clock, startedAt);
    recorder.note('begun', { forced: request.forced });
    counts.count({ connectionId: connection.id, startedAt }, 'begun');
    const handle = handles.make(request.clientId);
    const attempt = {
      interactionUid: request.interactionUid,
      clientId: request.clientId,
      realm,
      organizationId: organization.id,
      connectionId: connection.id,
      connectionVersion: connection.version,
      endpoints: endpointsOf(connection.settings, requireDefinition(definitionOf, connection.kind).descriptions),
      browser: request.browser,
      network: request.network,
      startedAt,
      forced: request.forced,
    };
    try {
      const { send, remember } = await recorder.watch(() => askUpstream(connection, handle, request));
      recorder.note('left', { binding: send.method === 'GET' ? 'redirect' : 'post' });
      await attempts.begin(handle, { ...attempt, remember, steps: recorder.steps });
      return { outcome: 'leaves', send };
    } catch (error) {
      counts.count(attempt, 'cameBack');
      return failed(attempt, connection, recorder, referenceCode(), error);
    }
  }

  async function askUpstream(connection: Connection, handle: string, request: BeginOptions): Promise<BeginResult> {
    const provider = await upstreams.providerOf(connection);
    if (provider.kind !== 'redirect')
      throw new ProviderError('settings_invalid', { detail: { note: 'not a redirect provider' } });
    return provider.begin({
      handle,
      callbackUrl: options.callbackUrlOf(requireDefinition(definitionOf, connection.kind)),
      forceAuthentication: request.forced,
      ...(request.loginHint !== undefined && { loginHint: request.loginHint }),
      ...(request.target.realm === administratorsRealm && { asAdministrator: true }),
    });
  }

  /**
   * The upstream's answer. Takes the attempt once, proves the answer against that attempt's own connection, and nothing
   * else may satisfy it (SML-5). `path` is the callback's name, so that one kind's answer cannot be given at another's.
   */
  async function complete(name: string, callback: Callback): Promise<Completion> {
    const handle = callback.parameters.state ?? callback.parameters.RelayState;
    if (handle === undefined) return { outcome: name === 'saml/acs' ? 'unsolicited' : 'stale', clientId: undefined };
    if (handles.isForTrial(handle)) {
      const back = await options.trials.complete(handle, name, callback);
      return back ? { outcome: 'handed_over', ...back } : { outcome: 'stale', clientId: undefined };
    }
    const clientId = handles.clientOf(handle);
    // Not ours: an IdP-initiated response may carry a RelayState of its own. It is never followed (SAML-40).
    if (clientId === undefined) return { outcome: name === 'saml/acs' ? 'unsolicited' : 'stale', clientId };
    const attempt = await attempts.take(handle);
    if (!attempt) return stale(handle, clientId, callback);
    counts.count(attempt, 'cameBack');
    const recorder = createRecorder(clock, attempt.startedAt, attempt.steps);
    recorder.note('came_back', { binding: bindingOf(callback) });
    const reference = referenceCode();
    let asked: AskedConnection = { kind: '', version: attempt.connectionVersion };
    try {
      const connection = await connections.find(attempt.connectionId);
      if (connection) asked = connection;
      if (connection?.state !== 'live' || !goesTo(connection, attempt.endpoints)) {
        throw new ProviderError('settings_invalid', { detail: { note: 'the connection was changed meanwhile' } });
      }
      if (requireDefinition(definitionOf, connection.kind).callback !== name)
        throw new ProviderError('callback_invalid', { detail: { received: name } });
      const identity = await recorder.watch(() => prove(connection, attempt, callback));
      recorder.note('proven', proofOf(identity));
      const outcome = await judge(connection, attempt, identity, recorder, reference);
      const { connectionId, startedAt } = attempt;
      const journey: Journey = { traceId: tracing.newId(), reference, connectionId, startedAt, steps: [] };
      const code = await attempts.handOver({ attempt: whoAsked(attempt), journey, outcome });
      const soFar = 'person' in outcome ? 'waiting' : 'attributes';
      await trace(attempt, { id: journey.traceId, reference, asked, recorder, outcome: soFar });
      return { outcome: 'handed_over', location: options.returnUrl(attempt.interactionUid, code) };
    } catch (error) {
      return { ...(await failed(attempt, asked, recorder, reference, error)), attempt };
    }
  }

  /**
   * A newer version may prove an answer that was asked for by an older one: certificates are rolled over while people sign
   * in. Not when it speaks to somebody else, who would get the other one's code.
   */
  function goesTo(connection: Connection, endpoints: string): boolean {
    return (
      endpointsOf(connection.settings, requireDefinition(definitionOf, connection.kind).descriptions) === endpoints
    );
  }

  /** A fault of ours is traced, and thrown on. */
  async function failed(
    attempt: Traced,
    asked: AskedConnection,
    recorder: Recorder,
    reference: string,
    error: unknown,
  ): Promise<Failed> {
    const code = recorder.noteFailure(error);
    // A fault of ours says nothing about the connection.
    if (code !== 'unexpected') counts.count(attempt, refusals.has(code) ? 'refused' : 'failed');
    const share = await shareOf(attempt);
    if (share.record !== 'over')
      await trace(attempt, { id: tracing.newId(), reference, asked, recorder, outcome: 'failed', code });
    if (!(error instanceof ProviderError)) throw error;
    return {
      outcome: 'failed',
      failure: await fail(attempt, error, reference, share),
      person: explanations[error.code].person,
    };
  }

  async function shareOf({ connectionId, network }: Pick<Attempt, 'connectionId' | 'network'>): Promise<FailureShare> {
    return network === undefined ? usualShare : networks.shareOf(connectionId, network);
  }

  /** Too late, or for the second time. Told once of each handle: anybody may send an old one as often as they like. */
  async function stale(handle: string, clientId: string, callback: Callback): Promise<Completion> {
    const organizationId = await options.organizationOfClient(clientId);
    if (organizationId === undefined || !(await attempts.noteLate(handle))) return { outcome: 'stale', clientId };
    if (!(await networks.isStaleRecorded(organizationId))) return { outcome: 'stale', clientId };
    const reference = referenceCode();
    const recorder = createRecorder(clock, clock.now());
    recorder.note('came_back', { binding: bindingOf(callback) });
    const { steps } = recorder;
    const facts = { clientId, organizationId, realm: '', beganAt: clock.now(), connection: null, code: null };
    await withoutTrace(() => tracing.write({ ...facts, id: tracing.newId(), reference, outcome: 'stale', steps }));
    return { outcome: 'stale', clientId, reference };
  }

  async function trace(attempt: Traced, what: WhatToTrace): Promise<void> {
    const { organizationId, clientId, realm, startedAt: beganAt } = attempt;
    const { recorder, asked, code = null, ...rest } = what;
    const connection = { id: attempt.connectionId, version: asked.version, kind: asked.kind };
    await withoutTrace(() =>
      tracing.write({ ...rest, organizationId, clientId, realm, beganAt, connection, code, steps: recorder.steps }),
    );
  }

  /** Nobody is kept out because it could not be written down. */
  async function withoutTrace(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      log.error({ err: error }, 'the trace of a sign-in could not be written');
    }
  }

  const noted = (journey: Journey, note: (recorder: Recorder) => void): Journey => {
    const recorder = createRecorder(clock, journey.startedAt, journey.steps);
    note(recorder);
    return { ...journey, steps: recorder.steps };
  };
  const noteReturn = (journey: Journey, sameBrowser: boolean): Journey =>
    noted(journey, (recorder) => recorder.note('returned', { sameBrowser }));
  const noteStayAsked = (journey: Journey): Journey => noted(journey, (recorder) => recorder.note('stay_asked', {}));

  /** How the journey ended, after the browser has shown that it is the one that asked (or that it is not). */
  async function conclude(journey: Journey, end: JourneyEnd): Promise<void> {
    const { steps } = noted(journey, (recorder) => {
      for (const step of stepsOfEnd[end]) recorder.note(step, {});
    });
    if (end !== 'attributes')
      counts.count(journey, end === 'signed_in' || end === 'interrupted' ? 'succeeded' : 'refused');
    await withoutTrace(() => tracing.complete(journey.traceId, end, steps));
  }

  async function prove(connection: Connection, attempt: Attempt, callback: Callback): Promise<UpstreamIdentity> {
    const provider = await upstreams.providerOf(connection);
    if (provider.kind !== 'redirect') throw new ProviderError('settings_invalid');
    const identity = await provider.complete(callback, attempt.remember);
    // Marked as used before it is believed; in the store of all nodes, for all organizations (SAML-31).
    if (identity.once && !(await attempts.spend(identity.once))) throw new ProviderError('saml_replayed');
    if (identity.signedWith !== undefined) await options.onSigned(connection.id, identity.signedWith);
    return identity;
  }

  async function judge(
    connection: Connection,
    attempt: Attempt,
    identity: UpstreamIdentity,
    recorder: Recorder,
    reference: string,
  ): Promise<HandOver['outcome']> {
    const requirement = requirementOf(connection, attempt.realm);
    const { normalisation: judged, attributes } = normaliseAndExplain(identity.raw, requirement);
    recorder.note('attributes', {
      ok: judged.ok,
      attributes: attributes.filter(({ outcome }) => outcome !== 'absent'),
    });
    if (!judged.ok) {
      counts.count(attempt, 'failed');
      const { problems } = judged;
      const failure = { ...whereOf(attempt), reference, code: 'attributes', detail: { problems } } as const;
      await report(failure, await shareOf(attempt));
      return { problems };
    }
    const person: VerifiedPerson = {
      connectionId: connection.id,
      idp: connection.kind,
      subject: identity.subject,
      claims: judged.claims,
      amr: identity.methods,
      acr: identity.context ?? null,
      notOnOrAfter: identity.notOnOrAfter ?? null,
      signOut: identity.signOut ? sealSignOut(connection.id, identity.signOut) : null,
    };
    await options.onProven(connection, attempt);
    return { person };
  }

  function requirementOf(connection: Connection, realm: string): Requirement {
    const settings = connection.settings as { attributes: Requirement['attributes']; cloudOnlyAccounts?: boolean };
    return realm === administratorsRealm
      ? requireOfAdministrator(settings.attributes)
      : requireOfSubscriber(settings.attributes, { sidOptional: settings.cloudOnlyAccounts === true });
  }

  /** Logs a failure exactly, and returns it with the reference code that the person will see. */
  async function fail(
    attempt: Pick<Attempt, 'organizationId' | 'connectionId'>,
    error: ProviderError,
    reference: string,
    share: FailureShare,
  ): Promise<FailedSignIn> {
    const { meaning } = explanations[error.code];
    const failure: FailedSignIn = {
      ...whereOf(attempt),
      reference,
      code: error.code,
      detail: { meaning: meaning.en, ...error.detail },
    };
    await report(failure, share, error);
    return failure;
  }

  async function report(failure: FailedSignIn, share: FailureShare, error?: ProviderError): Promise<void> {
    const level = failure.code in explanations ? explanations[failure.code as ProviderErrorCode].level : 'info';
    // `code` is the name of what an upstream hands out, and never written.
    const { code: reason, ...rest } = failure;
    log[level](
      { signIn: { ...rest, reason }, ...(error?.cause !== undefined && { err: error.cause }) },
      'sign-in failed',
    );
    await options.onFailed(failure, share);
  }

  const signOutContext = (connectionId: string) => `sign-out/${connectionId}`;
  function sealSignOut(connectionId: string, state: FlowState): string {
    return sealer.seal(JSON.stringify(state), signOutContext(connectionId));
  }

  return {
    begin,
    complete,
    noteReturn,
    noteStayAsked,
    conclude,
    openSignOut: (connectionId: string, sealed: string): FlowState =>
      JSON.parse(sealer.openText(sealed, signOutContext(connectionId))),
  };
}

/** About the person; what is wrong is neither the connection nor its provider. */
const refusals: ReadonlySet<TraceCode> = new Set<TraceCode>(['upstream_denied', 'guest_refused', 'tenant_mismatch']);

function whereOf({ organizationId, connectionId }: Pick<Attempt, 'organizationId' | 'connectionId'>) {
  return { organizationId, connectionId };
}

/** All that is needed of it at the return. */
function whoAsked({ interactionUid, browser, realm, organizationId, connectionId }: Attempt): HandOver['attempt'] {
  return { interactionUid, browser, realm, organizationId, connectionId };
}

function bindingOf({ method }: Callback): Binding {
  return method === 'GET' ? 'redirect' : 'post';
}

function proofOf({ signedWith, keyId, clockSkew, methods, context }: UpstreamIdentity): Proof {
  return {
    ...(signedWith !== undefined && { certificate: traceText(signedWith) }),
    ...(keyId !== undefined && { keyId: traceText(keyId) }),
    ...(clockSkew !== undefined && { clockSkew }),
    ...(methods.length > 0 && { methods: traceMethods(methods) }),
    ...(context !== undefined && { context: traceText(context) }),
  };
}

const stepsOfEnd = {
  signed_in: ['session_opened'],
  interrupted: ['session_opened', 'interrupted'],
  no_access: ['no_access'],
  other_browser: [],
  attributes: [],
} as const satisfies Record<JourneyEnd, readonly TraceStep['step'][]>;
