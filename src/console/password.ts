/**
 * Changing one's password (SPEC CIT-2; SECURITY CON-15): the current one is asked for here, the other sessions end, this
 * one goes on, and a letter goes out. Only for identities of our own: all others have theirs elsewhere.
 */
import type { Accounts } from '../directory/accounts.ts';
import type { Identities } from '../directory/identities.ts';
import type { PasswordThrottle } from '../directory/password-throttle.ts';
import type { Passwords } from '../directory/passwords.ts';
import type { Csrf } from '../http/csrf.ts';
import { edgeOf } from '../http/edge.ts';
import type { Responder } from '../http/respond.ts';
import { newPasswordFields, problemOfTyping } from '../http/views/new-password.ts';
import { citrixConnection } from '../signin/citrix-identity.ts';
import type { EndSessionsOf } from '../signin/identity-sessions.ts';
import { actOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import { type PasswordPage, passwordPage } from './views/password-page.ts';
import type { Handler, Visit } from './visit.ts';

export interface PasswordOptions {
  passwords: Pick<Passwords, 'change'>;
  throttle: PasswordThrottle;
  identities: Pick<Identities, 'find'>;
  accounts: Pick<Accounts, 'find'>;
  endSessionsOf: EndSessionsOf;
  responder: Pick<Responder, 'contextOf'>;
  csrf: Csrf;
  show: Show;
}

export function passwordRoutes(options: PasswordOptions) {
  const { passwords, throttle, identities, accounts, endSessionsOf, responder, csrf, show } = options;

  async function identityOf({ state }: Visit) {
    const { connectionId, accountId } = state.session;
    const account = connectionId === citrixConnection ? await accounts.find(accountId) : undefined;
    return account && identities.find(account.subject);
  }

  const showPage: Handler = async (visit) => {
    const identity = await identityOf(visit);
    respond(visit, identity ? { person: identity, problems: [] } : {});
  };

  const change: Handler = async (visit) => {
    const identity = await identityOf(visit);
    if (!identity) return respond(visit, {});
    const { form } = visit;
    const current = form.currentPassword ?? '';
    const next = form[newPasswordFields.next] ?? '';
    const typing = problemOfTyping(next, form[newPasswordFields.repeated] ?? '');
    if (current === '' || typing !== undefined) {
      const problems = typing === undefined ? [] : [typing];
      return respond(visit, { person: identity, problems, ...(current === '' && { current: { kind: 'empty' } }) });
    }
    const { uid } = visit.state.session;
    // Counted for this session: what strangers try with the same email keeps nobody from their own page.
    const attempt = { name: identity.email, address: edgeOf(visit.request).address, device: uid };
    const may = await throttle.mayTry(attempt);
    if (!may.allowed) {
      const { retryAfter } = may;
      visit.response.setHeader('Retry-After', Math.ceil(retryAfter / 1000));
      return respond(visit, { person: identity, problems: [], current: { kind: 'throttled', retryAfter } });
    }
    const answer = await passwords.change({
      identityId: identity.id,
      current,
      next,
      act: actOf(visit),
      language: responder.contextOf(visit.request).language,
      admittedAt: visit.now,
    });
    if (answer.outcome === 'wrong_current') await throttle.failed(attempt);
    else await throttle.succeeded(attempt);
    if (answer.outcome === 'changed') {
      await endSessionsOf(identity.id, { except: uid, since: answer.at });
      return finish(visit, '/password', 'password_changed');
    }
    if (answer.outcome === 'refused') return respond(visit, { person: identity, problems: answer.problems });
    // Overtaken: what was typed as the current one is that no more.
    respond(visit, { person: identity, problems: [], current: { kind: 'wrong' } });
  };

  function respond(visit: Visit, model: Omit<PasswordPage, 'action' | 'csrf'>): void {
    const action = visit.url('/password');
    const token = csrf.tokenFor(visit.state.session.uid);
    const isProblem = model.current !== undefined || (model.problems?.length ?? 0) > 0;
    const status = model.current?.kind === 'throttled' ? 429 : isProblem ? 422 : 200;
    show(visit, (context, frame) => passwordPage(context, frame, { ...model, action, csrf: token }), { status });
  }

  return { 'GET /password': showPage, 'POST /password': change } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
