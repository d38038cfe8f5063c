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
import { normalise } from '../claims/normalise.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { referenceCode } from '../core/random.ts';
import type { Connection, Connections } from '../directory/connections/connections.ts';
import type { DefinitionOf } from '../directory/connections/new-connection.ts';
import { endpointsOf } from '../directory/connections/setting-paths.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import type { Attempt, Attempts, HandOver } from './attempts.ts';
import { explanations } from './explanations.ts';
import type { Handles } from './handles.ts';
import type { VerifiedPerson } from './person.ts';
import type { Target } from './resolve.ts';
import type { SignInCounting } from './sign-in-counts.ts';
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
  handles: Handles;
  upstreams: Upstreams;
  connections: Pick<Connections, 'find'>;
  definitionOf: DefinitionOf;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  /** Absolute callback URL of a provider's kind. */
  callbackUrlOf(definition: ProviderDefinition): string;
  returnUrl(interactionUid: string, handOver: string): string;
  onFailed(failure: FailedSignIn): Promise<void>;
  /** The upstream said who somebody is, and all that is needed of them. */
  onProven(connection: Connection): Promise<void>;
}

export interface BeginOptions {
  target: Extract<Target, { kind: 'connection' }>;
  interactionUid: string;
  clientId: string;
  /** Hash of this browser's cookie. */
  browser: string;
  forced: boolean;
  loginHint?: string;
}

/** What the browser gets after a callback. */
export type Completion =
  | { outcome: 'handed_over'; location: string }
  /** The attempt is over, used, or never was ours; `clientId` tells the way back when the handle was ours. */
  | { outcome: 'stale'; clientId: string | undefined }
  /** A SAML response that nobody asked for (SML-4). */
  | { outcome: 'unsolicited' }
  | {
      outcome: 'failed';
      failure: FailedSignIn;
      attempt: Attempt;
      person: (typeof explanations)[ProviderErrorCode]['person'];
    };

export type SignIn = ReturnType<typeof createSignIn>;

export function createSignIn(options: SignInOptions) {
  const { attempts, counts, handles, upstreams, connections, definitionOf, sealer, clock, log } = options;

  /** Starts an attempt and says where to send the browser. Throws `ProviderError` when the upstream cannot be asked. */
  async function begin(request: BeginOptions): Promise<BeginResult['send']> {
    const { connection, organization, realm } = request.target;
    const provider = await upstreams.providerOf(connection);
    if (provider.kind !== 'redirect')
      throw new ProviderError('settings_invalid', { detail: { note: 'not a redirect provider' } });
    const handle = handles.make(request.clientId);
    const startedAt = clock.now();
    counts.count({ connectionId: connection.id, startedAt }, 'begun');
    const { send, remember } = await provider.begin({
      handle,
      callbackUrl: options.callbackUrlOf(definition(connection)),
      forceAuthentication: request.forced,
      ...(request.loginHint !== undefined && { loginHint: request.loginHint }),
    });
    await attempts.begin(handle, {
      interactionUid: request.interactionUid,
      clientId: request.clientId,
      realm,
      organizationId: organization.id,
      connectionId: connection.id,
      connectionVersion: connection.version,
      endpoints: endpointsOf(connection.settings, definition(connection).descriptions),
      browser: request.browser,
      startedAt,
      forced: request.forced,
      remember,
    });
    return send;
  }

  /**
   * The upstream's answer. Takes the attempt once, proves the answer against that attempt's own connection, and nothing
   * else may satisfy it (SML-5). `path` is the callback's name, so that one kind's answer cannot be given at another's.
   */
  async function complete(name: string, callback: Callback): Promise<Completion> {
    const handle = callback.parameters.state ?? callback.parameters.RelayState;
    if (handle === undefined) return { outcome: name === 'saml/acs' ? 'unsolicited' : 'stale', clientId: undefined };
    const clientId = handles.clientOf(handle);
    // Not ours: an IdP-initiated response may carry a RelayState of its own. It is never followed (SAML-40).
    if (clientId === undefined) return { outcome: name === 'saml/acs' ? 'unsolicited' : 'stale', clientId };
    const attempt = await attempts.take(handle);
    if (!attempt) return { outcome: 'stale', clientId };
    counts.count(attempt, 'cameBack');
    try {
      const connection = await connections.find(attempt.connectionId);
      if (connection?.state !== 'live' || !goesTo(connection, attempt.endpoints)) {
        throw new ProviderError('settings_invalid', { detail: { note: 'the connection was changed meanwhile' } });
      }
      if (definition(connection).callback !== name)
        throw new ProviderError('callback_invalid', { detail: { received: name } });
      const identity = await prove(connection, attempt, callback);
      const code = await attempts.handOver({ attempt, outcome: await judge(connection, attempt, identity) });
      return { outcome: 'handed_over', location: options.returnUrl(attempt.interactionUid, code) };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      counts.count(attempt, refusals.has(error.code) ? 'refused' : 'failed');
      return {
        outcome: 'failed',
        attempt,
        failure: await fail(attempt, error),
        person: explanations[error.code].person,
      };
    }
  }

  /**
   * A newer version may prove an answer that was asked for by an older one: certificates are rolled over while people sign
   * in. Not when it speaks to somebody else, who would get the other one's code.
   */
  function goesTo(connection: Connection, endpoints: string): boolean {
    return endpointsOf(connection.settings, definition(connection).descriptions) === endpoints;
  }

  async function prove(connection: Connection, attempt: Attempt, callback: Callback): Promise<UpstreamIdentity> {
    const provider = await upstreams.providerOf(connection);
    if (provider.kind !== 'redirect') throw new ProviderError('settings_invalid');
    const identity = await provider.complete(callback, attempt.remember);
    // Marked as used before it is believed; in the store of all nodes, for all organizations (SAML-31).
    if (identity.once && !(await attempts.spend(identity.once))) throw new ProviderError('saml_replayed');
    return identity;
  }

  async function judge(
    connection: Connection,
    attempt: Attempt,
    identity: UpstreamIdentity,
  ): Promise<HandOver['outcome']> {
    const judged = normalise(identity.raw, requirementOf(connection, attempt.realm));
    if (!judged.ok) {
      counts.count(attempt, 'failed');
      const { problems } = judged;
      const reference = referenceCode();
      await report({ ...whereOf(attempt), reference, code: 'attributes', detail: { problems } });
      return { problems, reference };
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
    await options.onProven(connection);
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
  ): Promise<FailedSignIn> {
    const { meaning } = explanations[error.code];
    const failure: FailedSignIn = {
      ...whereOf(attempt),
      reference: referenceCode(),
      code: error.code,
      detail: { meaning: meaning.en, ...error.detail },
    };
    await report(failure, error);
    return failure;
  }

  async function report(failure: FailedSignIn, error?: ProviderError): Promise<void> {
    const level = failure.code in explanations ? explanations[failure.code as ProviderErrorCode].level : 'info';
    log[level]({ signIn: failure, ...(error?.cause !== undefined && { err: error.cause }) }, 'sign-in failed');
    await options.onFailed(failure);
  }

  function definition(connection: Pick<Connection, 'kind'>): ProviderDefinition {
    const found = definitionOf(connection.kind);
    if (!found) throw new Error(`no provider of kind ${connection.kind} is registered`);
    return found;
  }

  const signOutContext = (connectionId: string) => `sign-out/${connectionId}`;
  function sealSignOut(connectionId: string, state: FlowState): string {
    return sealer.seal(JSON.stringify(state), signOutContext(connectionId));
  }

  return {
    begin,
    complete,
    fail,
    report,
    openSignOut: (connectionId: string, sealed: string): FlowState =>
      JSON.parse(sealer.openText(sealed, signOutContext(connectionId))),
  };
}

/** About the person; what is wrong is neither the connection nor its provider. */
const refusals: ReadonlySet<ProviderErrorCode> = new Set<ProviderErrorCode>([
  'upstream_denied',
  'guest_refused',
  'tenant_mismatch',
]);

function whereOf({ organizationId, connectionId }: Pick<Attempt, 'organizationId' | 'connectionId'>) {
  return { organizationId, connectionId };
}
