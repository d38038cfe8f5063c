/** My sessions: everywhere I am signed in as an administrator; ending one or all others (SPEC SES-8). */
import type { Csrf } from '../http/csrf.ts';
import { readQuery } from '../http/forms.ts';
import { personOf } from '../http/session-models.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';
import { entryOf, finish, type RecordEntry } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import { findByRowId, rowIdOf, toRow } from './session-rows.ts';
import { confirmPage } from './views/confirm-page.ts';
import { mySessionsPage } from './views/sessions-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface MySessionsOptions {
  sessions: Pick<Sessions, 'listOfAccount' | 'end' | 'endAll'>;
  csrf: Csrf;
  record: RecordEntry;
  show: Show;
}

const list = '/sessions';
const one = '/sessions/end';
const others = '/sessions/end-others';

export function mySessionsRoutes({ sessions, csrf, record, show }: MySessionsOptions) {
  const mine = ({ state }: Visit): Promise<SessionState[]> => sessions.listOfAccount(state.session.accountId);
  /** The current one ends by signing out. */
  const otherOnes = async (visit: Visit): Promise<SessionState[]> =>
    (await mine(visit)).filter(({ session }) => session.uid !== visit.state.session.uid);
  const tokenOf = ({ state }: Visit): string => csrf.tokenFor(state.session.uid);

  const showList: Handler = async (visit) => {
    const rows = (await mine(visit)).map((state) => toRow(state, visit.state.session.uid));
    const model = { rows, endAction: visit.url(one), csrf: tokenOf(visit), endOthersHref: visit.url(others) };
    show(visit, (context, frame) => mySessionsPage(context, frame, model));
  };

  const confirmOne: Handler = async (visit) => {
    const found = findByRowId(await otherOnes(visit), readQuery(visit.request.url).session);
    if (!found) return finish(visit, list, 'session_gone');
    const row = toRow(found, '');
    const { name } = personOf(found.session);
    show(visit, (context, frame) =>
      confirmPage(context, frame, {
        act: 'end_session',
        who: row.device === undefined ? name : `${name} (${row.device})`,
        page: 'sessions',
        action: visit.url(one),
        csrf: tokenOf(visit),
        hidden: { session: row.id, confirmed: 'yes' },
        cancelHref: visit.url(list),
      }),
    );
  };

  const endOne: Handler = async (visit) => {
    const found = findByRowId(await otherOnes(visit), visit.form.session);
    if (!found) return finish(visit, list, 'session_gone');
    if (visit.form.confirmed !== 'yes') {
      return visit.response.redirect(303, visit.url(`${one}?session=${rowIdOf(found.session.uid)}`));
    }
    const ended = await sessions.end(found.session.uid, 'revoked');
    if (ended) await record(entryOf(visit, ofSession(found)));
    finish(visit, list, ended ? 'session_ended' : 'session_gone');
  };

  const confirmOthers: Handler = async (visit) => {
    show(visit, (context, frame) =>
      confirmPage(context, frame, {
        act: 'end_other_sessions',
        who: frame.person.name,
        page: 'sessions',
        action: visit.url(others),
        csrf: tokenOf(visit),
        cancelHref: visit.url(list),
      }),
    );
  };

  const endOthers: Handler = async (visit) => {
    const states = await otherOnes(visit);
    const count = await sessions.endAll(states, 'revoked');
    const { accountId } = visit.state.session;
    if (count > 0) {
      const target = { type: 'session', id: accountId, name: personOf(visit.state.session).name } as const;
      await record(entryOf(visit, { event: 'platform/session/end', target, detail: { sessions: count } }));
    }
    finish(visit, list, count > 0 ? 'sessions_ended' : 'session_gone');
  };

  return {
    'GET /sessions': showList,
    'GET /sessions/end': confirmOne,
    'POST /sessions/end': endOne,
    'GET /sessions/end-others': confirmOthers,
    'POST /sessions/end-others': endOthers,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

/** The log's words for the end of one session. */
export function ofSession({ session }: SessionState): Pick<Parameters<RecordEntry>[0], 'event' | 'target' | 'detail'> {
  return {
    event: 'platform/session/end',
    target: { type: 'session', id: session.accountId, name: personOf(session).name },
    detail: { reason: 'revoked', realm: session.realm },
  };
}
