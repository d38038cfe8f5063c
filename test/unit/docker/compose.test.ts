import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSealingKeys } from '../../../certs/sealing-keys.ts';
import { readConfig } from '../../../src/config/config.ts';
import { createSites } from '../../../src/config/sites.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Service {
  build?: { context: string; dockerfile: string; target: string };
  environment?: Record<string, string>;
  command?: string[];
  networks?: string[];
  network_mode?: string;
  volumes?: string[];
  secrets?: string[];
  depends_on?: Record<string, unknown>;
}
interface Compose {
  services: Record<string, Service>;
  networks?: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } } | null>;
  volumes?: Record<string, unknown>;
  secrets?: Record<string, { file: string }>;
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as Compose fills them in. */
function fill(text: string, variables: Record<string, string>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, rest = '') => {
    const value = variables[name];
    if (value !== undefined && value !== '') return value;
    if (kind === '-') return rest;
    throw new Error(`${name} ${rest || 'is not set'}`);
  });
}
function readCompose(path: string, variables: Record<string, string>): Compose {
  return parse(fill(read(path).replace(/^\s*#.*$/gm, ''), variables));
}

describe('docker/compose.yaml', () => {
  const variables = { SITE: 'id.example.org', POSTGRES_PASSWORD: 'c0ffee' };
  const compose = readCompose('docker/compose.yaml', variables);
  const brokers = Object.entries(compose.services).filter(([, service]) => service.build !== undefined);

  it('runs two brokers with a configuration that the schema accepts', () => {
    expect(brokers.map(([name]) => name)).toEqual(['broker-1', 'broker-2']);
    for (const [, { environment }] of brokers) {
      const config = readConfig(environment ?? {});
      expect(createSites(config).issuer).toBe('https://id.example.org/core');
      expect(config.databaseUrl).toBe('postgres://sekisho:c0ffee@postgres:5432/sekisho');
      expect(config.redisUrl).toBe('redis://redis:6379');
    }
  });

  it('is for localhost when no site is named, and refuses to start without a password', () => {
    const alone = readCompose('docker/compose.yaml', { POSTGRES_PASSWORD: 'c0ffee' });
    expect(readConfig(alone.services['broker-1']?.environment ?? {}).publicUrl).toBe('https://localhost');
    expect(() => readCompose('docker/compose.yaml', {})).toThrow(/POSTGRES_PASSWORD is missing/);
  });

  it('trusts the network that brokers share with the TLS proxy, and they share no other', () => {
    const subnet = compose.networks?.proxy?.ipam?.config[0]?.subnet;
    for (const [, { environment, networks = [] }] of brokers) {
      expect(readConfig(environment ?? {}).trustedProxies).toEqual([subnet]);
      expect(networks.filter((network) => compose.services.proxy?.networks?.includes(network))).toEqual(['proxy']);
    }
    const others = Object.entries(compose.services).filter(([, { networks }]) => networks?.includes('proxy'));
    expect(others.map(([name]) => name).sort()).toEqual(['broker-1', 'broker-2', 'proxy']);
  });

  it('keeps the stores away from everybody but the brokers', () => {
    expect(compose.networks?.stores?.internal).toBe(true);
    for (const store of ['postgres', 'redis']) expect(compose.services[store]?.networks).toEqual(['stores']);
    expect(compose.services.proxy?.networks).not.toContain('stores');
  });

  it('starts Redis with AOF and without eviction', () => {
    const words = compose.services.redis?.command?.join(' ');
    expect(words).toContain('--appendonly yes');
    expect(words).toContain('--maxmemory-policy noeviction');
  });

  it('refers to nothing that it does not declare', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      for (const network of service.networks ?? [])
        expect(Object.keys(compose.networks ?? {}), name).toContain(network);
      for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets ?? {}), name).toContain(secret);
      for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(compose.services)).toContain(other);
      for (const [source = ''] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
        if (source.startsWith('./')) expect(existsSync(new URL(source, new URL('docker/', root))), source).toBe(true);
        else expect(Object.keys(compose.volumes ?? {}), name).toContain(source);
      }
    }
  });

  it('has a proxy that speaks to the brokers that there are', () => {
    const caddyfile = read('docker/Caddyfile');
    for (const [name] of brokers) expect(caddyfile).toContain(`${name}:8080`);
    expect(compose.services.proxy?.environment?.SITE).toBe('id.example.org');
  });

  it('has the form of a sealing key that its first lines say how to make', () => {
    const line = `k1 ${Buffer.alloc(32, 0xfb).toString('base64').replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
    expect(read('docker/compose.yaml')).toContain(`echo "k1 $(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')"`);
    expect(parseSealingKeys(line)).toHaveLength(1);
  });
});

describe('docker/compose.demo.yaml', () => {
  it('builds the stage of the demo and shares the network of the machine', () => {
    const { demo } = readCompose('docker/compose.demo.yaml', {}).services;
    expect(demo?.network_mode).toBe('host');
    expect(stages()).toContain(demo?.build?.target);
  });
});

describe('docker/Dockerfile', () => {
  it('ends in the stage that compose.yaml builds', () => {
    const compose = readCompose('docker/compose.yaml', { POSTGRES_PASSWORD: 'x' });
    expect(stages().at(-1)).toBe(compose.services['broker-1']?.build?.target);
  });

  it('copies only what there is and what .dockerignore lets through', () => {
    const let_ = read('docker/Dockerfile.dockerignore').match(/(?<=^!).+$/gm) ?? [];
    const copied = read('docker/Dockerfile')
      .split('\n')
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(existsSync(new URL(path, root)), path).toBe(true);
      expect(let_).toContain(path);
    }
  });

  it('ships all four grounds and starts what npm start starts, as another user than root', () => {
    const production = read('docker/Dockerfile').split(/^FROM .+ AS production$/m)[1] ?? '';
    for (const ground of ['src', 'providers', 'metadata', 'certs'])
      expect(production).toContain(`COPY ${ground} ${ground}\n`);
    expect(production).not.toContain('COPY test');
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    expect(production).toContain(`CMD ${JSON.stringify(scripts.start.split(' ')).replaceAll(',', ', ')}`);
    expect(production.indexOf('USER node')).toBeLessThan(production.lastIndexOf('CMD ['));
    expect(production).toContain('USER node');
  });

  it('gives the program variables that its schema knows', () => {
    const variables = read('docker/Dockerfile').match(/\bSEKISHO_\w+=\S+/g) ?? [];
    const config = readConfig(Object.fromEntries(variables.map((pair) => pair.split('=') as [string, string])));
    expect(config).toMatchObject({ listen: { host: '0.0.0.0', port: 8080 }, data: '/data' });
  });
});

function stages(): (string | undefined)[] {
  return [...read('docker/Dockerfile').matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => name);
}
