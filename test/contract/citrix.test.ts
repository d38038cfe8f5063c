/** The redirect contract (`provider-contract.ts`) asks for a journey; this is what a password provider keeps to. */
import { describe, expect, test } from 'vitest';
import { createCitrixProvider } from '../../providers/citrix/citrix.ts';
import { attributeRoles } from '../../providers/provider.ts';
import { createCredentialStore } from '../../src/directory/credential-store.ts';
import { DirectoryError } from '../../src/directory/errors.ts';
import { openDirectory, refusalOf, startOfTests } from '../unit/directory/directory-under-test.ts';

const alice = {
  email: 'Alice@alpha.test',
  displayName: 'Alice Liddell',
  givenName: 'Alice',
  password: 'Rabbit-Hole-42',
};

async function openProvider() {
  const directory = await openDirectory();
  const identity = await directory.identities.create(alice);
  const provider = createCitrixProvider(createCredentialStore(directory.identities), directory.clock);
  return { ...directory, identity, provider };
}

describe('provider contract: citrix', () => {
  test('brings back the subject and the attributes as they are stored', async () => {
    await using directory = await openProvider();
    const { provider, identity } = directory;
    expect(await provider.authenticate('alice@alpha.test', alice.password)).toEqual({
      subject: identity.id,
      raw: {
        email: { name: 'email', values: ['Alice@alpha.test'] },
        displayName: { name: 'displayName', values: ['Alice Liddell'] },
        givenName: { name: 'givenName', values: ['Alice'] },
      },
      authenticatedAt: startOfTests,
      methods: ['pwd'],
    });
  });

  test('gives a subject that is no email, and no attribute outside the list', async () => {
    await using directory = await openProvider();
    const { provider } = directory;
    const identity = (await provider.authenticate(alice.email, alice.password))!;
    expect(identity.subject).not.toContain('@');
    for (const role of Object.keys(identity.raw)) expect(attributeRoles).toContain(role);
  });

  test('answers an unknown email and a wrong password alike', async () => {
    await using directory = await openProvider();
    const { provider } = directory;
    expect(await provider.authenticate(alice.email, 'wrong')).toBeUndefined();
    expect(await provider.authenticate('nobody@alpha.test', alice.password)).toBeUndefined();
  });

  test('throws a provider error, and no other, when it could not find out', async () => {
    const failing = (error: Error) =>
      createCitrixProvider(createCredentialStore({ authenticate: () => Promise.reject(error) }), { now: () => 0 });
    const codeOf = async (error: Error) => (await refusalOf(failing(error).authenticate('a', 'b'))).code;
    expect(await codeOf(new DirectoryError('too_busy', ''))).toBe('upstream_throttled');
    expect(await codeOf(new Error('database is locked'))).toBe('upstream_unreachable');
  });
});
