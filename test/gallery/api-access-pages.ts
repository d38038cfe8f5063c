/** The pages of secure clients. */
import {
  type ApiAccessPage,
  apiAccessPage,
  revokeSecureClientPage,
  secureClientCreatedPage,
} from '../../src/console/views/api-access-pages.ts';
import { frame } from './console-pages.ts';
import { day, hour, now, type Sample } from './samples.ts';

const facts = {
  customerId: 'sampleseisakusho',
  apiUrl: 'https://api.citrixcloud.example/api/v1',
  tokenUrl: 'https://api.citrixcloud.example/api/v1/token',
  compatibleTokenUrl: 'https://api.citrixcloud.example/cctrustoauth2/sampleseisakusho/tokens/clients',
  documentUrl: 'https://api.citrixcloud.example/api/v1/openapi.json',
};
const row = (number: number) => ({
  clientId: `5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f6${number}`,
  createdAt: now - 40 * day,
  usedAt: now - number * hour,
  state: 'active' as const,
  isOwn: true,
  revokeHref: '/',
});
const model: ApiAccessPage = {
  facts,
  rows: [
    { ...row(1), name: 'Splunk', creator: 'Aiko Sato' },
    { ...row(2), name: '夜間バッチ <prod> & "backup" for the accounting department', creator: '鈴木 花子' },
    { ...row(3), name: 'Old deployment', creator: 'Ben Ito', state: 'creator_gone', isOwn: false, usedAt: null },
    { ...row(4), name: 'Nightly export', creator: 'Aiko Sato', state: 'suspended' },
    { ...row(5), name: 'Monitoring', creator: '鈴木 花子', state: 'suspended', isOwn: false },
  ],
  showsCreators: true,
  resume: { action: '/', csrf: 'sample' },
  create: { action: '/', csrf: 'sample', once: 'x' },
};
const created = {
  name: 'Splunk',
  clientId: row(1).clientId,
  secret: 'q3Vb0mWqU1cYx7dJr8sT2hLzK4nPfEoA9gRiXwBvCyM',
  facts,
  downloadAction: '/',
  csrf: 'sample',
  listHref: '/',
};

export const apiAccessPages: Readonly<Record<string, Sample>> = {
  'console-api-access': (c) => apiAccessPage(c, frame, model),
  'console-api-access-empty': (c) => apiAccessPage(c, frame, { ...model, rows: [], showsCreators: false }),
  'console-api-access-problem': (c) =>
    apiAccessPage(c, frame, { ...model, create: { ...model.create, name: ' ', problem: 'nameMissing' } }),
  'console-api-access-created': (c) => secureClientCreatedPage(c, frame, created),
  'console-api-access-revoke': (c) =>
    revokeSecureClientPage(c, frame, {
      name: 'Splunk',
      clientId: created.clientId,
      action: '/',
      csrf: 'x',
      listHref: '/',
    }),
};
