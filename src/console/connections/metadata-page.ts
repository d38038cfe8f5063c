/** The metadata of a SAML connection, ours and its provider's: values to copy, what is watched, what differs. */
import type { Certificate } from '../../../certs/x509.ts';
import type { ProviderErrorCode } from '../../../providers/errors.ts';
import { type DifferenceItem, keyOfItem } from '../../directory/connections/metadata-difference.ts';
import { actions, errorSummary, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { copyValue, definitionList, section, table } from '../../http/views/values.ts';
import { explanations } from '../../signin/explanations.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { fingerprint } from './certificate-table.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { metadataImportMessages } from './metadata-import-messages.ts';
import { metadataMessages } from './metadata-messages.ts';

export interface MetadataPage extends ConnectionHead {
  importHref: string;
  ours: { isOwn: boolean; entityId: string; acsUrl: string; logoutUrl: string; metadataUrl: string };
  downloads: { metadataHref: string; certificateHref: string };
  isLive: boolean;
  /** Absent: nothing is watched, or not yet. */
  watch?: {
    url: string;
    policy: 'ask' | 'adopt';
    checkedAt: number | null;
    goodAt: number | null;
    nextAt: number | null;
    failingSince: number | null;
    failure: string | null;
    difference: readonly DifferenceItem[];
  };
  certificates: readonly { certificate: Certificate; lastUsedAt: number | undefined }[];
  csrf: string;
  version: number;
  readAction: string;
  adoptAction: string;
  keepAction: string;
  changedMeanwhile?: boolean;
}

export function metadataPage(context: PageContext, frame: ConsoleFrame, model: MetadataPage): Html {
  const { language } = context;
  const m = metadataMessages[language];
  const problem = model.changedMeanwhile ? m.changedMeanwhile : undefined;
  return connectionPageFrame(context, frame, model, {
    tab: '/metadata',
    lead: m.lead,
    beside: linkButton(m.import, model.importHref, 'secondary'),
    titlePrefix: problem && sharedMessages[language].errorPrefix,
    body: html`${problem !== undefined && errorSummary(language, [{ message: problem }])}${difference(context, model)}${ours(
      context,
      model,
    )}${watch(context, model)}${model.isLive && certificates(context, model)}`,
  });
}

function ours({ language }: PageContext, { ours: values, downloads }: MetadataPage): Html {
  const m = metadataMessages[language];
  const named = (label: string, value: string, names?: string): [string, Child] => [
    label,
    html`${copyValue(language, label, value)}${names !== undefined && html`<p class="hint">${names}</p>`}`,
  ];
  return section(
    m.ours,
    html`${values.isOwn && notice('information', m.ownNotice)}${definitionList([
      named(m.entityId, values.entityId, m.entityIdNames),
      named(m.acs, values.acsUrl, m.acsNames),
      named(m.logout, values.logoutUrl, m.logoutNames),
      named(m.metadataUrl, values.metadataUrl),
      [
        m.downloads,
        html`<a href="${downloads.metadataHref}">${m.downloadMetadata}</a><br><a href="${downloads.certificateHref}">${m.downloadCertificate}</a>`,
      ],
    ])}`,
    { lead: m.oursLead },
  );
}

function watch(context: PageContext, model: MetadataPage): Html {
  const m = metadataMessages[context.language];
  const watched = model.watch;
  if (!watched) return section(m.watch, html`<p>${m.watchOff}</p>`);
  const at = (moment: number | null) => (moment === null ? m.never : time(context, moment));
  return section(
    m.watch,
    html`${watched.failure !== null && failure(context, watched.failure)}${definitionList([
      [m.url, html`<code>${watched.url}</code>`],
      [m.policy, m.policies[watched.policy]],
      [m.failingSince, watched.failingSince === null ? undefined : time(context, watched.failingSince)],
      [m.checked, at(watched.checkedAt)],
      [m.good, at(watched.goodAt)],
      [m.next, watched.nextAt === null ? undefined : time(context, watched.nextAt)],
    ])}${
      model.isLive
        ? form({ action: model.readAction, csrf: model.csrf }, actions(submitButton(m.readNow, { kind: 'secondary' })))
        : html`<p class="hint">${m.watchDraft}</p>`
    }`,
  );
}

function failure({ language }: PageContext, code: string): Html {
  const m = metadataMessages[language];
  const { problems } = metadataImportMessages[language];
  const isOf = <Known extends object>(known: Known, key: PropertyKey): key is keyof Known => Object.hasOwn(known, key);
  const told = isOf(problems, code)
    ? problems[code]
    : isOf(explanations, code)
      ? `${explanations[code as ProviderErrorCode].meaning[language]} ${explanations[code as ProviderErrorCode].remedy[language]}`
      : m.expired;
  return notice('warning', told, m.failing);
}

function difference(context: PageContext, model: MetadataPage): Html | undefined {
  const { language } = context;
  const m = metadataMessages[language];
  const { watch: watched, isLive } = model;
  if (!watched || !isLive || watched.goodAt === null || watched.difference.length === 0) return undefined;
  const { csrf } = model;
  const version = String(model.version);
  return section(
    m.difference,
    html`${table(
      m.difference,
      [{ label: m.what, kind: 'head' }, { label: m.live }, { label: m.inMetadata }],
      watched.difference.map((item) => differenceRow(context, item)),
    )}${form(
      { action: model.adoptAction, csrf, hidden: { version } },
      html`<p class="hint">${m.adoptHint}</p>`,
      actions(submitButton(m.adopt)),
    )}${form(
      { action: model.keepAction, csrf, hidden: { items: JSON.stringify(watched.difference.map(keyOfItem)) } },
      actions(submitButton(m.keep, { kind: 'quiet' })),
    )}`,
    { lead: m.differenceLead },
  );
}

function differenceRow(context: PageContext, item: DifferenceItem): Child[] {
  const m = metadataMessages[context.language];
  if (item.kind === 'changed')
    return [m.keys[item.key], html`<code>${item.before}</code>`, html`<code>${item.after}</code>`];
  const { certificate } = item;
  const shown = html`${certificate.subject}<br>${fingerprint(certificate.fingerprint)}<br>${m.validUntil} ${time(context, certificate.notAfter)}`;
  const nothing = html`<span class="muted">–</span>`;
  return item.kind === 'added' ? [m.added, nothing, shown] : [m.missing, shown, nothing];
}

function certificates(context: PageContext, model: MetadataPage): Html {
  const m = metadataMessages[context.language];
  const shared = metadataImportMessages[context.language];
  return section(
    m.certificates,
    table(
      m.certificates,
      [
        { label: shared.subject, kind: 'head' },
        { label: shared.fingerprint },
        { label: shared.validUntil },
        { label: m.used },
      ],
      model.certificates.map(({ certificate, lastUsedAt }) => [
        certificate.subject,
        fingerprint(certificate.fingerprint),
        time(context, certificate.notAfter),
        lastUsedAt === undefined ? html`<span class="muted">${m.unused}</span>` : time(context, lastUsedAt),
      ]),
    ),
    { lead: m.certificatesLead },
  );
}
