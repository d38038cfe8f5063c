import { describe, expect, it } from 'vitest';
import { readAcrValues, realmOfWishes } from '../../../src/signin/acr-values.ts';

describe('acr_values', () => {
  it.each([
    ['tenant:acme', { tenant: 'acme' }],
    ['idp:citrix go:acme-admins', { idp: 'citrix', go: 'acme-admins' }],
    ['urn:mace:silver tenant:acme 2', { tenant: 'acme' }],
    ['tenant:acme tenant:globex', { tenant: 'acme' }],
    ['tenant: tenant:globex', { tenant: 'globex' }],
    ['tenant:ACME', {}],
    ['tenant:acme\u0000', {}],
    ['tenant:../acme', {}],
    [`tenant:${'a'.repeat(61)}`, {}],
    ['constructor:x toString:x __proto__:x', {}],
    ['', {}],
    [undefined, {}],
    [['tenant:acme'], {}],
  ])('%j says %j', (values, wishes) => {
    expect(readAcrValues(values)).toEqual(wishes);
  });

  it.each([
    ['tenant:acme', 'web', 'subscribers-acme'],
    ['tenant:acme', 'native', 'apps-acme'],
    ['tenant:acme idp:okta', 'web', 'subscribers-acme'],
    ['idp:citrix', 'web', 'administrators'],
    ['idp:citrix', 'native', 'administrators'],
    // In whatever order: the administrators, as the sign-in will have it.
    ['tenant:acme idp:citrix', 'web', 'administrators'],
    ['idp:citrix tenant:acme', 'web', 'administrators'],
    ['idp:okta', 'web', undefined],
    ['', 'web', undefined],
  ] as const)('%j of a %s client means the realm %s', (values, kind, realm) => {
    expect(realmOfWishes(readAcrValues(values), kind)).toBe(realm);
  });
});
