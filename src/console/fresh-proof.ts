/**
 * The gate before what is sensitive (SECURITY CON-15): without a proof of the last ten minutes the page asks for one,
 * keeps what was posted, and the act goes on from there. The one place; which routes, is in `rules.ts`.
 */
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Connections } from '../directory/connections/connections.ts';
import type { Csrf } from '../http/csrf.ts';
import { edgeOf } from '../http/edge.ts';
import { type Form, readQuery } from '../http/forms.ts';
import type { OwnSurfaces, Surface } from '../http/own-surface.ts';
import { isFreshlyProven, isFreshlyProvenWithFactor } from '../sessions/policy.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { type FreshProof, methodOf, type Proof, type ProofMethod, type ProofOutcome } from '../signin/fresh-proof.ts';
import { entryOf, type RecordEntry } from './acts.ts';
import type { Show } from './frame.ts';
import { type ConsoleRoute, factorRoutes, isSecretField, pageOf, sensitiveRoutes } from './rules.ts';
import { freshProofPage, proofFields } from './views/fresh-proof-page.ts';
import type { Handler, Visit } from './visit.ts';

export interface FreshProofGateOptions {
  freshProof: FreshProof;
  sessions: Pick<Sessions, 'find'>;
  connections: Pick<Connections, 'find'>;
  surface: Surface;
  surfaces: Pick<OwnSurfaces, 'beginSignIn'>;
  csrf: Csrf;
  clock: Clock;
  record: RecordEntry;
  show: Show;
}

export function createFreshProofGate(options: FreshProofGateOptions) {
  const { freshProof, sessions, connections, surface, surfaces, csrf, clock, record, show } = options;

  /** The visit with which the handler may go on; undefined: the answer has been given. */
  async function pass(visit: Visit, route: ConsoleRoute): Promise<Visit | undefined> {
    if (!sensitiveRoutes.has(route)) return visit;
    const { session } = visit.state;
    const {
      [proofFields.password]: password,
      [proofFields.code]: code,
      [proofFields.passkey]: passkey,
      ...form
    } = visit.form;
    const needsFactor = factorRoutes.has(route);
    const isFresh = needsFactor ? isFreshlyProvenWithFactor : isFreshlyProven;
    if (isFresh(session, visit.now)) return { ...visit, form };
    const isAnswer = [password, code, passkey].some((given) => given !== undefined);
    if (!isAnswer || !freshProof.isHere(session)) {
      await ask(visit, form, needsFactor);
      return undefined;
    }
    const typed = { password: password ?? '', code: code ?? '', passkey: passkey ?? '' };
    const { address } = edgeOf(visit.request);
    const proof = await freshProof.prove(session, typed, { address, at: visit.now, needsFactor });
    const { outcome } = proof;
    if (outcome !== 'empty') await note(visit, outcome, methodOf(typed));
    const state = outcome === 'accepted' ? await sessions.find(session.uid) : undefined;
    if (state?.active) return { ...visit, state, form, now: clock.now() };
    await ask(visit, form, needsFactor, proof);
    return undefined;
  }

  async function ask(
    visit: Visit,
    form: Form,
    needsFactor: boolean,
    { outcome, retryAfter = 0 }: Partial<Proof> = {},
  ): Promise<void> {
    const { session } = visit.state;
    const path = withinOf(visit);
    const back = pageOf(path);
    const kept = Object.fromEntries(
      Object.entries(form).filter(([name, value]) => name !== 'csrf' && (value === '' || !isSecretField(name))),
    );
    const isHere = freshProof.isHere(session);
    const provider = isHere ? undefined : (await connections.find(session.connectionId))?.name;
    const status = outcome === undefined ? 403 : outcome === 'throttled' ? 429 : 422;
    const problem = outcome === 'accepted' ? undefined : outcome;
    const passkey = (await freshProof.hasPasskey(session)) && {
      optionsUrl: visit.url('/sign-in-again/passkey-options'),
    };
    if (problem === 'throttled') visit.response.setHeader('Retry-After', Math.ceil(retryAfter / 1000));
    show(
      visit,
      (context, frame) =>
        freshProofPage(context, frame, {
          action: visit.url(path),
          csrf: csrf.tokenFor(session.uid),
          kept,
          hasLostSecrets: Object.entries(form).some(([name, value]) => value !== '' && isSecretField(name)),
          here: isHere,
          needsFactor,
          ...(provider !== undefined && { provider }),
          signInAgainHref: visit.url(`/sign-in-again?to=${encodeURIComponent(back)}`),
          cancelHref: visit.url(back),
          ...(passkey && { passkey }),
          ...(problem && { problem, retryAfter }),
        }),
      { status },
    );
  }

  async function note(visit: Visit, outcome: ProofOutcome, method: ProofMethod): Promise<void> {
    const isRight = outcome === 'accepted';
    await record(
      entryOf(visit, {
        event: isRight ? 'platform/session/confirm' : 'platform/signin/failed',
        target: { type: 'session', id: visit.state.session.accountId },
        detail: isRight ? { method } : { method, reason: `confirm_${outcome}` },
      }),
    );
  }

  /** GET `/sign-in-again?to=<path within>`: at the same provider, which asks the person anew; then back to that page. */
  const signInAgain: Handler = async ({ request, response, organization, state }) => {
    const { to = '/' } = readQuery(request.url);
    const identifier = (await connections.find(state.session.connectionId))?.identifier;
    await surfaces.beginSignIn(surface, response, {
      returnTo: `/o/${organization.customerId}${/^\/[A-Za-z0-9/_-]*$/.test(to) ? to : '/'}`,
      acrValues: identifier == null ? 'idp:citrix' : `go:${identifier}`,
      prompt: 'login',
    });
  };

  /** For the script of the page that asks. */
  const givePasskeyOptions: Handler = async ({ response, state }) => {
    const options = await freshProof.beginPasskey(state.session);
    if (!options) throw new AppError('not_found');
    response.json(options);
  };

  const routes = {
    'GET /sign-in-again': signInAgain,
    'POST /sign-in-again/passkey-options': givePasskeyOptions,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
  return { pass, routes };
}

/** The path below `/o/<customer id>`. */
function withinOf({ request, organization }: Visit): string {
  const path = request.url.split('?', 1)[0] ?? '/';
  return path.slice(`/o/${organization.customerId}`.length) || '/';
}
