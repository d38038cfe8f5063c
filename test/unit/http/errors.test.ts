import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../providers/errors.ts';
import { AppError } from '../../../src/core/errors.ts';
import { createLog } from '../../../src/core/log.ts';
import { createErrorHandler, notFound } from '../../../src/http/errors.ts';
import { pretendEdge, serve } from './chain.ts';

function handlerWith(render = (_request: unknown, error: object) => JSON.stringify(error)) {
  const lines: string[] = [];
  const log = createLog({ level: 'info', pretty: false, stream: { write: (line) => lines.push(line) } });
  return { lines, handle: createErrorHandler({ log, render }) };
}
const answering = (error: unknown, handle: ReturnType<typeof createErrorHandler>, edge = {}) =>
  serve(pretendEdge(edge), (request, response) => handle(error, request, response, () => {}));

describe('the error handler', () => {
  it.each([
    [new AppError('forbidden'), 403, 'forbidden'],
    [new AppError('unavailable'), 503, 'unavailable'],
    [new ProviderError('upstream_tls'), 502, 'upstream_failed'],
    [Object.assign(new Error('bad path'), { status: 400 }), 400, 'request_invalid'],
    [new Error('boom'), 500, 'internal'],
    ['not even an error', 500, 'internal'],
  ])('answers %s with its status', async (error, status, code) => {
    const { handle } = handlerWith();
    const answer = await (await answering(error, handle))('/');
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(JSON.parse(answer.body)).toMatchObject({ code, status });
  });

  it('joins page and log by a reference code and tells people nothing else', async () => {
    const { handle, lines } = handlerWith();
    const cause = new Error('row 17 of table secrets');
    const answer = await (await answering(new Error('canary at /srv/app.ts', { cause }), handle))('/');
    expect(answer.body).not.toMatch(/canary|secrets|srv/);
    const { reference } = JSON.parse(answer.body);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      level: 'error',
      reference,
      requestId: 'r1',
      err: { message: 'canary at /srv/app.ts', cause: { message: 'row 17 of table secrets' } },
    });
  });

  it('answers programs in JSON', async () => {
    const { handle } = handlerWith();
    const api = await (await answering(new AppError('not_found'), handle, { service: 'api' }))('/');
    expect(api.headers['content-type']).toContain('application/problem+json');
    expect(JSON.parse(api.body)).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      reference: expect.any(String),
    });
    const asked = await (await answering(new AppError('not_found'), handle))('/', {
      headers: { accept: 'application/json' },
    });
    expect(asked.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('says when to come back', async () => {
    const { handle } = handlerWith();
    const error = new AppError('too_many_requests', { detail: { retryAfter: 1500 } });
    const answer = await (await answering(error, handle))('/');
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '2']);
  });

  it('survives a page that cannot be rendered', async () => {
    const { handle, lines } = handlerWith(() => {
      throw new Error('template');
    });
    const answer = await (await answering(new AppError('forbidden'), handle))('/');
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('template');
    expect(lines.join()).toContain('template');
  });

  it('cuts an answer that has begun, so that nobody takes it for whole', async () => {
    const { handle } = handlerWith();
    const get = await serve((request, response) => {
      response.write('half');
      handle(new Error('boom'), request, response, () => {});
    });
    await expect(get('/')).rejects.toThrow();
  });

  it('calls an unclaimed path not found', async () => {
    expect((await (await serve(notFound))('/')).status).toBe(404);
  });
});
