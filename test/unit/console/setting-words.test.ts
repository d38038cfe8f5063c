import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { describeSetting } from '../../../src/console/connections/setting-words.ts';
import { issue } from '../../support/certificates.ts';

const both = (text: string) => ({ en: text, ja: text });
const description = { key: 'clientSecret', label: both('Client secret'), help: both(''), secret: true };

describe('A setting of a connection, as the console shows it', () => {
  it('is only said to be set when it is a secret, even if its value were at hand', () => {
    const settings = { clientSecret: 'canary-of-a-secret' };
    expect(describeSetting('en', settings, description, new Set(['clientSecret']))).toEqual({
      label: 'Client secret',
      secret: true,
      isSet: true,
    });
    expect(describeSetting('en', settings, description, new Set())).toMatchObject({ isSet: false });
  });

  it('is found by its key path, and shown in words', () => {
    const settings = { attributes: { sid: 'cip_sid' }, signRequests: true, binding: 'post', certificates: ['a', 'b'] };
    const shown = (key: string, more = {}) =>
      describeSetting('en', settings, { key, label: both(key), help: both(''), ...more }, new Set());
    expect(shown('attributes.sid')).toMatchObject({ value: 'cip_sid' });
    expect(shown('signRequests')).toMatchObject({ value: 'Yes' });
    expect(shown('binding', { choices: [{ value: 'post', label: both('HTTP-POST') }] })).toMatchObject({
      value: 'HTTP-POST',
    });
    expect(shown('certificates')).toMatchObject({ value: 'a\nb', multiline: true });
    expect(shown('attributes.none')).toMatchObject({ value: undefined });
    expect(shown('constructor.name')).toMatchObject({ value: undefined });
  });

  it('is, of a certificate, what people compare: subject, end and fingerprint', () => {
    const { certificate, der } = issue({ name: 'Contoso', notAfter: Date.parse('2045-01-01T00:00:00Z') });
    const digits = createHash('sha256').update(der).digest('hex').toUpperCase();
    const { value } = describeSetting(
      'en',
      { certificates: [certificate, 'no certificate'] },
      { key: 'certificates', label: both(''), help: both('') },
      new Set(),
    ) as { value: string };
    const fingerprint = (digits.match(/../g) ?? []).join(':');
    expect(value).toBe(`CN=Contoso (– 2045-01-01)\nSHA-256 ${fingerprint}\nno certificate`);
    const broken = certificate.replace(/\n[A-Za-z0-9+/]{4}/, '\nAAAA');
    expect(
      describeSetting('en', { c: broken }, { key: 'c', label: both(''), help: both('') }, new Set()),
    ).toMatchObject({ value: broken });
  });
});
