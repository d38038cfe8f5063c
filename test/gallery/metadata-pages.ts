/** The pages of a SAML connection's metadata. */
import { settingsOfMetadata } from '../../providers/saml/from-metadata.ts';
import { samlDescriptions } from '../../providers/saml/settings.ts';
import {
  chooseProviderPage,
  metadataImportPage,
  type PreviewImportPage,
  previewImportPage,
} from '../../src/console/connections/metadata-import-pages.ts';
import { type MetadataPage, metadataPage } from '../../src/console/connections/metadata-page.ts';
import { frame } from './console-pages.ts';
import { day, now, type Sample } from './samples.ts';

const connection = { name: 'Contoso ADFS', href: '/', listHref: '/' };
const start = { connection, isLive: true, action: '/', csrf: 'x', url: '' };
export const certificate = (number: number, from: number, to: number) => ({
  pem: '',
  der: '',
  subject: `CN=ADFS Signing - adfs.contoso.example, O=コントソ株式会社 ${number}`,
  issuer: 'CN=ADFS Signing',
  notBefore: now + from * day,
  notAfter: now + to * day,
  fingerprint: `${number}7c1a3a54c0e8f5a1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7988776655443322`.slice(0, 64),
  keyType: 'rsa' as const,
  keyBits: 2048,
});
const metadata: PreviewImportPage['metadata'] = {
  entityId: 'http://adfs.contoso.example/adfs/services/trust',
  singleSignOn: { post: 'https://adfs.contoso.example/adfs/ls/', redirect: 'https://adfs.contoso.example/adfs/ls/' },
  singleLogout: { redirect: 'https://adfs.contoso.example/adfs/ls/' },
  certificates: [certificate(1, -300, 65), certificate(2, -3, 362)],
  nameIdFormats: [
    'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  ],
  wantAuthnRequestsSigned: true,
  validUntil: now + 7 * day,
  displayName: 'コントソ株式会社 <Sign-in> & more',
  warnings: [{ code: 'endpoint_not_https', message: 'The redirect address of SingleSignOnService is not https.' }],
};
const taken: Record<string, unknown> = { ...settingsOfMetadata(metadata) };
const fields = (language: 'en' | 'ja') =>
  samlDescriptions
    .filter(({ key }) => key !== 'certificates' && taken[key] !== undefined)
    .map(({ key, label }, index) => ({
      label: label[language],
      before: index === 0 ? undefined : index === 1 ? 'https://old.contoso.example/sso' : String(taken[key]),
      after: String(taken[key]),
    }));
const preview = {
  connection,
  source: { from: 'url', url: 'https://adfs.contoso.example/FederationMetadata/2007-06/FederationMetadata.xml' },
  metadata,
  certificates: [
    { certificate: certificate(1, -300, 65), state: 'known' },
    { certificate: certificate(2, -3, 362), state: 'fresh' },
    { certificate: certificate(3, -800, -10), state: 'gone' },
  ],
  isOver: false,
  form: { action: '/', csrf: 'x', hidden: {} },
  otherHref: '/',
} as const;
const university = (number: number) => ({
  entityId: `https://idp${number}.university.example/idp/shibboleth`,
  displayName: number === 3 ? '東京サンプル大学 <img src=x>' : `University of Example ${number}`,
  href: '/',
});
const choose = {
  connection,
  action: '/',
  search: '',
  count: 3214,
  others: 4120,
  matching: 3214,
  rows: [
    ...[1, 2, 3, 4].map(university),
    {
      ...university(5),
      problem: {
        code: 'certificate_missing',
        message: 'The identity provider publishes no signing certificate (KeyDescriptor with X509Certificate).',
      },
    },
  ],
  nextHref: '/',
  otherHref: '/',
} as const;

const entity: MetadataPage = {
  kind: 'saml',
  name: 'Contoso ADFS',
  state: 'connected',
  href: '/',
  listHref: '/',
  importHref: '/',
  ours: {
    isOwn: false,
    entityId: 'https://saml.citrixcloud.example',
    acsUrl: 'https://saml.citrixcloud.example/saml/acs',
    logoutUrl: 'https://saml.citrixcloud.example/saml/logout',
    metadataUrl: 'https://saml.citrixcloud.example/saml/metadata.xml',
  },
  downloads: { metadataHref: '/', certificateHref: '/' },
  isLive: true,
  watch: {
    url: preview.source.url,
    policy: 'ask',
    checkedAt: now - 3_600_000,
    goodAt: now - 3_600_000,
    nextAt: now + 5 * 3_600_000,
    failingSince: null,
    failure: null,
    difference: [
      {
        kind: 'changed',
        key: 'singleSignOnUrl',
        before: 'https://adfs.contoso.example/adfs/ls/',
        after: 'https://adfs-new.contoso.example/adfs/ls/',
      },
      { kind: 'added', certificate: certificate(2, -3, 362) },
      { kind: 'missing', certificate: certificate(3, -800, 10) },
    ],
  },
  certificates: [
    { certificate: certificate(1, -300, 65), lastUsedAt: now - 3_600_000 },
    { certificate: certificate(3, -800, 10), lastUsedAt: undefined },
  ],
  csrf: 'x',
  version: 4,
  readAction: '/',
  adoptAction: '/',
  keepAction: '/',
};

export const metadataPages: Readonly<Record<string, Sample>> = {
  'console-metadata': (c) => metadataPage(c, frame, entity),
  'console-metadata-changed': (c) => metadataPage(c, frame, { ...entity, changedMeanwhile: true }),
  'console-metadata-failing': (c) =>
    metadataPage(c, frame, {
      ...entity,
      ours: {
        ...entity.ours,
        isOwn: true,
        entityId: 'https://saml.citrixcloud.example/5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f61',
      },
      watch: { ...entity.watch!, difference: [], failure: 'upstream_timeout', failingSince: now - 3 * day },
    }),
  'console-metadata-draft': (c) => {
    const { watch: _, ...unwatched } = entity;
    return metadataPage(c, frame, { ...unwatched, state: 'draft', isLive: false, certificates: [] });
  },
  'console-metadata-import': (c) => metadataImportPage(c, frame, start),
  'console-metadata-import-refused': (c) =>
    metadataImportPage(c, frame, {
      ...start,
      isLive: false,
      url: 'https://adfs.contoso.example/metadata',
      problem: {
        kind: 'refused',
        field: 'url',
        problem: {
          code: 'not_well_formed',
          message: 'This is not well-formed XML: line 12, column 4: expected the end of a tag.',
        },
      },
    }),
  'console-metadata-import-unreachable': (c) =>
    metadataImportPage(c, frame, {
      ...start,
      url: 'https://10.0.0.1/',
      problem: { kind: 'unreachable', field: 'url', code: 'upstream_answer_invalid', received: 'HTTP 404' },
    }),
  'console-metadata-choose': (c) => chooseProviderPage(c, frame, choose),
  'console-metadata-choose-none': (c) =>
    chooseProviderPage(c, frame, { ...choose, search: 'kyoto', matching: 0, rows: [] }),
  'console-metadata-preview': (c) => previewImportPage(c, frame, { ...preview, fields: fields(c.language) }),
  'console-metadata-preview-conflict': (c) =>
    previewImportPage(c, frame, {
      ...preview,
      fields: fields(c.language),
      isOver: true,
      source: { from: 'file', name: 'metadata.xml' },
      problem: { kind: 'conflict' },
    }),
};
