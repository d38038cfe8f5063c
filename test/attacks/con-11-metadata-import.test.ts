/** SECURITY CON-11 and RP-11 at the import of metadata: where it is fetched from, and what a document may do to us. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProviderError } from '../../providers/errors.ts';
import type { Connection } from '../../src/directory/connections/connections.ts';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import { MetadataRefused } from '../../src/directory/connections/metadata-reader.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
let connection: Connection;
beforeAll(async () => {
  app = await startTestApp();
  const { organizations, connectionDrafts } = app.services;
  const acme = await organizations.create({ name: 'Acme', customerId: 'acme' });
  const head = { kind: 'saml', name: 'SAML', subscribers: true, administrators: false };
  ({ connection } = await connectionDrafts.begin(operatorEditor, acme.id, head));
});
afterAll(() => app.close());

const refusalOf = (given: Parameters<TestApp['services']['metadataImports']['begin']>[2]) =>
  app.services.metadataImports.begin(operatorEditor, connection, given).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('RP-11, an import from', () => {
  it.each([
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/metadata',
    'https://192.168.1.1/metadata',
    'https://[fd00::1]/metadata',
    'https://[::ffff:a00:1]/metadata',
    'https://0xa.1/metadata',
    'https://167772161/metadata',
    'http://idp.example/metadata',
    'https://user@idp.example/metadata',
    'https://idp.example:22/metadata',
    'https://idp.example:6379/metadata',
    'file:///etc/passwd',
    'gopher://idp.example/',
  ])('%s is refused before anything is connected', async (url) => {
    const refusal = await refusalOf({ from: 'url', url });
    expect(refusal).toBeInstanceOf(ProviderError);
    expect((refusal as ProviderError).code).toBe('upstream_address_refused');
  });
});

describe('CON-11, a document that is', () => {
  const names = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"';
  it.each<[string, string]>([
    ['a billion laughs', `<!DOCTYPE x [<!ENTITY a "ha">]><md:EntityDescriptor ${names} entityID="&a;"/>`],
    ['a deep tree', `<md:EntityDescriptor ${names} entityID="x">${'<a>'.repeat(1_000_000)}`],
    ['one element too many', `<md:EntityDescriptor ${names} entityID="x">${'<a/>'.repeat(100_000)}`],
    ['larger than it may be', `<md:EntityDescriptor ${names}>${' '.repeat(10 * 1024 * 1024)}`],
  ])('%s is refused, away from the thread that answers requests', async (_name, text) => {
    const before = process.threadCpuUsage();
    const refusal = await refusalOf({ from: 'file', name: 'x.xml', document: Buffer.from(text) });
    const { user } = process.threadCpuUsage(before);
    expect(refusal).toBeInstanceOf(MetadataRefused);
    expect(user / 1000).toBeLessThan(500);
  });

  it('given again and again is read sixty times an hour at most', async () => {
    let refusal: unknown;
    for (let time = 0; time < 61; time++) refusal = await refusalOf({ from: 'paste', document: Buffer.from('<a/>') });
    expect(refusal).toMatchObject({ code: 'limit_reached' });
  });
});
