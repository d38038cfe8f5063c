import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { readUpstreamAuthorities } from '../../../src/config/upstream-authorities.ts';
import { issue } from '../../support/certificates.ts';

/** What this machine's `NODE_EXTRA_CA_CERTS` adds. */
const extra = getCACertificates('extra');
const folder = mkdtempSync(join(tmpdir(), 'sekisho-authorities-'));
afterAll(() => rmSync(folder, { recursive: true }));
function fileWith(text: string): string {
  const file = join(folder, 'authorities.pem');
  writeFileSync(file, text);
  return file;
}
const read = (text: string) => readUpstreamAuthorities({ upstreamCertificateAuthorities: fileWith(text) });
const authority = (name: string) => issue({ name, authority: true }).certificate;

describe('authorities for connections to identity providers', () => {
  it('are none unless the operator names a file', () => {
    expect(readUpstreamAuthorities({ upstreamCertificateAuthorities: undefined })).toEqual(extra);
  });

  it('are all those in the file, with text between them', () => {
    const [one, other] = [authority('One'), authority('Other')];
    expect(read(`# ours\n${one}\nand\n${other}`)).toEqual([one, other, ...extra]);
  });

  it('are refused with the reason', () => {
    expect(() => read('nothing')).toThrow('without a certificate');
    expect(() => read(issue({ name: 'leaf' }).certificate)).toThrow('certificate 1 of 1');
    expect(() => read(`${authority('A')}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`)).toThrow(
      'certificate 2 of 2',
    );
    expect(() => readUpstreamAuthorities({ upstreamCertificateAuthorities: join(folder, 'absent') })).toThrow('ENOENT');
  });
});
