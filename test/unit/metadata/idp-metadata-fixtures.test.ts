import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { listEntities, readIdpMetadata } from '../../../metadata/idp-metadata.ts';
import { MetadataError } from '../../../metadata/metadata-error.ts';
import { describeWithFixtures, hasSharedFixtures, sharedFixtures } from '../../support/skips.ts';

const folder = new URL('idp-metadata/', sharedFixtures);

const filesOf = (kind: string) => (!hasSharedFixtures ? [] : readdirSync(new URL(`${kind}/`, folder)).sort());
const read = (kind: string, file: string) => readFileSync(new URL(`${kind}/${file}`, folder));

/** What the published document itself lacks: all others must be read. */
const unusable: Readonly<Record<string, { code: string; message: RegExp }>> = {
  // its key is in the namespace "https://www.w3.org/2000/09/xmldsig#", with an s
  'okta__www.okta.com_k2lvtem0VAJDMINKEYJW-2.xml': { code: 'certificate_missing', message: /"https:\/\/www\.w3\.org/ },
  // the Base64 holds quotes, plus signs and hashes of the source code that the document was embedded in
  'okta__www.okta.com_k2lvtem0VAJDMINKEYJX.xml': { code: 'certificate_unusable', message: /not Base64/ },
  'okta__www.okta.com_k2lw4l5bPODCMIIDBRYZ-2.xml': { code: 'certificate_unusable', message: /not Base64/ },
  'other__testzone1.cloudfoundry-saml-login.xml': { code: 'certificate_unusable', message: /not Base64/ },
  // the certificate is abbreviated: "MIIEF..."
  'onelogin__app.onelogin.com_saml_metadata_486670.xml': { code: 'certificate_unusable', message: /not Base64/ },
  'shibboleth__login.sphericalcowgroup.com_idp_shibboleth.xml': {
    code: 'sign_on_endpoint_missing',
    message: /HTTP-POST/,
  },
};

function refusalOf(action: () => unknown): MetadataError | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof MetadataError) return error;
    throw error;
  }
  return undefined;
}

/** Certificates of a document counted in another way than the reader does. */
function countCertificates(text: string): number {
  const bodies = [...text.matchAll(/X509Certificate>([^<]+)</g)].map(([, body]) => body!.replace(/\s/g, ''));
  return new Set(bodies.filter(Boolean)).size;
}

describeWithFixtures('real metadata of real vendors', () => {
  it('is there', () => {
    expect(filesOf('real').length).toBeGreaterThan(35);
  });

  it.each(filesOf('real').filter((file) => unusable[file] === undefined))('reads %s', (file) => {
    const bytes = read('real', file);
    const text = bytes.toString('utf8');
    const metadata = readIdpMetadata(bytes);
    expect(text).toContain(`entityID="${metadata.entityId}"`);
    const addresses = [...Object.values(metadata.singleSignOn), ...Object.values(metadata.singleLogout)];
    expect(Object.keys(metadata.singleSignOn).length).toBeGreaterThan(0);
    for (const address of addresses) expect(text.replaceAll('&amp;', '&')).toContain(`"${address}"`);
    expect(metadata.certificates.length).toBeGreaterThan(0);
    expect(metadata.certificates.length).toBeLessThanOrEqual(countCertificates(text));
    expect(metadata.wantAuthnRequestsSigned).toBe(/WantAuthnRequestsSigned="(true|1)"/.test(text));
    expect(readIdpMetadata(text)).toEqual(metadata);
  });

  it.each(Object.entries(unusable))('says what is wrong with %s', (file, { code, message }) => {
    const refusal = refusalOf(() => readIdpMetadata(read('real', file)));
    expect(refusal?.code).toBe(code);
    expect(refusal?.message).toMatch(message);
  });

  it('finds every signing certificate, dates, both bindings and an entity ID that is no URI', () => {
    expect(readIdpMetadata(read('real', 'samltest__samltest.id_saml_idp-2.xml'))).toMatchObject({
      entityId: 'https://samltest.id/saml/idp',
      validUntil: Date.parse('2100-01-01T00:00:42Z'),
      displayName: 'SAMLtest IdP',
    });
    const adfs = readIdpMetadata(read('real', 'adfs__adfs.mijnlentiz.nl_adfs_services_trust.xml'));
    expect(adfs.certificates).toHaveLength(2);
    expect(adfs.singleSignOn).toEqual({
      redirect: 'https://adfs.mijnlentiz.nl/adfs/ls/',
      post: 'https://adfs.mijnlentiz.nl/adfs/ls/',
    });
    expect(readIdpMetadata(read('real', 'okta__DIFFERENT_IDP_ENTITY_ID.xml')).entityId).toBe('DIFFERENT_IDP_ENTITY_ID');
    const withoutUse = readIdpMetadata(read('real', 'shibboleth__idp.shibboleth.net_idp_shibboleth.xml'));
    expect(withoutUse.certificates).toHaveLength(1);
    const rolling = readIdpMetadata(read('real', 'other__idp.examle.com_saml_metadata-2.xml'));
    expect(rolling.warnings.map((warning) => warning.code)).toEqual(['certificate_left_out', 'certificate_left_out']);
  });
});

describeWithFixtures('malformed and unusual metadata', () => {
  // Edge cases of encryption or attributes that do not concern us: these are sound identity providers.
  const sound = ['ukf__manual__ukf-meta-200__idp.xml', 'ukf__manual__ukf-meta-228__idp.xml'];
  const codes: readonly (readonly [RegExp, string])[] = [
    [/noentityID|opensearch/, 'not_well_formed'],
    [/243__idp/, 'sign_on_endpoint_missing'],
    [/226|281|AttributeConsumingService/, 'entity_id_missing'],
    [/./, 'not_an_identity_provider'],
  ];

  it.each(filesOf('malformed').filter((file) => !sound.includes(file)))('says what is wrong with %s', (file) => {
    const refusal = refusalOf(() => readIdpMetadata(read('malformed', file)));
    expect(refusal?.code).toBe(codes.find(([pattern]) => pattern.test(file))?.[1]);
    expect(refusal?.message).toMatch(/^[A-Z].{20,300}\.$/);
  });

  it.each(sound)('reads %s', (file) => {
    expect(readIdpMetadata(read('malformed', file)).certificates).toHaveLength(2);
  });
});

describeWithFixtures('aggregates', () => {
  it.each(filesOf('aggregates'))('lists the entities of %s, each of which is read or refused with a reason', (file) => {
    const bytes = read('aggregates', file);
    const entities = listEntities(bytes);
    expect(entities).toHaveLength([...bytes.toString('utf8').matchAll(/<(?:\w+:)?EntityDescriptor[\s>]/g)].length);
    expect(entities.some((entity) => entity.identityProvider)).toBe(true);
    for (const { entityId, identityProvider } of entities) {
      const refusal = refusalOf(() => expect(readIdpMetadata(bytes, { entityId }).entityId).toBe(entityId));
      if (!identityProvider) expect(refusal?.code).toBe('not_an_identity_provider');
      else if (refusal !== undefined) expect(refusal.code).toMatch(/^certificate_/);
    }
  });

  it('needs a choice where there are several identity providers', () => {
    const bytes = read('aggregates', 'PhilHem_caddy-saml-disco__aggregate-metadata.xml');
    expect(refusalOf(() => readIdpMetadata(bytes))?.code).toBe('several_entities');
    expect(readIdpMetadata(read('aggregates', 'OpenConext_OpenConext-manage__edugain_feed.xml')).entityId).toMatch(
      /aaiedu\.hr/,
    );
  });
});
