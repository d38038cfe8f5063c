import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, configTable, readConfig } from '../../../src/config/config.ts';
import { describeIf } from '../../support/skips.ts';

const folder = mkdtempSync(join(tmpdir(), 'sekisho-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(env: Record<string, string>): Record<string, string> {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return Object.fromEntries(error.problems.map((p) => [p.key, p.problem]));
    throw error;
  }
  return {};
}

describe('reading the configuration', () => {
  it('needs nothing', () => {
    expect(readConfig({ PATH: '/bin', SEKISHO_TEST_NO_SKIP: '1', SEKISHO_DATA: '' })).toMatchObject({
      listen: { host: '127.0.0.1', port: 8080 },
      data: './data',
      trustedProxies: [],
      upstreamLoopback: 'refuse',
      logLevel: 'info',
    });
  });

  it('reports every problem at once, by the name of the variable', () => {
    const problems = problemsOf({
      SEKISHO_PUBLIC_URL: 'http://id.example.org',
      SEKISHO_LISTEN: '8080',
      SEKISHO_TLS_KEY: '/key.pem',
      SEKISHO_REDIS_URL: 'redis://127.0.0.1',
      SEKISHO_LOG_LEVEL: 'loud',
      SEKISHO_TRUSTED_PROXIES: 'true',
      SEKISHO_SEALING_KEY: 'short',
      SEKISHO_PUBLIC_ULR: 'x',
    });
    expect(Object.keys(problems).sort()).toEqual([
      'SEKISHO_DATABASE_URL',
      'SEKISHO_LISTEN',
      'SEKISHO_LOG_LEVEL',
      'SEKISHO_PUBLIC_ULR',
      'SEKISHO_PUBLIC_URL',
      'SEKISHO_SEALING_KEY',
      'SEKISHO_TLS_CERTIFICATE',
      'SEKISHO_TRUSTED_PROXIES',
    ]);
    expect(problems.SEKISHO_PUBLIC_URL).toContain('must begin with https://');
  });

  it('accepts http for loopback hosts only', () => {
    for (const url of ['http://localhost:8080', 'http://sso.localhost', 'http://127.0.0.1:1', 'http://[::1]:8080'])
      expect(readConfig({ SEKISHO_PUBLIC_URL: url }).publicUrl).toBe(new URL(url).origin);
    for (const url of ['http://example.org', 'http://localhost.', 'http://localhost.example.org', 'http://10.0.0.1'])
      expect(problemsOf({ SEKISHO_PUBLIC_URL: url }), url).toHaveProperty('SEKISHO_PUBLIC_URL');
    expect(problemsOf({ SEKISHO_DOMAIN: 'http://example.org' })).toHaveProperty('SEKISHO_DOMAIN');
  });

  it('keeps a path prefix and drops the slash at its end', () => {
    expect(readConfig({ SEKISHO_PUBLIC_URL: 'http://localhost:8080/idp/' }).publicUrl).toBe(
      'http://localhost:8080/idp',
    );
    expect(problemsOf({ SEKISHO_PUBLIC_URL: 'http://localhost/?a=b' })).toHaveProperty('SEKISHO_PUBLIC_URL');
    expect(problemsOf({ SEKISHO_PUBLIC_URL: 'http://u@localhost/' })).toHaveProperty('SEKISHO_PUBLIC_URL');
  });

  it('reads a bare domain as https and refuses an address or a path in its place', () => {
    const proxy = { SEKISHO_TRUSTED_PROXIES: '10.0.0.1' };
    expect(readConfig({ SEKISHO_DOMAIN: 'example.org', ...proxy }).domain).toBe('https://example.org');
    expect(readConfig({ SEKISHO_DOMAIN: 'http://localhost:8080' }).domain).toBe('http://localhost:8080');
    expect(problemsOf({ SEKISHO_DOMAIN: 'http://127.0.0.1:8080' })).toHaveProperty('SEKISHO_DOMAIN');
    expect(problemsOf({ SEKISHO_DOMAIN: 'https://example.org/x', ...proxy })).toHaveProperty('SEKISHO_DOMAIN');
  });

  it('wants TLS of its own or a named proxy for an https URL', () => {
    const url = { SEKISHO_PUBLIC_URL: 'https://id.example.org' };
    expect(problemsOf(url)).toHaveProperty('SEKISHO_TRUSTED_PROXIES');
    expect(problemsOf({ ...url, SEKISHO_TRUSTED_PROXIES: '10.0.0.0/8, fd00::1' })).toEqual({});
    expect(problemsOf({ ...url, SEKISHO_TLS_CERTIFICATE: 'c', SEKISHO_TLS_KEY: 'k' })).toEqual({});
  });

  it('never trusts everybody as a proxy', () => {
    for (const value of ['0.0.0.0/0', '::/0', 'true', '1', 'proxy.example.org', '10.0.0.0/33'])
      expect(problemsOf({ SEKISHO_TRUSTED_PROXIES: value }), value).toHaveProperty('SEKISHO_TRUSTED_PROXIES');
  });

  it('reads secrets from files, and not from both places', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'from-a-file\n');
    const id = { SEKISHO_AZURE_AD_CLIENT_ID: 'id' };
    expect(readConfig({ ...id, SEKISHO_AZURE_AD_CLIENT_SECRET_FILE: file }).azureAdClientSecret).toBe('from-a-file');
    expect(
      problemsOf({ ...id, SEKISHO_AZURE_AD_CLIENT_SECRET_FILE: file, SEKISHO_AZURE_AD_CLIENT_SECRET: 'x' }),
    ).toHaveProperty('SEKISHO_AZURE_AD_CLIENT_SECRET_FILE');
    expect(problemsOf({ ...id, SEKISHO_AZURE_AD_CLIENT_SECRET_FILE: join(folder, 'no') })).toHaveProperty(
      'SEKISHO_AZURE_AD_CLIENT_SECRET_FILE',
    );
    expect(problemsOf({ SEKISHO_LOG_LEVEL_FILE: file })).toHaveProperty('SEKISHO_LOG_LEVEL_FILE');
  });

  it('wants the sealing key to be shared when the database is', () => {
    const stores = { SEKISHO_DATABASE_URL: 'postgres://db/s', SEKISHO_REDIS_URL: 'redis://r' };
    expect(problemsOf(stores)).toHaveProperty('SEKISHO_SEALING_KEY');
    const keys = [1, 2].map((byte) => `k${byte} ${Buffer.alloc(32, byte).toString('base64url')}`).join(', ');
    expect(readConfig({ ...stores, SEKISHO_SEALING_KEY: keys }).sealingKey).toHaveLength(2);
    expect(problemsOf({ ...stores, SEKISHO_SEALING_KEY_FILE: '/run/secrets/keys' })).toEqual({});
    expect(problemsOf({ SEKISHO_SEALING_KEY: keys, SEKISHO_SEALING_KEY_FILE: 'x' })).toHaveProperty(
      'SEKISHO_SEALING_KEY_FILE',
    );
  });

  it('never repeats a secret in its complaints', () => {
    const canary = 'canary-8d1f';
    const problems = problemsOf({
      SEKISHO_SEALING_KEY: `k1 ${canary}`,
      SEKISHO_DATABASE_URL: `mysql://u:${canary}@db`,
    });
    expect(Object.keys(problems).length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(problems)).not.toContain(canary);
  });
});

const readme = readReadme();
function readReadme(): string {
  try {
    return readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  } catch {
    return '';
  }
}
describeIf(readme.includes('<!-- config -->'), 'README.md has no config table yet')('the README', () => {
  it('has the table of the schema', () => {
    const table = /<!-- config -->([\s\S]*?)<!-- \/config -->/.exec(readme)?.[1]?.trim();
    expect(table).toBe(configTable());
  });
});
