/** The guided set-up without an account: what it is, the product, its steps, the values that come back, test and end. */
import type { MetadataErrorCode } from '../../../metadata/metadata-error.ts';
import type { ProviderErrorCode } from '../../../providers/errors.ts';
import type { Language } from '../../core/language.ts';
import type { GuideStep, OurValues } from '../../guides/guide.ts';
import { cardPage } from '../../http/views/card-layout.ts';
import {
  actions,
  errorSummary,
  field,
  form,
  linkButton,
  radioGroup,
  submitButton,
  textArea,
} from '../../http/views/form.ts';
import { guideStep } from '../../http/views/guide-step.ts';
import { type Child, type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { metadataProblems } from '../../http/views/metadata-problems.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { type SettingFields, settingFields, settingProblems } from '../../http/views/setting-fields.ts';
import { time } from '../../http/views/time.ts';
import { type TrialChecklist, trialChecklist, trialRefresh } from '../../http/views/trial-checklist.ts';
import { definitionList } from '../../http/views/values.ts';
import { explanations } from '../../signin/explanations.ts';
import { setupMessages } from './setup-messages.ts';

export interface SetupStartPage {
  organization: string;
  connection: string;
  /** "SAML 2.0". */
  kind: string;
  createdBy: string | null;
  expiresAt: number;
  /** Receives `csrf`. */
  action: string;
  csrf: string;
}

export function setupStartPage(context: PageContext, model: SetupStartPage): Html {
  const m = setupMessages[context.language].start;
  return cardPage(context, {
    title: m.title(model.organization),
    lead: model.createdBy === null ? m.byNobody : m.by(model.createdBy),
    wide: true,
    body: html`<p>${m.what}</p>${definitionList([
      [m.organization, model.organization],
      [m.connection, html`${model.connection}<span class="sub">${model.kind}</span>`],
      [m.until, time(context, model.expiresAt)],
    ])}${form({ action: model.action, csrf: model.csrf }, actions(submitButton(m.begin)))}<p class="hint">${m.once}</p>`,
    aside: html`<p>${m.ignore}</p>`,
  });
}

export type SetupOver = 'expired' | 'revoked' | 'finished' | 'unknown' | 'elsewhere';

export function setupOverPage(
  context: PageContext,
  { outcome, organization }: { outcome: SetupOver; organization?: string },
): Html {
  const m = setupMessages[context.language].over[outcome];
  return cardPage(context, { title: m.title, organization, body: html`<p>${m.text(organization ?? '')}</p>` });
}

/** On every page behind Begin. */
interface Behind {
  organization: string;
  csrf: string;
  expiresAt: number;
}

export interface SetupChoosePage extends Behind {
  /** Receives `guide` and `csrf`. */
  action: string;
  guides: readonly { id: string; name: string; protocol: string }[];
  chosen: string | null;
  isMissing?: boolean;
}

export function setupChoosePage(context: PageContext, model: SetupChoosePage): Html {
  const { language } = context;
  const m = setupMessages[language].choose;
  const error = model.isMissing ? m.missing : undefined;
  return behindPage(context, model, {
    title: m.title,
    titlePrefix: error && sharedMessages[language].errorPrefix,
    lead: m.lead,
    body: html`${error !== undefined && errorSummary(language, [{ field: 'guide', message: error }])}${form(
      { action: model.action, csrf: model.csrf },
      radioGroup({
        name: 'guide',
        legend: m.legend,
        choices: model.guides.map(({ id, name, protocol }) => ({ value: id, label: name, hint: protocol })),
        value: model.chosen ?? undefined,
        error,
      }),
      actions(submitButton(m.go)),
    )}`,
  });
}

interface Place {
  number: number;
  count: number;
  backHref?: string | undefined;
}

export interface SetupStepPage extends Behind {
  place: Place;
  guide: string;
  step: GuideStep;
  ours: OurValues;
  /** Receives `csrf`. */
  action: string;
  /** Absent where there is one product only. */
  anotherHref?: string | undefined;
}

export function setupStepPage(context: PageContext, model: SetupStepPage): Html {
  const { language } = context;
  const m = setupMessages[language].guide;
  return behindPage(context, model, {
    title: model.step.title[language],
    step: stepOf(context, model.place, model.guide),
    body: html`${guideStep(language, model.step, model.ours)}${form(
      { action: model.action, csrf: model.csrf },
      actions(submitButton(m.next), backLink(context, model.place)),
    )}`,
    aside: html`<p>${m.asOf}</p>${
      model.anotherHref !== undefined && html`<p><a href="${model.anotherHref}">${m.another}</a></p>`
    }`,
  });
}

export interface SetupSettingsPage extends Behind {
  place: Place;
  guide: string;
  /** Receives `revision`, `csrf` and the fields. */
  action: string;
  revision: number;
  bringBack: string;
  fields: SettingFields;
  isConflict?: boolean;
  /** SAML: a document that fills the fields. */
  metadata?: SetupMetadataPart;
}

export interface SetupMetadataPart {
  /** Receives `url`, `paste`, `entityId` and `csrf`. */
  action: string;
  /** It was read, and the fields below are filled. */
  isTaken: boolean;
  /** As typed, after a problem. */
  url?: string;
  problem?: SetupMetadataProblem;
}

export type SetupMetadataProblem =
  | { kind: 'missing' | 'limit' | 'conflict' }
  /** The document describes so many; which one it is has to be said. */
  | { kind: 'several'; count: number; typed?: string }
  | { kind: 'unreachable'; code: ProviderErrorCode }
  | { kind: 'refused'; code: MetadataErrorCode }
  | { kind: 'settings'; messages: readonly string[] };

export function setupSettingsPage(context: PageContext, model: SetupSettingsPage): Html {
  const { language } = context;
  const m = setupMessages[language].settings;
  const problems = settingProblems(language, model.fields);
  return behindPage(context, model, {
    title: m.title,
    titlePrefix: problems.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    step: stepOf(context, model.place, model.guide),
    lead: model.bringBack,
    body: html`${errorSummary(language, [...metadataProblem(context, model.metadata), ...problems])}${
      model.isConflict === true && notice('warning', m.conflict)
    }${model.metadata && metadataForm(context, model, model.metadata)}${form(
      { action: model.action, csrf: model.csrf, hidden: { revision: String(model.revision) } },
      html`<div class="setting-parts">${settingFields(language, model.fields)}</div>`,
      actions(submitButton(m.save), backLink(context, model.place)),
    )}`,
  });
}

function metadataForm({ language }: PageContext, { csrf }: Behind, model: SetupMetadataPart): Html {
  const m = setupMessages[language].metadata;
  const { problem } = model;
  return html`${model.isTaken && notice('success', m.taken)}<section class="section"><h2>${m.title}</h2>${form(
    { action: model.action, csrf },
    field({ name: 'url', label: m.url, hint: m.urlHint, type: 'url', value: model.url, maxLength: 2048 }),
    textArea({ name: 'paste', label: m.paste, rows: 5 }),
    problem?.kind === 'several' &&
      field({
        name: 'entityId',
        label: m.entityId,
        hint: m.entityIdHint,
        value: problem.typed,
        error: metadataProblemText(language, problem),
        maxLength: 1024,
      }),
    actions(submitButton(m.read, { kind: 'secondary' })),
  )}</section>`;
}

function metadataProblem({ language }: PageContext, part: SetupMetadataPart | undefined) {
  if (!part?.problem) return [];
  const { problem } = part;
  const field = problem.kind === 'several' ? 'entityId' : problem.kind === 'unreachable' ? 'url' : 'paste';
  return [{ field, message: metadataProblemText(language, problem) }];
}

function metadataProblemText(language: Language, problem: SetupMetadataProblem): string {
  const m = setupMessages[language].metadata;
  if (problem.kind === 'several') return m.several(problem.count);
  if (problem.kind === 'unreachable') return explanations[problem.code].meaning[language];
  if (problem.kind === 'refused') return metadataProblems[language][problem.code];
  return problem.kind === 'settings' ? problem.messages.join(' ') : m.problems[problem.kind];
}

export interface SetupTestPage extends Behind {
  place: Place;
  guide: string;
  /** Settings are missing: nothing can be tested. */
  isIncomplete: boolean;
  passedAt: number | null;
  createdBy: string | null;
  /** The test on this page, as far as it has come; `href`: the page itself. */
  trial?: TrialChecklist & { href: string };
  /** Receives `csrf`. */
  startAction: string;
  /** Receives `revision` and `csrf`. */
  finishAction: string;
  revision: number;
  mayFinish: boolean;
  /** People sign in with the settings that would be replaced. */
  isLive: boolean;
  /** Too many tests of this organization in an hour. */
  isLimited: boolean;
  /** What was to be handed over has changed. */
  isConflict: boolean;
}

export function setupTestPage(context: PageContext, model: SetupTestPage): Html {
  const { language } = context;
  const { test } = setupMessages[language];
  const { trial, place } = model;
  const hasPassed = model.passedAt !== null;
  const isChecking = trial?.trial.phase === 'checking';
  const start = form(
    { action: model.startAction, csrf: model.csrf },
    actions(
      submitButton(hasPassed || trial ? test.again : test.start, {
        kind: hasPassed || trial?.trial.maySignIn ? 'secondary' : 'primary',
      }),
      backLink(context, place),
    ),
  );
  return behindPage(context, model, {
    title: test.title,
    step: stepOf(context, place, model.guide),
    lead: test.lead,
    ...(trial && { head: trialRefresh(context, trial.trial, trial.href) }),
    body: html`${model.isLimited && notice('warning', test.limited)}${model.isConflict && notice('warning', test.changed)}${
      model.isIncomplete && notice('warning', test.incomplete)
    }${!trial && !model.isIncomplete && !hasPassed && html`<p>${test.person}</p>`}${
      trial && trialChecklist(context, trial)
    }${
      hasPassed &&
      trial?.trial.outcome !== 'passed' &&
      notice('success', html`${test.passedAt}: ${time(context, model.passedAt ?? 0)}`, test.passed)
    }${
      model.isIncomplete || isChecking
        ? actions(backLink(context, place))
        : html`${hasPassed && finishForm(context, model)}${start}${!hasPassed && untestedForm(context, model)}`
    }`,
  });
}

function finishForm({ language }: PageContext, model: SetupTestPage): Html {
  const { finish } = setupMessages[language];
  const { createdBy, mayFinish, isLive } = model;
  const administrator = createdBy === null ? finish.anAdministrator : finish.administrator(createdBy);
  return html`<p>${mayFinish ? finish.live : administrator}${mayFinish && isLive && html` ${finish.replaces}`}</p>${form(
    { action: model.finishAction, csrf: model.csrf, hidden: { revision: String(model.revision) } },
    actions(submitButton(mayFinish ? finish.makeLive : finish.hand)),
  )}`;
}

function untestedForm({ language }: PageContext, model: SetupTestPage): Html {
  const { finish } = setupMessages[language];
  return html`<details class="disclosure"><summary>${finish.untested}</summary><p class="hint">${finish.untestedHint}</p>${form(
    { action: model.finishAction, csrf: model.csrf, hidden: { revision: String(model.revision) } },
    actions(submitButton(finish.untested, { kind: 'secondary' })),
  )}</details>`;
}

export interface SetupDonePage {
  organization: string;
  outcome: 'live' | 'passed' | 'untested';
  createdBy: string | null;
}

export function setupDonePage(context: PageContext, { organization, outcome, createdBy }: SetupDonePage): Html {
  const { language } = context;
  const m = setupMessages[language].done;
  const name = createdBy === null ? m.administrator : language === 'ja' ? `${createdBy}さん` : createdBy;
  return cardPage(context, {
    title: m[outcome].title,
    organization,
    body: html`<p>${m[outcome].text(name)}</p><p>${m.close}</p>`,
  });
}

function stepOf(context: PageContext, { number, count }: Place, guide: string): string {
  return `${setupMessages[context.language].step(number, count)} · ${guide}`;
}

function backLink(context: PageContext, { backHref }: Place): Html | undefined {
  return backHref === undefined ? undefined : linkButton(setupMessages[context.language].guide.back, backHref, 'quiet');
}

function behindPage(
  context: PageContext,
  { organization, expiresAt }: Behind,
  page: {
    title: string;
    titlePrefix?: string | undefined;
    step?: string;
    lead?: Child;
    head?: Child;
    body: Child;
    aside?: Html;
  },
): Html {
  const m = setupMessages[context.language];
  return cardPage(context, {
    ...page,
    // Above the heading stands the step; whose set-up it is stands in the window's title and below.
    ...(page.step === undefined ? { organization } : {}),
    wide: true,
    aside: html`${page.aside}<p>${m.guide.pause} ${m.start.until}: ${time(context, expiresAt)}</p>`,
  });
}
