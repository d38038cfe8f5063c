/** `export`, `plan`, `apply`: on an installation of its own, by the commands that an operator types. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { openOperator } from './run-cli.ts';

const createAlpha = ['organization', 'create', '--name', 'Alpha KK', '--customer', 'alpha'];
const secret = 'canary-secret-of-okta';
const document = `
sekisho: 1
organization:
  customerId: alpha
  method: Okta Tokyo
  settings: { alwaysPrompt: false, subscriberWebHours: 12 }
connections:
  - name: Okta Tokyo
    kind: okta
    settings:
      url: https://alpha.okta.com
      clientId: abc
      clientSecret: { env: OKTA_SECRET }
`;

async function openAlpha(env: Record<string, string> = { OKTA_SECRET: secret }) {
  const operator = await openOperator(env);
  await operator.json(createAlpha);
  const file = join(operator.folder, 'alpha.yaml');
  await writeFile(file, document);
  const about = ['--organization', 'alpha', '--file', file];
  const write = (text: string) => writeFile(file, text);
  const change = (edit: (written: Record<string, never>) => void, text = document) => {
    const written = parse(text);
    edit(written as never);
    return write(stringify(written));
  };
  return { ...operator, file, about, write, change };
}

describe('an organization as a file', { timeout: 60_000 }, () => {
  test('is applied as drafts that wait for their test, and then nothing is left to apply', async () => {
    await using it = await openAlpha();
    const planned = await it.run(['plan', ...it.about]);
    expect([planned.code, planned.err]).toEqual([0, '']);
    expect(planned.out).toContain('+ new: okta, for subscribers, to be live');
    expect(planned.out).toContain('settings.alwaysPrompt: true → false');
    const [before] = await it.json<{ state: string }[]>(['connection', 'list', '--organization', 'alpha']);
    expect(before).toBeUndefined();
    const applied = await it.run(['apply', ...it.about]);
    expect([applied.code, applied.err]).toEqual([0, '']);
    expect(applied.out).toContain('"Okta Tokyo" waits for Test and Finish');
    expect(applied.out).toContain('sign-in method stays');
    const [after] = await it.json<{ state: string }[]>(['connection', 'list', '--organization', 'alpha']);
    expect(after).toMatchObject({ name: 'Okta Tokyo', state: 'draft' });
    const again = await it.run(['plan', ...it.about]);
    expect(again.out).toContain('the draft says it already');
    expect(again.out).not.toContain('+ new');
  });

  test('goes live by the operator’s override, which the log tells; then the same file changes nothing', async () => {
    await using it = await openAlpha();
    await it.json(['apply', ...it.about, '--untested']);
    const [okta] = await it.json<{ state: string }[]>(['connection', 'list', '--organization', 'alpha']);
    expect(okta).toMatchObject({ state: 'live', settings: { clientId: 'abc' } });
    const again = await it.run(['plan', ...it.about]);
    expect(again.out.trim()).toBe('No changes.');
    const log = (await it.run(['log', 'export', '--organization', 'alpha'])).out;
    if (log !== '') expect(log).not.toContain(secret);
  });

  test('exported and applied again changes nothing, also where the secrets are not known', async () => {
    await using it = await openAlpha();
    await it.json(['apply', ...it.about, '--untested']);
    const { out } = await it.run(['export', '--organization', 'alpha']);
    expect(out).not.toContain(secret);
    expect(parse(out)).toMatchObject({
      organization: { method: 'Okta Tokyo', settings: { alwaysPrompt: false } },
      connections: [
        {
          name: 'Okta Tokyo',
          state: 'live',
          settings: { clientSecret: { env: 'SECRET_OKTA_TOKYO_CLIENT_SECRET' } },
        },
      ],
    });
    await it.write(out);
    const planned = await it.run(['plan', ...it.about]);
    expect(planned.out).toContain('Okta Tokyo.clientSecret: no value given, what is stored stays');
    expect(planned.out).toContain('No changes.');
  });

  test('says of a secret only that it is another one', async () => {
    await using it = await openAlpha();
    await it.json(['apply', ...it.about, '--untested']);
    const secrets = join(it.folder, 'secrets.env');
    await writeFile(secrets, `OKTA_SECRET='canary-of-another'\n`);
    const plan = ['plan', ...it.about, '--secrets', secrets];
    const [text, json] = [await it.run(plan), await it.run([...plan, '--json'])];
    expect(text.out).toContain('~ settings.clientSecret: (another secret)');
    expect(text.out + json.out).not.toContain('canary');
  });

  test('does not give a stored secret to another endpoint (RP-20)', async () => {
    await using it = await openAlpha({});
    await it.change((written) => {
      const [okta] = (written as unknown as { connections: { settings: object }[] }).connections;
      Object.assign(okta!.settings, { clientSecret: { file: 'okta.secret' } });
    });
    await writeFile(join(it.folder, 'okta.secret'), `${secret}\n`);
    await it.json(['apply', ...it.about, '--untested']);
    await it.write(document.replace('alpha.okta.com', 'evil.okta.com'));
    const refused = await it.run(['apply', ...it.about, '--untested']);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('connections.0.settings.clientSecret: must have a value');
    const [okta] = await it.json<object[]>(['connection', 'list', '--organization', 'alpha']);
    expect(okta).toMatchObject({ settings: { url: 'https://alpha.okta.com' } });
  });

  test('with problems changes nothing, and tells all of them at once', async () => {
    await using it = await openAlpha({});
    await it.change((written) => {
      const { connections, organization } = written as unknown as {
        connections: { settings: Record<string, unknown>; name: string }[];
        organization: Record<string, unknown>;
      };
      organization.customerId = 'other';
      organization.method = 'None such';
      connections[0]!.settings.url = 'ftp://nonsense';
      connections.push({ ...connections[0]!, name: 'Second', settings: { clientSecret: 'in-the-open' } });
    });
    const refused = await it.run(['apply', ...it.about, '--untested']);
    expect(refused.code).toBe(1);
    for (const path of [
      'organization.customerId',
      'organization.method',
      'connections.0.settings.clientSecret',
      'connections.1.settings.clientSecret',
    ])
      expect(refused.err).toContain(path);
    expect(refused.err).not.toContain('in-the-open');
    expect(await it.json(['connection', 'list', '--organization', 'alpha'])).toEqual([]);
    await it.write('sekisho: 1\nconnections: [{ name: A, kind: okta }, { name: A, kind: okta, more: 1 }]\n');
    const wrong = await it.run(['plan', ...it.about]);
    expect(wrong.err).toContain('connections.1.more: unknown key');
  });

  test('leaves what it does not speak of, unless it is told to prune; never what the workspace signs in with', async () => {
    await using it = await openAlpha();
    await it.json(['apply', ...it.about, '--untested']);
    await it.write('sekisho: 1\nconnections: []\n');
    expect((await it.run(['plan', ...it.about])).out).toContain('live, not in the file: left as it is');
    const refused = await it.run(['apply', ...it.about, '--prune']);
    expect([refused.code, refused.err.includes('choose another method first')]).toEqual([1, true]);
    await it.write('sekisho: 1\norganization: { customerId: alpha, method: null }\nconnections: []\n');
    await it.json(['apply', ...it.about, '--prune']);
    const [okta] = await it.json<object[]>(['connection', 'list', '--organization', 'alpha']);
    expect(okta).toMatchObject({ state: 'disconnected', hasSecrets: false });
  });

  test('takes neither configuration of Sekisho nor a file from elsewhere for a secret: both would leave for the provider', async () => {
    await using it = await openAlpha();
    for (const reference of [
      { env: 'SEKISHO_SEALING_KEY' },
      { env: 'SEKISHO_DATABASE_URL' },
      { file: '../elsewhere.secret' },
      { file: '/etc/hostname' },
      { file: '.' },
    ]) {
      await it.change((written) => {
        const [okta] = (written as unknown as { connections: { settings: object }[] }).connections;
        Object.assign(okta!.settings, { clientSecret: reference });
      });
      for (const command of ['plan', 'apply']) {
        const { code, err } = await it.run([command, ...it.about]);
        expect([reference, code, err]).toEqual([
          reference,
          1,
          expect.stringMatching(/is not (a connection's secret|beside)/),
        ]);
      }
    }
    expect(await it.json(['connection', 'list', '--organization', 'alpha'])).toEqual([]);
  });

  test('takes what else a connection is for from the file', async () => {
    await using it = await openAlpha();
    await it.json(['apply', ...it.about, '--untested']);
    await it.write(
      document
        .replace('method: Okta Tokyo', 'method: null')
        .replace('kind: okta', 'kind: okta\n    administrators: true\n    identifier: alpha-okta'),
    );
    const refused = await it.run(['plan', ...it.about]);
    expect(refused.err).toContain('Okta does not sign administrators in');
  });

  test('imports, and keeps the secrets apart in a file for its owner', async () => {
    await using it = await openAlpha();
    const [from, to] = [join(it.folder, 'dex.yaml'), join(it.folder, 'dex.env')];
    const connector = { issuer: 'https://dex.okta.com', clientID: 'dex', clientSecret: "it's a canary" };
    await writeFile(
      from,
      stringify({ connectors: [{ type: 'oidc', id: 'okta', name: 'Okta of Dex', config: connector }] }),
    );
    const imported = await it.run(['import', '--from', 'dex', '--file', from, '--secrets-to', to]);
    expect([imported.code, imported.err]).toEqual([0, '']);
    expect(imported.out).not.toContain('canary');
    expect((await stat(to)).mode & 0o777).toBe(0o600);
    expect(await readFile(to, 'utf8')).toContain('canary');
    const overwriting = await it.run(['import', '--from', 'dex', '--file', from, '--secrets-to', to]);
    expect([overwriting.code, overwriting.err.includes('EEXIST')]).toEqual([1, true]);
    await it.write(imported.out);
    const applied = await it.run(['apply', ...it.about, '--secrets', to]);
    expect([applied.code, applied.err]).toEqual([0, '']);
    const again = await it.run(['plan', ...it.about, '--secrets', to]);
    expect(again.out.trim()).toBe('No changes.');
  });
});
