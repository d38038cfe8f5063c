/** SECURITY OP-02: what an application may not register. */
import { describe, expect, test } from 'vitest';
import { clientMetadataSchema } from '../../src/directory/client-metadata.ts';
import { problemsOf } from '../../src/directory/errors.ts';

function problemsOfMetadata(change: object): string[] {
  const result = clientMetadataSchema.safeParse({ redirect_uris: ['https://wiki.alpha.test/cb'], ...change });
  return result.success ? [] : problemsOf(result.error).map((problem) => problem.path);
}

const refused: readonly [uri: string, why: string][] = [
  ['http://wiki.alpha.test/cb', 'anybody on the way reads the code'],
  ['http://localhost.evil.test/cb', 'only looks like this machine'],
  ['http://127.0.0.1.evil.test/cb', 'only looks like this machine'],
  ['https://wiki.alpha.test/cb#x', 'has a fragment'],
  ['https://wiki.alpha.test/cb#', 'has an empty fragment'],
  ['https://*.alpha.test/cb', 'has a wildcard host'],
  ['https://wiki.alpha.test/*', 'has a wildcard path'],
  ['javascript:alert(1)', 'runs in the page'],
  ['data:text/html,x', 'runs in the page'],
  ['file:///etc/passwd', 'is a file'],
  ['com.example.app:/cb', 'is the scheme of a native application'],
  ['https://10.0.0.1/cb', 'is an address'],
  ['https://[2001:db8::1]/cb', 'is an address'],
  ['https://0x0a000001/cb', 'is an address in disguise'],
  ['https://user@wiki.alpha.test/cb', 'has a user name'],
  ['https://user:pw@wiki.alpha.test/cb', 'has a password'],
  ['https://@wiki.alpha.test/cb', 'has an empty user name'],
  ['https://wiki.alpha.test\\@evil.test/cb', 'is read in two ways'],
  ['https://wiki.alpha.test/a/../cb', 'has dot segments'],
  ['https://wiki.alpha.test/a/%2e%2e/cb', 'has encoded dot segments'],
  ['https://wiki.alpha.test/a%2fb', 'has an encoded slash'],
  ['https://wiki.alpha.test//evil.test', 'has an empty segment in front'],
  ['https://wiki.älpha.test/cb', 'is not ASCII'],
  [' https://wiki.alpha.test/cb', 'begins with a space'],
  ['https://wiki.alpha.test/cb\n', 'ends with a line break'],
  ['/cb', 'is relative'],
  ['', 'is empty'],
];

describe('registration refuses a redirect URI that', () => {
  test.each(refused)('%j: %s', (uri) => {
    expect(problemsOfMetadata({ redirect_uris: ['https://wiki.alpha.test/cb', uri] })).toEqual(['redirect_uris.1']);
    expect(problemsOfMetadata({ post_logout_redirect_uris: [uri] })).toEqual(['post_logout_redirect_uris.0']);
  });

  test('is a native application’s own scheme without a domain in it', () => {
    const native = (uri: string) => problemsOfMetadata({ application_type: 'native', redirect_uris: [uri] });
    expect(native('com.example.app:/cb')).toEqual([]);
    expect(native('http://127.0.0.1/cb')).toEqual([]);
    for (const uri of ['myapp:/cb', 'javascript:alert(1)', 'http://wiki.alpha.test/cb', 'com.example.app:/*'])
      expect(native(uri)).toEqual(['redirect_uris.0']);
  });
});
