import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../providers/errors.ts';
import { createLog } from '../../../src/core/log.ts';

function linesOf(write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = [];
  write(createLog({ level: 'info', pretty: false, stream: { write: (line) => lines.push(line) } }));
  return lines;
}
const first = (write: Parameters<typeof linesOf>[0]) => JSON.parse(linesOf(write)[0] as string);

describe('the log', () => {
  it('writes one JSON object per line, with level, time and message', () => {
    expect(first((log) => log.info({ requestId: 'r1' }, 'a thing happened'))).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      requestId: 'r1',
      msg: 'a thing happened',
    });
  });

  it('redacts secrets by the name of their field, however deep and however spelt', () => {
    const canary = 'canary-3f';
    const fields = {
      headers: { Authorization: canary, cookie: canary, 'set-cookie': [canary] },
      body: { client_secret: canary, clientSecret: canary, password: canary, code: canary, SAMLResponse: canary },
      tokens: { id_token: canary, access_token: canary, refreshToken: canary },
      list: [{ RelayState: canary, state: canary, handle: canary }],
      harmless: 'stays',
    };
    const [line] = linesOf((log) => log.info(fields, 'x'));
    expect(line).not.toContain(canary);
    expect(line).toContain('stays');
  });

  it('redacts tokens, query strings, passwords in URLs and keys by their look, in messages too', () => {
    const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln';
    const [line] = linesOf((log) =>
      log.info(
        {
          a: `got ${token}`,
          b: 'https://id.example.org/cb?code=canary&state=canary',
          c: 'postgres://sekisho:canary@db/x',
          d: '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----',
          e: '/core/login-okta?code=canary',
        },
        'sent Bearer canary-canary and CwsAuth Bearer=canary-canary and Bearer= canary-canary',
      ),
    );
    expect(line).not.toMatch(/canary|eyJ/);
    expect(line).toContain('https://id.example.org/cb?');
  });

  it('writes errors with code, detail and cause, and what they say is scrubbed', () => {
    const cause = new Error('GET https://id.example.org/keys?secret=canary failed');
    const error = new ProviderError('upstream_timeout', { cause, detail: { where: 'https://id.example.org/keys' } });
    for (const write of [
      (log: ReturnType<typeof createLog>) => log.warn({ err: error }, 'failed'),
      (log: ReturnType<typeof createLog>) => log.warn(error),
      (log: ReturnType<typeof createLog>) => log.child({ requestId: 'r' }).warn({ err: error }, 'failed'),
    ]) {
      expect(first(write).err).toMatchObject({
        code: 'upstream_timeout',
        detail: { where: 'https://id.example.org/keys' },
        cause: { message: expect.stringContaining('https://id.example.org/keys?[redacted]') },
      });
      expect(JSON.stringify(linesOf(write))).not.toContain('canary');
    }
  });

  it('cannot be made to forge a line or to drive a terminal', () => {
    const name = 'alice\n{"level":"info","msg":"forged"}\u001b[2J\u202e\u0085';
    const [line = ''] = linesOf((log) => log.info({ name }, `signed in: ${name}`));
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\u202e]/u);
    // Escaped once more than JSON does, so that a pretty printer or a log viewer that decodes it stays safe too.
    const { msg, name: logged } = JSON.parse(line);
    expect(msg + logged).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(logged).toContain('alice\\x0a{');
  });

  it('caps what a careless caller logs', () => {
    const circle: Record<string, unknown> = { text: 'x'.repeat(100_000), bytes: new Uint8Array(9) };
    circle.self = circle;
    const [line] = linesOf((log) => log.info(circle, 'x'));
    expect(line?.length).toBeLessThan(40_000);
  });
});
