/**
 * SECURITY CON-20: support staff have no way to act as somebody else; what they can do takes two steps, is in the log of the
 * organizations concerned and in the mailbox of the person, and acts at once in a server that is running.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatSealingKeys } from '../../certs/sealing-keys.ts';
import { runCli } from '../../src/cli/run.ts';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { createRecoveryPhones } from '../../src/directory/recovery-phones.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { type MailServer, startMailServer } from '../support/services/mail-server.ts';

const root = new URL('../../', import.meta.url).pathname;
let mailServer: MailServer;
let app: TestApp;
let acme: Organization;
/** Keeps acme from losing its last administrator. */
let keeper: TestAdministrator;
beforeAll(async () => {
  mailServer = await startMailServer();
  app = await startTestApp({ mailServer });
  acme = await organizationNamed(app, 'acme');
  keeper = await createAdministrator(app, [acme], 'Keeper Kato');
});
afterAll(async () => {
  await app.close();
  await mailServer.close();
});

async function desk(words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const result = { code: -1, out: '', err: '' };
  const into = (key: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        result[key] += chunk;
        done();
      },
    });
  const env = {
    SEKISHO_DATA: app.folder,
    SEKISHO_DOMAIN: `http://localhost:${app.port}`,
    SEKISHO_LISTEN: `127.0.0.1:${app.port}`,
    SEKISHO_SEALING_KEY: sealingKeysOf(app),
  };
  const streams = { stdin: Readable.from(['']), stdout: into('out'), stderr: into('err') };
  result.code = await runCli(words, env, streams);
  return result;
}
/** Without the comment of a key file. */
const sealingKeysOf = ({ sealingKeys }: TestApp): string =>
  formatSealingKeys(sealingKeys)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join(',');
const hasDevice = async ({ identity }: TestAdministrator): Promise<boolean> =>
  (await app.database.db.selectFrom('totp_devices').select('identity_id').execute()).some(
    (row) => row.identity_id === identity.id,
  );
const codeIn = (out: string): string => /--confirm ([2-9A-Z]{4}-[2-9A-Z]{4})/.exec(out)?.[1] ?? '';
/** Both steps. */
async function confirmed(words: readonly string[]) {
  const first = await desk(words);
  expect([first.code, first.err, codeIn(first.out)]).toEqual([0, '', expect.stringMatching(/.{9}/)]);
  return desk([...words, '--confirm', codeIn(first.out)]);
}
let people = 0;
const somebody = () => createAdministrator(app, [acme], `Person No${++people}`);
async function signedIn(who: TestAdministrator): Promise<Browser> {
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  expect((await signInWithCode(browser, who)).url.pathname).toBe('/o/acme/');
  return browser;
}
const because = ['--reason', 'Ticket 4711'];
const logged = (event: string) => app.services.systemLog.list({ organizationId: acme.id, event });
const home = () => app.sites.consoleUrl('/o/acme/');

describe('acting as somebody else', () => {
  it('has no way: sessions are opened where a sign-in has been proven, and nowhere else', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const opening = files.filter((name) =>
      /\bsessions\.(?:open|reopen)\(/.test(readFileSync(join(root, 'src', name), 'utf8')),
    );
    expect(opening).toEqual(['signin/admit.ts']);
  });

  it('is not helped by what the desk sees: no password, no key, no code; and looking is recorded', async () => {
    const who = await somebody();
    const phones = createRecoveryPhones({ db: app.database.db, clock: app.clock, sealer: app.sealer });
    await phones.set(app.database.db, who.identity.id, '+81312345678');
    const { out } = await desk(['identity', 'show', '--identity', who.email.toUpperCase(), ...because]);
    for (const part of [who.email, '+81312345678', acme.name, 'Full access', 'Terms accepted'])
      expect(out).toContain(part);
    const secrets = await app.database.db
      .selectFrom('identities')
      .innerJoin('totp_devices', 'identity_id', 'id')
      .select(['password_hash', 'secret_sealed'])
      .where('id', '=', who.identity.id)
      .executeTakeFirstOrThrow();
    for (const secret of [who.password, secrets.password_hash, secrets.secret_sealed])
      expect(out).not.toContain(secret);
    expect((await logged('platform/identity/read'))[0]).toMatchObject({
      actor: { type: 'system' },
      target: { id: who.identity.id },
      detail: { reason: 'Ticket 4711', via: 'cli' },
    });
    expect((await desk(['identity', 'show', '--identity', who.email])).code).toBe(2);
  });
});

describe('the second step', () => {
  it('is refused without the first, for another person, for another act and after a change', async () => {
    const [one, other] = [await somebody(), await somebody()];
    const reset = (who: TestAdministrator) => ['identity', 'reset-mfa', '--identity', who.email, ...because];
    const code = codeIn((await desk(reset(one))).out);
    for (const words of [
      [...reset(one), '--confirm', 'AAAA-BBBB'],
      [...reset(other), '--confirm', code],
      ['identity', 'delete', '--identity', one.email, ...because, '--confirm', code],
    ]) {
      const refused = await desk(words);
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Run the command without --confirm')]);
    }
    await signedIn(one);
    expect((await desk([...reset(one), '--confirm', code])).code).toBe(1);
    expect(await logged('platform/identity/reset')).toEqual([]);
    expect(await hasDevice(one)).toBe(true);
  });
});

describe('the reason', () => {
  it('is there, for looking as for acting: spaces are none, and nothing is done or logged', async () => {
    const who = await somebody();
    const looks = async () => (await logged('platform/identity/read')).length;
    const before = await looks();
    for (const reason of ['', ' ', '\u3000\t']) {
      for (const words of [
        ['identity', 'show', '--identity', who.email],
        ['identity', 'reset-mfa', '--identity', who.email],
        ['identity', 'delete', '--identity', who.email],
        ['organization', 'recover', '--organization', 'acme', '--admin', 'late@example.org'],
      ]) {
        const refused = await desk([...words, '--reason', reason]);
        expect([refused.code, refused.out, refused.err]).toEqual([2, '', expect.stringContaining('--reason')]);
      }
    }
    expect(await looks()).toBe(before);
  });

  it('is part of what the code stands for', async () => {
    const who = await somebody();
    const reset = (reason: string) => ['identity', 'reset-mfa', '--identity', who.email, '--reason', reason];
    const code = codeIn((await desk(reset('Ticket 4711'))).out);
    const other = await desk([...reset('Ticket 4712'), '--confirm', code]);
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('Run the command without --confirm')]);
    expect(await hasDevice(who)).toBe(true);
    // The spaces around it are not.
    expect((await desk([...reset('  Ticket 4711 '), '--confirm', code])).code).toBe(0);
    expect((await logged('platform/identity/reset'))[0]?.detail).toMatchObject({ reason: 'Ticket 4711' });
  });
});

describe('resetting second factors', () => {
  it('ends every session at once, and the next sign-in enrols anew; old factor and new ways in are told of', async () => {
    const who = await somebody();
    const browser = await signedIn(who);
    const { out } = await confirmed(['identity', 'reset-mfa', '--identity', who.email, ...because]);
    expect(out).toContain('enrols anew');
    expect((await browser.get(home())).url.pathname).toBe('/signed-out');
    const mail = await app.takeMail(who.email);
    expect(mail.subject).toContain('reset by the operator');
    const [entry] = await logged('platform/identity/reset');
    expect(entry).toMatchObject({
      actor: { type: 'system' },
      target: { id: who.identity.id },
      detail: { reason: 'Ticket 4711' },
    });
    const again = new Browser();
    await again.get(app.sites.consoleUrl());
    const page = await again.submit({ email: who.email, password: who.password }, '/password');
    expect(page.html).not.toContain('name="code" type="text" autocomplete="one-time-code"');
    expect(await hasDevice(who)).toBe(false);
    // The password alone leads to no session.
    expect((await again.get(home())).html).not.toContain('My account');
  });
});

describe('changing the email', () => {
  it('ends sessions, tells both addresses, and lets the person in with the new one only', async () => {
    const who = await somebody();
    const browser = await signedIn(who);
    const renamed = `new.${who.email}`;
    await confirmed(['identity', 'change-email', '--identity', who.email, '--email', renamed, ...because]);
    expect((await browser.get(home())).url.pathname).toBe('/signed-out');
    for (const address of [who.email, renamed]) {
      expect((await app.takeMail(address)).text).toContain(renamed);
    }
    expect((await logged('platform/identity/update'))[0]).toMatchObject({
      before: { email: who.email },
      after: { email: renamed },
    });
    const fresh = new Browser();
    await fresh.get(app.sites.consoleUrl());
    expect((await fresh.submit({ email: who.email, password: who.password }, '/password')).status).toBe(422);
    expect((await fresh.submit({ email: renamed, password: who.password }, '/password')).html).toContain('name="code"');
    expect((await app.services.administrators.list(acme.id)).map(({ email }) => email)).toContain(renamed);
  });

  it('to no address, or to the one that it is, is refused before anything is shown to be confirmed', async () => {
    const who = await somebody();
    const change = (email: string) => [
      'identity',
      'change-email',
      '--identity',
      who.email,
      '--email',
      email,
      ...because,
    ];
    for (const [email, why] of [
      ['nobody', 'no email address'],
      ['', 'no email address'],
      [who.email, 'already'],
    ] as const) {
      const refused = await desk(change(email));
      expect([email, refused.code, refused.out, refused.err]).toEqual([email, 1, '', expect.stringContaining(why)]);
    }
    // Another spelling of the same is a change.
    expect((await confirmed(change(who.email.toUpperCase()))).code).toBe(0);
  });

  it('to what somebody has, however it is spelled, is refused', async () => {
    const [who, other] = [await somebody(), await somebody()];
    const email = other.email.toUpperCase().replace('@', '＠');
    const words = ['identity', 'change-email', '--identity', who.email, '--email', email, ...because];
    const { code, out, err } = await desk(words);
    expect([code, out, err]).toEqual([1, '', expect.stringContaining('already an identity')]);
  });
});

describe('erasing a person', () => {
  it('leaves no row of theirs, keeps the log’s records under a pseudonym, and ends sessions', async () => {
    const who = await somebody();
    const browser = await signedIn(who);
    const { db } = app.database;
    const phones = createRecoveryPhones({ db, clock: app.clock, sealer: app.sealer });
    await phones.set(db, who.identity.id, '+81312345678');
    const account = await app.services.accounts.findOfIdentity(who.identity.id);
    const before = (await app.services.systemLog.list({ limit: 1000 })).filter(({ actor }) => actor.id === account!.id);
    expect(before.length).toBeGreaterThan(0);
    await app.services.logSeal.seal();
    const { out } = await confirmed(['identity', 'delete', '--identity', who.identity.id, ...because]);
    expect(out).toContain('Erased');
    await app.services.logSeal.seal();
    expect(await desk(['log', 'verify'])).toMatchObject({ code: 0, err: '' });
    // Every column of every table, those that others add included.
    const expectNoTrace = async (traces: readonly string[], where: (table: string) => boolean) => {
      const tables = (await db.introspection.getTables()).filter(({ name }) => !name.startsWith('kysely_'));
      expect(tables.length).toBeGreaterThan(15);
      for (const { name } of tables.filter((table) => where(table.name))) {
        const rows = JSON.stringify((await sql`select * from ${sql.table(name)}`.execute(db)).rows);
        for (const trace of traces) expect([name, trace, rows.includes(trace)]).toEqual([name, trace, false]);
      }
    };
    const names = [who.email, who.identity.displayName];
    await expectNoTrace([who.identity.id, account!.id, ...names], (table) => !table.startsWith('store_'));
    // The server that is running ends the session, and then forgets who it was.
    expect((await browser.get(home())).url.pathname).toBe('/signed-out');
    await app.finalise();
    await expectNoTrace(names, () => true);
    expect((await app.takeMail(who.email)).subject).toContain('deleted by the operator');
    const after = await app.services.systemLog.list({ limit: 1000 });
    const same = before.map(({ id }) => after.find((record) => record.id === id)!);
    expect(same.map(({ event, recordedAt }) => [event, recordedAt])).toEqual(
      before.map(({ event, recordedAt }) => [event, recordedAt]),
    );
    const pseudonyms = new Set(same.map(({ actor }) => actor.id));
    expect([...pseudonyms]).toEqual([expect.stringMatching(/^erased-/)]);
    expect(same.every(({ actor, clientAddress, userAgent }) => !actor.name && !clientAddress && !userAgent)).toBe(true);

    const again = new Browser();
    await again.get(app.sites.consoleUrl());
    expect((await again.submit({ email: who.email, password: who.password }, '/password')).status).toBe(422);
  });

  it('that would leave an organization without an administrator is refused, and nothing is gone', async () => {
    const globex = await organizationNamed(app, 'globex');
    const who = await createAdministrator(app, [acme, globex], 'Only One');
    const { code, err } = await confirmed(['identity', 'delete', '--identity', who.email, ...because]);
    expect([code, err]).toEqual([1, expect.stringContaining('last full-access administrator')]);
    const { administrators, identities } = app.services;
    expect(await identities.find(who.identity.id)).toBeDefined();
    const emails = async ({ id }: Organization) => (await administrators.list(id)).map(({ email }) => email);
    expect([...(await emails(acme)), ...(await emails(globex))].filter((email) => email === who.email)).toHaveLength(2);
  });
});

describe('recovering an organization', () => {
  it('invites with full access, and everybody who administers it is told first', async () => {
    const words = ['organization', 'recover', '--organization', 'acme', '--admin', 'boss@example.org', ...because];
    const shown = await desk(words);
    expect(shown.out).toContain('It has full access now: ');
    expect(shown.out).toContain(keeper.identity.displayName);
    const { out } = await confirmed(words);
    const link = /https?:\/\/\S+/.exec(out)?.[0] ?? '';
    const alarm = await app.takeMail(keeper.email);
    expect(alarm.subject).toContain('access to your organization again');
    expect(alarm.text).toContain('boss@example.org');
    expect((await app.takeMail('boss@example.org')).text).toContain(link);
    expect((await new Browser().get(link)).status).toBe(200);
    expect((await logged('platform/organization/recover'))[0]?.detail).toMatchObject({ email: 'boss@example.org' });
    // Once more: the first link is void.
    await confirmed(words);
    expect((await new Browser().get(link)).status).not.toBe(200);
  });

  it('raises who has custom access, and gives nothing to who has everything', async () => {
    const who = await somebody();
    const row = (await app.services.administrators.list(acme.id)).find(({ email }) => email === who.email)!;
    await app.services.administrators.changeAccess(
      acme.id,
      row.id,
      { access: { access: 'custom', permissions: ['library'] }, version: row.version },
      operator,
    );
    const words = ['organization', 'recover', '--organization', acme.orgId, '--admin', who.email, ...because];
    expect((await confirmed(words)).out).toContain('has full access to');
    const refused = await desk(words);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('reset-mfa')]);
  });
});
