/**
 * Connecting a tenant by the consent of its own administrator (AAD-1, AAD-6; IDP-2): the page, the way out, the way back.
 *
 * The way back is a GET, because it is a redirect; what it changes is decided by a one-time code that only the session which
 * began can use (`signin/tenant-consents.ts`), and asked of the rows again (`directory/connections/tenants.ts`).
 */
import { ProviderError } from '../../../providers/errors.ts';
import { AppError } from '../../core/errors.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { ConnectionDrafts } from '../../directory/connections/drafts.ts';
import { requireEditor } from '../../directory/connections/editor.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import type { ConnectionTenants } from '../../directory/connections/tenants.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Csrf } from '../../http/csrf.ts';
import { readQuery, refuseUnknownFields } from '../../http/forms.ts';
import type { DirectoryBrowsing } from '../../signin/directory-browsing.ts';
import { explanations } from '../../signin/explanations.ts';
import type { TenantConsents } from '../../signin/tenant-consents.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { headOf } from './connection.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';
import { tenantMessages } from './tenant-messages.ts';
import { type TenantPage, type TenantRefusal, tenantLeavePage, tenantPage } from './tenant-page.ts';

export interface TenantOptions {
  connections: Pick<Connections, 'find'>;
  connectionDrafts: Pick<ConnectionDrafts, 'find'>;
  connectionTenants: Pick<ConnectionTenants, 'find' | 'prove'>;
  tenantConsents: Pick<TenantConsents, 'isPossible' | 'begin' | 'leavingUrl' | 'takeOutcome'>;
  directoryBrowsing: Pick<DirectoryBrowsing, 'permissionsOf'>;
  definitionOf: DefinitionOf;
  csrf: Csrf;
  show: Show;
}

/** In the reader's language. */
type RefusalText = (language: 'en' | 'ja') => TenantRefusal;

export function tenantRoutes(options: TenantOptions) {
  const { connections, connectionDrafts, connectionTenants, tenantConsents, definitionOf, csrf, show } = options;

  const showOne: Handler = async (visit) => showTenant(visit, await requireOne(visit));

  async function showTenant(
    visit: Visit,
    connection: Connection,
    refusal?: RefusalText,
    status?: number,
  ): Promise<void> {
    const draft = await connectionDrafts.find(connection);
    // what is live counts; before that, what is being prepared
    const settings = connection.state === 'live' ? connection.settings : (draft?.settings ?? {});
    const tenantId = typeof settings.tenantId === 'string' ? settings.tenantId : undefined;
    const kept = await connectionTenants.find(connection);
    const proof = kept !== undefined && kept.tenantId === tenantId ? kept : undefined;
    const permissions = connection.state === 'live' && proof ? await permissionsOf(connection) : undefined;
    show(
      visit,
      (context, frame) =>
        tenantPage(context, frame, {
          ...headOf(visit, connection),
          isLive: connection.state === 'live',
          ...(tenantId !== undefined && { tenantId }),
          ...(proof && { proof }),
          way: wayOf(visit, connection, settings),
          ...(permissions && { permissions: permissions(context.language) }),
          ...(refusal && { refusal: refusal(context.language) }),
        }),
      status === undefined ? {} : { status },
    );
  }

  function wayOf(
    visit: Visit,
    { id, kind }: Connection,
    settings: Readonly<Record<string, unknown>>,
  ): TenantPage['way'] {
    if (settings.clientId !== undefined) return 'own';
    if (!tenantConsents.isPossible(kind)) return 'impossible';
    try {
      requireEditor(editorOf(visit), kind);
    } catch (error) {
      if (error instanceof DirectoryError) return 'citrix_only';
      throw error;
    }
    return { action: visit.url(connectionPath(id, '/tenant')), csrf: csrf.tokenFor(visit.state.session.uid) };
  }

  type Told = NonNullable<TenantPage['permissions']>;
  async function permissionsOf(connection: Connection): Promise<((language: 'en' | 'ja') => Told) | undefined> {
    try {
      const told = await options.directoryBrowsing.permissionsOf(connection);
      return told && (() => ({ told }));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { code, detail } = error;
      if (code === 'directory_refused') return () => ({ problem: 'not_told' });
      const { retryAfter } = detail;
      if (code === 'upstream_throttled')
        return () => ({ problem: 'throttled', ...(retryAfter !== undefined && { retryAfter }) });
      // Entra's word for an application that the tenant does not know (any more)
      if (detail.received === 'unauthorized_client') return () => ({ problem: 'not_there' });
      return (language) => ({ problem: 'failed', meaning: explanations[code].meaning[language] });
    }
  }

  const begin: Handler = async (visit) => {
    refuseUnknownFields(visit.form, []);
    const connection = await requireOne(visit);
    try {
      requireEditor(editorOf(visit), connection.kind);
      const handle = await tenantConsents.begin(connection, visit.state.session.uid);
      const path = `${connectionPath(connection.id, '/tenant/leave')}?h=${encodeURIComponent(handle)}`;
      visit.response.redirect(303, visit.url(path));
    } catch (error) {
      // the page says which it is
      const isKnown = error instanceof DirectoryError ? error.code === 'citrix_identity_needed' : isImpossible(error);
      if (!isKnown) throw error;
      await showTenant(visit, connection, undefined, 403);
    }
  };

  const leave: Handler = async (visit) => {
    const connection = await requireOne(visit);
    const { h: handle = '' } = readQuery(visit.request.url);
    const leaveHref = await tenantConsents.leavingUrl(handle, connection.id, visit.state.session.uid);
    if (leaveHref === undefined)
      return showTenant(visit, connection, (language) => ({ text: tenantMessages[language].leaveOver }), 410);
    const backHref = visit.url(connectionPath(connection.id, '/tenant'));
    show(visit, (context, frame) =>
      tenantLeavePage(context, frame, { ...headOf(visit, connection), leaveHref, backHref }),
    );
  };

  const comeBack: Handler = async (visit) => {
    const connection = await requireOne(visit);
    const { h: code = '' } = readQuery(visit.request.url);
    const outcome = await tenantConsents.takeOutcome(code, connection.id, visit.state.session.uid);
    if (outcome === undefined || outcome === 'other_session') {
      const word = outcome === undefined ? 'used' : 'otherSession';
      const status = outcome === undefined ? 410 : 403;
      return showTenant(visit, connection, (language) => ({ text: tenantMessages[language][word] }), status);
    }
    if ('problem' in outcome) {
      const { problem, detail, reference } = outcome;
      const { meaning, remedy } = explanations[problem];
      return showTenant(
        visit,
        connection,
        (language) => ({
          text: meaning[language],
          remedy: remedy[language],
          expected: detail.expected,
          received: detail.received,
          reference: { code: reference, at: visit.now },
        }),
        422,
      );
    }
    try {
      await connectionTenants.prove(editorOf(visit), connection, outcome.tenant);
    } catch (error) {
      const word = refusalOf(error);
      return showTenant(visit, connection, (language) => ({ text: tenantMessages[language][word] }), 409);
    }
    finish(visit, connectionPath(connection.id, '/tenant'), 'tenant_connected');
  };

  /** Throws `not_found` for another organization's, and for a kind that is not connected so. */
  async function requireOne(visit: Visit): Promise<Connection> {
    const connection = await requireOwnConnection(connections, visit);
    if (definitionOf(connection.kind)?.consent === undefined) throw new AppError('not_found');
    return connection;
  }

  return {
    'GET /connections/:connectionId/tenant': showOne,
    'POST /connections/:connectionId/tenant': begin,
    'GET /connections/:connectionId/tenant/leave': leave,
    'GET /connections/:connectionId/tenant/return': comeBack,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function isImpossible(error: unknown): boolean {
  return error instanceof ProviderError && error.code === 'settings_invalid';
}

function refusalOf(error: unknown): 'differs' | 'conflict' | 'citrixOnly' {
  if (!(error instanceof DirectoryError)) throw error;
  if (error.code === 'not_permitted') throw new AppError('forbidden', { cause: error });
  if (error.code === 'tenant_differs') return 'differs';
  if (error.code === 'version_conflict') return 'conflict';
  if (error.code === 'citrix_identity_needed') return 'citrixOnly';
  throw error;
}
