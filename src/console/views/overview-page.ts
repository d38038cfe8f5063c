/** My account: who am I here, what may I do, how long does my session last and which limit ends it. */
import { actions, linkButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { methodNames, type SessionSummary, sessionRows } from '../../http/views/session-summary.ts';
import { copyValue, definitionList, section } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';

export interface OverviewPage {
  /** The identity provider's or connection's name: "Citrix identity", "Entra ID". */
  provider: string;
  /** `amr`, RFC 8176. */
  methods: readonly string[];
  access: 'full' | { custom: readonly string[] };
  customerId: string;
  workspaceUrl?: string;
  session: SessionSummary;
  sessionsHref: string;
  /** Of an organization without any, for who may do something about it. */
  connectionsHref?: string;
}

export function overviewPage(context: PageContext, frame: ConsoleFrame, model: OverviewPage): Html {
  const { language } = context;
  const m = consoleMessages[language].overview;
  const { pages } = consoleMessages[language];
  const { organization, person } = frame;
  return consolePage(context, frame, {
    page: 'overview',
    title: consoleMessages[language].pages.overview,
    body: html`${
      model.connectionsHref !== undefined &&
      notice(
        'information',
        html`${m.noConnections} <a href="${model.connectionsHref}">${pages.connections}</a>`,
        m.noConnectionsTitle,
      )
    }${section(
      m.person,
      definitionList([
        [m.name, person.name],
        [m.email, copyValue(language, m.email, person.email)],
        [m.signedInWith, model.provider],
        [m.methods, model.methods.length > 0 ? methodNames(language, model.methods) : undefined],
        [
          m.access,
          model.access === 'full'
            ? m.full
            : html`${m.custom}<ul class="plain">${model.access.custom.map((permission) => html`<li>${permission}</li>`)}</ul>`,
        ],
      ]),
    )}${section(
      m.organization,
      definitionList([
        [m.organizationName, organization.name],
        [m.orgId, copyValue(language, m.orgId, organization.orgId)],
        [m.customerId, copyValue(language, m.customerId, model.customerId)],
        [
          m.workspaceUrl,
          model.workspaceUrl === undefined ? undefined : copyValue(language, m.workspaceUrl, model.workspaceUrl),
        ],
      ]),
    )}${section(
      m.session,
      html`${definitionList(sessionRows(context, model.session))}${actions(linkButton(m.allSessions, model.sessionsHref, 'secondary'))}`,
    )}`,
  });
}
