/**
 * Preparing settings: the form made from the provider's descriptions, saving, discarding (SPEC IDP-4, SECURITY RP-20,
 * CON-10, CON-13). "Edit" is a post of its own, so that the proof of who one is comes before anything secret is typed.
 */
import { AppError } from '../../core/errors.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { ConnectionDrafts, Draft } from '../../directory/connections/drafts.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import { DirectoryError, type Problem } from '../../directory/errors.ts';
import type { Csrf } from '../../http/csrf.ts';
import { readQuery, refuseUnknownFields } from '../../http/forms.ts';
import { type RefusalCode, refusalText } from '../../http/views/problem-texts.ts';
import { secretField } from '../../http/views/setting-fields.ts';
import { defaultsOf, readSettings, settingFieldNames, valuesOf } from '../../http/views/setting-values.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { type ConfirmConnectionAct, confirmConnectionPage } from './confirm-page.ts';
import { headOf } from './connection.ts';
import { type DraftPage, draftPage } from './draft-page.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';
import { readVersion, refusalOf } from './refusals.ts';

export interface DraftOptions {
  connections: Pick<Connections, 'find'>;
  connectionDrafts: Pick<ConnectionDrafts, 'find' | 'open' | 'save' | 'discard' | 'makeLive'>;
  definitionOf: DefinitionOf;
  csrf: Csrf;
  show: Show;
}

type Shown = Partial<Pick<DraftPage, 'conflict' | 'refusal' | 'hasLostSecrets'>> & {
  values?: Readonly<Record<string, string>>;
  dropped?: readonly string[];
  problems?: readonly Problem[];
  status?: number;
};

export function draftRoutes(options: DraftOptions) {
  const { connections, connectionDrafts, definitionOf, csrf, show } = options;

  const edit: Handler = async (visit) => {
    refuseUnknownFields(visit.form, []);
    const connection = await requireOwnConnection(connections, visit);
    try {
      await connectionDrafts.open(editorOf(visit), connection.id);
      finish(visit, connectionPath(connection.id, '/draft'));
    } catch (error) {
      const { code } = refusalOf(error);
      sayRefused(visit, connection, 'edit', code);
    }
  };

  /** `?check`: what is missing is marked. `?dropped=`: key paths of secrets that have to be typed again. */
  const showForm: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    const draft = await connectionDrafts.find(connection);
    if (!draft) return finish(visit, connectionPath(connection.id));
    const query = readQuery(visit.request.url);
    const dropped = (query.dropped ?? '').split(',').filter((key) => key !== '' && !draft.secrets.includes(key));
    send(visit, connection, draft, {
      dropped,
      hasLostSecrets: query.lost !== undefined,
      ...(query.check !== undefined && { problems: draft.problems }),
    });
  };

  const save: Handler = async (visit) => {
    const { form } = visit;
    const connection = await requireOwnConnection(connections, visit);
    const { descriptions } = definitionFor(connection);
    refuseUnknownFields(form, [...settingFieldNames(descriptions), 'revision']);
    const before = await connectionDrafts.find(connection);
    if (!before) return finish(visit, connectionPath(connection.id), 'draft_gone');
    const typed = readSettings(form, before.settings, descriptions);
    // An empty one is still a field: one that is not there was typed, and not kept over the proof of who one is.
    const lost = descriptions.filter(({ key, secret }) => secret && form[secretField(key)] === undefined);
    try {
      const revision = readVersion(form.revision);
      const { draft, dropped } = await connectionDrafts.save(editorOf(visit), connection.id, revision, typed);
      const isLost = lost.length > 0;
      if (dropped.length === 0 && draft.problems.length === 0 && !isLost)
        return finish(visit, connectionPath(connection.id), 'draft_saved');
      const query = new URLSearchParams({
        ...(draft.problems.length > 0 && { check: 'yes' }),
        ...(dropped.length > 0 && { dropped: dropped.join(',') }),
        ...(isLost && { lost: 'yes' }),
        done: 'draft_saved',
      });
      visit.response.redirect(303, visit.url(`${connectionPath(connection.id, '/draft')}?${query}`));
    } catch (error) {
      await answerRefusal(visit, connection, refusalOf(error), typed.values);
    }
  };

  async function answerRefusal(
    visit: Visit,
    connection: Connection,
    { code, problems }: DirectoryError,
    values: Readonly<Record<string, string>>,
  ): Promise<void> {
    const now = await connectionDrafts.find(connection);
    if (!now) return finish(visit, connectionPath(connection.id), 'draft_gone');
    if (code === 'settings_invalid') return send(visit, connection, now, { values, problems, status: 422 });
    if (code === 'version_conflict') {
      const reloadHref = visit.url(connectionPath(connection.id, '/draft'));
      const conflict = { by: now.updatedBy, at: now.updatedAt, reloadHref };
      return send(visit, connection, now, { values, conflict, status: 409 });
    }
    if (refusalText('en', code) === undefined) throw new DirectoryError(code, 'The draft was refused', problems);
    send(visit, connection, now, { values, refusal: code as RefusalCode, status: 409 });
  }

  function send(visit: Visit, connection: Connection, draft: Draft, shown: Shown): void {
    const definition = definitionFor(connection);
    const { descriptions } = definition;
    const defaults = defaultsOf(definition);
    const { values, dropped = [], problems = [], status = 200, ...told } = shown;
    const model: DraftPage = {
      ...headOf(visit, connection),
      ...(connection.kind === 'saml' && { importHref: visit.url(connectionPath(connection.id, '/import')) }),
      isLive: connection.state === 'live',
      fields: {
        descriptions,
        values: values ?? valuesOf(draft.settings, descriptions, defaults),
        secrets: new Set(draft.secrets),
        dropped: new Set(dropped),
        problems,
        withDefault: new Set(defaults.keys()),
      },
      revision: draft.revision,
      action: visit.url(connectionPath(connection.id, '/draft')),
      csrf: csrf.tokenFor(visit.state.session.uid),
      ...told,
    };
    show(visit, (context, frame) => draftPage(context, frame, model), { status });
  }

  const askDiscard: Handler = async (visit) => {
    const connection = await requireOwnConnection(connections, visit);
    const draft = await connectionDrafts.find(connection);
    if (!draft || connection.state === 'draft') return finish(visit, connectionPath(connection.id));
    confirm(visit, connection, 'discard', draft.revision);
  };

  const discard: Handler = async (visit) => {
    refuseUnknownFields(visit.form, ['version']);
    const connection = await requireOwnConnection(connections, visit);
    if (connection.state === 'draft') throw new AppError('not_found');
    try {
      await connectionDrafts.discard(editorOf(visit), connection.id, readVersion(visit.form.version));
      finish(visit, connectionPath(connection.id), 'draft_discarded');
    } catch (error) {
      const { code } = refusalOf(error);
      sayRefused(visit, connection, 'discard', code);
    }
  };

  /** Of settings that have passed their test, whoever tested them: also the guest of a set-up link. */
  const makeLive: Handler = async (visit) => {
    refuseUnknownFields(visit.form, ['revision', 'createdAt']);
    const connection = await requireOwnConnection(connections, visit);
    const draft = await connectionDrafts.find(connection);
    // Discarded and begun again, a draft counts from 1 again: the page has shown another one.
    if (!draft || String(draft.createdAt) !== visit.form.createdAt)
      return finish(visit, connectionPath(connection.id), 'draft_gone');
    try {
      await connectionDrafts.makeLive(editorOf(visit), connection.id, readVersion(visit.form.revision));
      finish(visit, connectionPath(connection.id), 'connection_live');
    } catch (error) {
      const { code } = refusalOf(error);
      sayRefused(visit, connection, 'live', code);
    }
  };

  function confirm(visit: Visit, connection: Connection, act: ConfirmConnectionAct, version: number): void {
    const model = {
      ...headOf(visit, connection),
      act,
      action: visit.url(connectionPath(connection.id, '/draft/discard')),
      csrf: csrf.tokenFor(visit.state.session.uid),
      version,
    };
    show(visit, (context, frame) => confirmConnectionPage(context, frame, model));
  }

  function sayRefused(
    visit: Visit,
    connection: Connection,
    act: ConfirmConnectionAct,
    code: DirectoryError['code'],
  ): void {
    if (refusalText('en', code) === undefined) throw new AppError('conflict');
    const model = { ...headOf(visit, connection), act, refusal: code as RefusalCode };
    show(visit, (context, frame) => confirmConnectionPage(context, frame, model), { status: 409 });
  }

  function definitionFor({ kind }: Connection) {
    const definition = definitionOf(kind);
    if (!definition) throw new AppError('not_found');
    return definition;
  }

  return {
    'POST /connections/:connectionId/edit': edit,
    'GET /connections/:connectionId/draft': showForm,
    'POST /connections/:connectionId/draft': save,
    'POST /connections/:connectionId/draft/live': makeLive,
    'GET /connections/:connectionId/draft/discard': askDiscard,
    'POST /connections/:connectionId/draft/discard': discard,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
