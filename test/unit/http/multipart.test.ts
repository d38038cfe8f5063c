import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMultipart } from '../../../src/http/multipart.ts';

/** As undici writes a form, which is as browsers do. */
async function sent(form: FormData): Promise<{ body: Buffer; type: string }> {
  const response = new Response(form);
  return { body: Buffer.from(await response.arrayBuffer()), type: response.headers.get('content-type') ?? '' };
}
const read = (body: Buffer | string, type: string, headers: Record<string, string> = {}, maxBytes = 1_000_000) => {
  const request = Readable.from(splitUp(Buffer.from(body)), { objectMode: false }) as unknown as IncomingMessage;
  request.headers = { 'content-type': type, ...headers };
  return readMultipart(request, { maxBytes });
};
/** It arrives in pieces that know nothing of parts. */
function* splitUp(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 7) yield body.subarray(at, at + 7);
}
const formType = 'multipart/form-data; boundary=b';
const part = (head: string, content = 'x') => `--b\r\n${head}\r\n\r\n${content}\r\n`;
const disposition = (rest: string) => `Content-Disposition: form-data; ${rest}`;
const code = (error: { code?: string }) => error.code;

describe('a form with a file', () => {
  it('gives its fields and the file, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme' }), async (bytes, text) => {
        const form = new FormData();
        form.set('csrf', 'token');
        form.set('note', text.replaceAll('\0', ''));
        form.set('file', new File([bytes], 'メタデータ.xml', { type: 'text/xml' }));
        const { body, type } = await sent(form);
        const result = await read(body, type);
        expect({ ...result.form }).toEqual({
          csrf: 'token',
          note: text.replaceAll('\0', '').replaceAll(/\r\n?|\n/g, '\r\n'),
        });
        expect(result.upload?.name).toBe('メタデータ.xml');
        expect(Buffer.from(result.upload!.bytes).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('has no file where none was chosen, and an empty one where an empty one was', async () => {
    const form = new FormData();
    const nothing = `${part(disposition('name="file"; filename=""'), '')}--b--`;
    expect(await read(nothing, formType)).toEqual({ form: {} });
    form.set('file', new File([], 'empty.xml'));
    const named = await sent(form);
    expect((await read(named.body, named.type)).upload).toEqual({ name: 'empty.xml', bytes: Buffer.alloc(0) });
  });

  it('shows of a file name only the last part', async () => {
    const body = `${part(disposition('name="file"; filename="C:\\x\\..\\idp\u202e.xml"'))}--b--\r\n`;
    expect((await read(body, formType)).upload?.name).toBe('idp.xml');
  });

  it('has no prototype to be set', async () => {
    const body = `${part(disposition('name="__proto__"'), '1')}--b--`;
    expect(Object.keys((await read(body, formType)).form)).toEqual(['__proto__']);
  });

  it.each<[string, string, string]>([
    ['without an end', part(disposition('name="a"')), 'request_invalid'],
    ['with something before', `x\r\n${part(disposition('name="a"'))}--b--`, 'request_invalid'],
    ['with something after', `${part(disposition('name="a"'))}--b--\r\nGET / HTTP/1.1`, 'request_invalid'],
    ['without a name', `${part('Content-Disposition: form-data')}--b--`, 'request_invalid'],
    ['with a part without a head', '--b\r\n\r\n\r\nx\r\n--b--', 'request_invalid'],
    [
      'with two dispositions',
      `${part(`${disposition('name="a"')}\r\n${disposition('name="b"')}`)}--b--`,
      'request_invalid',
    ],
    ['with a second name in one', `${part(disposition('name="a"; name="b"'))}--b--`, 'request_invalid'],
    [
      'with an encoding',
      `${part(`${disposition('name="a"')}\r\nContent-Transfer-Encoding: base64`)}--b--`,
      'request_invalid',
    ],
    ['with an extended file name', `${part(disposition('name="a"; filename*=utf-8\'\'x'))}--b--`, 'request_invalid'],
    ['with a field twice', `${part(disposition('name="a"')).repeat(2)}--b--`, 'field_repeated'],
    ['with two files', `${part(disposition('name="a"; filename="1"')).repeat(2)}--b--`, 'field_repeated'],
    [
      'with a head of kilobytes',
      `${part(disposition(`name="a"; filename="${'x'.repeat(3000)}"`))}--b--`,
      'request_invalid',
    ],
    [
      'with a thousand parts',
      `${Array.from({ length: 1000 }, (_, i) => part(disposition(`name="a${i}"`))).join('')}--b--`,
      'too_large',
    ],
    ['with a NUL', `${part(disposition('name="a"'), '\0')}--b--`, 'request_invalid'],
    ['with nothing', '', 'request_invalid'],
  ])('%s is refused', async (_name, body, expected) => {
    expect(await read(body, formType).catch(code)).toBe(expected);
  });

  it('is refused beyond its limit, whether it says so or not', async () => {
    const body = `${part(disposition('name="a"'), 'x'.repeat(5000))}--b--`;
    expect(await read(body, formType, {}, 4000).catch(code)).toBe('too_large');
    expect(await read('', formType, { 'content-length': '5000' }, 4000).catch(code)).toBe('too_large');
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/mixed; boundary=b',
    'application/x-www-form-urlencoded',
  ])('of type %s is none', async (type) => {
    expect(await read('--b--', type).catch(code)).toBe('media_type_refused');
  });

  it('is read in time that grows with its size alone', async () => {
    const hostile = [
      `--b\r\n${'\r\n-'.repeat(300_000)}`,
      `--b\r\n${disposition('name="a"')}\r\n\r\n${'\r\n--'.repeat(200_000)}`,
    ];
    for (const body of hostile) {
      const start = process.threadCpuUsage();
      expect(await read(body, formType).catch(code)).toBe('request_invalid');
      expect(process.threadCpuUsage(start).user / 1000).toBeLessThan(1000);
    }
  });
});
