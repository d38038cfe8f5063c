/** My sessions: everywhere I am signed in as an administrator; ending one or all others (SPEC SES-8). */
import { deviceOf } from '../core/device-name.ts';
import { personOf } from '../http/session-models.ts';
import type { SessionState, Sessions } from '../sessions/sessions.ts';
import { type EndingOptions, endingHandlers } from './ending-sessions.ts';
import type { ConsoleRoute } from './rules.ts';
import { toRow } from './session-rows.ts';
import { mySessionsPage } from './views/sessions-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface MySessionsOptions extends EndingOptions {
  sessions: Pick<Sessions, 'listOfAccount' | 'end' | 'endAll'>;
}

const paths = { list: '/sessions', one: '/sessions/end', all: '/sessions/end-others' };

export function mySessionsRoutes(options: MySessionsOptions) {
  const { sessions, csrf, show } = options;
  const mine = ({ state }: Visit): Promise<SessionState[]> => sessions.listOfAccount(state.session.accountId);

  const showList: Handler = async (visit) => {
    const { uid } = visit.state.session;
    const rows = (await mine(visit)).map((state) => toRow(state, uid));
    const endAction = visit.url(paths.one);
    const model = { rows, endAction, csrf: csrf.tokenFor(uid), endOthersHref: visit.url(paths.all) };
    show(visit, (context, frame) => mySessionsPage(context, frame, model));
  };

  const ending = endingHandlers(options, {
    page: 'sessions',
    paths,
    listed: mine,
    describe: ({ session }) => {
      const { name } = personOf(session);
      const device = deviceOf(session.userAgent);
      return device === undefined ? name : `${name} (${device})`;
    },
    all: {
      act: 'end_other_sessions',
      target: ({ state: { session } }) => ({ type: 'session', id: session.accountId, name: personOf(session).name }),
    },
  });

  return {
    'GET /sessions': showList,
    'GET /sessions/end': ending.confirmOne,
    'POST /sessions/end': ending.endOne,
    'GET /sessions/end-others': ending.confirmAll,
    'POST /sessions/end-others': ending.endAll,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
