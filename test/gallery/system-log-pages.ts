/** The system log's pages. */

import { type LogWebhookPage, logWebhookPage } from '../../src/console/views/log-webhook-page.ts';
import { type SystemLogPage, systemLogPage } from '../../src/console/views/system-log-page.ts';
import type { SystemLogRecord } from '../../src/system-log/system-log.ts';
import type { Webhook } from '../../src/system-log/webhooks.ts';
import { frame } from './console-pages.ts';
import { hour, minute, now, type Sample } from './samples.ts';

const nobody = { type: null, id: null, name: null, email: null };
const plain = {
  organizationId: 'o',
  target: nobody,
  detail: {},
  before: null,
  after: null,
  reference: null,
  clientAddress: null,
  userAgent: null,
};
const browser = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';
const aiko = { type: 'administrator', id: '0c1f2f3e-77b2-4c3a-9d6e-1f0b8f1e2a01', name: 'Aiko Sato' };

const records: SystemLogRecord[] = [
  {
    ...plain,
    id: '5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f60',
    recordedAt: now - 3 * minute,
    actor: aiko,
    event: 'platform/organization/settings',
    target: { type: 'organization', id: 'o', name: '株式会社サンプル製作所', email: null },
    before: { subscriberWebHours: 24, alwaysPrompt: false },
    after: { subscriberWebHours: 12, alwaysPrompt: true },
    clientAddress: '203.0.113.7',
    userAgent: browser,
  },
  {
    ...plain,
    id: '5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f61',
    recordedAt: now - 40 * minute,
    actor: { type: 'subscriber', id: null, name: null },
    event: 'platform/signin/failed',
    target: { type: 'connection', id: '9d0a7c1a-3a54-4c0e-8f5a-1d2c3b4a5f66', name: null, email: null },
    detail: { reason: 'assertion_not_signed' },
    reference: 'K7QM-3XPD',
    clientAddress: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    userAgent: browser,
  },
  {
    ...plain,
    id: '5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f62',
    recordedAt: now - 2 * hour,
    actor: { type: 'subscriber', id: '7c1f2f3e-77b2-4c3a-9d6e-1f0b8f1e2a02', name: '鈴木 一郎' },
    event: 'platform/session/create',
    target: { type: 'application', id: 'workspace:sample', name: null, email: null },
    detail: { provider: 'saml' },
    clientAddress: '198.51.100.23',
    userAgent: browser,
  },
  {
    ...plain,
    id: '5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f63',
    recordedAt: now - 26 * hour,
    actor: { type: 'system', id: null, name: null },
    event: 'platform/administrator/create',
    target: {
      type: 'administrator',
      id: '1d1f2f3e-77b2-4c3a-9d6e-1f0b8f1e2a03',
      name: 'Jean-Baptiste de la Fontaine-Rochefort',
      email: 'jean-baptiste@sample.example',
    },
    detail: { via: 'cli' },
  },
];

const values = { from: '', to: '', event: '', search: '', reference: '' };
const model: SystemLogPage = {
  records,
  values,
  days: 30,
  presetHrefs: { 1: '/1', 7: '/7', 30: '/30', 90: '/90' },
  filterAction: '/',
  errors: [],
  export: { action: '/export', csrf: 'sample', hidden: { days: '30' } },
  olderHref: '/older',
  webhookHref: '/webhook',
};

const webhook: Webhook = {
  url: 'https://siem.sample.example/hooks/sekisho',
  state: 'active',
  createdAt: now - 100 * hour,
  deliveredAt: now - 4 * minute,
  failingSince: null,
  failure: null,
  nextTryAt: now,
  waiting: 0,
};
const webhookModel: LogWebhookPage = {
  webhook,
  csrf: 'sample',
  logHref: '/log',
  actions: { save: '/', secret: '/', test: '/', enable: '/', delete: '/' },
};

export const systemLogPages: Readonly<Record<string, Sample>> = {
  'console-system-log': (c) => systemLogPage(c, frame, model),
  'console-system-log-filtered': (c) => {
    const { days: _, ...rest } = model;
    return systemLogPage(c, frame, {
      ...rest,
      values: { ...values, from: '2026-11-01', to: '2026-11-20', search: 'sato' },
      clearHref: '/',
      records: records.slice(0, 1),
      searchedTo: now - 50 * hour,
      newestHref: '/',
      newerHref: '/newer',
    });
  },
  'console-system-log-none-found': (c) =>
    systemLogPage(c, frame, {
      ...model,
      records: [],
      values: { ...values, event: 'platform/signin/failed' },
      clearHref: '/',
    }),
  'console-system-log-empty': (c) => systemLogPage(c, frame, { ...model, records: [] }),
  'console-system-log-errors': (c) => {
    const { days: _, ...rest } = model;
    return systemLogPage(c, frame, {
      ...rest,
      records: [],
      values: { ...values, from: '2026-11-20', to: '2026-11-01' },
      clearHref: '/',
      errors: ['to'],
    });
  },
  'console-log-webhook-none': (c) => {
    const { webhook: _, ...rest } = webhookModel;
    return logWebhookPage(c, frame, { ...rest, url: 'http://siem.sample.example/', problem: 'not_https' });
  },
  'console-log-webhook-created': (c) =>
    logWebhookPage(c, frame, { ...webhookModel, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' }),
  'console-log-webhook-failing': (c) =>
    logWebhookPage(c, frame, {
      ...webhookModel,
      testFailure: { kind: 'refused_address' },
      webhook: {
        ...webhook,
        failingSince: now - 2 * hour,
        failure: { kind: 'status', status: 503 },
        nextTryAt: now + 20 * minute,
        waiting: 1284,
      },
    }),
  'console-log-webhook-disabled': (c) =>
    logWebhookPage(c, frame, {
      ...webhookModel,
      webhook: { ...webhook, state: 'disabled', failingSince: now - 80 * hour, failure: { kind: 'gone' }, waiting: 9 },
    }),
};
