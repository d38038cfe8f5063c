/** Set-up links of a connection: made, listed and revoked by whoever has full access (SECURITY CON-06, CON-08). */
import { AppError } from '../../core/errors.ts';
import { hashOfToken, randomToken } from '../../core/random.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { SetupLinks } from '../../directory/connections/setup-links.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Csrf } from '../../http/csrf.ts';
import { refuseUnknownFields } from '../../http/forms.ts';
import type { Store } from '../../store/store.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { headOf } from './connection.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';
import { type SetupLinkProblem, type SetupLinksPage, setupLinkMadePage, setupLinksPage } from './setup-links-pages.ts';

export interface SetupLinksOptions {
  connections: Pick<Connections, 'find'>;
  setupLinks: Pick<SetupLinks, 'create' | 'list' | 'revoke'>;
  /** Where a form that was sent is remembered. */
  store: Pick<Store, 'add' | 'delete'>;
  csrf: Csrf;
  show: Show;
}

/** A form is good for so long; the browser's back button may bring it again until then. */
const onceFor = 24 * 3_600_000;

const problems: Partial<Record<DirectoryError['code'], SetupLinkProblem>> = {
  email_invalid: 'emailInvalid',
  settings_invalid: 'daysInvalid',
  limit_reached: 'tooMany',
  too_many_sendings: 'tooManyToday',
  citrix_identity_needed: 'notCitrix',
};

export function setupLinksRoutes({ connections, setupLinks, store, csrf, show }: SetupLinksOptions) {
  const pathOf = ({ id }: Connection) => connectionPath(id, '/setup-links');
  const csrfOf = ({ state }: Visit) => csrf.tokenFor(state.session.uid);

  async function showLinks(
    visit: Visit,
    connection: Connection,
    after: Pick<SetupLinksPage, 'typed' | 'problem'> = {},
  ): Promise<void> {
    const links = await setupLinks.list(visit.organization.id, connection.id);
    const path = visit.url(pathOf(connection));
    const model: SetupLinksPage = {
      ...headOf(visit, connection),
      ...after,
      action: path,
      csrf: csrfOf(visit),
      once: randomToken(16),
      links: links.map((link) => ({
        ...link,
        ...((link.state === 'open' || link.state === 'begun') && { revokeAction: `${path}/${link.id}/revoke` }),
      })),
    };
    const status = after.problem === undefined ? 200 : 422;
    show(visit, (context, frame) => setupLinksPage(context, frame, model), { status });
  }

  const list: Handler = async (visit) => showLinks(visit, await requireOwnConnection(connections, visit));

  const create: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    const { form, state, organization, now } = visit;
    refuseUnknownFields(form, ['email', 'language', 'days', 'mayFinish', 'once']);
    const { session } = state;
    const sent = `setup-link-form:${hashOfToken(`${session.uid} ${form.once ?? ''}`)}`;
    if (!(await store.add(sent, '1', now + onceFor))) return finish(visit, pathOf(connection), 'setup_link_once');
    const email = (form.email ?? '').trim();
    const language = form.language === 'ja' ? 'ja' : 'en';
    const mayFinish = form.mayFinish !== undefined;
    try {
      const { link, url } = await setupLinks.create(
        { ...editorOf(visit), accountId: session.accountId },
        organization.id,
        {
          connectionId: connection.id,
          ...(email !== '' && { email }),
          language,
          mayFinish,
          days: /^\d{1,2}$/.test((form.days ?? '').trim()) ? Number(form.days) : 0,
        },
      );
      const linksHref = visit.url(pathOf(connection));
      const model = { ...headOf(visit, connection), url, email: link.email, linksHref };
      show(visit, (context, frame) => setupLinkMadePage(context, frame, model), { status: 201 });
    } catch (error) {
      await store.delete(sent);
      const problem = error instanceof DirectoryError ? problems[error.code] : undefined;
      if (problem === undefined) throw error;
      const typed = { email: email.slice(0, 300), language, days: (form.days ?? '').slice(0, 20), mayFinish };
      await showLinks(visit, connection, { typed, problem });
    }
  };

  const revoke: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    refuseUnknownFields(visit.form, []);
    const linkId = String(visit.request.params.linkId);
    try {
      await setupLinks.revoke(editorOf(visit), visit.organization.id, connection.id, linkId);
    } catch (error) {
      throw error instanceof DirectoryError && error.code === 'not_found' ? new AppError('not_found') : error;
    }
    finish(visit, pathOf(connection), 'setup_link_revoked');
  };

  return {
    'GET /connections/:connectionId/setup-links': list,
    'POST /connections/:connectionId/setup-links': create,
    'POST /connections/:connectionId/setup-links/:linkId/revoke': revoke,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
