/** SECURITY CON-10: what is pasted as certificates is limited before it is parsed, and a private key is never kept. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate } from '../../certs/self-signed.ts';
import { DirectoryError } from '../../src/directory/errors.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
let organization: Organization;
beforeAll(async () => {
  app = await startTestApp();
  organization = await app.services.organizations.create({ name: 'Acme', customerId: 'acme' });
});
afterAll(() => app.close());

let count = 0;
/** The refusal and the milliseconds of CPU that it took. */
async function connectWith(certificates: string[]): Promise<{ refusal: DirectoryError; cpu: number }> {
  const settings = {
    entityId: 'https://idp.example',
    singleSignOnUrl: 'https://idp.example/sso',
    binding: 'post',
    certificates,
  };
  const before = process.cpuUsage();
  const refusal = await app.services.connections
    .create(organization.id, { kind: 'saml', name: `SAML ${++count}`, settings })
    .catch((error: unknown) => error);
  const { user, system } = process.cpuUsage(before);
  expect(refusal).toBeInstanceOf(DirectoryError);
  return { refusal: refusal as DirectoryError, cpu: (user + system) / 1000 };
}

const keyOf = (modulusLength: number) =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const certificateOf = (privateKeyPem: string) =>
  makeSelfSignedCertificate({ commonName: 'idp.example', privateKeyPem, notBefore: 0, notAfter: Date.UTC(2040, 0, 1) });

describe('CON-10, instead of a certificate', () => {
  it('ten megabytes are refused without being parsed', async () => {
    const block = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(10 * 1024 * 1024)}\n-----END CERTIFICATE-----`;
    const { refusal, cpu } = await connectWith([block]);
    expect(refusal.code).toBe('settings_invalid');
    // Parsing it would take seconds; half a second leaves room for whatever else this process does.
    expect(cpu).toBeLessThan(500);
  });

  it('a thousand of them are refused', async () => {
    const one = certificateOf(keyOf(2048));
    expect((await connectWith([one.repeat(1000)])).refusal.problems[0]?.path).toMatch(/^settings\.certificates/);
    expect((await connectWith(Array.from({ length: 1000 }, () => one))).refusal.problems[0]?.path).toMatch(
      /^settings\.certificates/,
    );
  });

  it('a private key is refused, said to be one, and kept nowhere', async () => {
    const key = keyOf(2048);
    const { refusal } = await connectWith([key]);
    const told = JSON.stringify([refusal.message, refusal.problems]);
    expect(told).toMatch(/private key/i);
    const secret = key.split('\n')[3]!;
    expect(told).not.toContain(secret);
    app.flushLog();
    expect(app.log.join()).not.toContain(secret);
    expect(JSON.stringify(await app.database.db.selectFrom('connections').selectAll().execute())).not.toContain(secret);
  });

  it('a key that is too small is refused by its size', async () => {
    const { refusal } = await connectWith([certificateOf(keyOf(1024))]);
    expect(refusal.problems[0]?.message).toContain('1024');
  });
});
