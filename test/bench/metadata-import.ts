/**
 * What the import of a federation's aggregate costs: 10 MB of identity providers, read as the console reads them. The
 * document is made first; what counts is from there to the list and the slices that are kept.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { makeSelfSignedCertificate } from '../../certs/self-signed.ts';
import { generateSigningKey } from '../../certs/signing-keys.ts';
import { createMetadataReader } from '../../src/directory/connections/metadata-reader.ts';
import { median } from './median.ts';

export interface MetadataImportFigures {
  megabytes: number;
  providers: number;
  /** Until the person can choose: by the clock, and of CPU. */
  ms: number;
  cpu_ms: number;
  /** More than before, at most. */
  memory_mb: number;
  /** The longest that anybody else had to wait. */
  loop_max_ms: number;
}

const bytes = 10 * 1024 * 1024;

export async function measureMetadataImport({ quick }: { quick: boolean }): Promise<MetadataImportFigures> {
  const { document, count } = await makeAggregate(quick ? 1024 * 1024 : bytes);
  const reader = createMetadataReader();
  const rounds: { ms: number; cpu: number; memory: number; loop: number }[] = [];
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    const began = performance.now();
    const cpu = process.cpuUsage();
    const { providers } = await reader.readAll(document);
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    clearInterval(watch);
    loop.disable();
    if (providers.length !== count) throw new Error(`read ${providers.length} of ${count}`);
    rounds.push({ ms, cpu: (user + system) / 1000, memory: most - before, loop: loop.max / 1e6 });
  }
  return {
    megabytes: Math.round(document.length / 1e5) / 10,
    providers: count,
    ms: Math.round(median(rounds.map(({ ms }) => ms))),
    cpu_ms: Math.round(median(rounds.map(({ cpu }) => cpu))),
    // The first one pays for the heap that the others find.
    memory_mb: Math.round(Math.max(...rounds.map(({ memory }) => memory)) / 1e6),
    loop_max_ms: Math.round(Math.max(...rounds.map(({ loop }) => loop))),
  };
}

export function metadataImportLines(figures: MetadataImportFigures): string {
  const { megabytes, providers, ms, cpu_ms, memory_mb, loop_max_ms } = figures;
  return `import of an aggregate of ${megabytes} MB, ${providers.toLocaleString('en')} providers: ${ms} ms, ${cpu_ms} of CPU (to reach: < 2,000), ${memory_mb} MB more (< 200); the event loop waits ${loop_max_ms} ms at most`;
}

/** As federations write them; names beyond Latin-1, so that the text takes two bytes a character. */
export async function makeAggregate(size: number): Promise<{ document: Uint8Array; count: number }> {
  const { privateKeyPem } = await generateSigningKey({ use: 'saml', now: 0 });
  const certificates = Array.from({ length: 100 }, (_, index) =>
    makeSelfSignedCertificate({
      commonName: `idp${index}.test`,
      privateKeyPem,
      notBefore: 0,
      notAfter: Date.UTC(2040, 0, 1),
    }).replace(/-----[^-]+-----/g, ''),
  );
  const parts = [
    '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" validUntil="2037-01-01T00:00:00Z">',
  ];
  let length = 200;
  let count = 0;
  for (; length < size - 3000; count++) {
    const entity = `
  <md:EntityDescriptor entityID="https://idp${count}.test/idp">
    <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
      <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificates[count % certificates.length]}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
      <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp${count}.test/sso"/>
      <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp${count}.test/sso"/>
    </md:IDPSSODescriptor>
    <md:Organization><md:OrganizationName xml:lang="en">University ${count}</md:OrganizationName><md:OrganizationName xml:lang="ja">第${count}大学</md:OrganizationName></md:Organization>
  </md:EntityDescriptor>`;
    parts.push(entity);
    length += Buffer.byteLength(entity);
  }
  parts.push('</md:EntitiesDescriptor>');
  return { document: new Uint8Array(Buffer.from(parts.join(''))), count };
}
