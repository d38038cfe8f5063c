/** Import of a provider's metadata: giving the document, choosing a provider in it, seeing what will be taken. */
import type { IdpMetadata } from '../../../metadata/idp-metadata.ts';
import type { ProviderErrorCode } from '../../../providers/errors.ts';
import type { ListedProvider, MetadataProblem } from '../../directory/connections/metadata-answers.ts';
import type { MetadataSource } from '../../directory/connections/metadata-imports.ts';
import {
  actions,
  errorSummary,
  field,
  fileField,
  form,
  hiddenText,
  linkButton,
  radioGroup,
  submitButton,
  textArea,
} from '../../http/views/form.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { pagination } from '../../http/views/navigation.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, definitionList, section, table } from '../../http/views/values.ts';
import { explanations } from '../../signin/explanations.ts';
import { type ConsoleFrame, consolePage } from '../views/console-layout.ts';
import { consoleMessages } from '../views/messages.ts';
import { type CertificateLine, certificateTable } from './certificate-table.ts';
import { metadataImportMessages } from './metadata-import-messages.ts';

/** Where these pages stand: below a connection. */
export interface ConnectionPlace {
  name: string;
  href: string;
  listHref: string;
}

export type ImportProblem =
  | { kind: 'missing'; field: 'url' | 'file' | 'paste' }
  | { kind: 'limit' | 'over' }
  | { kind: 'unreachable'; field: 'url'; code: ProviderErrorCode; received?: string }
  | { kind: 'refused'; field: 'url' | 'file' | 'paste'; problem: MetadataProblem };

export interface MetadataImportPage {
  connection: ConnectionPlace;
  isLive: boolean;
  action: string;
  csrf: string;
  url: string;
  problem?: ImportProblem;
}

export function metadataImportPage(context: PageContext, frame: ConsoleFrame, model: MetadataImportPage): Html {
  const { language } = context;
  const m = metadataImportMessages[language];
  const { action, csrf, problem } = model;
  const told = problem && problemText(context, problem);
  const errorOf = (name: string) =>
    problem !== undefined && 'field' in problem && problem.field === name ? told?.message : undefined;
  const file = { action, csrf, enctype: 'multipart/form-data' } as const;
  return consolePage(context, frame, {
    ...placeOf(context, model.connection, m.title),
    lead: m.lead,
    titlePrefix: told && sharedMessages[language].errorPrefix,
    body: html`${told && errorSummary(language, [{ message: told.message, ...(problem && 'field' in problem && { field: problem.field }) }])}${
      told?.detail
    }${model.isLive && notice('information', m.liveNotice)}${section(
      m.byUrl,
      form(
        { action, csrf },
        field({
          name: 'url',
          type: 'url',
          inputMode: 'url',
          label: m.url,
          hint: m.urlHint,
          value: model.url,
          maxLength: 2048,
          error: errorOf('url'),
        }),
        actions(submitButton(m.fetch)),
      ),
      { lead: m.byUrlLead },
    )}${section(
      m.byFile,
      form(
        file,
        fileField({
          name: 'file',
          label: m.file,
          hint: m.fileHint,
          accept: '.xml,text/xml,application/xml',
          error: errorOf('file'),
        }),
        actions(submitButton(m.upload, { kind: 'secondary' })),
      ),
    )}${section(
      m.byPaste,
      form(
        file,
        textArea({ name: 'paste', label: m.paste, hint: m.pasteHint, rows: 8, error: errorOf('paste') }),
        actions(submitButton(m.read, { kind: 'secondary' })),
      ),
    )}`,
  });
}

/** The message in the reader's language, and the exact one where it says more. */
function problemText(context: PageContext, problem: ImportProblem): { message: string; detail?: Html } {
  const m = metadataImportMessages[context.language];
  switch (problem.kind) {
    case 'missing':
      return { message: m.errors[problem.field] };
    case 'limit':
      return { message: m.errors.limit };
    case 'over':
      return { message: m.over30 };
    case 'unreachable':
      return explained(context, problem);
    case 'refused':
      return context.language === 'en'
        ? { message: problem.problem.message }
        : {
            message: m.problems[problem.problem.code],
            detail: notice('information', html`<span lang="en">${problem.problem.message}</span>`, m.detail),
          };
  }
}

/** Who has to do what, and what came instead. */
function explained({ language }: PageContext, { code, received }: Extract<ImportProblem, { kind: 'unreachable' }>) {
  const { meaning, remedy } = explanations[code];
  const told = received === undefined ? undefined : `${metadataImportMessages[language].received} ${received}`;
  return {
    message: meaning[language],
    detail: notice(
      'information',
      html`${remedy[language]}${told !== undefined && html`<br><span lang="en">${told}</span>`}`,
    ),
  };
}

export interface ChooseProviderPage {
  connection: ConnectionPlace;
  /** GET with `search`. */
  action: string;
  search: string;
  count: number;
  others: number;
  /** Of those that match. */
  matching: number;
  rows: readonly (ListedProvider & { href: string })[];
  previousHref?: string;
  nextHref?: string;
  otherHref: string;
}

export function chooseProviderPage(context: PageContext, frame: ConsoleFrame, model: ChooseProviderPage): Html {
  const { language } = context;
  const m = metadataImportMessages[language];
  return consolePage(context, frame, {
    ...placeOf(context, model.connection, m.chooseTitle),
    lead: m.chooseLead(model.count, model.others),
    beside: linkButton(m.other, model.otherHref, 'quiet'),
    body: html`<div class="list-filters" role="search">${form(
      { action: model.action, method: 'get' },
      html`<div class="filter-fields">${field({ name: 'search', label: m.search, value: model.search, maxLength: 200 })}${submitButton(m.find, { kind: 'secondary' })}</div>`,
    )}</div><p class="hint" role="status">${m.count(model.matching)}</p>${
      model.rows.length === 0
        ? html`<p>${m.noneFound} <a href="${model.action}">${m.showAll}</a></p>`
        : table(
            m.caption,
            [{ label: m.provider, kind: 'head' }, { label: m.entityId }, { label: m.chooseColumn, kind: 'actions' }],
            model.rows.map((row) => [
              row.displayName ?? row.entityId,
              html`<code>${row.entityId}</code>`,
              row.problem === undefined
                ? html`<a class="button secondary" href="${row.href}">${m.choose}${hiddenText(row.displayName ?? row.entityId)}</a>`
                : html`${badge('neutral', m.unusable)}<p class="hint">${language === 'en' ? row.problem.message : m.problems[row.problem.code]}</p>`,
            ]),
          )
    }${pagination(language, {
      ...(model.previousHref !== undefined && { previous: model.previousHref }),
      ...(model.nextHref !== undefined && { next: model.nextHref }),
    })}`,
  });
}

export interface ImportedField {
  label: string;
  /** As people read it; undefined: not set. */
  before: string | undefined;
  after: string;
}

export interface PreviewImportPage {
  connection: ConnectionPlace;
  source: MetadataSource;
  metadata: IdpMetadata;
  fields: readonly ImportedField[];
  certificates: readonly CertificateLine[];
  isOver: boolean;
  form: { action: string; csrf: string; hidden: Readonly<Record<string, string>> };
  otherHref: string;
  problem?: { kind: 'conflict' } | { kind: 'settings'; messages: readonly string[] };
}

export function previewImportPage(context: PageContext, frame: ConsoleFrame, model: PreviewImportPage): Html {
  const { language } = context;
  const m = metadataImportMessages[language];
  const { metadata, source, problem } = model;
  return consolePage(context, frame, {
    ...placeOf(context, model.connection, m.previewTitle),
    beside: linkButton(m.other, model.otherHref, 'quiet'),
    titlePrefix: problem && sharedMessages[language].errorPrefix,
    body: html`${
      problem?.kind === 'conflict'
        ? errorSummary(language, [{ message: m.conflict }])
        : problem &&
          errorSummary(
            language,
            problem.messages.map((message) => ({ message: `${m.refusedSettings} ${message}` })),
          )
    }${model.isOver && notice('warning', m.over)}${metadata.warnings.length > 0 && warnings(context, metadata)}${section(
      m.about,
      definitionList([
        [m.source, sourceText(context, source)],
        [m.displayName, metadata.displayName],
        [m.validUntil, metadata.validUntil === undefined ? undefined : time(context, metadata.validUntil)],
        [
          m.nameIdFormats,
          metadata.nameIdFormats.length === 0
            ? undefined
            : html`${metadata.nameIdFormats.map((format) => html`<code>${format}</code><br>`)}`,
        ],
      ]),
    )}${section(
      m.fields,
      table(
        m.fields,
        [
          { label: m.setting, kind: 'head' },
          { label: m.now },
          { label: m.inMetadata },
          { label: m.state, kind: 'short' },
        ],
        model.fields.map(({ label, before, after }) => [
          label,
          before === undefined
            ? html`<span class="muted">${sharedMessages[language].notSet}</span>`
            : html`<code>${before}</code>`,
          html`<code>${after}</code>`,
          fieldState(context, before, after),
        ]),
      ),
      { lead: m.fieldsLead },
    )}${metadata.wantAuthnRequestsSigned && notice('information', m.wantsSigned)}${section(
      m.certificates,
      certificateTable(context, model.certificates),
      { lead: m.certificatesLead },
    )}${form(
      model.form,
      source.from === 'url' &&
        radioGroup({
          name: 'watching',
          legend: m.watch,
          value: 'adopt',
          choices: (['adopt', 'ask', 'off'] as const).map((value) => ({
            value,
            label: m.watchChoices[value],
            hint: m.watchHints[value],
          })),
        }),
      actions(submitButton(m.take)),
    )}`,
  });
}

function fieldState(context: PageContext, before: string | undefined, after: string): Html {
  const m = metadataImportMessages[context.language];
  if (before === after) return badge('neutral', m.same);
  return before === undefined ? badge('good', m.fresh) : badge('warning', m.changed);
}

function warnings(context: PageContext, metadata: IdpMetadata): Html {
  const m = metadataImportMessages[context.language];
  const texts = metadata.warnings.map(({ code, message }) =>
    context.language === 'en'
      ? html`<li>${message}</li>`
      : html`<li>${m.warningTexts[code]} <span class="hint" lang="en">${message}</span></li>`,
  );
  return html`<div class="notice warning"><p class="notice-title">${m.warnings}</p><ul>${texts}</ul></div>`;
}

function sourceText({ language }: PageContext, source: MetadataSource): Child {
  const m = metadataImportMessages[language];
  if (source.from === 'url') return html`<code>${source.url}</code>`;
  return source.from === 'paste' ? m.sourcePaste : `${m.sourceFile}${source.name === '' ? '' : `: ${source.name}`}`;
}

function placeOf({ language }: PageContext, { name, href, listHref }: ConnectionPlace, title: string) {
  return {
    page: 'connections' as const,
    title,
    above: [
      { label: consoleMessages[language].pages.connections, href: listHref },
      { label: name, href },
    ],
  };
}
