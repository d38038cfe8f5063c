/**
 * One's own second factor: what there is, and changing app, backup codes and recovery phone, each after a proof with the
 * factor itself (SPEC CIT-5; SECURITY ID-09). Of the built-in identity only. Passkeys have a page of their own.
 *
 * The gate of `fresh-proof.ts` is not asked: what it takes, a password, is less than what is asked for here.
 */
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Accounts } from '../directory/accounts.ts';
import { showBackupCode } from '../directory/backup-codes.ts';
import type { Identities } from '../directory/identities.ts';
import { type FactorMethod, factorMethods } from '../directory/mfa.ts';
import type { MfaChanges } from '../directory/mfa-changes.ts';
import { totpUri } from '../directory/totp.ts';
import type { Csrf } from '../http/csrf.ts';
import { readQuery } from '../http/forms.ts';
import type { Responder } from '../http/respond.ts';
import { backupCodesFile } from '../http/views/second-factor.ts';
import { citrixConnection } from '../signin/citrix-identity.ts';
import {
  type ChangeableFactor,
  type ChangePlace,
  changeableFactors,
  type FactorChange,
} from '../signin/factor-change.ts';
import { actOf, finish } from './acts.ts';
import type { Done } from './flash.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import {
  type MfaChangePage,
  type MfaProofError,
  mfaAppPage,
  mfaBackupCodesPage,
  mfaPage,
  mfaPhonePage,
  mfaProofPage,
} from './views/mfa-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface MfaOptions {
  accounts: Pick<Accounts, 'find'>;
  identities: Pick<Identities, 'find'>;
  mfaChanges: Pick<MfaChanges, 'stateOf'>;
  factorChange: FactorChange;
  responder: Pick<Responder, 'contextOf'>;
  clock: Clock;
  csrf: Csrf;
  show: Show;
}

const overview = '/mfa';
/** What the page says; the limit itself ends with its window (directory/factor-tries.ts). */
const throttledFor = 60 * 60_000;
const done: Readonly<Record<ChangeableFactor, Done>> = {
  app: 'app_changed',
  'backup-codes': 'backup_codes_changed',
  phone: 'phone_changed',
};

/** One change of one person, as a request meets it. */
interface Change {
  place: ChangePlace;
  email: string;
}

export function mfaRoutes(options: MfaOptions) {
  const { accounts, identities, mfaChanges, factorChange, responder, clock, csrf, show } = options;

  /** Whoever signed in elsewhere has the second factor there, so these pages do not exist for them. */
  async function identityOf({ state }: Visit) {
    const { connectionId, accountId } = state.session;
    const account = connectionId === citrixConnection ? await accounts.find(accountId) : undefined;
    const identity = account && (await identities.find(account.subject));
    if (!identity) throw new AppError('not_found');
    return identity;
  }

  async function changeOf(visit: Visit): Promise<Change> {
    const factor = changeableFactors.find((each) => each === visit.request.params.factor);
    const { id, email } = await identityOf(visit);
    if (!factor) throw new AppError('not_found');
    const { state } = visit;
    return { place: { sessionUid: state.session.uid, identityId: id, factor }, email };
  }

  const pathOf = ({ place }: Change, rest = ''): string => `${overview}/${place.factor}${rest}`;
  const shared = (visit: Visit, change: Change): MfaChangePage => ({
    factor: change.place.factor,
    action: visit.url(pathOf(change)),
    csrf: csrf.tokenFor(visit.state.session.uid),
    cancelHref: visit.url(overview),
  });
  const goOn = (visit: Visit, change: Change) => visit.response.redirect(303, visit.url(pathOf(change)));

  const showOverview: Handler = async (visit) => {
    const state = await mfaChanges.stateOf((await identityOf(visit)).id);
    const hrefs = changeableFactors.map((factor) => [factor, visit.url(`${overview}/${factor}`)]);
    const model = { ...state, changeHrefs: Object.fromEntries(hrefs) };
    show(visit, (context, frame) => mfaPage(context, frame, model));
  };

  async function showProof(
    visit: Visit,
    change: Change,
    asked: FactorMethod,
    problem: { error?: MfaProofError; isSendThrottled?: boolean } = {},
  ): Promise<void> {
    const { error } = problem;
    const mayUseMail = await factorChange.mayUseMail(change.place);
    const ways = factorMethods.filter((way) => way !== 'email_code' || mayUseMail);
    const method = ways.find((way) => way === asked) ?? 'otp';
    const isThrottled = typeof error === 'object' || problem.isSendThrottled;
    const model = {
      ...shared(visit, change),
      ...problem,
      action: visit.url(pathOf(change, '/prove')),
      sendAction: visit.url(pathOf(change, '/send')),
      method,
      email: change.email,
      isMailed: await factorChange.isCodeWaiting(change.place),
      isAfterReset: !mayUseMail,
      otherWays: ways
        .filter((other) => other !== method)
        .map((other) => ({ method: other, href: visit.url(pathOf(change, `?with=${other}`)) })),
    };
    if (isThrottled) visit.response.setHeader('Retry-After', throttledFor / 1000);
    show(visit, (context, frame) => mfaProofPage(context, frame, model), {
      status: isThrottled ? 429 : error ? 422 : 200,
    });
  }

  const showChange: Handler = async (visit) => {
    const change = await changeOf(visit);
    const next = await factorChange.proven(change.place);
    if (!next) return showProof(visit, change, methodOf(readQuery(visit.request.url).with));
    showNext(visit, change, next);
  };

  function showNext(
    visit: Visit,
    change: Change,
    { key, backupCodes }: { key: string; backupCodes: readonly string[] },
    again: { error?: 'empty' | 'wrong'; isUnconfirmed?: boolean; value?: string } = {},
  ): void {
    const model = shared(visit, change);
    const status = again.error || again.isUnconfirmed ? 422 : 200;
    show(
      visit,
      (context, frame) => {
        if (change.place.factor === 'app') {
          const uri = totpUri({ key, email: change.email, issuer: 'Sekisho' });
          return mfaAppPage(context, frame, { ...model, key, uri, ...(again.error && { error: again.error }) });
        }
        if (change.place.factor === 'phone') {
          return mfaPhonePage(context, frame, {
            ...model,
            value: again.value ?? '',
            isWrong: again.error !== undefined,
          });
        }
        const codes = backupCodes.map(showBackupCode);
        const downloadHref = visit.url(`${overview}/backup-codes/file`);
        const isUnconfirmed = again.isUnconfirmed === true;
        return mfaBackupCodesPage(context, frame, { ...model, codes, downloadHref, isUnconfirmed });
      },
      { status },
    );
  }

  const prove: Handler = async (visit) => {
    const change = await changeOf(visit);
    const method = methodOf(visit.form.method);
    const code = (visit.form.code ?? '').trim();
    if (code === '') return showProof(visit, change, method, { error: 'empty' });
    const outcome = await factorChange.prove(change.place, { method, code, act: actOf(visit) });
    if (outcome === 'accepted') return goOn(visit, change);
    const error = outcome === 'throttled' ? { retryAfter: throttledFor } : 'wrong';
    await showProof(visit, change, method, { error });
  };

  const send: Handler = async (visit) => {
    const change = await changeOf(visit);
    const { language } = responder.contextOf(visit.request);
    const sent = await factorChange.sendCode(change.place, { act: actOf(visit), language });
    if (sent === 'throttled') return showProof(visit, change, 'email_code', { isSendThrottled: true });
    visit.response.redirect(303, visit.url(pathOf(change, '?with=email_code')));
  };

  const finishChange: Handler = async (visit) => {
    const change = await changeOf(visit);
    const { place } = change;
    const next = await factorChange.proven(place);
    // Never proven, or too long ago.
    if (!next) return goOn(visit, change);
    const { code = '', phone = '', saved } = visit.form;
    if (place.factor === 'app' && code.trim() === '') return showNext(visit, change, next, { error: 'empty' });
    if (place.factor === 'backup-codes' && saved !== 'on')
      return showNext(visit, change, next, { isUnconfirmed: true });
    const act = actOf(visit);
    const outcome =
      place.factor === 'app'
        ? await factorChange.changeApp(place, code, act, visit.now)
        : place.factor === 'phone'
          ? await factorChange.changePhone(place, phone, act)
          : await factorChange.changeBackupCodes(place, act);
    if (outcome === 'wrong') return showNext(visit, change, next, { error: 'wrong', value: phone.slice(0, 40) });
    if (outcome === 'expired') return goOn(visit, change);
    finish(visit, overview, done[place.factor]);
  };

  /** Of the codes that the page shows. */
  const giveFile: Handler = async (visit) => {
    const { id, email } = await identityOf(visit);
    const { state } = visit;
    const next = await factorChange.proven({
      sessionUid: state.session.uid,
      identityId: id,
      factor: 'backup-codes',
    });
    if (!next) return visit.response.redirect(303, visit.url(`${overview}/backup-codes`));
    const { language } = responder.contextOf(visit.request);
    const codes = next.backupCodes.map(showBackupCode);
    const file = backupCodesFile(language, { codes, email, at: clock.now() });
    visit.response.attachment(file.name).type('text/plain; charset=utf-8').send(file.text);
  };

  return {
    'GET /mfa': showOverview,
    'GET /mfa/backup-codes/file': giveFile,
    'GET /mfa/:factor': showChange,
    'POST /mfa/:factor': finishChange,
    'POST /mfa/:factor/prove': prove,
    'POST /mfa/:factor/send': send,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function methodOf(text: string | undefined): FactorMethod {
  return factorMethods.find((method) => method === text) ?? 'otp';
}
