/** SECURITY CON-11: a provider's metadata is text from a stranger: bombs end early, and nothing in it is fetched. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryError } from '../../src/directory/errors.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
let organization: Organization;
let asked = 0;
const outside = createServer((_request, response) => {
  asked++;
  response.end('x');
});
beforeAll(async () => {
  app = await startTestApp();
  organization = await app.services.organizations.create({ name: 'Acme', customerId: 'acme' });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => outside.close(resolve));
  await app.close();
});

let count = 0;
async function importMetadata(metadata: string): Promise<{ refusal: unknown; cpu: number }> {
  const before = process.cpuUsage();
  const refusal = await app.services.connections
    .create(organization.id, { kind: 'saml', name: `SAML ${++count}`, settings: { metadata } })
    .catch((error: unknown) => error);
  const { user, system } = process.cpuUsage(before);
  return { refusal, cpu: (user + system) / 1000 };
}
const names = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"';
const here = () => `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
const million = 1_000_000;

const bombs: Record<string, () => string> = {
  'a billion laughs': () =>
    `<!DOCTYPE x [<!ENTITY a "ha">${'bcdefghij'
      .split('')
      .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghij'[index]};`.repeat(10)}">`)
      .join('')}]><md:EntityDescriptor ${names} entityID="&j;"/>`,
  'an external entity': () =>
    `<!DOCTYPE x [<!ENTITY a SYSTEM "${here()}/secret">]><md:EntityDescriptor ${names} entityID="&a;"/>`,
  'an external document type': () => `<!DOCTYPE x SYSTEM "${here()}/dtd"><md:EntityDescriptor ${names} entityID="x"/>`,
  'an inclusion': () =>
    `<md:EntityDescriptor ${names} entityID="x"><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${here()}/x"/></md:EntityDescriptor>`,
  'a deep tree': () => `<md:EntityDescriptor ${names} entityID="x">${'<a>'.repeat(million)}`,
  'a million attributes': () =>
    `<md:EntityDescriptor ${names} ${Array.from({ length: million / 10 }, (_, index) => `a${index}="1"`).join(' ')}/>`,
  'a name of a megabyte': () => `<md:EntityDescriptor ${names} entityID="${'x'.repeat(million)}"/>`,
  'an endless comment': () => `<md:EntityDescriptor ${names} entityID="x"><!--${'-!'.repeat(million)}`,
  'a stylesheet': () => `<?xml-stylesheet href="${here()}/x.xsl"?><md:EntityDescriptor ${names} entityID="x"/>`,
};

describe('CON-11, metadata that is', () => {
  it.each(Object.entries(bombs))('%s is refused soon, with a reason', async (_name, bomb) => {
    const { refusal, cpu } = await importMetadata(bomb());
    expect(refusal).toBeInstanceOf(DirectoryError);
    expect((refusal as DirectoryError).code).toBe('settings_invalid');
    expect((refusal as DirectoryError).problems.length).toBeGreaterThan(0);
    // The longest takes a few dozen; what these do to a reader that believes them takes minutes.
    expect(cpu).toBeLessThan(2000);
  });

  it('too long is refused', async () => {
    const { refusal } = await importMetadata(`<md:EntityDescriptor ${names}>${' '.repeat(11 * 1024 * 1024)}`);
    expect((refusal as DirectoryError).code).toBe('settings_invalid');
  });

  it('full of addresses makes us ask none of them', async () => {
    expect(asked).toBe(0);
  });
});
