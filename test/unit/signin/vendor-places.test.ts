import { describe, expect, it } from 'vitest';
import { providerErrorCodes } from '../../../providers/errors.ts';
import { placeOf, where } from '../../../src/signin/vendor-places.ts';
import { vendors } from '../../../src/signin/vendors.ts';

describe.each(vendors)('In the console of %s', (vendor) => {
  it('every failure that is mended there has its place, in both languages', () => {
    for (const code of [...providerErrorCodes, 'attributes' as const]) {
      const place = placeOf(vendor, code);
      if (place === undefined) continue;
      expect(place.en).toMatch(/\S{3}/);
      expect(place.ja).toMatch(/\S{3}/);
      expect(place.en).not.toMatch(/\p{Script=Hiragana}/u);
    }
  });

  it('the things that go wrong most often are in different places', () => {
    const codes = vendor.endsWith('-oidc')
      ? (['redirect_refused', 'client_refused', 'attributes', 'upstream_denied'] as const)
      : (['saml_recipient_mismatch', 'saml_audience_mismatch', 'attributes', 'saml_signature_invalid'] as const);
    expect(new Set(codes.map((code) => placeOf(vendor, code)?.en)).size).toBe(codes.length);
    expect(Object.keys(where[vendor]).length).toBeGreaterThanOrEqual(9);
  });
});

it('What is wrong between two machines is mended in nobody’s console', () => {
  expect(placeOf('okta-oidc', 'upstream_tls')).toBeUndefined();
  expect(placeOf('adfs', 'clock_skew')).toBeUndefined();
});
