/** Workspace configuration (SPEC ADM-2): chooses among live connections how subscribers sign in, and edits none. */
import type { Sites } from '../config/sites.ts';
import { AppError } from '../core/errors.ts';
import type { ChooseMethod } from '../directory/choose-method.ts';
import type { ConnectionList } from '../directory/connections/connection-list.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { Csrf } from '../http/csrf.ts';
import { readQuery, refuseUnknownFields } from '../http/forms.ts';
import type { Responder } from '../http/respond.ts';
import { errorPage } from '../http/views/error-pages.ts';
import { actOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import { type WorkspaceConfigurationPage, workspaceConfigurationPage } from './views/workspace-configuration-page.ts';
import type { Handler, Visit } from './visit.ts';

export interface WorkspaceConfigurationOptions {
  chooseMethod: ChooseMethod;
  connectionList: Pick<ConnectionList, 'methods'>;
  sites: Pick<Sites, 'workspaceUrl'>;
  labelOf(kind: string): string;
  responder: Responder;
  csrf: Csrf;
  show: Show;
}

const path = '/workspace-configuration';
/** Of more there is a search. */
const shownAtOnce = 50;

interface Refused {
  problem?: NonNullable<WorkspaceConfigurationPage['problem']>;
  /** What was chosen. */
  typed?: string;
}

export function workspaceConfigurationRoutes(options: WorkspaceConfigurationOptions) {
  const { chooseMethod, connectionList, sites, labelOf, responder, csrf, show } = options;

  const showPage: Handler = async (visit) => send(visit);

  async function send(visit: Visit, { problem, typed }: Refused = {}): Promise<void> {
    const { organization, state, request } = visit;
    const search =
      request.method === 'GET' ? readQuery(request.url).search?.slice(0, 100).trim() || undefined : undefined;
    const chosen = typed ?? organization.subscriberConnectionId;
    const { items, hasMore } = await connectionList.methods(organization.id, search, {
      limit: shownAtOnce,
      with: chosen,
    });
    const model = {
      action: visit.url(path),
      csrf: csrf.tokenFor(state.session.uid),
      version: organization.version,
      sessionSettingsHref: visit.url('/session-settings'),
      workspaceUrl: sites.workspaceUrl(organization.workspaceName),
      connections: items.map(({ id, name, kind }) => ({ id, name, kind: labelOf(kind) })),
      chosen,
      ...((hasMore || search !== undefined) && { search: search ?? '' }),
      ...(problem && { problem }),
    };
    show(visit, (context, frame) => workspaceConfigurationPage(context, frame, model), problem ? { status: 422 } : {});
  }

  const change: Handler = async (visit) => {
    const { form, organization } = visit;
    refuseUnknownFields(form, ['connection', 'version', 'understood']);
    if (form.connection === undefined || form.connection === '') return send(visit, { problem: 'missing' });
    // Only a change has an impact.
    if (form.connection !== organization.subscriberConnectionId && form.understood !== 'on')
      return send(visit, { problem: 'notUnderstood', typed: form.connection });
    const version = /^\d{1,9}$/.test(form.version ?? '') ? Number(form.version) : -1;
    try {
      const { changed } = await chooseMethod(actOf(visit), organization.id, form.connection, version);
      finish(visit, path, changed ? 'method_chosen' : 'unchanged');
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      if (error.code === 'not_found') throw new AppError('not_found', { cause: error });
      if (error.code === 'connection_not_live') return send(visit, { problem: 'missing' });
      if (error.code !== 'version_conflict') throw error;
      sayConflict(visit);
    }
  };

  function sayConflict(visit: Visit): void {
    const wayOn = { to: 'tryAgain', href: visit.url(path) } as const;
    const { name } = visit.organization;
    responder.send(
      visit.request,
      visit.response,
      (context) => errorPage(context, { kind: 'conflict', organization: name, wayOn }),
      { status: 409 },
    );
  }

  return { 'GET /workspace-configuration': showPage, 'POST /workspace-configuration': change } satisfies Partial<
    Record<ConsoleRoute, Handler>
  >;
}
