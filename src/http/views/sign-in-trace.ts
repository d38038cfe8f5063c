/**
 * An explained sign-in: what happened, what to do, and the timeline. The same for administrators in the console and for
 * whoever has a link; what only administrators see is added by the console's page.
 */
import type { ExplainedAttribute } from '../../claims/claims.ts';
import type { Language } from '../../core/language.ts';
import { explainTrace } from '../../signin/traces/explain-trace.ts';
import { soundOutcomes, type TraceOutcome, type TraceStep } from '../../signin/traces/trace.ts';
import type { Trace } from '../../signin/traces/traces.ts';
import { placeOf } from '../../signin/vendor-places.ts';
import { type Vendor, vendorNames } from '../../signin/vendors.ts';
import { type Child, type Html, html } from './html.ts';
import { notice } from './notices.ts';
import type { PageContext } from './page.ts';
import { traceMessages } from './sign-in-trace-messages.ts';
import { formatDuration } from './time.ts';
import { badge, definitionList, section, type Tone, table } from './values.ts';

/** How it ended, in a word. */
export function outcomeBadge(language: Language, outcome: TraceOutcome): Html {
  const m = traceMessages[language];
  return badge(toneOf(outcome), Object.hasOwn(m.outcomes, outcome) ? m.outcomes[outcome] : m.unknownOutcome);
}

function toneOf(outcome: TraceOutcome): Tone {
  if (outcome === 'signed_in') return 'good';
  if (outcome === 'failed' || outcome === 'attributes') return 'bad';
  return soundOutcomes.has(outcome) ? 'neutral' : 'warning';
}

/** `vendor`: whose product is at the other end, where that is known. */
export function explainedTrace(
  context: PageContext,
  trace: Pick<Trace, 'outcome' | 'code' | 'steps'>,
  vendor: Vendor | undefined,
): Html {
  const { language } = context;
  const m = traceMessages[language];
  const { meaning, remedy, failure, problems } = explainTrace(trace);
  const attributes = trace.steps.find((step) => step.step === 'attributes')?.attributes ?? [];
  const kind = { good: 'success', bad: 'error', warning: 'warning', neutral: 'information' } as const;
  return html`${notice(kind[toneOf(trace.outcome)], meaning[language])}${section(
    m.whatToDo,
    html`<p>${remedy?.[language] ?? m.nothingToDo}</p>${place(language, trace, vendor)}`,
  )}${
    failure !== undefined &&
    section(
      m.failure,
      definitionList([
        [m.check, failure.check?.[language]],
        [m.where, quoted(failure.where)],
        [m.expected, quoted(failure.expected)],
        [m.received, quoted(failure.received)],
        [m.note, quoted(failure.note)],
        [m.code, quoted(trace.code ?? undefined)],
      ]),
    )
  }${
    attributes.length > 0 &&
    section(m.attributes, attributeTable(language, problems, attributes), { lead: m.attributesLead })
  }${section(m.timeline, timeline(language, trace.steps), { lead: m.timelineLead })}`;
}

/** Where in that vendor's console; of what is theirs to change. */
function place(
  language: Language,
  { outcome, code }: Pick<Trace, 'outcome' | 'code'>,
  vendor: Vendor | undefined,
): Html | undefined {
  const subject = outcome === 'attributes' ? outcome : outcome === 'failed' && code !== 'unexpected' ? code : null;
  const text = vendor === undefined || subject === null ? undefined : placeOf(vendor, subject);
  if (vendor === undefined || text === undefined) return undefined;
  return html`<p class="hint">${traceMessages[language].place(vendorNames[vendor])} ${text[language]}</p>`;
}

function quoted(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<code>${text}</code>`;
}

/** What stopped the sign-in first. */
function attributeTable(
  language: Language,
  problems: readonly ExplainedAttribute[],
  attributes: readonly ExplainedAttribute[],
): Html {
  const m = traceMessages[language];
  const { attributeColumns: columns } = m;
  const rows = [...problems, ...attributes.filter((each) => each.outcome !== 'problem')];
  return table(
    m.attributes,
    [
      { label: columns.name, kind: 'head' },
      { label: columns.claim },
      { label: columns.encoding },
      { label: columns.verdict },
    ],
    rows.map(({ attribute, claim, required, encoding, outcome, reason }) => [
      html`<code>${attribute}</code>`,
      html`<code>${claim}</code>${required && html`<span class="sub">${m.required}</span>`}`,
      encoding && m.encodings[encoding],
      html`${badge(outcome === 'ok' ? 'good' : outcome === 'problem' ? 'bad' : 'neutral', m.verdicts[outcome])}${reason && html`<span class="sub">${m.reasons[reason]}</span>`}`,
    ]),
  );
}

function timeline(language: Language, steps: readonly TraceStep[]): Html {
  const m = traceMessages[language];
  const { timelineColumns: columns } = m;
  return table(
    m.timeline,
    [{ label: columns.at, kind: 'short' }, { label: columns.step, kind: 'head' }, { label: columns.detail }],
    steps.map((step) => [duration(language, step.at), labelOf(language, step), detailOf(language, step)]),
  );
}

function labelOf(language: Language, step: TraceStep): string {
  const { steps } = traceMessages[language];
  if (step.step === 'returned' && !step.sameBrowser) return steps.otherBrowser;
  return Object.hasOwn(steps, step.step) ? steps[step.step] : step.step;
}

function detailOf(language: Language, step: TraceStep): Child {
  const m = traceMessages[language];
  if (step.step === 'begun') return step.forced && m.forced;
  if (step.step === 'left' || step.step === 'came_back') return m.bindings[step.binding];
  if (step.step === 'request') {
    const answer = step.status === undefined ? `${m.noAnswer} (${step.error ?? ''})` : `HTTP ${step.status}`;
    return html`<code>${step.method} ${step.host}${step.path}</code><span class="sub">${answer}, ${m.took(duration(language, step.ms))}</span>`;
  }
  if (step.step === 'failed') return html`<code>${step.code}</code>`;
  if (step.step === 'attributes') return attributesSummary(language, step.attributes);
  if (step.step !== 'proven') return undefined;
  const { certificate, keyId, clockSkew, methods, context } = step;
  const facts: readonly (readonly [string, Child])[] = [
    [m.certificate, quoted(certificate)],
    [m.key, quoted(keyId)],
    [m.clock, clockSkew === undefined ? undefined : clockText(language, clockSkew)],
    [m.methods, methods && methods.length > 0 ? methods.join(', ') : undefined],
    [m.context, quoted(context)],
  ];
  return facts.some(([, value]) => value !== undefined) ? definitionList(facts) : undefined;
}

function attributesSummary(language: Language, attributes: readonly ExplainedAttribute[]): string {
  const m = traceMessages[language];
  const wrong = attributes.filter(({ outcome }) => outcome === 'problem').map(({ attribute }) => attribute);
  return wrong.length === 0
    ? m.attributesGood(attributes.length)
    : m.attributesBad(wrong.join(language === 'ja' ? '、' : ', '));
}

/** Below two seconds HTTP's own clock is not exact enough to say. */
function clockText(language: Language, skew: number): string {
  const m = traceMessages[language];
  const size = Math.abs(skew);
  if (size < 2_000) return m.clockRight;
  const text = size < 60_000 ? m.seconds(String(Math.round(size / 1000))) : formatDuration(language, size);
  return skew > 0 ? m.clockAhead(text) : m.clockBehind(text);
}

/** "85 ms", "3.2 s", "12 minutes". */
function duration(language: Language, milliseconds: number): string {
  const m = traceMessages[language];
  if (milliseconds < 1_000) return m.milliseconds(milliseconds);
  if (milliseconds < 60_000) return m.seconds((milliseconds / 1000).toFixed(1));
  return formatDuration(language, milliseconds);
}
