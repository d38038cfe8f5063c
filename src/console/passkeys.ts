/** My passkeys: which I have; adding, renaming and removing them (SPEC CIT-4). Of the built-in identity only. */

import { deviceOf } from '../core/device-name.ts';
import { AppError } from '../core/errors.ts';
import type { Accounts } from '../directory/accounts.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { Identities } from '../directory/identities.ts';
import type { PasskeyCeremonies } from '../directory/passkey-ceremonies.ts';
import type { Passkey, PasskeyOwner, Passkeys } from '../directory/passkeys.ts';
import type { Csrf } from '../http/csrf.ts';
import { isFreshlyProvenWithFactor } from '../sessions/policy.ts';
import { citrixConnection } from '../signin/citrix-identity.ts';
import type { EndSessionsOf } from '../signin/identity-sessions.ts';
import { actOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import {
  type NewPasskeyPage,
  newPasskeyPage,
  type PasskeyProblem,
  passkeysPage,
  type RenamePasskeyPage,
  removePasskeyPage,
  renamePasskeyPage,
} from './views/passkeys-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface PasskeysOptions {
  accounts: Pick<Accounts, 'find'>;
  identities: Pick<Identities, 'find'>;
  passkeys: Pick<Passkeys, 'list' | 'rename' | 'remove'>;
  endSessionsOf: EndSessionsOf;
  passkeyCeremonies: Pick<PasskeyCeremonies, 'isAvailable' | 'beginRegistration' | 'register'>;
  csrf: Csrf;
  show: Show;
}

const listPath = '/passkeys';
const newPath = '/passkeys/new';

export function passkeysRoutes(options: PasskeysOptions) {
  const { accounts, identities, passkeys, endSessionsOf, passkeyCeremonies, csrf, show } = options;
  const csrfOf = ({ state }: Visit): string => csrf.tokenFor(state.session.uid);

  /** Whoever signed in elsewhere has no passkeys here, so these pages do not exist for them. */
  async function ownerOf({ state }: Visit): Promise<PasskeyOwner> {
    const { connectionId, accountId } = state.session;
    const account = connectionId === citrixConnection ? await accounts.find(accountId) : undefined;
    if (!account) throw new AppError('not_found');
    return { identityId: account.subject };
  }

  const showList: Handler = async (visit) => {
    const { identityId } = await ownerOf(visit);
    const rows = (await passkeys.list(identityId)).map(({ id, ...passkey }) => ({
      ...passkey,
      renameHref: visit.url(`${listPath}/${id}/rename`),
      removeHref: visit.url(`${listPath}/${id}/remove`),
    }));
    const add = { action: visit.url('/passkeys/begin'), csrf: csrfOf(visit) };
    show(visit, (context, frame) =>
      passkeysPage(context, frame, { rows, ...(passkeyCeremonies.isAvailable && { add }) }),
    );
  };

  /** The proof comes before the authenticator makes a passkey that might be refused afterwards. */
  const begin: Handler = async (visit) => {
    await ownerOf(visit);
    visit.response.redirect(303, visit.url(newPath));
  };

  const showNew: Handler = async (visit) => {
    await ownerOf(visit);
    if (!passkeyCeremonies.isAvailable || !isFreshlyProvenWithFactor(visit.state.session, visit.now)) {
      return visit.response.redirect(303, visit.url(listPath));
    }
    sendNew(visit, { name: deviceOf(visit.request.headers['user-agent'] ?? null) ?? '' });
  };

  /** For the script of that page. */
  const giveOptions: Handler = async (visit) => {
    const { identityId } = await ownerOf(visit);
    if (!isFreshlyProvenWithFactor(visit.state.session, visit.now)) throw new AppError('forbidden');
    const identity = await identities.find(identityId);
    if (!identity || !passkeyCeremonies.isAvailable) throw new AppError('not_found');
    visit.response.json(await passkeyCeremonies.beginRegistration(identity, visit.state.session.uid));
  };

  const add: Handler = async (visit) => {
    const owner = await ownerOf(visit);
    const { name = '', passkey: answer = '' } = visit.form;
    if (answer === '') return visit.response.redirect(303, visit.url(newPath));
    try {
      await passkeyCeremonies.register(owner, visit.state.session.uid, { answer, name }, actOf(visit));
    } catch (error) {
      const problem = problemOf(error);
      if (!problem) throw error;
      return sendNew(visit, { name, problem }, 422);
    }
    finish(visit, listPath, 'passkey_added');
  };

  function sendNew(visit: Visit, model: Pick<NewPasskeyPage, 'name' | 'problem'>, status = 200): void {
    const where = {
      action: visit.url(newPath),
      optionsUrl: visit.url('/passkeys/options'),
      listHref: visit.url(listPath),
      csrf: csrfOf(visit),
    };
    show(visit, (context, frame) => newPasskeyPage(context, frame, { ...where, ...model }), { status });
  }

  /** The one that the address names; of one's own only (CON-08). */
  async function find(visit: Visit): Promise<Passkey> {
    const { identityId } = await ownerOf(visit);
    const id = String(visit.request.params.passkeyId);
    const found = (await passkeys.list(identityId)).find((passkey) => passkey.id === id);
    if (!found) throw new AppError('not_found');
    return found;
  }
  const formOf = (visit: Visit, { id }: Passkey, act: 'rename' | 'remove') => ({
    action: visit.url(`${listPath}/${id}/${act}`),
    csrf: csrfOf(visit),
    listHref: visit.url(listPath),
  });

  const showRename: Handler = async (visit) => {
    const passkey = await find(visit);
    sendRename(visit, passkey, { name: passkey.name });
  };

  function sendRename(visit: Visit, passkey: Passkey, model: Pick<RenamePasskeyPage, 'name' | 'problem'>): void {
    const page = { ...formOf(visit, passkey, 'rename'), ...model };
    const status = model.problem ? 422 : 200;
    show(visit, (context, frame) => renamePasskeyPage(context, frame, page), { status });
  }

  const rename: Handler = async (visit) => {
    const passkey = await find(visit);
    const { name = '' } = visit.form;
    try {
      await passkeys.rename(await ownerOf(visit), passkey.id, name, actOf(visit));
    } catch (error) {
      if (problemOf(error) !== 'name') throw error;
      return sendRename(visit, passkey, { name, problem: 'name' });
    }
    finish(visit, listPath, 'passkey_renamed');
  };

  const confirmRemove: Handler = async (visit) => {
    const passkey = await find(visit);
    const page = { ...formOf(visit, passkey, 'remove'), name: passkey.name };
    show(visit, (context, frame) => removePasskeyPage(context, frame, page));
  };

  const remove: Handler = async (visit) => {
    const passkey = await find(visit);
    try {
      const owner = await ownerOf(visit);
      await passkeys.remove(owner, passkey.id, actOf(visit));
      // Whoever had it may be signed in with it.
      await endSessionsOf(owner.identityId, { except: visit.state.session.uid });
    } catch (error) {
      if (!(error instanceof DirectoryError) || error.code !== 'last_factor') throw error;
      return finish(visit, listPath, 'passkey_last');
    }
    finish(visit, listPath, 'passkey_removed');
  };

  return {
    'GET /passkeys': showList,
    'POST /passkeys/begin': begin,
    'GET /passkeys/new': showNew,
    'POST /passkeys/options': giveOptions,
    'POST /passkeys/new': add,
    'GET /passkeys/:passkeyId/rename': showRename,
    'POST /passkeys/:passkeyId/rename': rename,
    'GET /passkeys/:passkeyId/remove': confirmRemove,
    'POST /passkeys/:passkeyId/remove': remove,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function problemOf(error: unknown): PasskeyProblem | undefined {
  if (!(error instanceof DirectoryError)) return undefined;
  const problems: Partial<Record<DirectoryError['code'], PasskeyProblem>> = {
    name_invalid: 'name',
    passkey_refused: 'refused',
    passkey_limit: 'limit',
  };
  return problems[error.code];
}
