import { describe, expect, it } from 'vitest';
import { personOf, summaryOf, warningOf } from '../../../src/http/session-models.ts';
import { endOf, type SessionPolicy } from '../../../src/sessions/policy.ts';
import type { Session, SessionState } from '../../../src/sessions/sessions.ts';

const minute = 60_000;
const hour = 60 * minute;
const links = { stayHref: '/', endedHref: '/signed-out' };

function stateOf(policy: SessionPolicy, facts: Partial<Session> = {}): SessionState {
  const session = {
    realm: 'administrators',
    openedAt: 0,
    lastActivityAt: 0,
    upstreamNotOnOrAfter: null,
    ended: null,
    ...facts,
  } as Session;
  return { session, policy, end: endOf(session, policy), active: true };
}

describe('How a session is summed up', () => {
  it('names the absolute limit when nothing else can end it', () => {
    expect(summaryOf(stateOf({ absolute: 72 * hour, inactivity: null }), 5)).toEqual({
      now: 5,
      openedAt: 0,
      endsAt: 72 * hour,
      limit: 'absolute',
    });
  });

  it('tells the end that no activity moves apart from the inactivity that comes first', () => {
    expect(summaryOf(stateOf({ absolute: 72 * hour, inactivity: hour }), 0)).toMatchObject({
      // The lag of the stored activity is the person’s (SES-7).
      endsAt: hour + minute,
      limit: 'inactivity',
      inactivity: hour,
      latestEnd: 72 * hour,
    });
    const held = stateOf({ absolute: 72 * hour, inactivity: hour }, { upstreamNotOnOrAfter: 5 * hour });
    expect(summaryOf(held, 0).latestEnd).toBe(5 * hour);
  });
});

describe('The warning before an inactivity sign-out', () => {
  it('counts to the end, and comes two minutes before', () => {
    const warning = warningOf(stateOf({ absolute: 72 * hour, inactivity: hour }), 10 * minute, links);
    expect(warning).toEqual({ ...links, realm: 'administrators', endsIn: 51 * minute, warnFor: 2 * minute });
  });

  it('leaves most of a short timeout without a warning', () => {
    expect(warningOf(stateOf({ absolute: hour, inactivity: minute }), 0, links)?.warnFor).toBe(15_000);
  });

  it('is not there when inactivity is off, nor when another limit comes first', () => {
    expect(warningOf(stateOf({ absolute: hour, inactivity: null }), 0, links)).toBeUndefined();
    expect(warningOf(stateOf({ absolute: hour, inactivity: 2 * hour }), 0, links)).toBeUndefined();
  });
});

describe('Who somebody is on a page', () => {
  it.each([
    [
      { name: 'Aiko Sato', cip_email: 'a@example.com' },
      { name: 'Aiko Sato', email: 'a@example.com' },
    ],
    [
      { given_name: 'Aiko', family_name: 'Sato' },
      { name: 'Aiko Sato', email: '' },
    ],
    [{ cip_upn: 'aiko@corp.example' }, { name: 'aiko@corp.example', email: 'aiko@corp.example' }],
    [{ groups: ['S-1-5-21-1'] }, { name: '?', email: '' }],
  ])('is read from %j', (claims, person) => {
    expect(personOf({ claims })).toEqual(person);
  });
});
