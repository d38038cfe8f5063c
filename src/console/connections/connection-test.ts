import type { Sites } from '../../config/sites.ts';
import { AppError } from '../../core/errors.ts';
import { hashOfToken } from '../../core/random.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { ConnectionDrafts, Draft } from '../../directory/connections/drafts.ts';
import { type DefinitionOf, requireDefinition } from '../../directory/connections/new-connection.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Csrf } from '../../http/csrf.ts';
import { readQuery, refuseUnknownFields } from '../../http/forms.ts';
import type { Responder } from '../../http/respond.ts';
import { leavingPage } from '../../http/views/leaving-page.ts';
import type { TrialChecklist } from '../../http/views/trial-checklist.ts';
import type { Tested, Trial, Trials } from '../../signin/trials.ts';
import { vendorOf } from '../../signin/vendors.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import {
  type TestProblem,
  type TestReturnPage,
  testPage,
  testReturnPage,
  testStartPage,
} from './connection-test-pages.ts';

export interface ConnectionTestOptions {
  sites: Pick<Sites, 'callbackUrl' | 'acsUrl' | 'samlEntityId' | 'samlEntityIdOf'>;
  connections: Pick<Connections, 'find'>;
  connectionDrafts: Pick<ConnectionDrafts, 'find' | 'makeLive'>;
  trials: Pick<Trials, 'begin' | 'find' | 'depart' | 'accept'>;
  definitionOf: DefinitionOf;
  responder: Responder;
  csrf: Csrf;
  show: Show;
}

export function connectionTestRoutes(options: ConnectionTestOptions) {
  const { sites, connections, connectionDrafts, trials, definitionOf, responder, csrf, show } = options;

  /** Another organization's is as unknown as one that does not exist (CON-08). */
  async function requireConnection({ request, organization }: Visit): Promise<Connection> {
    const connection = await connections.find(String(request.params.connectionId));
    if (connection?.organizationId !== organization.id) throw new AppError('not_found');
    return connection;
  }

  const ownerOf = ({ state }: Visit): string => hashOfToken(`console-trial ${state.session.uid}`);

  /** This session's own trial of this connection; undefined when it is over, or somebody else's. */
  async function findTrial(visit: Visit, connection: Connection): Promise<Trial | undefined> {
    const trial = await trials.find(String(visit.request.params.trialId), ownerOf(visit));
    return trial?.connectionId === connection.id ? trial : undefined;
  }

  const pathOf = ({ id }: Connection, ...rest: string[]) => ['/connections', id, 'test', ...rest].join('/');

  function headOf(visit: Visit, connection: Connection) {
    return {
      name: connection.name,
      listHref: visit.url('/connections'),
      connectionHref: visit.url(`/connections/${connection.id}`),
      action: visit.url(pathOf(connection)),
      csrf: csrf.tokenFor(visit.state.session.uid),
    };
  }

  async function showStart(visit: Visit, connection: Connection, problem?: TestProblem, status = 200): Promise<void> {
    const draft = await connectionDrafts.find(connection);
    const descriptions = requireDefinition(definitionOf, connection.kind).descriptions;
    show(
      visit,
      (context, frame) =>
        testStartPage(context, frame, {
          ...headOf(visit, connection),
          tested: draft ? 'draft' : connection.state === 'live' ? 'live' : 'nothing',
          missing: (draft?.problems ?? []).map(
            ({ path }) => descriptions.find(({ key }) => key === path)?.label[context.language] ?? path,
          ),
          ...(problem && { problem }),
        }),
      { status },
    );
  }

  async function showTrial(visit: Visit, connection: Connection, trial: Trial, problem?: TestProblem): Promise<void> {
    const draft = await connectionDrafts.find(connection);
    const { tested, outcome, id } = trial;
    const mayFinish = outcome === 'passed' && isTested(draft, tested) && draft.passedAt !== null;
    const selfHref = visit.url(pathOf(connection, id));
    const model = {
      ...headOf(visit, connection),
      selfHref,
      checklist: checklistOf(connection, trial, draft?.settings ?? connection.settings, selfHref),
      ...(mayFinish && { finishAction: `${selfHref}/finish` }),
      ...(problem && { problem }),
    };
    show(visit, (context, frame) => testPage(context, frame, model), { status: problem ? 409 : 200 });
  }

  function checklistOf(
    connection: Connection,
    trial: Trial,
    settings: Readonly<Record<string, unknown>>,
    selfHref: string,
  ): TrialChecklist {
    const { kind, name, id } = connection;
    const entityId = settings.ownEntityId === true ? sites.samlEntityIdOf(id) : sites.samlEntityId;
    return {
      trial,
      vendor: vendorOf(kind, settings),
      provider: name,
      signInHref: `${selfHref}/sign-in`,
      ours:
        kind === 'saml'
          ? { acs: sites.acsUrl, entityId }
          : { redirectUri: sites.callbackUrl(requireDefinition(definitionOf, connection.kind).callback) },
    };
  }

  const begin: Handler = async (visit) => {
    const connection = await requireConnection(visit);
    refuseUnknownFields(visit.form, []);
    try {
      const begun = await trials.begin(editorOf(visit), connection, { owner: ownerOf(visit) });
      if (begun.outcome === 'begun') return finish(visit, pathOf(connection, begun.id));
      if (begun.outcome === 'too_many') return showStart(visit, connection, 'tooMany', 429);
      await showStart(visit, connection);
    } catch (error) {
      if (!(error instanceof DirectoryError) || error.code !== 'citrix_identity_needed') throw error;
      await showStart(visit, connection, 'needsCitrix', 403);
    }
  };

  const showOne: Handler = async (visit) => {
    const connection = await requireConnection(visit);
    const trial = await findTrial(visit, connection);
    if (!trial) return showStart(visit, connection, 'gone', 404);
    await showTrial(visit, connection, trial);
  };

  /** A GET, because it is a link to another tab; it begins nothing but a sign-in of one's own. */
  const signIn: Handler = async (visit) => {
    const connection = await requireConnection(visit);
    const trial = await findTrial(visit, connection);
    if (!trial) return tell(visit, connection, 'gone', 404);
    const returnTo = visit.url(pathOf(connection, trial.id, 'return'));
    const send = await trials.depart(trial.id, ownerOf(visit), returnTo);
    if (send === undefined || send === 'failed') return tell(visit, connection, 'cannotLeave', 502);
    if (send.method === 'GET') return visit.response.redirect(303, send.url);
    const { url: action, fields } = send;
    const { name: provider } = connection;
    const organization = visit.organization.name;
    responder.send(
      visit.request,
      visit.response,
      (page) => leavingPage(page, { purpose: 'sign-in', action, fields, provider, organization }),
      { formAction: [new URL(action).origin] },
    );
  };

  const acceptReturn: Handler = async (visit) => {
    const connection = await requireConnection(visit);
    const { h: code = '' } = readQuery(visit.request.url);
    const told = await trials.accept(code, String(visit.request.params.trialId), ownerOf(visit));
    if (told === 'accepted') return tell(visit, connection, 'returned', 200);
    return told === 'stale' ? tell(visit, connection, 'stale', 410) : tell(visit, connection, 'otherBrowser', 403);
  };

  function tell(visit: Visit, connection: Connection, told: TestReturnPage['told'], status: number): void {
    const model = {
      told,
      organization: visit.organization.name,
      href: visit.url(pathOf(connection, String(visit.request.params.trialId))),
    };
    responder.send(visit.request, visit.response, (page) => testReturnPage(page, model), { status });
  }

  const makeLive: Handler = async (visit) => {
    const connection = await requireConnection(visit);
    refuseUnknownFields(visit.form, []);
    const trial = await findTrial(visit, connection);
    if (!trial) return showStart(visit, connection, 'gone', 404);
    if (trial.outcome !== 'passed' || trial.tested.what !== 'draft')
      return showTrial(visit, connection, trial, 'notPassed');
    // Discarded and begun again, a draft counts from 1 again: this page has seen another one.
    if (!isTested(await connectionDrafts.find(connection), trial.tested))
      return showTrial(visit, connection, trial, 'changed');
    try {
      await connectionDrafts.makeLive(editorOf(visit), connection.id, trial.tested.revision);
      finish(visit, `/connections/${connection.id}`, 'connection_live');
    } catch (error) {
      const problem = error instanceof DirectoryError ? problems[error.code] : undefined;
      if (problem === undefined) throw error;
      await showTrial(visit, connection, trial, problem);
    }
  };

  return {
    'GET /connections/:connectionId/test': async (visit) => showStart(visit, await requireConnection(visit)),
    'POST /connections/:connectionId/test': begin,
    'GET /connections/:connectionId/test/:trialId': showOne,
    'GET /connections/:connectionId/test/:trialId/sign-in': signIn,
    'GET /connections/:connectionId/test/:trialId/return': acceptReturn,
    'POST /connections/:connectionId/test/:trialId/finish': makeLive,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function isTested(draft: Draft | undefined, tested: Tested): draft is Draft {
  return tested.what === 'draft' && draft?.revision === tested.revision && draft.createdAt === tested.createdAt;
}

const problems: Partial<Record<DirectoryError['code'], TestProblem>> = {
  draft_not_passed: 'notPassed',
  draft_incomplete: 'notPassed',
  version_conflict: 'changed',
  not_found: 'changed',
  citrix_identity_needed: 'needsCitrix',
  tenant_not_proven: 'needsTenant',
};
