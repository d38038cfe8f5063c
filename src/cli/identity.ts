/** `identity …`: people of the built-in Citrix identity provider. */
import { randomInt } from 'node:crypto';
import { problemsOfPassword } from '../directory/password-rules.ts';
import { generateTotpKey, totpUri } from '../directory/totp.ts';
import { type Command, columns } from './command.ts';

const create: Command = {
  name: 'identity create',
  summary: 'Make a person of the built-in identity provider, with password and TOTP device',
  notes:
    'Without --password-stdin a password is made and shown this once. The TOTP key is shown this once: hand both over\nsafely. To give the person something to administer: administrator add.',
  options: {
    email: { value: 'EMAIL', help: 'Sign-in name, unique', required: true },
    name: { value: 'NAME', help: 'Display name', required: true },
    'given-name': { value: 'NAME', help: '' },
    'family-name': { value: 'NAME', help: '' },
    'terms-accepted': { help: 'The person has accepted the terms of service in force elsewhere, in writing say' },
    'password-stdin': { help: 'Read the password from standard input (asked for, hidden, in a terminal)' },
  },
  async run(values, io) {
    const email = values.required('email');
    const displayName = values.required('name');
    const given = values.has('password-stdin') ? await io.askSecret('Password: ') : undefined;
    const password = given ?? makePassword([email, displayName]);
    const totpKey = generateTotpKey();
    const { identities, termsAcceptances, record } = await io.open();
    const givenName = values.text('given-name');
    const familyName = values.text('family-name');
    const identity = await identities.create({
      email,
      displayName,
      ...(givenName !== undefined && { givenName }),
      ...(familyName !== undefined && { familyName }),
      password,
      totpKey,
    });
    await record({
      event: 'platform/identity/create',
      organizationId: null,
      target: { type: 'identity', id: identity.id, name: identity.displayName },
    });
    if (values.has('terms-accepted')) {
      const { version } = termsAcceptances.terms;
      await termsAcceptances.accept({ identity, language: 'en', version }, { actor: { type: 'system' } });
    }
    const uri = totpUri({ key: totpKey, email, issuer: 'Sekisho' });
    const rows = [
      ['Id', identity.id],
      ...(given === undefined ? [['Password', `${password}  (shown this once)`]] : []),
      ['TOTP key', `${totpKey}  (shown this once)`],
      ['TOTP URI', uri],
    ];
    return {
      json: { ...identity, ...(given === undefined && { password }), totpKey, totpUri: uri },
      text: `Identity ${identity.displayName} <${identity.email}>\n${columns(rows)}`,
    };
  },
};

/** 20 characters, 119 bits, without those that are mistaken for others; tried until every rule is kept. */
function makePassword(names: readonly string[]): string {
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!@#%*?+=-';
  for (;;) {
    const password = Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]).join('');
    if (problemsOfPassword(password, names).length === 0) return password;
  }
}

export const identityCommands: readonly Command[] = [create];
