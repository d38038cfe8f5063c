import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activityLag,
  administratorAbsolute,
  administratorsRealm,
  endOf,
  isAppsRealm,
  latestEndOf,
  longestOf,
  policyOf,
  type SessionFacts,
  type SessionPolicy,
  type SessionSettings,
  subscribersRealm,
} from '../../../src/sessions/policy.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const defaults: SessionSettings = {
  administratorInactivityMinutes: null,
  subscriberWebHours: 24,
  subscriberInactivityMinutes: null,
  nativeReauthenticationDays: 30,
};
const subscriber = { realm: subscribersRealm('acme'), staying: null };

describe('The limits of an administrator', () => {
  const policy = (...minutes: (number | null)[]) =>
    policyOf(
      { realm: administratorsRealm, staying: null },
      minutes.map((administratorInactivityMinutes) => ({ ...defaults, administratorInactivityMinutes })),
    );

  it('are 72 hours, and inactivity only where an organization asks for it', () => {
    expect(policy(null)).toEqual({ absolute: 72 * hour, inactivity: null });
    expect(policy(60)).toEqual({ absolute: 72 * hour, inactivity: hour });
    expect(policy()).toEqual({ absolute: 72 * hour, inactivity: null });
  });
  it('of several organizations are those of the strictest', () => {
    expect(policy(null, 60, 10, null, 720).inactivity).toBe(10 * minute);
  });
  it('are not touched by what the organization sets for subscribers', () => {
    const settings = {
      ...defaults,
      subscriberWebHours: 1,
      subscriberInactivityMinutes: 1,
      nativeReauthenticationDays: 1,
    };
    expect(policyOf({ realm: administratorsRealm, staying: null }, [settings])).toEqual(policy(null));
  });
});

describe('The limits of a subscriber', () => {
  const settings = { ...defaults, subscriberWebHours: 8, subscriberInactivityMinutes: 30 };
  it.each([
    ['on the web', null, { absolute: 8 * hour, inactivity: 30 * minute }],
    ['in an app, who agreed to stay', 'agreed', { absolute: 30 * day, inactivity: 14 * day }],
    ['in an app, who declined', 'declined', { absolute: 8 * hour, inactivity: 30 * minute }],
  ] as const)('%s', (_who, staying, policy) => {
    expect(policyOf({ ...subscriber, staying }, [settings])).toEqual(policy);
  });
  it('in an app, who declined, are 24 hours where the web has more', () => {
    expect(policyOf({ ...subscriber, staying: 'declined' }, [{ ...defaults, subscriberWebHours: 72 }]).absolute).toBe(
      day,
    );
  });
  it('whose organization is gone leave no time', () => {
    expect(policyOf(subscriber, [])).toEqual({ absolute: 0, inactivity: null });
  });
  it('never exceed what is stored of a session', () => {
    const most = { ...defaults, subscriberWebHours: 72, nativeReauthenticationDays: 365 };
    for (const staying of [null, 'declined', 'agreed'] as const) {
      const facts = { ...subscriber, staying };
      expect(policyOf(facts, [most]).absolute).toBeLessThanOrEqual(longestOf(facts));
    }
    expect(longestOf({ realm: administratorsRealm, staying: null })).toBe(administratorAbsolute);
  });
});

describe('Realms', () => {
  it('of organizations, of their apps and of the administrators are never the same', () => {
    const customerId = fc.stringMatching(/^[a-z0-9-]{2,40}$/);
    fc.assert(
      fc.property(customerId, customerId, (one, other) => {
        const realms = [subscribersRealm(one), subscribersRealm(one, 'native'), administratorsRealm];
        if (one !== other) realms.push(subscribersRealm(other), subscribersRealm(other, 'native'));
        expect(new Set(realms).size).toBe(realms.length);
        expect(realms.map(isAppsRealm)).toEqual(realms.map((_, index) => index === 1 || index === 4));
      }),
    );
  });
});

const time = fc.integer({ min: 0, max: 500 * day });
const policies = fc.record<SessionPolicy>({
  absolute: fc.integer({ min: 0, max: 365 * day }),
  inactivity: fc.option(fc.integer({ min: minute, max: 14 * day })),
});
const facts = fc
  .record({
    openedAt: time,
    idle: time,
    upstream: fc.option(time),
    ended: fc.option(fc.record({ at: time, reason: fc.constantFrom('revoked', 'signed_out', 'replaced', 'removed') })),
  })
  .map(
    ({ openedAt, idle, upstream, ended }): SessionFacts => ({
      ...subscriber,
      openedAt,
      lastActivityAt: openedAt + idle,
      upstreamNotOnOrAfter: upstream === null ? null : openedAt + upstream,
      ended: ended && { at: openedAt + ended.at, reason: ended.reason as 'revoked' },
    }),
  );

describe('The end of a session', () => {
  it('is that of the earliest limit, and names it', () => {
    fc.assert(
      fc.property(facts, policies, (given, policy) => {
        const limits = {
          absolute: given.openedAt + policy.absolute,
          inactivity:
            policy.inactivity === null
              ? Number.POSITIVE_INFINITY
              : given.lastActivityAt + policy.inactivity + activityLag(policy),
          upstream: given.upstreamNotOnOrAfter ?? Number.POSITIVE_INFINITY,
        };
        const { at, reason } = endOf({ ...given, ended: null }, policy);
        expect(at).toBe(Math.min(...Object.values(limits)));
        expect(limits[reason as keyof typeof limits]).toBe(at);
      }),
    );
  });

  it('that is recorded stands when it came first, whatever the settings say later', () => {
    fc.assert(
      fc.property(facts, policies, (given, policy) => {
        const limit = endOf({ ...given, ended: null }, policy);
        const end = endOf(given, policy);
        expect(end).toEqual(given.ended !== null && given.ended.at <= limit.at ? given.ended : limit);
      }),
    );
  });

  it('never comes later by a stricter policy, nor earlier by more activity', () => {
    fc.assert(
      fc.property(facts, policies, fc.double({ min: 0, max: 1, noNaN: true }), time, (given, policy, part, more) => {
        const stricter: SessionPolicy = {
          absolute: Math.floor(policy.absolute * part),
          inactivity: Math.max(minute, Math.floor((policy.inactivity ?? day) * part)),
        };
        const open = { ...given, ended: null };
        if (policy.inactivity === null || policy.inactivity >= (stricter.inactivity ?? 0)) {
          expect(endOf(open, stricter).at).toBeLessThanOrEqual(endOf(open, policy).at);
        }
        const busier = { ...open, lastActivityAt: open.lastActivityAt + more };
        expect(endOf(busier, policy).at).toBeGreaterThanOrEqual(endOf(open, policy).at);
        expect(latestEndOf(busier, policy)).toBe(latestEndOf(open, policy));
        expect(latestEndOf(open, policy)).toBeGreaterThanOrEqual(endOf(open, policy).at);
      }),
    );
  });
});

describe('The stored activity', () => {
  it('may lag by a minute or a tenth of the timeout, whichever is less', () => {
    const lagOf = (inactivity: number | null) => activityLag({ absolute: day, inactivity });
    expect([null, minute, 5 * minute, 10 * minute, 8 * hour].map(lagOf)).toEqual([
      minute,
      6_000,
      30_000,
      minute,
      minute,
    ]);
  });

  it('lags in the person’s favour: whoever did something a moment before the note is not cut short', () => {
    const policy = { absolute: day, inactivity: 10 * minute };
    const stored = { ...subscriber, openedAt: 0, lastActivityAt: 0, upstreamNotOnOrAfter: null, ended: null };
    const lastSeen = activityLag(policy) - 1;
    expect(endOf(stored, policy).at).toBeGreaterThanOrEqual(lastSeen + policy.inactivity);
  });
});
