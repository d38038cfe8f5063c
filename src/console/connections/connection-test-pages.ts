/** The pages of a connection's test in the console: before it, while it runs, and in the tab that comes back. */
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { type TrialChecklist, trialChecklist, trialRefresh } from '../../http/views/trial-checklist.ts';
import { section } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from '../views/console-layout.ts';
import { consoleMessages } from '../views/messages.ts';
import { connectionTestMessages } from './connection-test-messages.ts';

interface TestHead {
  name: string;
  listHref: string;
  /** The connection's own page. */
  connectionHref: string;
  /** Begins a test. */
  action: string;
  csrf: string;
}

export type TestProblem = 'tooMany' | 'changed' | 'notPassed' | 'needsCitrix' | 'needsTenant' | 'gone';

export interface TestStartPage extends TestHead {
  tested: 'draft' | 'live' | 'nothing';
  /** Labels of settings that a draft still lacks. */
  missing: readonly string[];
  problem?: TestProblem;
}

const above = (context: PageContext, { listHref, connectionHref, name }: TestHead) => [
  { label: consoleMessages[context.language].pages.connections, href: listHref },
  { label: name, href: connectionHref },
];

export function testStartPage(context: PageContext, frame: ConsoleFrame, model: TestStartPage): Html {
  const m = connectionTestMessages[context.language];
  const { tested, missing, problem } = model;
  return consolePage(context, frame, {
    page: 'connections',
    title: m.title,
    above: above(context, model),
    lead: m.lead(model.name),
    body: html`${problem && notice('error', problem === 'gone' ? m.goneText : m[problem], problem === 'gone' ? m.gone : undefined)}${
      missing.length > 0 &&
      html`<div class="notice warning"><p>${m.incomplete}</p><ul>${missing.map((label) => html`<li>${label}</li>`)}</ul></div>`
    }${section(
      m.what,
      html`<ol class="steps">${m.steps.map((step) => html`<li>${step}</li>`)}</ol>${
        tested === 'nothing' || missing.length > 0
          ? undefined
          : form({ action: model.action, csrf: model.csrf }, actions(submitButton(m.start)))
      }`,
      { lead: { draft: m.draftIs, live: m.liveIs, nothing: m.nothingIs }[tested] },
    )}`,
  });
}

export interface TestPage extends TestHead {
  checklist: TrialChecklist;
  /** This page. */
  selfHref: string;
  /** Where a draft that has passed is made live. */
  finishAction?: string;
  problem?: TestProblem;
}

export function testPage(context: PageContext, frame: ConsoleFrame, model: TestPage): Html {
  const m = connectionTestMessages[context.language];
  const { checklist, finishAction, problem } = model;
  const isDone = checklist.trial.phase === 'done';
  return consolePage(context, frame, {
    page: 'connections',
    title: m.title,
    above: above(context, model),
    lead: m.lead(model.name),
    head: trialRefresh(context, checklist.trial, model.selfHref),
    body: html`${problem && notice('error', problem === 'gone' ? m.goneText : m[problem])}${
      finishAction !== undefined &&
      section(m.finishTitle, form({ action: finishAction, csrf: model.csrf }, actions(submitButton(m.finish))), {
        lead: m.finishText,
      })
    }${trialChecklist(context, checklist)}${
      isDone &&
      html`<p>${m.otherAccount}</p>${actions(
        form({ action: model.action, csrf: model.csrf }, submitButton(m.startAgain, { kind: 'secondary' })),
        checklist.trial.outcome !== 'passed' && linkButton(m.backToSettings, model.connectionHref, 'secondary'),
      )}`
    }`,
  });
}

export interface TestReturnPage {
  told: 'returned' | 'otherBrowser' | 'stale' | 'cannotLeave' | 'gone';
  organization: string;
  /** Of the test. */
  href: string;
}

/** In the tab that was at the provider. */
export function testReturnPage(context: PageContext, { told, organization, href }: TestReturnPage): Html {
  const m = connectionTestMessages[context.language];
  return cardPage(context, {
    title: m[told],
    organization,
    lead: m[`${told}Text`],
    body: actions(linkButton(m.seeResult, href, 'secondary')),
  });
}
