/** SECURITY RP-11: an administrator types an address (or a metadata document names one) that points inside. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch } from '../../src/core/guarded-fetch.ts';

let hits = 0;
const inside = createServer((_request, response) => {
  hits++;
  response.end('secret of the inside');
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((done) => inside.listen(0, '127.0.0.1', done));
  port = (inside.address() as AddressInfo).port;
});
afterAll(() => inside.close());

const refused = { code: 'upstream_address_refused' };

describe('a production broker (loopback refused)', () => {
  const fetch = createGuardedFetch({
    allowLoopback: false,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  afterAll(() => fetch.close());

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://[::1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://0.0.0.0/',
    'https://[::]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://0x08080808/',
  ])('does not connect to the literal %s', async (url) => {
    await expect(fetch(url)).rejects.toMatchObject(refused);
  });

  it.each([
    'http://id.example.org/',
    'ftp://id.example.org/',
    'file:///etc/passwd',
    'gopher://id.example.org/',
    'data:text/plain,x',
    'https://id.example.org:22/',
    'https://id.example.org:6379/',
    'https://id.example.org:80/',
    'https://good.example.org@id.example.org/',
    'https://user:password@id.example.org/',
    'https://localhost./',
    'https://id.example.org./',
    '//id.example.org/',
    'id.example.org',
    '',
  ])('does not take %s for the URL of an identity provider', async (url) => {
    await expect(fetch(url)).rejects.toMatchObject(refused);
  });

  it.each(['localhost', 'x.localhost', '127.0.0.1.nip.io', 'ⓛocalhost', 'internal.example.org'])(
    'refuses %s, a name that resolves to loopback',
    async (name) => {
      await expect(fetch(`https://${name}/`)).rejects.toMatchObject(refused);
    },
  );

  it.each(['169.254.169.254', '10.1.2.3', '::1', '::ffff:10.0.0.1', 'fd12::1'])(
    'refuses a name that resolves to %s, even beside a public address',
    async (address) => {
      const guarded = createGuardedFetch({
        allowLoopback: false,
        resolve: async () => [
          { address: '203.0.114.1', family: 4 },
          { address, family: address.includes(':') ? 6 : 4 },
        ],
      });
      await expect(guarded('https://id.example.org/')).rejects.toMatchObject(refused);
      await guarded.close();
    },
  );
});

describe('a broker that may speak to loopback (demo and tests)', () => {
  it('still refuses every other inside address, and disguises of loopback', async () => {
    const fetch = createGuardedFetch({ allowLoopback: true });
    for (const url of [
      `http://0x7f.1:${port}/`,
      `http://2130706433:${port}/`,
      `http://[::ffff:7f00:1]:${port}/`,
      `http://localhost.:${port}/`,
      `http://user@127.0.0.1:${port}/`,
      'http://169.254.169.254/',
      'https://10.0.0.1/',
      'http://id.example.org/',
    ])
      await expect(fetch(url), url).rejects.toMatchObject(refused);
    expect(hits).toBe(0);
    await fetch.close();
  });

  it('refuses a public name that resolves to loopback', async () => {
    const fetch = createGuardedFetch({
      allowLoopback: true,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    await expect(fetch('https://id.example.org/')).rejects.toMatchObject(refused);
    expect(hits).toBe(0);
    await fetch.close();
  });
});

describe('DNS rebinding', () => {
  it('resolves once per connection, and connects to the address that was judged', async () => {
    // The first answer is allowed (loopback stands in for the public address of the attacker's name), the next ones
    // point inside. A guard that resolved by itself and let the socket resolve again would use the second answer.
    const answers = ['127.0.0.1', '169.254.169.254', '169.254.169.254'];
    let asked = 0;
    const fetch = createGuardedFetch({
      allowLoopback: true,
      resolve: async () => [{ address: answers[asked++] as string, family: 4 }],
    });
    const outside = createServer((_request, response) => response.setHeader('connection', 'close').end('outside'));
    await new Promise<void>((done) => outside.listen(0, '127.0.0.1', done));
    const url = `http://rebind.localhost:${(outside.address() as AddressInfo).port}/`;
    expect(await (await fetch(url)).text()).toBe('outside');
    expect(asked).toBe(1);
    await expect(fetch(url)).rejects.toMatchObject(refused);
    expect(asked).toBe(2);
    await fetch.close();
    outside.close();
  });
});

describe('redirects', () => {
  it('are not followed, and where they lead is not told', async () => {
    const outside = createServer((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/inside` }).end();
    });
    await new Promise<void>((done) => outside.listen(0, '127.0.0.1', done));
    const fetch = createGuardedFetch({ allowLoopback: true });
    const error = await fetch(`http://127.0.0.1:${(outside.address() as AddressInfo).port}/`).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'upstream_redirected' });
    expect(JSON.stringify(error)).not.toContain('inside');
    expect(hits).toBe(0);
    await fetch.close();
    outside.close();
  });
});
