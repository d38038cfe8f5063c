/**
 * The checklist of a connection's test: what was checked, what is wrong and who mends it where, and the attributes with
 * their values behind a disclosure. For the owner of the trial alone (SECURITY CON-17).
 *
 * Shared by the surfaces on which a connection can be tested. Fills in by itself where script runs (`data-live`,
 * `trial.js`); the page around it brings `trialRefresh`, which is for where it does not, too.
 */
import type { ExaminedAttribute } from '../../claims/normalise.ts';
import { checkLabels } from '../../signin/checks.ts';
import { explanations } from '../../signin/explanations.ts';
import { rowsOf, type TrialRow } from '../../signin/trial-rows.ts';
import type { Trial } from '../../signin/trials.ts';
import { placeOf } from '../../signin/vendor-places.ts';
import { type Vendor, vendorNames } from '../../signin/vendors.ts';
import { byTimer } from '../activity.ts';
import { hiddenText } from './form.ts';
import { attributes as attributesOf, type Child, type Html, html } from './html.ts';
import { sharedMessages } from './messages/messages.ts';
import type { PageContext } from './page.ts';
import { trialMessages } from './trial-messages.ts';
import { badge, definitionList, section, type Tone, table } from './values.ts';

export interface TrialChecklist {
  trial: Trial;
  vendor: Vendor;
  /** The connection's name. */
  provider: string;
  /** Begins the test sign-in, in a tab of its own. */
  signInHref: string;
  /** What the provider must know of us. */
  ours: { redirectUri: string } | { acs: string; entityId: string };
}

/** For the head of the page: asks for it again while there is something to come. `href`: the page itself. */
export function trialRefresh({ assets }: Pick<PageContext, 'assets'>, trial: Trial, href: string): Html | undefined {
  const { phase } = trial;
  const script = html`<script src="${assets.trial}" defer></script>`;
  if (phase === 'done') return askAgainAfter(trial) === undefined ? undefined : script;
  return html`${script}<noscript><meta http-equiv="refresh" content="${phase === 'checking' ? 2 : 5};url=${href}?${byTimer}=1"></noscript>`;
}

export function trialChecklist(context: PageContext, model: TrialChecklist): Html {
  const m = trialMessages[context.language];
  const { trial } = model;
  const { before, atSignIn } = rowsOf(trial);
  return html`<div id="trial" tabindex="-1"${attributesOf({ 'data-phase': trial.phase, 'data-live': askAgainAfter(trial) })}>
${summary(context, model)}
${section(m.before, checks(context, model, before), { lead: m.beforeLead })}
${section(m.atSignIn, checks(context, model, atSignIn), { lead: m.atSignInLead })}
${trial.attributes && attributesSection(context, model, trial.attributes)}
</div><p id="trial-said" class="hidden-text" role="status"></p>`;
}

/** Milliseconds; undefined: nothing will come. After a failure somebody may sign in again, from this very page. */
function askAgainAfter({ phase, outcome, maySignIn }: Trial): number | undefined {
  if (phase === 'done') return outcome === 'failed' && maySignIn ? 3000 : undefined;
  return { checking: 1000, ready: 3000, away: 1500 }[phase];
}

function summary(context: PageContext, model: TrialChecklist): Html {
  const m = trialMessages[context.language];
  const { trial, provider } = model;
  const { phase, outcome } = trial;
  const signIn = (label: string, kind: 'primary' | 'secondary') =>
    html`<div class="actions"><a class="button ${kind}" href="${model.signInHref}" target="_blank" rel="noopener">${label}${hiddenText(m.newTab)}</a></div>`;
  if (phase === 'checking') return told('information', m.checking, m.checkingText);
  if (phase === 'ready') return told('information', m.ready, m.readyText, signIn(m.signIn(provider), 'primary'));
  if (phase === 'away')
    return told(
      'information',
      m.away,
      m.awayText(provider),
      html`<p>${m.awayStuck(provider)}</p>${ourValues(context, model)}${signIn(m.signInAgain(provider), 'secondary')}`,
    );
  if (outcome === 'passed') return told('success', m.passed, m.passedText);
  const again = trial.maySignIn && signIn(m.signInAgain(provider), 'secondary');
  if (trial.outdated) return told('warning', m.outdated, m.outdatedText);
  const failed = trial.findings.find((finding) => finding.outcome === 'failed');
  const text = failed ? m.failedText(checkLabels[failed.check][context.language]) : '';
  return told('error', m.failed, text, again);
}

function told(kind: 'information' | 'success' | 'warning' | 'error', title: string, text: string, more?: Child): Html {
  return html`<div class="notice ${kind}"><p class="notice-title" data-status>${title}</p><p>${text}</p>${more}</div>`;
}

function ourValues(context: PageContext, { ours }: TrialChecklist): Html {
  const m = trialMessages[context.language];
  const rows =
    'redirectUri' in ours
      ? [[m.redirectUri, html`<code>${ours.redirectUri}</code>`] as const]
      : [[m.acs, html`<code>${ours.acs}</code>`] as const, [m.entityId, html`<code>${ours.entityId}</code>`] as const];
  return definitionList(rows);
}

const tones: Readonly<Record<TrialRow['state'], Tone>> = {
  passed: 'good',
  warning: 'warning',
  failed: 'bad',
  running: 'neutral',
  waiting: 'neutral',
  skipped: 'neutral',
};

function checks(context: PageContext, model: TrialChecklist, rows: readonly TrialRow[]): Html {
  const m = trialMessages[context.language];
  return html`<ul class="checklist">${rows.map(
    (row) =>
      html`<li><p class="checklist-line"><span>${checkLabels[row.check][context.language]}</span>${badge(tones[row.state], m.states[row.state])}</p>${diagnosis(context, model, row)}${clock(context, model.trial, row)}</li>`,
  )}</ul>`;
}

/** Expected, received, who must change what, and where in that vendor's console. */
function diagnosis(context: PageContext, model: TrialChecklist, { code, detail = {} }: TrialRow): Html | undefined {
  if (code === undefined) return undefined;
  const { language } = context;
  const m = trialMessages[language];
  if (code === 'attributes') return attributeProblems(context, model);
  const { meaning, remedy } = explanations[code];
  return html`<div class="diagnosis"><p><strong>${meaning[language]}</strong></p>${definitionList([
    [m.expected, shown(detail.expected)],
    [m.received, shown(detail.received)],
    [m.where, shown(detail.where)],
    [m.note, shown(detail.note)],
    [m.who, remedy[language]],
    [m.place(vendorNames[model.vendor]), placeOf(model.vendor, code)?.[language]],
    [m.code, shown(code)],
  ])}</div>`;
}

function attributeProblems({ language }: PageContext, { trial, vendor }: TrialChecklist): Html {
  const m = trialMessages[language];
  const problems = (trial.attributes ?? []).filter(({ outcome }) => outcome === 'problem');
  const { remedy } = explanations.saml_attribute_refused;
  return html`<div class="diagnosis"><p><strong>${m.problemsTitle}</strong></p>
<ul>${problems.map(
    ({ attribute, claim, reason = 'malformed' }) =>
      html`<li><code>${attribute}</code>: ${m.reasons[reason]} <span class="sub">${m.expected}: ${m.forms[claim]}</span></li>`,
  )}</ul>${definitionList([
    [m.who, remedy[language]],
    [m.place(vendorNames[vendor]), placeOf(vendor, 'attributes')?.[language]],
  ])}</div>`;
}

function clock({ language }: PageContext, { clockSkew }: Trial, { check, state }: TrialRow): Html | undefined {
  if (check !== 'clock' || clockSkew === undefined || state === 'waiting' || state === 'skipped') return undefined;
  const m = trialMessages[language];
  const seconds = Math.round(Math.abs(clockSkew) / 1000);
  const text = seconds === 0 ? m.clockEqual : clockSkew > 0 ? m.clockAhead(seconds) : m.clockBehind(seconds);
  return html`<p class="sub">${m.clock}: ${text}</p>`;
}

const shown = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<code>${text}</code>`;

function attributesSection(
  { language }: PageContext,
  _model: TrialChecklist,
  examined: readonly ExaminedAttribute[],
): Html {
  const m = trialMessages[language];
  const shared = sharedMessages[language];
  const tone = { ok: 'good', absent: 'neutral', ignored: 'warning', problem: 'bad' } as const;
  const present = examined.filter(({ values }) => values > 0);
  return section(
    m.attributes,
    html`${table(
      m.attributes,
      [
        { label: m.attribute, kind: 'head' },
        { label: m.feeds, kind: 'short' },
        { label: m.needed, kind: 'short' },
        { label: m.values, kind: 'short' },
        { label: m.encoding, kind: 'short' },
        { label: m.result },
      ],
      examined.map(({ attribute, claim, required, values, encoding, outcome, reason }) => [
        html`<code>${attribute}</code>`,
        html`<code>${claim}</code>`,
        required ? shared.yes : shared.no,
        String(values),
        encoding === undefined ? '–' : m.encodings[encoding],
        html`${badge(tone[outcome], m.outcomes[outcome])}${reason !== undefined && html`<span class="sub">${m.reasons[reason]}</span>`}`,
      ]),
    )}${
      present.length > 0 &&
      html`<details class="disclosure"><summary>${m.reveal}</summary><p class="hint">${m.revealLead}</p>${table(
        m.reveal,
        [{ label: m.attribute, kind: 'head' }, { label: m.asserted }, { label: m.normalised }],
        present.map(({ attribute, asserted, values, normalised }) => [
          html`<code>${attribute}</code>`,
          html`${lines(asserted)}${values > asserted.length && html`<span class="sub">${m.more(values - asserted.length)}</span>`}`,
          normalised === undefined
            ? '–'
            : lines(typeof normalised === 'string' ? [normalised] : normalised.slice(0, 20)),
        ]),
      )}</details>`
    }`,
    { lead: m.attributesLead },
  );
}

function lines(values: readonly string[]): Html {
  return html`${values.map((value) => html`<code class="line">${value}</code>`)}`;
}
