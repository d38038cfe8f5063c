import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/core/log.ts';
import { createHealth } from '../../../src/http/health.ts';
import { createRequestLog } from '../../../src/http/request-log.ts';
import {
  allowFormAction,
  anyApplication,
  contentSecurityPolicy,
  createSecurityHeaders,
} from '../../../src/http/security-headers.ts';
import { createStaticFiles } from '../../../src/http/static.ts';
import { pretendEdge, serve } from './chain.ts';

describe('security headers', () => {
  it('are on every answer: nothing inline, nothing framed, nothing cached', async () => {
    const { headers } = await (await serve(createSecurityHeaders(true), (_q, response) => response.end()))('/');
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
      'strict-transport-security': 'max-age=63072000',
    });
    const policy = String(headers['content-security-policy']);
    for (const directive of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
      expect(policy).toContain(directive);
    expect(policy).toContain("form-action 'self'");
    expect(policy).not.toContain('unsafe');
  });

  it('leave HSTS out over http', async () => {
    const { headers } = await (await serve(createSecurityHeaders(false), (_q, response) => response.end()))('/');
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  it('let one page post elsewhere, and cannot be made to say more', async () => {
    const get = await serve(createSecurityHeaders(true), (_q, response) => {
      allowFormAction(response, [
        'https://idp.example.org',
        ...anyApplication(true),
        "*; script-src 'unsafe-inline'",
        '*',
      ]);
      response.end();
    });
    const policy = String((await get('/')).headers['content-security-policy']);
    expect(policy).toContain("form-action 'self' https://idp.example.org https: http://localhost:* ");
    expect(policy.split('form-action')[1]).not.toMatch(/unsafe|;|\*( |$)(?<!:\*( |$))/);
    expect(contentSecurityPolicy(["'self'"], ["'sha256-x'"])).toContain("script-src 'self' 'sha256-x'");
  });
});

describe('health', () => {
  const clock = { time: 0, now: () => clock.time };
  it('answers while the process lives, whatever the stores do', async () => {
    let asked = 0;
    const checks = { database: async () => void asked++ };
    const get = await serve(createHealth({ clock, checks, isStopping: () => false }));
    expect(await get('/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(asked).toBe(0);
  });

  it('is ready only when every store answers, and says which does not', async () => {
    let isUp = false;
    let asked = 0;
    const checks = {
      database: async () => {},
      store: async () => {
        asked++;
        if (!isUp) throw new Error('connection refused to 10.0.0.5');
      },
      slow: () => (isUp ? Promise.resolve() : new Promise(() => {})),
    };
    const get = await serve(createHealth({ clock, checks, isStopping: () => false, patience: 20 }));
    const down = await get('/readyz');
    expect([down.status, JSON.parse(down.body).checks]).toEqual([
      503,
      { database: 'ok', store: 'failed', slow: 'failed' },
    ]);
    expect(down.body).not.toContain('10.0.0.5');
    isUp = true;
    expect((await get('/readyz')).status).toBe(503);
    expect(asked).toBe(1);
    clock.time += 1000;
    expect((await get('/readyz')).status).toBe(200);
  });

  it('is not ready while stopping, and leaves other paths alone', async () => {
    const get = await serve(createHealth({ clock, checks: {}, isStopping: () => true }), (_q, r) => r.end('next'));
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/other')).body).toBe('next');
    expect((await get('/healthz', { method: 'POST' })).status).toBe(405);
  });
});

describe('static files', () => {
  it('have their hash in the name and may be kept for ever', async () => {
    const files = createStaticFiles('/idp/assets');
    expect(files.style).toMatch(/^\/idp\/assets\/style\.[\w-]{12}\.css$/);
    const get = await serve(files.serve, (_q, response) => response.writeHead(404).end());
    const path = files.style.replace('/idp', '');
    const plain = await get(path);
    expect(plain.body).toBe(readFileSync(new URL('../../../src/http/views/style.css', import.meta.url), 'utf8'));
    expect(plain.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const compressed = await get(path, { headers: { 'accept-encoding': 'gzip, br' } });
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(Number(compressed.headers['content-length'])).toBeLessThan(Number(plain.headers['content-length']));
    expect((await get(path, { method: 'HEAD' })).body).toBe('');
  });

  it('are the listed ones, and no path leads to others', async () => {
    const { serve: assets } = createStaticFiles('/assets');
    const get = await serve(assets, (_q, response) => response.writeHead(404).end());
    for (const path of ['/assets/style.css', '/assets/../edge.ts', '/assets/%2e%2e/edge.ts', '/assets/', '/style.css'])
      expect((await get(path)).status, path).toBe(404);
  });
});

describe('the request log', () => {
  it('has a line per request, without the query', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', pretty: false, stream: { write: (line) => lines.push(line) } });
    let time = Date.UTC(2026, 10, 22);
    const requests = createRequestLog(log, () => time);
    const get = await serve(
      requests.middleware,
      pretendEdge({ path: '/core/login-okta', service: 'accounts' }),
      (_request, response) => {
        time += 12.34;
        response.writeHead(303).end();
      },
    );
    await get('/core/login-okta?code=canary', { headers: { cookie: 'canary' } });
    requests.flush();
    requests.flush();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      requestId: 'r1',
      method: 'GET',
      service: 'accounts',
      path: '/core/login-okta',
      status: 303,
      started: '2026-11-22T00:00:00.000Z',
      ms: 12.3,
      address: '192.0.2.1',
    });
    expect(lines[0]).not.toContain('canary');
  });
});
