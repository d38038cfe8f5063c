/** A subscriber's home: who I am, how I signed in, what applications are told, how long my session lasts and why. */
import { submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { gateGlyph } from '../../http/views/mark.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { type Flash, flashMessage } from '../../http/views/notices.ts';
import { documentPage, languageSwitcher, type PageContext } from '../../http/views/page.ts';
import { methodNames, type SessionSummary, sessionRows } from '../../http/views/session-summary.ts';
import { type SessionWarning, sessionWarningDialog, sessionWarningRefresh } from '../../http/views/session-warning.ts';
import { time } from '../../http/views/time.ts';
import { copyValue, definitionList, section, table } from '../../http/views/values.ts';
import { workspaceMessages } from './messages.ts';

export interface HomePage {
  organization: string;
  homeHref: string;
  person: { name: string; email?: string };
  signIn: {
    /** The connection's name. */
    provider: string;
    /** `amr`, RFC 8176. */
    methods: readonly string[];
    /** Milliseconds since the epoch: `auth_time`. */
    at: number;
  };
  /** Normalised claims (`cip_*`, names …) in the order to show; several values each on a line. */
  claims: readonly { name: string; values: readonly string[] }[];
  session: SessionSummary;
  signOut: { action: string; csrf: string };
  flash?: Flash;
  warning?: SessionWarning;
}

export function homePage(context: PageContext, model: HomePage): Html {
  const { language } = context;
  const m = workspaceMessages[language];
  const { person } = model;
  return documentPage(context, {
    title: m.title,
    owner: model.organization,
    kind: 'workspace',
    head: sessionWarningRefresh(model.warning),
    body: html`<header class="top">
<a class="wordmark" href="${model.homeHref}">${gateGlyph()}<span class="wordmark-name">${model.organization}</span></a>
<div class="top-end"><form method="post" action="${model.signOut.action}"><input type="hidden" name="csrf" value="${model.signOut.csrf}">${submitButton(sharedMessages[language].signOut, { kind: 'secondary' })}</form></div>
</header>
<main id="content" tabindex="-1">
<div class="heading"><div><h1>${m.greeting(person.name)}</h1><p class="lead">${m.lead(model.organization)}</p></div></div>
${flashMessage(model.flash)}
<div class="pair">${section(
      m.signIn,
      definitionList([
        [m.account, person.email],
        [m.provider, model.signIn.provider],
        [m.methods, model.signIn.methods.length > 0 ? methodNames(language, model.signIn.methods) : undefined],
        [m.when, time(context, model.signIn.at)],
      ]),
    )}${section(m.session, definitionList(sessionRows(context, model.session)))}</div>
${section(m.claims, claimsTable(context, model.claims), { lead: m.claimsLead })}
</main>
<footer class="workspace-footer">${languageSwitcher(context)}<span>Sekisho</span></footer>
${sessionWarningDialog(context, model.warning)}`,
  });
}

function claimsTable(context: PageContext, claims: HomePage['claims']): Html {
  const m = workspaceMessages[context.language];
  return table(
    m.claims,
    [
      { label: m.claim, kind: 'head' },
      { label: m.value, kind: 'value' },
    ],
    claims.map((claim) => [
      html`<code>${claim.name}</code>`,
      html`<div class="values">${claim.values.map((value) => copyValue(context.language, claim.name, value))}</div>`,
    ]),
  );
}
