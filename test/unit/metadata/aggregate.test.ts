import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate } from '../../../certs/self-signed.ts';
import { generateSigningKey } from '../../../certs/signing-keys.ts';
import { listEntities, readIdpMetadata } from '../../../metadata/idp-metadata.ts';
import { readXml } from '../../../metadata/xml-reader.ts';

const { privateKeyPem } = await generateSigningKey({ use: 'saml', now: 0 });
const certificate = makeSelfSignedCertificate({
  commonName: 'idp.test',
  privateKeyPem,
  notBefore: 0,
  notAfter: Date.UTC(2040, 0, 1),
}).replace(/-----[^-]+-----|\s/g, '');

/** As federations write them: key, addresses, names in languages, scopes, requested attributes. */
const entityOf = (index: number) => `
  <md:EntityDescriptor entityID="https://idp${index}.test/idp">
    <md:Extensions><mdattr:EntityAttributes xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute"><!-- scope --></mdattr:EntityAttributes></md:Extensions>
    <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
      <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.replace(/.{64}/g, '$&\n')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
      ${['POST', 'Redirect'].map((kind) => `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${kind}" Location="https://idp${index}.test/sso"/>`).join('\n      ')}
    </md:IDPSSODescriptor>
    <md:Organization><md:OrganizationName xml:lang="en">University ${index}</md:OrganizationName><md:OrganizationName xml:lang="de">Universität ${index}</md:OrganizationName></md:Organization>
  </md:EntityDescriptor>`;
const header =
  '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" validUntil="2027-01-01T00:00:00Z">';

function aggregateOf(bytes: number): { document: Buffer; count: number } {
  const parts = [header];
  let size = 100 + header.length;
  let count = 0;
  for (; size < bytes - 5000; count++) {
    const entity = entityOf(count);
    parts.push(entity);
    size += Buffer.byteLength(entity);
  }
  return { document: Buffer.from(`${parts.join('')}</md:EntitiesDescriptor>`), count };
}

describe('the aggregate of a federation', () => {
  const { document, count } = aggregateOf(10 * 1024 * 1024);

  it('of 10 MB gives the one entity wanted, wherever it stands, in less than two seconds', () => {
    expect(document.length).toBeGreaterThan(9.9 * 1024 * 1024);
    expect(count).toBeGreaterThan(3000);
    for (const wanted of [0, count - 1]) {
      const start = process.threadCpuUsage();
      const metadata = readIdpMetadata(document, { entityId: `https://idp${wanted}.test/idp` });
      const { user, system } = process.threadCpuUsage(start);
      expect(metadata).toMatchObject({
        singleSignOn: { post: `https://idp${wanted}.test/sso` },
        displayName: `University ${wanted}`,
        validUntil: Date.UTC(2027, 0, 1),
      });
      expect((user + system) / 1000).toBeLessThan(2000);
    }
  });

  it('is listed, so that a person can choose', () => {
    const listed = listEntities(document);
    expect(listed).toHaveLength(count);
    expect(listed[7]).toEqual({
      entityId: 'https://idp7.test/idp',
      displayName: 'University 7',
      identityProvider: true,
    });
  });

  it('needs the memory of its text and one entity, not that of its tree', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    let seen = 0;
    const root = readXml(document, (element) => {
      if (element.local !== 'EntityDescriptor') return 'keep';
      if (++seen % 1000 === 0) {
        collect();
        most = Math.max(most, process.memoryUsage().heapUsed - before);
      }
      return 'drop';
    });
    expect(seen).toBe(count);
    expect(root.children.every((child) => typeof child === 'string')).toBe(true);
    // The text is 10 MB, 20 if it holds a character beyond Latin-1; the whole tree is ten times that.
    expect(most).toBeLessThan(40 * 1024 * 1024);
  });

  it('is refused beyond 10 MB, and with one entity that is too big', () => {
    expect(() => readIdpMetadata(aggregateOf(10.1 * 1024 * 1024).document)).toThrow(/larger than 10 MiB/);
    const big = entityOf(1).replace('<!-- scope -->', '<a/>'.repeat(20_000));
    expect(() => readIdpMetadata(`${header}${entityOf(0)}${big}</md:EntitiesDescriptor>`)).toThrow(/20000 elements/);
  });
});
