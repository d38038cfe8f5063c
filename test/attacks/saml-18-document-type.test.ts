import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-18, document types and entities', () => {
  const laughs = `<!DOCTYPE r [<!ENTITY a "ha">${'bcdefghij'
    .split('')
    .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghij'[index]};`.repeat(10)}">`)
    .join('')}]>`;

  it('refuses every kind of DOCTYPE without a connection to anywhere', async () => {
    let connections = 0;
    const server = createServer().on('connection', () => connections++);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    const types = [
      '<!DOCTYPE samlp:Response>',
      `<!DOCTYPE r SYSTEM "${url}">`,
      `<!DOCTYPE r PUBLIC "-//x" "${url}">`,
      `<!DOCTYPE r [<!ENTITY x SYSTEM "${url}">]>`,
      '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
      `<!DOCTYPE r [<!ENTITY % p SYSTEM "${url}"> %p;]>`,
      '<!DOCTYPE r [<!ATTLIST saml:Assertion ID ID #FIXED "_x">]>',
      laughs,
      '<!doctype r>',
    ];
    for (const type of types) {
      expect(refusal(type + craftSigned()), type).toMatchObject({ code: 'saml_structure_refused' });
    }
    server.close();
    await once(server, 'close');
    expect(connections).toBe(0);
  });

  it('refuses entities beyond the five of XML, and understands those', () => {
    expect(refusal(craftSigned().replace('victim@', 'vic&nbsp;tim@'))).toMatchObject({ code: 'saml_malformed' });
    expect(refusal(craftSigned().replace('victim@', '&x;victim@'))).toMatchObject({ code: 'saml_malformed' });
    expect(refusal(craftSigned({ nameId: { value: `<&>"'` } }))).toEqual({ accepted: `<&>"'` });
  });
});
