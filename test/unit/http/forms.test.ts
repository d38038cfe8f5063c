import { describe, expect, it } from 'vitest';
import { readForm, readJson, readQuery } from '../../../src/http/forms.ts';
import { serve } from './chain.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const formServer = () =>
  serve(async (request, response) => {
    response.end(JSON.stringify(await readForm(request, { maxBytes: 100, maxFields: 3 })));
  });

describe('reading a form', () => {
  it('gives strings, decoded', async () => {
    const post = await formServer();
    const answer = await post('/', { method: 'POST', headers: form, body: 'a=1&b=%E9%96%A2+x&c=' });
    expect(JSON.parse(answer.body)).toEqual({ a: '1', b: '関 x', c: '' });
    const empty = await post('/', {
      method: 'POST',
      headers: { 'content-type': `${form['content-type']}; charset=UTF-8` },
    });
    expect(empty.body).toBe('{}');
  });

  it.each([
    ['a field that came twice', 'a=1&a=1', 'field_repeated'],
    ['a field that came twice in another spelling', 'a=1&%61=2', 'field_repeated'],
    ['too many fields', 'a=1&b=2&c=3&d=4', 'too_large'],
    ['a zero byte', 'a=%00', 'request_invalid'],
    ['what is no UTF-8', Buffer.from([0x61, 0x3d, 0xc0, 0xaf]), 'request_invalid'],
    ['too many bytes', `a=${'x'.repeat(99)}`, 'too_large'],
  ])('refuses %s', async (_title, body, code) => {
    const post = await formServer();
    expect((await post('/', { method: 'POST', headers: form, body })).body).toBe(code);
  });

  it('refuses too many bytes that were not announced', async () => {
    const post = await formServer();
    const headers = { ...form, 'transfer-encoding': 'chunked' };
    expect((await post('/', { method: 'POST', headers, body: 'x'.repeat(5000) })).body).toBe('too_large');
  });

  it('counts fields before it takes them apart', () => {
    const flood = `/?${'a&'.repeat(1_000_000)}`;
    expect(() => readQuery(flood, { maxBytes: flood.length })).toThrow(expect.objectContaining({ code: 'too_large' }));
    expect({ ...readQuery('/?a=1&b=2&c=3&', { maxFields: 3 }) }).toEqual({ a: '1', b: '2', c: '3' });
    expect(() => readQuery('/?a=1&b=2&c=3&d', { maxFields: 3 })).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    );
  });

  it('treats __proto__ as a field like any other', () => {
    const fields = readQuery('/?__proto__=x&constructor=y');
    expect(fields.constructor).toBe('y');
    expect(Object.getPrototypeOf(fields)).toBeNull();
    expect(Object.keys(fields)).toEqual(['__proto__', 'constructor']);
  });

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/x-www-form-urlencoded; charset=utf-7' },
    { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
    {},
  ])('refuses other types: %j', async (headers) => {
    const post = await formServer();
    expect((await post('/', { method: 'POST', headers: headers as Record<string, string>, body: 'a=1' })).body).toBe(
      'media_type_refused',
    );
  });
});

describe('reading a query', () => {
  it('goes by the same rules', () => {
    expect({ ...readQuery('/cb?code=x&state=y') }).toEqual({ code: 'x', state: 'y' });
    expect({ ...readQuery('/cb') }).toEqual({});
    expect(() => readQuery('/cb?state=a&state=b')).toThrow('field_repeated');
    expect(() => readQuery(`/cb?${'a'.repeat(20_000)}`)).toThrow('too_large');
  });
});

describe('reading JSON', () => {
  it('wants the type and the syntax', async () => {
    const post = await serve(async (request, response) => {
      response.end(JSON.stringify(await readJson(request)));
    });
    const json = { 'content-type': 'application/json' };
    expect((await post('/', { method: 'POST', headers: json, body: '{"a":[1]}' })).body).toBe('{"a":[1]}');
    expect((await post('/', { method: 'POST', headers: json, body: '{' })).status).toBe(400);
    expect((await post('/', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' })).status).toBe(
      415,
    );
  });
});
