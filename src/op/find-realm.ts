/** Which realm a request to the OpenID Provider is about, decided before oidc-provider sees it (ARCHITECTURE §5). */
import type { Provider } from 'oidc-provider';
import type { Sessions } from '../sessions/sessions.ts';
import { readAcrValues, realmOfWishes } from '../signin/acr-values.ts';
import { kindOf, type RelyingParties } from './clients.ts';
import { undecidedRealm } from './realms.ts';

export interface FindRealmOptions {
  parties: RelyingParties;
  sessions: Sessions;
  provider(): Provider;
}

/** What the sign-in decided, kept in the interaction's result; oidc-provider carries it and ignores it. */
export interface InteractionExtension {
  realm: string;
}

/**
 * `none`: no browser session is involved. `ask`: a logout that does not say whose. `unknown`: an address that looks
 * like one with a session and is not spelled like it.
 */
export type FoundRealm = { realm: string } | 'none' | 'ask' | 'unknown';

const authorize = '/connect/authorize';
const endSession = '/connect/endsession';
const resume = /^\/connect\/authorize\/([\w-]+)$/;
const sessionRoute = /^\/connect\/(authorize|endsession)/i;

export type FindRealm = (path: string, query: URLSearchParams) => Promise<FoundRealm>;

/** `path` is relative to the issuer. */
export function createFindRealm({ parties, sessions, provider }: FindRealmOptions): FindRealm {
  return async (path, query) => {
    if (path === authorize) return { realm: await ofAuthorize(query) };
    const resumed = resume.exec(path)?.[1];
    if (resumed !== undefined) return { realm: await ofInteraction(resumed) };
    if (path === `${endSession}/confirm`) return { realm: named(query.get('realm')) ?? undecidedRealm };
    if (path === endSession) return ofEndSession(query);
    if (path === `${endSession}/success`) return 'none';
    // oidc-provider's router ignores case and a trailing slash; such a request would come past the realms.
    return sessionRoute.test(path) ? 'unknown' : 'none';
  };

  async function ofAuthorize(query: URLSearchParams): Promise<string> {
    const requestUri = query.get('request_uri');
    const pushed = requestUri === null ? undefined : await ofPushedRequest(requestUri);
    return pushed ?? ofParameters(Object.fromEntries(query));
  }

  /** RFC 9126: the parameters are in the stored request, an unsigned JWT that we wrote ourselves. */
  async function ofPushedRequest(requestUri: string): Promise<string | undefined> {
    const [, id] = requestUri.split('urn:ietf:params:oauth:request_uri:');
    const stored = id ? await provider().PushedAuthorizationRequest.find(id, { ignoreExpiration: true }) : undefined;
    const request = (stored as { request?: string } | undefined)?.request;
    const parameters = request === undefined ? undefined : payloadOf(request);
    return parameters && ofParameters(parameters);
  }

  async function ofParameters(parameters: Readonly<Record<string, unknown>>): Promise<string> {
    const clientId = parameters.client_id;
    const party = typeof clientId === 'string' ? await parties.find(clientId) : undefined;
    if (!party) return undecidedRealm;
    if (party.realm !== null) return party.realm;
    return realmOfWishes(readAcrValues(parameters.acr_values), kindOf(party)) ?? undecidedRealm;
  }

  async function ofInteraction(uid: string): Promise<string> {
    const interaction = await provider().Interaction.find(uid);
    if (!interaction) return undecidedRealm;
    const result = interaction.result as { sekisho?: InteractionExtension } | undefined;
    return result?.sekisho?.realm ?? ofParameters(interaction.params);
  }

  /** The hint only points to one of this browser's own sessions; what it claims is verified by oidc-provider. */
  async function ofEndSession(query: URLSearchParams): Promise<FoundRealm> {
    const chosen = named(query.get('realm'));
    if (chosen) return { realm: chosen };
    const hint = payloadOf(query.get('id_token_hint') ?? '');
    const sid = hint?.sid;
    const state = typeof sid === 'string' ? await sessions.find(sid) : undefined;
    if (state) return { realm: state.session.realm };
    const clientId = query.get('client_id') ?? hint?.aud;
    const party = typeof clientId === 'string' ? await parties.find(clientId) : undefined;
    return party?.realm ? { realm: party.realm } : 'ask';
  }
}

function named(realm: string | null): string | undefined {
  return realm !== null && /^[a-z0-9-]{1,80}$/.test(realm) ? realm : undefined;
}

function payloadOf(jwt: string): Record<string, unknown> | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    return typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
