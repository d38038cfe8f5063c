/** The one page that says where to click: five organizations, who is in them, and what to try. */
import { linkButton } from '../../../src/http/views/form.ts';
import { type Child, type Html, html } from '../../../src/http/views/html.ts';
import { wordmark } from '../../../src/http/views/mark.ts';
import { documentPage, languageSwitcher, type PageContext } from '../../../src/http/views/page.ts';
import { copyValue, definitionList, section } from '../../../src/http/views/values.ts';
import type { DemoFacts } from '../facts.ts';
import {
  citrixAdministrator,
  type DemoOrganization,
  type DemoPerson,
  organizations,
  upstreamPassword,
} from '../organizations.ts';
import { startPageMessages } from './messages.ts';

export function startPage(context: PageContext, facts: DemoFacts): Html {
  const { language } = context;
  const m = startPageMessages[language];
  const { sites } = facts;
  const copy = (label: string, value: string) => copyValue(language, label, value);
  return documentPage(context, {
    title: m.title,
    kind: 'workspace demo',
    head: html`<link rel="stylesheet" href="/demo.css">`,
    body: html`<header class="top">${wordmark('/')}<div class="top-end">${languageSwitcher(context)}</div></header>
<main id="content" tabindex="-1">
<div class="heading"><div><h1>${m.title}</h1><p class="lead">${m.lead}</p></div></div>
<div class="organizations">${organizations
      .filter(({ kind }) => kind !== 'citrix')
      .map((organization) => organizationCard(context, facts, organization))}</div>
${section(
  `${organizations.find(({ kind }) => kind === 'citrix')?.name ?? ''} · ${m.console}`,
  html`${definitionList([
    [m.email, copy(m.email, citrixAdministrator.email)],
    [m.password, copy(m.password, citrixAdministrator.password)],
    [m.code, html`<iframe src="/code" title="${m.code}"></iframe><p class="hint">${m.codeHint}</p>`],
    [m.key, html`${copy(m.key, facts.totpKey)}<p class="hint">${m.keyHint}</p>`],
  ])}<div class="actions">${linkButton(m.openConsole, sites.consoleUrl(), 'secondary')}${linkButton(m.openMails, `${sites.accountsBase}/development/mails`, 'secondary')}</div><p class="hint">${m.mailsHint}</p>`,
  { lead: m.consoleLead },
)}
${section(m.tryThis, html`<ol class="steps">${m.steps.map((step) => html`<li>${step}</li>`)}</ol>`)}
${section(
  m.underneath,
  definitionList([
    [m.discovery, link(`${sites.issuer}/.well-known/openid-configuration`)],
    [m.samlMetadata, link(sites.samlMetadataUrl)],
    [
      m.upstreams,
      html`${Object.entries(facts.upstreams).map(([name, url]) => copy(m.upstreams, name === 'saml' ? `${url}/metadata` : url))}`,
    ],
    [m.cli, html`${copy(m.cli, commandLine(facts))}<p class="hint">${m.cliHint}</p>`],
  ]),
)}
</main>`,
  });
}

function organizationCard(context: PageContext, { sites }: DemoFacts, organization: DemoOrganization): Html {
  const m = startPageMessages[context.language];
  const { name, customerId, kind, subscribers, administrators } = organization;
  return section(
    name,
    html`${people(context, subscribers)}
<div class="actions">${linkButton(m.openWorkspace(name), sites.workspaceUrl(customerId), 'secondary')}</div>
${
  administrators !== undefined &&
  html`<h3>${m.administrators}</h3>${people(context, administrators.people)}
<div class="actions">${linkButton(`/go/${administrators.identifier}`, sites.goUrl(administrators.identifier), 'secondary')}</div>`
}`,
    { lead: m.kinds[kind] },
  );
}

function people(context: PageContext, all: readonly DemoPerson[]): Html {
  const m = startPageMessages[context.language];
  const rows = all.flatMap(({ username, name, note }): [string, Child][] => [
    [
      name,
      html`${copyValue(context.language, m.userOf(name), username)}${m.notes[note] !== '' && html`<p class="hint">${m.notes[note]}</p>`}`,
    ],
  ]);
  return definitionList([...rows, [m.password, copyValue(context.language, m.password, upstreamPassword)]]);
}

function link(url: string): Html {
  return html`<a href="${url}">${url}</a>`;
}

/** With everything that the CLI must know of this installation. */
function commandLine({ env }: DemoFacts): string {
  const settings = ['SEKISHO_DOMAIN', 'SEKISHO_DATA', 'SEKISHO_UPSTREAM_LOOPBACK'].map(
    (name) => `${name}=${env[name]}`,
  );
  return [...settings, 'npm run sekisho -- organization list'].join(' ');
}
