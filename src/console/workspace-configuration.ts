/** Workspace configuration (SPEC ADM-2): chooses among live connections how subscribers sign in, and edits none. */
import type { Sites } from '../config/sites.ts';
import { AppError } from '../core/errors.ts';
import type { ChooseMethod } from '../directory/choose-method.ts';
import type { Connections } from '../directory/connections/connections.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { Csrf } from '../http/csrf.ts';
import { refuseUnknownFields } from '../http/forms.ts';
import type { Responder } from '../http/respond.ts';
import { errorPage } from '../http/views/error-pages.ts';
import { actOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import { workspaceConfigurationPage } from './views/workspace-configuration-page.ts';
import type { Handler, Visit } from './visit.ts';

export interface WorkspaceConfigurationOptions {
  chooseMethod: ChooseMethod;
  connections: Pick<Connections, 'list'>;
  sites: Pick<Sites, 'workspaceUrl'>;
  labelOf(kind: string): string;
  responder: Responder;
  csrf: Csrf;
  show: Show;
}

const path = '/workspace-configuration';

export function workspaceConfigurationRoutes(options: WorkspaceConfigurationOptions) {
  const { chooseMethod, connections, sites, labelOf, responder, csrf, show } = options;

  const showPage: Handler = async (visit) => send(visit);

  async function send(visit: Visit, isMissing = false): Promise<void> {
    const { organization, state } = visit;
    const model = {
      action: visit.url(path),
      csrf: csrf.tokenFor(state.session.uid),
      version: organization.version,
      workspaceUrl: sites.workspaceUrl(organization.workspaceName),
      connections: (await choices(visit)).map(({ id, name, kind }) => ({ id, name, kind: labelOf(kind) })),
      chosen: organization.subscriberConnectionId,
      isMissing,
    };
    show(
      visit,
      (context, frame) => workspaceConfigurationPage(context, frame, model),
      isMissing ? { status: 422 } : {},
    );
  }

  const change: Handler = async (visit) => {
    const { form, organization } = visit;
    refuseUnknownFields(form, ['connection', 'version']);
    if (form.connection === undefined || form.connection === '') return send(visit, true);
    const version = /^\d{1,9}$/.test(form.version ?? '') ? Number(form.version) : -1;
    try {
      const { changed } = await chooseMethod(actOf(visit), organization.id, form.connection, version);
      finish(visit, path, changed ? 'method_chosen' : 'unchanged');
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      if (error.code === 'not_found') throw new AppError('not_found', { cause: error });
      if (error.code === 'connection_not_live') return send(visit, true);
      if (error.code !== 'version_conflict') throw error;
      sayConflict(visit);
    }
  };

  async function choices({ organization }: Visit) {
    const own = await connections.list(organization.id);
    return own.filter(({ state, forSubscribers }) => state === 'live' && forSubscribers);
  }

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
