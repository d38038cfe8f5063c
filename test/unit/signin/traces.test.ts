import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../providers/errors.ts';
import { createRecorder, recordRequests } from '../../../src/signin/traces/recorder.ts';
import { traceMethods, tracePath, traceText } from '../../../src/signin/traces/trace.ts';
import { readReference } from '../../../src/signin/traces/traces.ts';
import { createSettableClock } from '../directory/directory-under-test.ts';

describe('what gets into a trace', () => {
  it.each([
    ['https://idp.example/token?code=abc&state=x', 'https://idp.example/token?[redacted]'],
    ['Bearer abcdefghijkl', 'Bearer [redacted]'],
    ['got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln', 'got [redacted]'],
    ['user alice@corp.example is not assigned', 'user …@… is not assigned'],
    ['alice%40corp.example', '…@…'],
    ['one\ntwo\u2028\u202ethree', 'one\\x0atwo\\x2028\\x202ethree'],
  ])('%s', (text, kept) => expect(traceText(text)).toBe(kept));

  it('is one short line', () => expect(traceText('x'.repeat(100_000))).toHaveLength(200));

  it.each([
    ['/v1.0/users/0a1b-2c/memberOf', '/v1.0/users/…/memberOf'],
    ["/v1.0/users('alice@corp.example')/photo", '/v1.0/users/…/photo'],
    ['/api/v1/users/00u1alice', '/api/v1/users/…'],
    ['/oauth2/v2.0/token', '/oauth2/v2.0/token'],
  ])('of a path: %s', (path, kept) => expect(tracePath(path)).toBe(kept));

  it('of methods, only what looks like RFC 8176', () =>
    expect(traceMethods(['pwd', 'mfa', 'my password is x', 'alice@corp.example'])).toEqual(['pwd', 'mfa']));
});

describe('the recorder', () => {
  const clock = createSettableClock();
  const answering = recordRequests(async (url) => {
    clock.advance(30);
    if (url.includes('broken')) throw new ProviderError('upstream_tls', { detail: { received: 'CERT_HAS_EXPIRED' } });
    return new Response('secret-of-the-answer', { status: 201 });
  }, clock);

  it('notes what is fetched for a sign-in, in that sign-in only, without query and body', async () => {
    const [one, other] = [createRecorder(clock, clock.now()), createRecorder(clock, clock.now())];
    await Promise.all([
      one.watch(async () => {
        await answering('https://a.example/x?code=1', { method: 'POST', body: 'client_secret=s' });
        await answering('https://broken.example/y').catch(() => undefined);
      }),
      other.watch(() => answering('https://b.example:8443/z')),
    ]);
    await answering('https://c.example/nobody');
    expect(one.steps).toMatchObject([
      { step: 'request', method: 'POST', host: 'a.example', path: '/x', status: 201 },
      { step: 'request', method: 'GET', host: 'broken.example', path: '/y', error: 'upstream_tls' },
    ]);
    expect(other.steps).toMatchObject([{ host: 'b.example:8443', path: '/z', ms: expect.any(Number) }]);
    expect(JSON.stringify([one.steps, other.steps])).not.toMatch(/secret|code|nobody/);
  });

  it('notes the exact reason of a failure and nothing of its cause', () => {
    const recorder = createRecorder(clock, clock.now() - 5);
    const code = recorder.noteFailure(
      new ProviderError('id_token_issuer_mismatch', {
        cause: new Error('token eyJ'),
        detail: { where: 'iss', expected: 'https://a', received: 'alice@corp.example' },
      }),
    );
    expect(code).toBe('id_token_issuer_mismatch');
    const [step] = recorder.steps;
    expect(step).toEqual({ step: 'failed', at: 5, code, where: 'iss', expected: 'https://a', received: '…@…' });
    expect(recorder.noteFailure(new Error('secret'))).toBe('unexpected');
    expect(JSON.stringify(recorder.steps)).not.toContain('secret');
  });

  it('stops before an upstream has filled the row', () => {
    const recorder = createRecorder(clock, clock.now());
    for (let time = 0; time < 1000; time++) recorder.note('begun', { forced: false });
    expect(recorder.steps.length).toBeLessThan(100);
  });
});

it.each([
  ['abcd-2345', 'ABCD-2345'],
  [' ABCD 2345 ', 'ABCD-2345'],
  ['abcd2345', 'ABCD-2345'],
  ['abcd234', undefined],
  ["' or 1=1", undefined],
])('reads a reference code as it was said: %s', (typed, code) => expect(readReference(typed)).toBe(code));
