/** Ending sessions from a list of them: one, or all that the list offers; each asked for once more (SPEC SES-8). */
import type { Csrf } from '../http/csrf.ts';
import { readQuery } from '../http/forms.ts';
import { entryOfEnd } from '../http/session-models.ts';
import { findByPublicId, publicIdOf } from '../sessions/public-id.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';
import type { SystemLogEntry } from '../system-log/events.ts';
import { entryOf, finish, type RecordEntry } from './acts.ts';
import type { Show } from './frame.ts';
import { type ConfirmPage, confirmPage } from './views/confirm-page.ts';
import type { Handler, Visit } from './visit.ts';

export interface EndingOptions {
  sessions: Pick<Sessions, 'end' | 'endAll'>;
  csrf: Csrf;
  record: RecordEntry;
  show: Show;
}

/** What differs from list to list. `paths`: within the organization's console. */
export interface EndingList {
  page: ConfirmPage['page'];
  paths: { list: string; one: string; all: string };
  /** Everything in the list. */
  listed(visit: Visit): Promise<SessionState[]>;
  /** As the question before the end of one session names it. */
  describe(state: SessionState): string;
  /** The end of all: its question, and what the log says of it. */
  all: { act: ConfirmPage['act']; target(visit: Visit): NonNullable<SystemLogEntry['target']> & { name: string } };
}

/** Handlers by what they do; their routes are the list's. */
export function endingHandlers({ sessions, csrf, record, show }: EndingOptions, list: EndingList) {
  const { page, paths } = list;
  /** Nobody ends the session that they are looking out of: that is signing out. */
  const others = async (visit: Visit): Promise<SessionState[]> =>
    (await list.listed(visit)).filter(({ session }) => session.uid !== visit.state.session.uid);
  const confirm = (visit: Visit, question: Pick<ConfirmPage, 'act' | 'who' | 'hidden'>, path: string): void => {
    const around = { page, action: visit.url(path), csrf: csrf.tokenFor(visit.state.session.uid) };
    show(visit, (context, frame) =>
      confirmPage(context, frame, { ...question, ...around, cancelHref: visit.url(paths.list) }),
    );
  };

  const confirmOne: Handler = async (visit) => {
    const found = findByPublicId(await others(visit), readQuery(visit.request.url).session);
    if (!found) return finish(visit, paths.list, 'session_gone');
    const hidden = { session: publicIdOf(found.session.uid), confirmed: 'yes' };
    confirm(visit, { act: 'end_session', who: list.describe(found), hidden }, paths.one);
  };

  const endOne: Handler = async (visit) => {
    const found = findByPublicId(await others(visit), visit.form.session);
    if (!found) return finish(visit, paths.list, 'session_gone');
    if (visit.form.confirmed !== 'yes') {
      return visit.response.redirect(303, visit.url(`${paths.one}?session=${publicIdOf(found.session.uid)}`));
    }
    const ended = await sessions.end(found.session.uid, 'revoked');
    if (ended) await record(entryOf(visit, entryOfEnd(found)));
    finish(visit, paths.list, ended ? 'session_ended' : 'session_gone');
  };

  const confirmAll: Handler = async (visit) => {
    confirm(visit, { act: list.all.act, who: list.all.target(visit).name }, paths.all);
  };

  const endAll: Handler = async (visit) => {
    const count = await sessions.endAll(await others(visit), 'revoked');
    if (count > 0) {
      const target = list.all.target(visit);
      await record(entryOf(visit, { event: 'platform/session/end', target, detail: { sessions: count } }));
    }
    finish(visit, paths.list, count > 0 ? 'sessions_ended' : 'session_gone');
  };

  return { confirmOne, endOne, confirmAll, endAll };
}
