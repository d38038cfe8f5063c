import { describe, expect, it } from 'vitest';
import { readIdentifier, readWorkspaceName } from '../../../src/accounts/typed-names.ts';
import { readConfig } from '../../../src/config/config.ts';
import { createSites } from '../../../src/config/sites.ts';

const proxies = { SEKISHO_TRUSTED_PROXIES: '127.0.0.1' };
const byHost = createSites(readConfig({ SEKISHO_DOMAIN: 'https://broker.test', ...proxies }));
const byPath = createSites(readConfig({ SEKISHO_PUBLIC_URL: 'https://id.test/sso', ...proxies }));

describe('A workspace’s name', () => {
  it.each([
    ['acme', 'acme'],
    [' ACME ', 'acme'],
    ['https://acme.broker.test', 'acme'],
    ['https://acme.broker.test/some/page?x=1', 'acme'],
    ['acme.broker.test', 'acme'],
    ['ACME.Broker.Test/', 'acme'],
    ['https://acme.elsewhere.test', undefined],
    ['https://accounts.broker.test/acme', undefined],
    ['a', undefined],
    ['', undefined],
    ['acme globex', undefined],
    ['javascript:acme', undefined],
    ['https://', undefined],
  ])('by host: %j is %s', (typed, name) => expect(readWorkspaceName(byHost, typed)).toBe(name));
  it.each([
    ['acme', 'acme'],
    ['https://id.test/sso/workspace/acme/', 'acme'],
    ['id.test/sso/workspace/acme', 'acme'],
    ['https://id.test/sso', undefined],
  ])('by path: %j is %s', (typed, name) => expect(readWorkspaceName(byPath, typed)).toBe(name));
});

describe('An identifier', () => {
  it.each([
    ['acme-admins', 'acme-admins'],
    [byHost.goUrl('acme-admins'), 'acme-admins'],
    [`${byHost.goUrl('ACME-admins')}/`, 'acme-admins'],
    ['citrix.broker.test/go/acme-admins', 'acme-admins'],
    ['/acme-admins/', 'acme-admins'],
    ['https://evil.test/go/acme-admins', undefined],
    ['https://citrix.broker.test/', undefined],
    ['acme_admins', undefined],
  ])('by host: %j is %s', (typed, name) => expect(readIdentifier(byHost, typed)).toBe(name));
  it.each([
    [byPath.goUrl('acme-admins'), 'acme-admins'],
    ['acme-admins', 'acme-admins'],
  ])('by path: %j is %s', (typed, name) => expect(readIdentifier(byPath, typed)).toBe(name));
});
