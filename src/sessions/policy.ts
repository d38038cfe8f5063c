/**
 * When a session ends, as a pure function of what happened, what the organization set and what the time is.
 *
 * Owns the numbers of SPEC §5. Reads nothing, stores nothing: `sessions.ts` asks at every read, so that a changed
 * setting acts at once on sessions that exist.
 */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** SES-1: regardless of activity. */
export const administratorAbsolute = 72 * hour;
/** SES-4: an app whose user agreed to stay signed in. */
export const stayingInactivity = 14 * day;
/** SES-4: an app whose user declined. */
export const decliningAbsolute = 24 * hour;
/** SES-4: the most that an organization may set. */
const longestWeb = 72 * hour;
const longestStaying = 365 * day;

/** SECURITY CON-15: how long a proof (a sign-in, or a step-up within the session) opens what is sensitive. */
export const freshProofPeriod = 10 * minute;

/** The person has proven lately that it is they who sit there. `authTime`: of the session (`sessions.ts`). */
export function isFreshlyProven({ authTime }: { authTime: number }, now: number): boolean {
  return now - authTime < freshProofPeriod;
}

/** Lately, and with more than the password: by a full sign-in, a code or a passkey (SECURITY ID-09). */
export function isFreshlyProvenWithFactor(
  { openedAt, factorTime = 0 }: { openedAt: number; factorTime?: number },
  now: number,
): boolean {
  return isFreshlyProven({ authTime: Math.max(openedAt, factorTime) }, now);
}

/** The part of an organization's settings that decides about sessions (directory/organizations.ts). */
export interface SessionSettings {
  /** SES-2; null: off. */
  administratorInactivityMinutes: number | null;
  /** SES-4. */
  subscriberWebHours: number;
  subscriberInactivityMinutes: number | null;
  nativeReauthenticationDays: number;
}

/** What decides about an end. Times in milliseconds since the epoch. */
export interface SessionFacts {
  realm: string;
  /** SES-4: the answer given on the "stay logged in" page; null for the web. */
  staying: 'agreed' | 'declined' | null;
  openedAt: number;
  lastActivityAt: number;
  /** SAML SessionNotOnOrAfter and the like. */
  upstreamNotOnOrAfter: number | null;
  ended: { at: number; reason: EndReason } | null;
}

export type LimitReason = 'absolute' | 'inactivity' | 'upstream';
export type EndReason = LimitReason | 'signed_out' | 'revoked' | 'replaced' | 'removed' | 'credentials_changed';

/** Milliseconds. */
export interface SessionPolicy {
  absolute: number;
  inactivity: number | null;
}

export const administratorsRealm = 'administrators';
/** OpenID Connect Registration §2, `application_type`. */
export type ClientKind = 'web' | 'native';
/**
 * Apps have sessions of their own: they last longer (SES-4), and a web client that met one would last as long; nor would
 * an app's user be asked whether to stay signed in where the web has a session already.
 */
export function subscribersRealm(customerId: string, kind: ClientKind = 'web'): string {
  return `${kind === 'native' ? 'apps' : 'subscribers'}-${customerId}`;
}
export function isAppsRealm(realm: string): boolean {
  return realm.startsWith('apps-');
}

/**
 * The limits of a session. An administrator of several organizations is held to the strictest of their inactivity
 * timeouts, because one session opens all of them (SES-2, CIT-9).
 */
export function policyOf(
  facts: Pick<SessionFacts, 'realm' | 'staying'>,
  settings: readonly SessionSettings[],
): SessionPolicy {
  if (facts.realm === administratorsRealm) {
    return {
      absolute: administratorAbsolute,
      inactivity: strictest(settings.map((s) => s.administratorInactivityMinutes)),
    };
  }
  const [organization] = settings;
  // A session whose organization is gone has no time left.
  if (!organization) return { absolute: 0, inactivity: null };
  if (facts.staying === 'agreed') {
    return { absolute: organization.nativeReauthenticationDays * day, inactivity: stayingInactivity };
  }
  const absolute =
    facts.staying === 'declined'
      ? Math.min(decliningAbsolute, organization.subscriberWebHours * hour)
      : organization.subscriberWebHours * hour;
  return { absolute, inactivity: strictest([organization.subscriberInactivityMinutes]) };
}

function strictest(minutes: readonly (number | null)[]): number | null {
  const set = minutes.filter((value) => value !== null);
  return set.length === 0 ? null : Math.min(...set) * minute;
}

/** When and why the session ends if nothing more happens: the earliest limit wins. A recorded end before it stands. */
export function endOf(facts: SessionFacts, policy: SessionPolicy): { at: number; reason: EndReason } {
  let end: { at: number; reason: EndReason } = { at: facts.openedAt + policy.absolute, reason: 'absolute' };
  if (policy.inactivity !== null) {
    // The stored time may lag behind what the person did; the lag is theirs (SES-7).
    const at = facts.lastActivityAt + policy.inactivity + activityLag(policy);
    if (at < end.at) end = { at, reason: 'inactivity' };
  }
  if (facts.upstreamNotOnOrAfter !== null && facts.upstreamNotOnOrAfter < end.at) {
    end = { at: facts.upstreamNotOnOrAfter, reason: 'upstream' };
  }
  return facts.ended !== null && facts.ended.at <= end.at ? facts.ended : end;
}

/** The longest that any setting could let a session last, so that what is stored of it outlives every change. */
export function longestOf({ realm, staying }: Pick<SessionFacts, 'realm' | 'staying'>): number {
  if (realm === administratorsRealm) return administratorAbsolute;
  return staying === 'agreed' ? longestStaying : longestWeb;
}

/** The end that no activity can move: what tokens are cut to, because inactivity is asked for at each use. */
export function latestEndOf(facts: SessionFacts, policy: SessionPolicy): number {
  return endOf(facts, { ...policy, inactivity: null }).at;
}

/** SES-7: how far the stored activity may lag behind, in the person's favour. */
export function activityLag(policy: SessionPolicy): number {
  return policy.inactivity === null ? minute : Math.min(minute, policy.inactivity / 10);
}
