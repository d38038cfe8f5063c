/** Passkeys: the ceremonies with an authenticator in software, and what the rows allow. */
import { describe, expect, test } from 'vitest';
import { createSites } from '../../../src/config/sites.ts';
import { createPasskeyCeremonies } from '../../../src/directory/passkey-ceremonies.ts';
import { createPasskeys } from '../../../src/directory/passkeys.ts';
import type { Told } from '../../../src/mail/tell-person.ts';
import type { Act } from '../../../src/system-log/events.ts';
import { type Bend, createSoftwareAuthenticator } from '../../support/software-authenticator.ts';
import { openDirectory, refusalOf } from './directory-under-test.ts';

const { webauthn } = createSites({ domain: 'https://sekisho.example', listen: { host: '127.0.0.1', port: 8080 } });
const accounts = 'https://accounts.sekisho.example';
const console = 'https://citrix.sekisho.example';
const act: Act = { actor: { type: 'administrator', id: 'account-1', name: 'Alice' }, clientAddress: '203.0.113.7' };
const session = 'session-1';
const browser = 'sign-in-1 browser-1';
const minute = 60_000;

async function open(how: { counts?: boolean } = {}) {
  const directory = await openDirectory();
  const { db, clock, store, systemLog, identities } = directory;
  const told: Told[] = [];
  const warnings: unknown[] = [];
  const passkeys = createPasskeys({
    db,
    clock,
    systemLog,
    tellPerson: async (each) => {
      told.push(each);
    },
  });
  const infos: { err?: Error }[] = [];
  const log = {
    info: (fields: { err?: Error }) => void infos.push(fields),
    warn: (fields: unknown) => void warnings.push(fields),
  };
  const ceremonies = createPasskeyCeremonies({ webauthn, passkeys, store, clock, log: log as never });
  const newIdentity = (email = 'alice@alpha.test') =>
    identities.create({ email, displayName: 'Alice', password: 'Rabbit-Hole-42' });
  const alice = await newIdentity();
  const owner = { identityId: alice.id };
  const device = createSoftwareAuthenticator({ origin: accounts, ...how });
  async function register(bend: Bend = {}, of = alice, name = 'Laptop', authenticator = device) {
    const options = await ceremonies.beginRegistration(of, session);
    const answer = authenticator.create(options, { origin: console, ...bend });
    return ceremonies.register({ ...owner, identityId: of.id }, session, { answer, name }, act);
  }
  async function signIn(bend: Bend = {}, binding = browser) {
    const ceremony = { binding, identityId: null };
    const options = await ceremonies.beginAssertion('sign-in', ceremony);
    return ceremonies.verifyAssertion('sign-in', ceremony, device.get(options, bend));
  }
  return {
    ...directory,
    passkeys,
    ceremonies,
    told,
    infos,
    warnings,
    newIdentity,
    alice,
    owner,
    device,
    register,
    signIn,
  };
}

describe('registering', () => {
  test('keeps what the authenticator made; the log tells it, and so does a mail', async () => {
    await using directory = await open();
    const { passkeys, register, alice, told, systemLog } = directory;
    const added = await register();
    expect(added).toMatchObject({ name: 'Laptop', synced: false, usedAt: null });
    expect(await passkeys.list(alice.id)).toEqual([added]);
    expect(await systemLog.list({ event: 'platform/passkey/create' })).toMatchObject([
      {
        actor: { id: 'account-1' },
        target: { type: 'identity', id: alice.id, name: 'Alice' },
        detail: { passkey: 'Laptop', synced: false },
      },
    ]);
    expect(told).toMatchObject([{ kind: 'passkey_added', email: 'alice@alpha.test', thing: 'Laptop' }]);
  });

  test('asks for a discoverable credential with user verification, bound to the common domain', async () => {
    await using directory = await open();
    const { ceremonies, alice } = directory;
    const options = await ceremonies.beginRegistration(alice, session);
    expect(options.rp.id).toBe('sekisho.example');
    expect(options.authenticatorSelection).toMatchObject({ residentKey: 'required', userVerification: 'required' });
    expect(options.attestation).toBe('none');
  });

  test('knows the person by a random handle, the same for all of their passkeys and nobody else’s', async () => {
    await using directory = await open();
    const { ceremonies, register, newIdentity, alice, device } = directory;
    await register();
    const first = device.credentials[0]!;
    const second = await ceremonies.beginRegistration(alice, session);
    expect(second.user.id).toBe(first.userHandle);
    expect(Buffer.from(first.userHandle, 'base64url')).toHaveLength(32);
    expect(first.userHandle).not.toContain(alice.id);
    expect(second.excludeCredentials).toMatchObject([{ id: first.id, transports: ['internal'] }]);
    const other = await ceremonies.beginRegistration(await newIdentity('bob@alpha.test'), session);
    expect([other.user.id === first.userHandle, other.excludeCredentials]).toEqual([false, []]);
  });

  test.each<[string, Bend]>([
    ['another origin', { origin: 'https://evil.test' }],
    ['the accounts host, where nobody registers', { origin: accounts }],
    ['the same host by http', { origin: 'http://citrix.sekisho.example' }],
    ['another RP ID', { rpId: 'evil.test' }],
    ['the RP ID of one host', { rpId: 'citrix.sekisho.example' }],
    ['no user verification', { userVerified: false }],
    ['nobody present', { userPresent: false }],
    ['an assertion', { type: 'webauthn.get' }],
    ['a frame of another site', { crossOrigin: true }],
    ['a challenge that nobody was given', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['the name of another credential', { credentialId: 'AAAA' }],
  ])('with %s is refused', async (_what, bend) => {
    await using directory = await open();
    expect(await refusalOf(directory.register(bend))).toMatchObject({ code: 'passkey_refused' });
    expect(await directory.passkeys.list(directory.alice.id)).toEqual([]);
    expect(directory.told).toEqual([]);
  });

  test('of one credential works once: not again, and not for somebody else', async () => {
    await using directory = await open();
    const { ceremonies, newIdentity, alice, owner, device } = directory;
    const options = await ceremonies.beginRegistration(alice, session);
    const answer = device.create(options, { origin: console });
    await ceremonies.register(owner, session, { answer, name: 'One' }, act);
    const again = ceremonies.register(owner, session, { answer, name: 'Two' }, act);
    expect(await refusalOf(again)).toMatchObject({ code: 'passkey_refused' });
    const bob = await newIdentity('bob@alpha.test');
    const forBob = await ceremonies.beginRegistration(bob, session);
    const asBob = { identityId: bob.id };
    const taken = JSON.parse(answer);
    taken.response.clientDataJSON = JSON.parse(device.create(forBob, { origin: console })).response.clientDataJSON;
    const stolen = ceremonies.register(asBob, session, { answer: JSON.stringify(taken), name: 'Stolen' }, act);
    expect(await refusalOf(stolen)).toMatchObject({ code: 'passkey_refused' });
  });

  test.each([
    ['another session', 'session-2', 0],
    ['the same session five minutes later', session, 5 * minute],
  ])('is not finished by %s', async (_what, binding, later) => {
    await using directory = await open();
    const { ceremonies, clock, alice, owner, device } = directory;
    const answer = device.create(await ceremonies.beginRegistration(alice, session), { origin: console });
    clock.advance(later);
    const late = ceremonies.register(owner, binding, { answer, name: 'Late' }, act);
    expect(await refusalOf(late)).toMatchObject({ code: 'passkey_refused' });
  });

  test.each(['', 'null', '[]', '{"id":"a"}', '{', '"'.repeat(70_000)])('of %.20s is refused', async (answer) => {
    await using directory = await open();
    const { ceremonies, owner } = directory;
    const refused = ceremonies.register(owner, session, { answer, name: 'X' }, act);
    expect(await refusalOf(refused)).toMatchObject({ code: 'passkey_refused' });
  });

  test('does not read an attestation that brings certificates of its own', async () => {
    await using directory = await open();
    const { ceremonies, alice, owner, device, infos } = directory;
    const answer = JSON.parse(device.create(await ceremonies.beginRegistration(alice, session), { origin: console }));
    const attestation = Buffer.from(answer.response.attestationObject, 'base64url').toString('latin1');
    const other = attestation.replace('dnone', 'eapple');
    expect(other).not.toBe(attestation);
    answer.response.attestationObject = Buffer.from(other, 'latin1').toString('base64url');
    const refused = ceremonies.register(owner, session, { answer: JSON.stringify(answer), name: 'X' }, act);
    expect(await refusalOf(refused)).toMatchObject({ code: 'passkey_refused' });
    // By us, before the library looks at it.
    expect(infos.at(-1)?.err?.message).toBe('attestation was not asked for');
  });

  test('ends at twenty', async () => {
    await using directory = await open();
    for (let index = 0; index < 20; index++) await directory.register();
    expect(await refusalOf(directory.register())).toMatchObject({ code: 'passkey_limit' });
  });

  test.each(['', ' ', 'x'.repeat(61), 'a\nb', 'a\u202eb'])('with the name %j is refused', async (name) => {
    await using directory = await open();
    const { alice, register } = directory;
    expect(await refusalOf(register({}, alice, name))).toMatchObject({ code: 'name_invalid' });
  });
});

describe('signing in', () => {
  test('with a discoverable credential says whose it is, without having asked for anybody', async () => {
    await using directory = await open();
    const { ceremonies, register, signIn, alice, passkeys, clock } = directory;
    const { id } = await register();
    const options = await ceremonies.beginAssertion('sign-in', { binding: browser, identityId: null });
    expect(options).toMatchObject({ rpId: 'sekisho.example', userVerification: 'required' });
    expect(options.allowCredentials).toBeUndefined();
    clock.advance(minute);
    expect(await signIn()).toEqual({ outcome: 'accepted', identityId: alice.id, passkeyId: id });
    expect((await passkeys.list(alice.id))[0]?.usedAt).toBe(clock.now());
  });

  test('works again and again, also with an authenticator that keeps no count', async () => {
    await using directory = await open({ counts: false });
    await directory.register();
    for (let time = 0; time < 12; time++) expect(await directory.signIn()).toMatchObject({ outcome: 'accepted' });
  });

  test.each<[string, Bend, string]>([
    ['another origin', { origin: 'https://accounts.sekisho.example.evil.test' }, 'not_verified'],
    ['a sibling host of ours', { origin: 'https://northwind.sekisho.example' }, 'not_verified'],
    ['the console’s origin', { origin: console }, 'not_verified'],
    ['another port', { origin: `${accounts}:8443` }, 'not_verified'],
    ['another RP ID', { rpId: 'evil.test' }, 'not_verified'],
    ['no user verification', { userVerified: false }, 'not_verified'],
    ['nobody present', { userPresent: false }, 'not_verified'],
    ['a registration', { type: 'webauthn.create' }, 'not_verified'],
    ['a frame of another site', { crossOrigin: true }, 'malformed'],
    ['another backup eligibility than it had', { backupEligible: true }, 'not_verified'],
    ['a credential that nobody has', { credentialId: 'AAAA' }, 'unknown_credential'],
    ['another person’s handle', { userHandle: 'AAAA' }, 'other_identity'],
    ['no handle', { userHandle: undefined }, 'other_identity'],
    ['a challenge of one’s own', { challenge: 'A'.repeat(43) }, 'challenge'],
  ])('with %s is refused', async (_what, bend, reason) => {
    await using directory = await open();
    await directory.register();
    expect(await directory.signIn(bend)).toMatchObject({ outcome: 'refused', reason });
    expect(await directory.signIn()).toMatchObject({ outcome: 'accepted' });
  });

  test('with another’s signature is refused', async () => {
    await using directory = await open();
    const { register, signIn, newIdentity, device } = directory;
    await register({}, await newIdentity('bob@alpha.test'), 'Bob’s');
    const key = device.credentials[0]!.key;
    await register();
    expect(await signIn({ key })).toMatchObject({ outcome: 'refused', reason: 'not_verified' });
  });

  test('a second time with the same answer is refused; of two at once one is believed', async () => {
    await using directory = await open();
    const { ceremonies, register, device } = directory;
    await register();
    const ceremony = { binding: browser, identityId: null };
    const answer = device.get(await ceremonies.beginAssertion('sign-in', ceremony));
    const both = await Promise.all([1, 2].map(() => ceremonies.verifyAssertion('sign-in', ceremony, answer)));
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'refused']);
    const late = await ceremonies.verifyAssertion('sign-in', ceremony, answer);
    expect(late).toMatchObject({ outcome: 'refused', reason: 'challenge' });
  });

  test('is bound to the browser that asked, to its purpose, and to five minutes', async () => {
    await using directory = await open();
    const { ceremonies, register, device, clock, alice } = directory;
    await register();
    const mine = { binding: browser, identityId: null };
    const options = await ceremonies.beginAssertion('sign-in', mine);
    const elsewhere = { binding: 'sign-in-1 browser-2', identityId: null };
    expect(await ceremonies.verifyAssertion('sign-in', elsewhere, device.get(options))).toMatchObject({
      reason: 'challenge',
    });
    const asked = await ceremonies.beginAssertion('sign-in', mine);
    const asFactor = { binding: browser, identityId: alice.id };
    expect(await ceremonies.verifyAssertion('second-factor', asFactor, device.get(asked))).toMatchObject({
      reason: 'challenge',
    });
    const old = await ceremonies.beginAssertion('sign-in', mine);
    clock.advance(5 * minute);
    expect(await ceremonies.verifyAssertion('sign-in', mine, device.get(old))).toMatchObject({ reason: 'challenge' });
  });

  test('with a count that went back is refused and leaves a warning: the key has been copied', async () => {
    await using directory = await open();
    const { register, signIn, warnings } = directory;
    await register();
    expect(await signIn({ counter: 7 })).toMatchObject({ outcome: 'accepted' });
    for (const counter of [7, 6, 0]) expect(await signIn({ counter })).toMatchObject({ reason: 'counter' });
    expect(warnings).toHaveLength(3);
    expect(await signIn({ counter: 8 })).toMatchObject({ outcome: 'accepted' });
  });

  test('can be tried five times in one sign-in, and ten times an hour with one identity’s passkeys', async () => {
    await using directory = await open();
    const { register, signIn, clock } = directory;
    await register();
    const wrong = { origin: 'https://evil.test' };
    for (let time = 0; time < 5; time++) expect(await signIn(wrong)).toMatchObject({ outcome: 'refused' });
    expect(await signIn()).toEqual({ outcome: 'throttled' });
    for (let time = 0; time < 5; time++) expect(await signIn(wrong, 'second')).toMatchObject({ outcome: 'refused' });
    expect(await signIn({}, 'third')).toMatchObject({ outcome: 'throttled' });
    clock.advance(60 * minute);
    expect(await signIn({}, 'fourth')).toMatchObject({ outcome: 'accepted' });
  });
});

describe('as a second factor', () => {
  async function withBoth() {
    const directory = await open();
    const { register, newIdentity, alice, ceremonies } = directory;
    const bob = await newIdentity('bob@alpha.test');
    await register({}, alice);
    await register({}, bob);
    const begin = (identityId: string) => ceremonies.beginAssertion('second-factor', { binding: browser, identityId });
    const verify = (identityId: string, answer: string) =>
      ceremonies.verifyAssertion('second-factor', { binding: browser, identityId }, answer);
    return { ...directory, bob, begin, verify };
  }

  test('only the identity’s own passkeys are asked for, and a handle need not be told', async () => {
    await using directory = await withBoth();
    const { alice, device, begin, verify } = directory;
    const options = await begin(alice.id);
    expect(options.allowCredentials).toMatchObject([{ id: device.credentials[0]!.id }]);
    expect(await verify(alice.id, device.get(options, { userHandle: undefined }))).toMatchObject({
      outcome: 'accepted',
      identityId: alice.id,
    });
  });

  test('another’s passkey is refused, with its own handle, without one and with the right one', async () => {
    await using directory = await withBoth();
    const { alice, device, begin, verify } = directory;
    const [own, theirs] = device.credentials as [(typeof device.credentials)[0], (typeof device.credentials)[0]];
    for (const userHandle of [theirs.userHandle, undefined, own.userHandle]) {
      const answer = device.answerWith(theirs, await begin(alice.id), { userHandle });
      expect(await verify(alice.id, answer)).toMatchObject({ outcome: 'refused', reason: 'other_identity' });
    }
  });

  test('a proof within a session happens on the console’s origin and answers for nothing else', async () => {
    await using directory = await withBoth();
    const { alice, device, ceremonies } = directory;
    const ceremony = { binding: session, identityId: alice.id };
    const prove = async (bend: Bend) =>
      ceremonies.verifyAssertion(
        'proof',
        ceremony,
        device.get(await ceremonies.beginAssertion('proof', ceremony), bend),
      );
    expect(await prove({ origin: console })).toMatchObject({ outcome: 'accepted' });
    expect(await prove({})).toMatchObject({ outcome: 'refused', reason: 'not_verified' });
    // Same person, same binding: still another purpose.
    const asked = await ceremonies.beginAssertion('second-factor', ceremony);
    const answer = device.get(asked, { origin: console });
    expect(await ceremonies.verifyAssertion('proof', ceremony, answer)).toMatchObject({ reason: 'challenge' });
  });
});

describe('a passkey', () => {
  test('is renamed and removed by its owner only', async () => {
    await using directory = await open();
    const { passkeys, register, newIdentity, owner, alice, told } = directory;
    const bob = { identityId: (await newIdentity('bob@alpha.test')).id };
    const one = await register();
    directory.clock.advance(minute);
    await register();
    expect(await refusalOf(passkeys.rename(bob, one.id, 'Mine now', act))).toMatchObject({ code: 'not_found' });
    expect(await refusalOf(passkeys.remove(bob, one.id, act))).toMatchObject({ code: 'not_found' });
    await passkeys.rename(owner, one.id, ' 仕事用のノート ', act);
    expect((await passkeys.list(alice.id))[0]?.name).toBe('仕事用のノート');
    await passkeys.remove(owner, one.id, act);
    expect(await passkeys.list(alice.id)).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({ kind: 'passkey_removed', thing: '仕事用のノート' });
    expect(await refusalOf(passkeys.remove(owner, one.id, act))).toMatchObject({ code: 'not_found' });
  });

  test('that was removed opens nothing', async () => {
    await using directory = await open();
    const { passkeys, register, signIn, owner, alice, ceremonies, device } = directory;
    const [one] = [await register(), await register()];
    const [first] = device.credentials;
    await passkeys.remove(owner, one.id, act);
    const options = await ceremonies.beginAssertion('sign-in', { binding: browser, identityId: null });
    const answer = device.answerWith(first!, options);
    expect(await ceremonies.verifyAssertion('sign-in', { binding: browser, identityId: null }, answer)).toMatchObject({
      reason: 'unknown_credential',
    });
    expect(await signIn()).toMatchObject({ outcome: 'accepted', identityId: alice.id });
  });

  test('that is the only second factor stays, and nothing is told', async () => {
    await using directory = await open();
    const { passkeys, register, owner, told, alice } = directory;
    const { id } = await register();
    expect(await refusalOf(passkeys.remove(owner, id, act))).toMatchObject({ code: 'last_factor' });
    expect([await passkeys.has(alice.id), told.length]).toEqual([true, 1]);
  });
});
