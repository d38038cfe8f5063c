/**
 * API access: secure clients, one's own or with full access everybody's (SPEC ADM-2, ADM-5). Permission `secure-client`.
 *
 * The secret is in one answer only: in no address, no log and no cookie. The file is made from what that page holds, so
 * that it needs no script and nothing has to be kept.
 */
import type { Sites } from '../config/sites.ts';
import { AppError } from '../core/errors.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import { DirectoryError } from '../directory/errors.ts';
import { isAllowed } from '../directory/permissions.ts';
import type { SecureClient, SecureClients, Whose } from '../directory/secure-clients.ts';
import type { Csrf } from '../http/csrf.ts';
import { readQuery } from '../http/forms.ts';
import { personOf } from '../http/session-models.ts';
import type { Store } from '../store/store.ts';
import { actOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import {
  type ApiAccessPage,
  type ApiFacts,
  apiAccessPage,
  revokeSecureClientPage,
  secureClientCreatedPage,
} from './views/api-access-pages.ts';
import type { Handler, Visit } from './visit.ts';

export interface ApiAccessOptions {
  sites: Pick<Sites, 'apiUrl'>;
  secureClients: Pick<SecureClients, 'create' | 'list' | 'find' | 'revoke' | 'resume' | 'authenticate' | 'stateOf'>;
  /** Where a form that was sent is remembered. */
  store: Pick<Store, 'add' | 'delete'>;
  csrf: Csrf;
  show: Show;
}

const path = '/api-access';
/** A form is good for so long; the browser's back button may bring it again until then. */
const onceFor = 24 * 3_600_000;

export function apiAccessRoutes({ sites, secureClients, store, csrf, show }: ApiAccessOptions) {
  const factsOf = ({ organization: { customerId } }: Visit): ApiFacts => ({
    customerId,
    apiUrl: sites.apiUrl(),
    tokenUrl: sites.apiUrl('/api/v1/token'),
    compatibleTokenUrl: sites.apiUrl(`/cctrustoauth2/${customerId}/tokens/clients`),
    documentUrl: sites.apiUrl('/api/v1/openapi.json'),
  });
  const csrfOf = ({ state }: Visit): string => csrf.tokenFor(state.session.uid);

  async function showPage(visit: Visit, typed: Partial<ApiAccessPage['create']> = {}): Promise<void> {
    const found = await secureClients.list(visit.organization.id, whoseFor(visit));
    const rows = await Promise.all(
      found.map(async (client) => ({
        name: client.name,
        clientId: client.clientId,
        creator: client.creator.name,
        createdAt: client.createdAt,
        usedAt: client.usedAt,
        state: await secureClients.stateOf(client),
        isOwn: client.creator.accountId === visit.state.session.accountId,
        revokeHref: visit.url(`${path}/revoke?client=${client.clientId}`),
      })),
    );
    const resume = { action: visit.url(`${path}/resume`), csrf: csrfOf(visit) };
    const create = { action: visit.url(path), csrf: csrfOf(visit), once: randomToken(16), ...typed };
    const model = { facts: factsOf(visit), rows, showsCreators: isAllowed(visit.access, 'full'), create, resume };
    const status = typed.problem === undefined ? 200 : 422;
    show(visit, (context, frame) => apiAccessPage(context, frame, model), { status });
  }

  const create: Handler = async (visit) => {
    const { organization, administratorIds, state, form, now } = visit;
    const { session } = state;
    const name = (form.name ?? '').slice(0, 200);
    const sent = `api-access-form:${hashOfToken(`${session.uid} ${form.once ?? ''}`)}`;
    if (!(await store.add(sent, '1', now + onceFor))) return finish(visit, path, 'client_once');
    try {
      const creator = { accountId: session.accountId, ...personOf(session), administratorIds };
      const { client, secret } = await secureClients.create(actOf(visit), { organization, creator, name });
      const model = {
        name: client.name,
        clientId: client.clientId,
        secret,
        facts: factsOf(visit),
        downloadAction: visit.url(`${path}/download`),
        csrf: csrfOf(visit),
        listHref: visit.url(path),
      };
      show(visit, (context, frame) => secureClientCreatedPage(context, frame, model), { status: 201 });
    } catch (error) {
      await store.delete(sent);
      const problem = error instanceof DirectoryError ? problems[error.code] : undefined;
      if (problem === undefined) throw error;
      await showPage(visit, { name, problem });
    }
  };

  /** Only what is right: this is no way to have any text made into a file. */
  const download: Handler = async (visit) => {
    const { client: clientId = '', secret = '' } = visit.form;
    const own = await secureClients.find(visit.organization.id, clientId, whoseFor(visit));
    const found = own && (await secureClients.authenticate(clientId, secret));
    if (!found?.isRight) throw new AppError('not_found');
    const { response, organization } = visit;
    response.set({
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="secureclient.csv"',
    });
    response.end(csvOf(found.client, secret, organization.customerId));
  };

  const confirmRevoke: Handler = async (visit) => {
    const clientId = readQuery(visit.request.url).client ?? '';
    const client = await secureClients.find(visit.organization.id, clientId, whoseFor(visit));
    if (!client) return finish(visit, path, 'client_gone');
    const { name } = client;
    const around = { action: visit.url(`${path}/revoke`), csrf: csrfOf(visit), listHref: visit.url(path) };
    show(visit, (context, frame) => revokeSecureClientPage(context, frame, { name, clientId, ...around }));
  };

  const revoke: Handler = async (visit) => {
    try {
      await secureClients.revoke(actOf(visit), visit.organization, visit.form.client ?? '', whoseFor(visit));
    } catch (error) {
      if (error instanceof DirectoryError && error.code === 'not_found') return finish(visit, path, 'client_gone');
      throw error;
    }
    finish(visit, path, 'client_revoked');
  };

  /** Also with full access one's own only: who else made one knows whether it is in the right hands. */
  const resume: Handler = async (visit) => {
    const { accountId } = visit.state.session;
    try {
      await secureClients.resume(actOf(visit), visit.organization, visit.form.client ?? '', accountId);
    } catch (error) {
      if (error instanceof DirectoryError && error.code === 'not_found') return finish(visit, path, 'client_gone');
      throw error;
    }
    finish(visit, path, 'client_resumed');
  };

  return {
    'GET /api-access': (visit) => showPage(visit),
    'POST /api-access': create,
    'POST /api-access/download': download,
    'GET /api-access/revoke': confirmRevoke,
    'POST /api-access/revoke': revoke,
    'POST /api-access/resume': resume,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

const problems: Partial<Record<DirectoryError['code'], NonNullable<ApiAccessPage['create']['problem']>>> = {
  name_invalid: 'nameMissing',
  limit_reached: 'limitReached',
};

function whoseFor({ access, state }: Visit): Whose {
  return isAllowed(access, 'full') ? 'everybody' : { accountId: state.session.accountId };
}

/**
 * As the vendor's file, whose scripts read `ID` and `Secret`. None of the values has a quote; a secret that begins with
 * a dash must stay as it is, and no spreadsheet takes it for a formula that does anything.
 */
function csvOf({ clientId }: SecureClient, secret: string, customerId: string): string {
  return [
    ['ID', 'Secret', 'CustomerID'],
    [clientId, secret, customerId],
  ]
    .map((cells) => `${cells.map((cell) => `"${cell}"`).join(',')}\r\n`)
    .join('');
}
