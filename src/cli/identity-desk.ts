/** `identity show|reset-mfa|change-email|delete`: the operator's desk (CIT-4; SECURITY CON-20). */
import { textOfAccess } from '../directory/permission-labels.ts';
import { type Command, columns } from './command.ts';
import { askToConfirm, confirmOption, readReason } from './confirmation.ts';
import type { Installation } from './installation.ts';

const who = { identity: { value: 'WHO', help: 'Email or id', required: true } } as const;

/** Everything that the desk may see of somebody; changed, a confirmation is void. */
async function readPerson({ desk, personAtDesk }: Installation, reference: string) {
  const subject = await desk.find(reference);
  const seen = await personAtDesk(subject.id);
  return { subject, seen, facts: [subject.id, subject.email, JSON.stringify(seen)] };
}

const show: Command = {
  name: 'identity show',
  summary: 'Show what is kept of a person, with the recovery phone to make sure who is calling',
  notes: 'Is itself recorded in the system log of every organization that knows the person.',
  options: { ...who, reason: confirmOption.reason },
  async run(values, io) {
    const reason = readReason(values);
    const installation = await io.open();
    const { subject, seen } = await readPerson(installation, values.required('identity'));
    await installation.desk.noteLook(subject, reason);
    const time = (at: number | null) => (at === null ? 'never' : new Date(at).toISOString());
    const rows = [
      ['Id', subject.id],
      ['Recovery phone', seen.recoveryPhone ?? 'none'],
      ['Authenticator app', seen.deviceSince === null ? 'none' : `since ${time(seen.deviceSince)}`],
      ['Passkeys', String(seen.passkeys)],
      ['Backup codes left', String(seen.backupCodes)],
      ['Password set', time(seen.passwordChangedAt)],
      ['Password last used', time(seen.passwordUsedAt)],
      ['Last sign-in', time(seen.signedInAt)],
      ['Terms accepted', seen.terms.join(', ') || 'none'],
      ...seen.administers.map(({ organization, orgId, access }) => [
        'Administers',
        `${organization} (${orgId}), ${access.access === 'full' ? '' : 'custom access: '}${textOfAccess('en', access)}`,
      ]),
    ];
    return { json: { ...subject, ...seen }, text: `${subject.displayName} <${subject.email}>\n${columns(rows)}` };
  },
};

const resetMfa: Command = {
  name: 'identity reset-mfa',
  summary: 'Take a person’s second factors away: the next sign-in enrols new ones',
  notes:
    'Make sure first who is asking: call the recovery phone (identity show), not the number that the caller gives.\nThe password stays: whoever signs in next needs it and the mailbox.',
  options: { ...who, ...confirmOption },
  async run(values, io) {
    const reason = readReason(values);
    const installation = await io.open();
    const { subject, facts } = await readPerson(installation, values.required('identity'));
    const would = [
      `The authenticator app, the backup codes and the passkeys of ${nameOf(subject)} stop working`,
      'Every session of theirs ends, at once',
      'Their next sign-in asks for the password and a code by mail, then enrols a new app',
      `A mail tells ${subject.email}; the system log tells their organizations`,
    ];
    const question = { command: resetMfa.name, reason, facts, would };
    const asked = askToConfirm(values, question, installation.clock.now());
    if (asked) return asked;
    await installation.desk.resetFactors(subject, reason);
    return { json: { ...subject, done: true }, text: `${nameOf(subject)} enrols anew at the next sign-in` };
  },
};

const changeEmail: Command = {
  name: 'identity change-email',
  summary: 'Give a person another email, which is what they sign in with',
  options: { ...who, email: { value: 'EMAIL', help: 'The new one', required: true }, ...confirmOption },
  async run(values, io) {
    const reason = readReason(values);
    const installation = await io.open();
    const { subject, facts } = await readPerson(installation, values.required('identity'));
    const { mailbox: email } = await installation.desk.requireFree(subject, values.required('email'));
    const would = [
      `${nameOf(subject)} signs in with ${email} from now on; password and second factors stay`,
      'Every session of theirs ends, at once',
      `Mails tell ${subject.email} and ${email}; the system log tells their organizations`,
    ];
    const question = { command: changeEmail.name, reason, facts: [...facts, email], would };
    const asked = askToConfirm(values, question, installation.clock.now());
    if (asked) return asked;
    const changed = await installation.desk.changeEmail(subject, email, reason);
    return { json: { ...changed, done: true }, text: `${changed.displayName} signs in with ${changed.email} now` };
  },
};

const erase: Command = {
  name: 'identity delete',
  summary: 'Erase a person: everything that is kept of them; the system log keeps its records, without the person',
  notes:
    'An organization whose last administrator with full access this is keeps them: give somebody else access first\n(organization recover). Backups that were made before still hold the person.',
  options: { ...who, ...confirmOption },
  async run(values, io) {
    const reason = readReason(values);
    const installation = await io.open();
    const { subject, seen, facts } = await readPerson(installation, values.required('identity'));
    const would = [
      `${nameOf(subject)} can no longer sign in, and every session of theirs ends, at once`,
      ...seen.administers.map(({ organization }) => `They no longer administer ${organization}`),
      'Password, second factors, recovery phone, accepted terms and open invitations are deleted',
      'In the system log a pseudonym stands for them from now on; who it was cannot be found out again',
      `A mail tells ${subject.email}`,
    ];
    const question = { command: erase.name, reason, facts, would };
    const asked = askToConfirm(values, question, installation.clock.now());
    if (asked) return asked;
    await installation.desk.erase(subject, reason);
    return {
      json: { id: subject.id, done: true },
      text: `Erased. Applications that know the person by "sub" are told`,
    };
  },
};

function nameOf({ displayName, email }: { displayName: string; email: string }): string {
  return `${displayName} <${email}>`;
}

export const identityDeskCommands: readonly Command[] = [show, resetMfa, changeEmail, erase];
