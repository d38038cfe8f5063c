import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openOperator } from './run-cli.ts';

const createAlpha = ['organization', 'create', '--name', 'Alpha KK', '--customer', 'alpha'];
interface LogRecord {
  event: string;
  actor: { type: string };
  detail: Record<string, unknown>;
}

describe('the CLI', { timeout: 90_000 }, () => {
  test('makes an organization, renames its workspace, and logs both as the system’s doing', async () => {
    await using operator = await openOperator();
    const created = await operator.json(createAlpha);
    expect(created).toMatchObject({ customerId: 'alpha', workspaceUrl: 'http://localhost:8080/workspace/alpha' });
    const rename = ['workspace', 'rename', '--organization', created.orgId!, '--name', 'alpha-kk'];
    expect((await operator.run(rename)).out).toContain('http://localhost:8080/workspace/alpha-kk');
    const log = await operator.json<LogRecord[]>(['log', 'list', '--organization', 'alpha']);
    expect(log.map((record) => [record.event, record.actor.type])).toEqual([
      ['wxp/url/update', 'system'],
      ['platform/organization/create', 'system'],
    ]);
  });

  test('refuses with exit code 1 and the reason, also as JSON', async () => {
    await using operator = await openOperator();
    await operator.json(createAlpha);
    const again = await operator.run(createAlpha);
    expect([again.code, again.out, again.err]).toEqual([1, '', 'The customer id "alpha" is taken\n']);
    const asJson = await operator.run([...createAlpha, '--json']);
    expect(JSON.parse(asJson.err).error.code).toBe('name_taken');
    expect((await operator.run(['workspace', 'rename', '--organization', 'beta', '--name', 'x1'])).err).toContain(
      'beta',
    );
  });

  test('answers words that make no sense with exit code 2', async () => {
    await using operator = await openOperator();
    const wrong: [string[], string][] = [
      [[], 'Usage'],
      [['organisation', 'create'], 'There is no command "organisation create"'],
      [['organization', 'create', '--customer', 'x'], 'Missing: --name'],
      [[...createAlpha, '--colour', 'red'], "Unknown option '--colour'"],
      [[...createAlpha, 'stray'], 'stray'],
      [['application', 'add', '--name', 'x', '--redirect-uri', 'https://a.test/'], '--every-organization'],
      [['log', 'list', '--days', '91'], '--days is a whole number from 1 to 90'],
    ];
    const results = await Promise.all(wrong.map(([words]) => operator.run(words)));
    for (const [index, { code, out, err }] of results.entries()) {
      expect(code).toBe(2);
      expect(out + err).toContain(wrong[index]![1]);
    }
    expect((await operator.run(['--help'])).code).toBe(0);
    // As a process of its own: the exit code is the process's.
    expect((await operator.spawned(wrong[0]![0])).code).toBe(2);
    expect((await operator.run(['organization', 'create', '--help'])).out).toContain('--customer ID');
  });

  test('reports every problem of the configuration', async () => {
    await using operator = await openOperator({ SEKISHO_LISTEN: 'nowhere', SEKISHO_COLOUR: 'red' });
    const { code, err } = await operator.run(['organization', 'list']);
    expect(code).toBe(2);
    expect(err).toContain('SEKISHO_LISTEN');
    expect(err).toContain('SEKISHO_COLOUR');
  });

  test('adds a connection from a file as a draft, or live and as the method by the operator’s override', async () => {
    await using operator = await openOperator();
    await operator.json(createAlpha);
    const file = join(operator.folder, 'okta.yaml');
    const text = 'kind: okta\nname: Okta\nsettings:\n  url: https://alpha.okta.com\n  clientId: abc\n';
    await writeFile(file, `${text}  clientSecret: canary-secret\n`);
    const add = ['connection', 'add', '--organization', 'alpha', '--file', file];
    expect(await operator.json(add)).toMatchObject({ state: 'draft', kind: 'okta' });
    await writeFile(file, `${text.replace('name: Okta', 'name: Live')}  clientSecret: canary-secret\n`);
    const live = await operator.run([...add, '--live', '--as-method']);
    expect(live.out).toContain('http://localhost:8080/core/login-okta');
    const list = await operator.run(['connection', 'list', '--organization', 'alpha']);
    expect(list.out).toContain('subscribers (method)');
    const log = await operator.json<LogRecord[]>(['log', 'list', '--organization', 'alpha']);
    expect(log.find((record) => record.event === 'platform/connection/makelive')?.detail.tested).toBe(false);
    expect(JSON.stringify(log) + live.out + list.out).not.toContain('canary');
  });

  test('reports every problem of a connection file at once', async () => {
    await using operator = await openOperator();
    const file = join(operator.folder, 'bad.json');
    await writeFile(file, JSON.stringify({ kind: 'okta', nmae: 'x', settings: { clientId: 1 } }));
    const { code, err } = await operator.run(['connection', 'add', '--organization', 'alpha', '--file', file]);
    expect(code).toBe(1);
    for (const path of ['name:', 'nmae:', 'settings.clientId:']) expect(err).toContain(`  ${path}`);
  });

  test('makes an identity with a password from standard input or one that it shows, and a TOTP key', async () => {
    await using operator = await openOperator();
    const create = (email: string) => ['identity', 'create', '--email', email, '--name', 'Alice'];
    const made = await operator.json(create('alice@alpha.test'));
    expect(made.totpUri).toContain(`secret=${made.totpKey}`);
    expect(made.password).toHaveLength(20);
    const given = await operator.json([...create('bob@alpha.test'), '--password-stdin'], 'Rabbit-Hole-42\n');
    expect(given.password).toBeUndefined();
    const weak = await operator.run([...create('eve@alpha.test'), '--password-stdin'], 'Password1!\n');
    expect([weak.code, weak.err.includes('everybody guesses')]).toEqual([1, true]);
    const none = await operator.run([...create('eve@alpha.test'), '--password-stdin']);
    expect([none.code, none.err]).toEqual([2, 'Nothing came on standard input\n']);
  });

  test('adds, lists and removes administrators, but not the last one', async () => {
    await using operator = await openOperator();
    await operator.json(createAlpha);
    for (const name of ['alice', 'bob'])
      await operator.json(['identity', 'create', '--email', `${name}@alpha.test`, '--name', name]);
    const at = ['--organization', 'alpha'];
    const addAlice = ['administrator', 'add', ...at, '--email', 'alice@alpha.test'];
    const unsaid = await operator.run(addAlice);
    expect([unsaid.code, unsaid.err.includes('Give either --full or --permission')]).toEqual([2, true]);
    const alice = await operator.json([...addAlice, '--full']);
    const removeAlice = ['administrator', 'remove', ...at, '--id', alice.id!];
    expect((await operator.run(removeAlice)).err).toContain('last full-access administrator');
    const custom = ['administrator', 'add', ...at, '--email', 'bob@alpha.test', '--permission', 'library'];
    expect((await operator.json<{ access: object }>(custom)).access).toEqual({
      access: 'custom',
      permissions: ['library'],
    });
    expect((await operator.run(['administrator', 'list', ...at])).out).toMatch(/alice.*full[\s\S]*bob.*library/);
    const unknown = await operator.run([...custom, '--permission', 'everything']);
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringMatching(/everything\. There are: .*library.*system-log/),
    ]);
    const remove = (...who: string[]) => operator.run(['administrator', 'remove', ...at, ...who]);
    expect((await remove()).code).toBe(2);
    expect((await remove('--id', 'x', '--email', 'bob@alpha.test')).code).toBe(2);
    expect((await remove('--email', 'carol@alpha.test')).err).toContain('Nobody with the email carol@alpha.test');
    expect((await remove('--email', 'BOB@alpha.test')).out).toContain('bob no longer administers');
  });

  test('makes an organization by its name alone, with a link for its first administrator', async () => {
    await using operator = await openOperator();
    const create = (name: string, ...more: string[]) => ['organization', 'create', '--name', name, ...more];
    const first = await operator.json<{ customerId: string; orgId: string; invitation: { link: string } }>(
      create('Nåthan & Söhne KK', '--admin', 'alice@alpha.test'),
    );
    expect(first.customerId).toBe('nathan-sohne-kk');
    expect(first.invitation).toMatchObject({
      state: 'invited',
      email: 'alice@alpha.test',
      access: { access: 'full' },
      mailed: false,
      link: expect.stringMatching(/^http:\/\/localhost:8080\/invitation\/[0-9a-f-]{36}\.[\w-]{43}$/),
    });
    // Twice the same is rather a mistake; whoever means it says which.
    for (const name of ['Nåthan & Söhne KK', ' nåthan ＆ söhne kk ']) {
      const twice = await operator.run(create(name));
      expect([twice.code, twice.err]).toEqual([1, expect.stringMatching(/nathan-sohne-kk.*--customer/)]);
    }
    expect((await operator.json(create('Nåthan & Söhne KK', '--customer', 'nathan-2'))).customerId).toBe('nathan-2');
    expect((await operator.json(create('Nathan Sohne KK'))).customerId).toMatch(/^nathan-sohne-kk-\d{6}$/);
    expect((await operator.json(create('株式会社サンプル'))).customerId).toMatch(/^org-\d{6}$/);
    const shown = await operator.run(create('Beta', '--admin', 'bob@beta.test'));
    expect(shown.out).toContain('No mail server is configured: hand the link over yourself.');
    expect(shown.out).toContain('http://localhost:8080/development/mails');
    const log = await operator.run(['log', 'list']);
    expect(log.out).toContain('platform/administrator/invite');
    expect(log.out).not.toContain(first.invitation.link.split('.').at(-1));
    const refused = await operator.run(create('Gamma', '--admin', 'nobody'));
    expect([refused.code, refused.err]).toEqual([1, '"nobody" is no email address\n']);
    expect((await operator.run(['organization', 'list'])).out).not.toContain('Gamma');
  });

  test('invites, sends again, changes access and takes an invitation back', async () => {
    await using operator = await openOperator();
    await operator.json(createAlpha);
    const at = ['--organization', 'alpha'];
    const invite = ['administrator', 'invite', ...at, '--email', 'alice@alpha.test'];
    const invited = await operator.json([...invite, '--permission', 'library']);
    expect((await operator.run([...invite, '--full'])).err).toContain('has an invitation already');
    expect((await operator.run(invite)).code).toBe(2);
    expect((await operator.run([...invite, '--full', '--permission', 'library'])).code).toBe(2);
    const byId = (command: string, ...more: string[]) => [
      'administrator',
      command,
      ...at,
      '--id',
      invited.id!,
      ...more,
    ];
    const again = await operator.json(byId('resend'));
    expect(again.link).not.toBe(invited.link);
    expect(again.expiresAt).toBe(invited.expiresAt);
    expect((await operator.json<{ access: object }>(byId('edit', '--full'))).access).toEqual({ access: 'full' });
    expect((await operator.run(byId('edit'))).code).toBe(2);
    expect((await operator.run(['administrator', 'list', ...at])).out).toMatch(/alice@alpha\.test.*invite_sent.*full/);
    expect((await operator.run(byId('remove'))).code).toBe(0);
    expect((await operator.run(['administrator', 'list', ...at])).out).toContain('No administrators yet.');
  });

  test('registers an application and shows its secret once', async () => {
    await using operator = await openOperator();
    const add = ['application', 'add', '--name', 'Wiki', '--every-organization', '--client-id', 'wiki'];
    const { clientSecret } = await operator.json([...add, '--redirect-uri', 'https://wiki.test/cb']);
    expect(clientSecret).toHaveLength(43);
    const list = await operator.run(['application', 'list', '--json']);
    expect(list.out).toContain('https://wiki.test/cb');
    expect(list.out).not.toMatch(/secret_?hash/i);
    const bad = await operator.run([...add, '--redirect-uri', 'http://wiki.test/cb', '--home', 'javascript:alert(1)']);
    expect([bad.code, bad.err]).toEqual([
      1,
      expect.stringMatching(/redirect_uris\.0: must begin with https[\s\S]*|client_uri: /),
    ]);
    expect((await operator.run(['application', 'remove', '--client-id', 'wiki'])).code).toBe(0);
    expect((await operator.run(['application', 'remove', '--client-id', 'wiki'])).code).toBe(1);
  });
});
