/**
 * An administrator here connects a tenant that they, or somebody beside them, administer at the upstream (AAD-1): leg by leg
 * through the upstream, and back to the page and the session where it began.
 *
 * As with sign-ins (ARCHITECTURE §3) the way back has two steps. The callback needs no cookie: it takes the leg by its
 * handle, once, and has the answer proven. What was proven waits under a one-time code for the console, where the session
 * that began shows itself; any other gets nothing of it. Owns: this order, in the store only. Does not own: the legs
 * (`providers/`), what becomes of the tenant (`directory/connections/tenants.ts`).
 */
import type { Sealer } from '../../certs/sealing.ts';
import { ProviderError, type ProviderErrorCode, type ProviderErrorDetail } from '../../providers/errors.ts';
import type {
  BeginResult,
  Callback,
  FlowState,
  Installation,
  Ports,
  ProvenTenant,
  TenantConsent,
} from '../../providers/provider.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { hashOfToken, randomToken, referenceCode } from '../core/random.ts';
import type { Connection } from '../directory/connections/connections.ts';
import type { DefinitionOf } from '../directory/connections/new-connection.ts';
import type { Store } from '../store/store.ts';
import type { Handles } from './handles.ts';

/** Reading what is asked for, and finding whoever may accept it, takes a while. */
const legLifetime = 15 * 60_000;
const outcomeLifetime = 60_000;

interface Journey {
  kind: string;
  organizationId: string;
  connectionId: string;
  /** Hash of the session that began: only it gets the outcome. */
  session: string;
}
interface Leg extends Journey {
  url: string;
  remember: FlowState;
}
export type ConsentOutcome =
  | { tenant: ProvenTenant }
  | { problem: ProviderErrorCode; detail: ProviderErrorDetail; reference: string };

export interface TenantConsentsOptions {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  handles: Handles;
  definitionOf: DefinitionOf;
  ports: Ports;
  installation(): Installation;
  /** The relying party that the way back leads to: the console. */
  clientId: string;
  /** Of a kind's legs: registered at the upstream beside its redirect URI. */
  callbackUrlOf(kind: string): string;
  /** Where the session that began finds the outcome. */
  returnUrl(organizationId: string, connectionId: string, code: string): Promise<string>;
}

export type TenantConsents = ReturnType<typeof createTenantConsents>;

export function createTenantConsents(options: TenantConsentsOptions) {
  const { store, sealer, clock, log, handles, definitionOf, ports } = options;
  const legKey = (handle: string) => `consent-leg:{${hashOfToken(handle)}}`;
  const outcomeKey = (code: string) => `consent-outcome:{${hashOfToken(code)}}`;
  /** Kept, so that documents and keys stay warm; another one when the operator's applications are others. */
  const made = new Map<string, TenantConsent>();

  /** Undefined: this kind is not connected so, or the operator has no application for it. */
  function consentOf(kind: string): TenantConsent | undefined {
    const known = made.get(kind) ?? definitionOf(kind)?.consent?.(ports, options.installation());
    if (known) made.set(kind, known);
    return known;
  }

  function requireConsent(kind: string): TenantConsent {
    const consent = consentOf(kind);
    if (!consent) throw new ProviderError('settings_invalid', { detail: { where: 'the operator’s configuration' } });
    return consent;
  }

  async function put(key: string, value: unknown, lifetime: number): Promise<void> {
    await store.set(key, sealer.seal(JSON.stringify(value), key), clock.now() + lifetime);
  }
  function open<T>(key: string, sealed: string | undefined): T | undefined {
    return sealed === undefined ? undefined : JSON.parse(sealer.openText(sealed, key));
  }

  async function keep(handle: string, journey: Journey, { send, remember }: BeginResult): Promise<string> {
    if (send.method !== 'GET') throw new ProviderError('settings_invalid');
    const leg: Leg = { ...journey, url: send.url, remember };
    await put(legKey(handle), leg, legLifetime);
    return send.url;
  }

  /** The handle of the first leg. Throws `ProviderError` (`settings_invalid`: no application is configured). */
  async function begin({ id, organizationId, kind }: Connection, sessionUid: string): Promise<string> {
    const handle = handles.make(options.clientId);
    const begun = await requireConsent(kind).begin({ handle, callbackUrl: options.callbackUrlOf(kind) });
    const journey = { kind, organizationId, connectionId: id, session: hashOfToken(sessionUid) };
    await keep(handle, journey, begun);
    return handle;
  }

  /** Where the browser of this session leaves to; undefined: begun elsewhere, gone already, or too long ago. */
  async function leavingUrl(handle: string, connectionId: string, sessionUid: string): Promise<string | undefined> {
    const key = legKey(handle);
    const leg = open<Leg>(key, await store.get(key));
    const isOurs = leg?.connectionId === connectionId && leg.session === hashOfToken(sessionUid);
    return isOurs ? leg.url : undefined;
  }

  /** The upstream's answer to a leg: on to the next one, or to the console. Undefined: the leg is over or never was ours. */
  async function answer(kind: string, callback: Callback): Promise<string | undefined> {
    const handle = callback.parameters.state;
    if (handle === undefined || handles.clientOf(handle) !== options.clientId) return undefined;
    const key = legKey(handle);
    const leg = open<Leg>(key, await store.take(key));
    if (leg?.kind !== kind) return undefined;
    const { url: _, remember, ...journey } = leg;
    try {
      const next = { handle: handles.make(options.clientId), callbackUrl: options.callbackUrlOf(kind) };
      const progress = await requireConsent(kind).proceed(callback, remember, next);
      if ('next' in progress) return await keep(next.handle, journey, progress.next);
      return await handOver(journey, { tenant: progress.tenant });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { code: problem, detail } = error;
      const reference = referenceCode();
      const { organizationId, connectionId } = journey;
      log.warn({ reference, problem, detail, organizationId, connectionId }, 'a tenant was not connected');
      return handOver(journey, { problem, detail, reference });
    }
  }

  async function handOver(journey: Journey, outcome: ConsentOutcome): Promise<string> {
    const code = randomToken();
    await put(outcomeKey(code), { ...journey, outcome }, outcomeLifetime);
    return options.returnUrl(journey.organizationId, journey.connectionId, code);
  }

  /**
   * Once. `other_session`: it is somebody else's journey (login CSRF: a consent that was begun by an attacker and finished
   * by their victim is worth nothing). Undefined: used or too old.
   */
  async function takeOutcome(
    code: string,
    connectionId: string,
    sessionUid: string,
  ): Promise<ConsentOutcome | 'other_session' | undefined> {
    const key = outcomeKey(code);
    const found = open<Journey & { outcome: ConsentOutcome }>(key, await store.take(key));
    if (found === undefined) return undefined;
    const isOurs = found.connectionId === connectionId && found.session === hashOfToken(sessionUid);
    return isOurs ? found.outcome : 'other_session';
  }

  return { isPossible: (kind: string) => consentOf(kind) !== undefined, begin, leavingUrl, answer, takeOutcome };
}
