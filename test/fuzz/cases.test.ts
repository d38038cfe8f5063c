import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { toCertificate } from '../support/upstreams/saml/crafted.ts';
import { judge } from './verdict.ts';

/** What fuzzing has found, and one document of each kind that others accept and we refuse; the file name is the name. */
interface KeptCase {
  /** gzip in Base64. */
  document: string;
  /** PEM. */
  certificate: string;
  /** Of our refusal. */
  code: string;
  /** Who accepts it, or did. */
  acceptedBy: string;
}

const folder = new URL('cases/', import.meta.url);

describe('Documents kept from fuzzing', () => {
  it.each(readdirSync(folder))('%s is refused as it should be', (name) => {
    const kept = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as KeptCase;
    const certificate = toCertificate({ privateKey: '', certificate: kept.certificate });
    expect(judge(gunzipSync(Buffer.from(kept.document, 'base64')), certificate)).toMatchObject({
      kind: 'refused',
      code: kept.code,
    });
  });
});
