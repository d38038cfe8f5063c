/** From what a check saw to what is said of a connection. */
import { describe, expect, test } from 'vitest';
import { ProviderError, type ProviderErrorCode } from '../../../providers/errors.ts';
import type { CheckResult } from '../../../providers/provider.ts';
import type { OutcomeCounts } from '../../../src/signin/outcomes.ts';
import { judge, type Observation } from '../../../src/upkeep/health-verdict.ts';

const now = Date.UTC(2026, 10, 22, 14, 5);
const minute = 60_000;
const day = 24 * 60 * minute;
const fresh = { failures: 0, failedAt: null, passedAt: null };
const passedBefore = { failures: 0, failedAt: null, passedAt: now - day };

const none = { worked: 0, failed: 0, doubtful: 0, strange: 0 };
const fine: CheckResult = { check: 'reachable', ok: true };
const wrong = (code: ProviderErrorCode, check = 'reachable'): CheckResult => ({
  check,
  ok: false,
  error: new ProviderError(code, { detail: { expected: 'an answer', received: 'none' } }),
});
const seen = (results: readonly CheckResult[], more: Partial<Observation> = {}): Observation => ({
  results,
  parts: [],
  metadata: [],
  toleratesExpired: true,
  throughBrowsersOnly: false,
  signIns: { hour: none, latest: none },
  lastWorkedAt: null,
  failingSignInsSince: null,
  ...more,
});
const certificate = (days: number) => ({ id: 'ab', name: 'CN=idp', notAfter: now + days * day });

describe('The health of a connection', () => {
  test('is good, and looked at again within the hour, when the check passed', () => {
    const verdict = judge(fresh, seen([fine]), now, 0.5);
    expect(verdict).toMatchObject({ level: null, failures: 0, findings: [], passed: true, undecided: false });
    expect(verdict.nextCheckAt).toBe(now + 60 * minute);
  });

  test('is undecided after one failed check, and failing after two in a row', () => {
    const first = judge(fresh, seen([wrong('upstream_unreachable')]), now, 0.5);
    expect(first).toMatchObject({ level: 'warning', undecided: true, failures: 1, failedAt: now });
    expect(first.nextCheckAt).toBe(now + 5 * minute);
    const later = now + 5 * minute;
    const second = judge({ ...first, passedAt: null }, seen([wrong('upstream_unreachable')]), later, 0.5);
    expect(second).toMatchObject({ level: 'failing', undecided: false, failures: 2, failedAt: now });
    expect(second.findings[0]).toMatchObject({ code: 'upstream_unreachable', expected: 'an answer', received: 'none' });
  });

  test('is asked less and less often while it fails, hourly in the end, and never all at the same moment', () => {
    const pauses = [1, 2, 3, 4, 9].map((failures) => {
      const verdict = judge(
        { failures: failures - 1, failedAt: now, passedAt: null },
        seen([wrong('keys_missing')]),
        now,
        0.5,
      );
      return (verdict.nextCheckAt - now) / minute;
    });
    expect(pauses).toEqual([5, 10, 20, 40, 60]);
    const spread = [0, 1].map((chance) => judge(fresh, seen([fine]), now, chance).nextCheckAt - now);
    expect(spread).toEqual([54 * minute, 66 * minute]);
  });

  test('is only a warning when somebody got in after the first failed check', () => {
    const before = { failures: 3, failedAt: now - 20 * minute, passedAt: null };
    const worked = seen([wrong('upstream_timeout')], { lastWorkedAt: now - minute });
    expect(judge(before, worked, now, 0.5)).toMatchObject({ level: 'warning', undecided: false });
    const workedEarlier = seen([wrong('upstream_timeout')], { lastWorkedAt: now - 30 * minute });
    expect(judge(before, workedEarlier, now, 0.5)).toMatchObject({ level: 'failing' });
  });

  test.each([
    ['upstream_throttled', 'a provider that asks us to slow down'],
    ['directory_refused', 'a directory that is not needed to sign in'],
  ] as const)('is a warning for %s: %s', (code, _what) => {
    const before = { failures: 5, failedAt: now - day, passedAt: null };
    expect(judge(before, seen([wrong(code, 'users')]), now, 0.5)).toMatchObject({
      level: 'warning',
      code,
      failures: 0,
    });
  });

  test('of a provider that only browsers talk to is a warning until it has answered us once', () => {
    const alone = seen([wrong('upstream_unreachable')], { throughBrowsersOnly: true });
    expect(judge({ ...fresh, failures: 9, failedAt: now - day }, alone, now, 0.5).level).toBe('warning');
    expect(judge({ ...passedBefore, failures: 1, failedAt: now - minute }, alone, now, 0.5).level).toBe('failing');
  });

  test.each([
    [true, 'warning'],
    [false, 'failing'],
  ] as const)('with an expired certificate, tolerated: %s, is %s', (toleratesExpired, level) => {
    const before = { ...passedBefore, failures: 1, failedAt: now - minute };
    const expired = seen([wrong('saml_certificate_expired', 'certificates')], { toleratesExpired });
    expect(judge(before, expired, now, 0.5)).toMatchObject({ level, code: 'saml_certificate_expired' });
  });

  test('warns of a certificate that expires within 30 days, unless another lasts longer', () => {
    expect(judge(fresh, seen([fine], { parts: [certificate(29)] }), now, 0.5)).toMatchObject({
      level: 'warning',
      code: 'certificate_expiring',
      findings: [{ where: 'CN=idp', received: '2026-12-21' }],
    });
    expect(judge(fresh, seen([fine], { parts: [certificate(30)] }), now, 0.5).level).toBeNull();
    expect(judge(fresh, seen([fine], { parts: [certificate(-1), certificate(90)] }), now, 0.5).level).toBeNull();
    expect(judge(fresh, seen([fine], { parts: [certificate(-1)] }), now, 0.5).code).toBe('certificate_expired');
  });

  test('warns of a clock that is more than a minute off', () => {
    const skewed = (clockSkew: number) => seen([{ check: 'clock', ok: true, clockSkew }]);
    expect(judge(fresh, skewed(60_000), now, 0.5).level).toBeNull();
    expect(judge(fresh, skewed(-61_000), now, 0.5)).toMatchObject({
      level: 'warning',
      code: 'clock_drifting',
      findings: [{ received: '−61 s' }],
    });
  });

  describe('by the sign-ins of the last hour', () => {
    const judged = (hour: OutcomeCounts, more: Partial<Observation> = {}) =>
      judge(passedBefore, seen([fine], { signIns: { hour, latest: hour }, ...more }), now, 0.5).level;
    const signIns = (worked: number, failed: number, doubtful = 0, strange = 0) =>
      judged({ worked, failed, doubtful, strange });

    test('fails at once when ten and more were tried and most failed at the provider', () => {
      expect(signIns(4, 6)).toBe('failing');
      expect(signIns(4, 5)).toBeNull();
      expect(signIns(5, 5)).toBeNull();
      expect(signIns(0, 9)).toBeNull();
    });

    test('does not fail by answers that any stranger can post while people get in', () => {
      expect(signIns(1, 0, 500)).toBe('warning');
      expect(signIns(0, 0, 10)).toBe('failing');
      expect(signIns(0, 0, 9, 1000)).toBe('warning');
    });

    test('goes on failing, also in silence, until somebody gets in', () => {
      const failingSignInsSince = now - 30 * minute;
      const earlier = { failingSignInsSince, lastWorkedAt: now - 40 * minute };
      expect(judged(none, earlier)).toBe('failing');
      expect(judged(none, { failingSignInsSince, lastWorkedAt: now - minute })).toBeNull();
    });

    test('works again as soon as the latest ten minutes are good', () => {
      const hour = { ...none, worked: 3, failed: 10 };
      const latest = { ...none, worked: 3 };
      expect(judged(hour)).toBe('failing');
      expect(judged(hour, { signIns: { hour, latest } })).toBe('warning');
    });
  });
});
