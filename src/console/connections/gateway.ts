/**
 * Connecting a Citrix Gateway (SPEC GWY-1, GWY-4): Detect, then a pair of client id and secret that is shown once.
 *
 * The secret is in one answer only: in no address, no log and no cookie. The file is made from what that page holds, so
 * that it needs no script and nothing has to be kept.
 */

import type { GatewayDetection } from '../../../providers/gateway/detect.ts';
import { fqdnSetting } from '../../../providers/gateway/gateway.ts';
import type { Sites } from '../../config/sites.ts';
import { AppError } from '../../core/errors.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { ConnectionDrafts } from '../../directory/connections/drafts.ts';
import type { Gateways } from '../../directory/connections/gateways.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Csrf } from '../../http/csrf.ts';
import { refuseUnknownFields } from '../../http/forms.ts';
import type { RateLimiter } from '../../http/rate-limit.ts';
import { editorOf } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { headOf } from './connection.ts';
import { type GatewayPage, gatewayPage, gatewayPairPage, replacePairPage } from './gateway-pages.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';

export interface GatewayOptions {
  sites: Pick<Sites, 'callbackUrl'>;
  connections: Pick<Connections, 'find'>;
  connectionDrafts: Pick<ConnectionDrafts, 'find'>;
  gateways: Gateways<GatewayDetection>;
  rateLimiter: Pick<RateLimiter, 'count'>;
  csrf: Csrf;
  show: Show;
}

/** SECURITY RP-11: of one organization, whoever asks. Enough for somebody who tries spellings. */
const detections = { name: 'gateway-detect', max: 20, window: 600_000 };

export function gatewayRoutes(options: GatewayOptions) {
  const { sites, connections, connectionDrafts, gateways, rateLimiter, csrf, show } = options;
  const redirectUrl = sites.callbackUrl('login-cip');
  const csrfOf = ({ state }: Visit): string => csrf.tokenFor(state.session.uid);

  /** Another organization's, or another kind, is as unknown as one that does not exist (CON-08). */
  async function requireGateway(visit: Visit): Promise<Connection> {
    const connection = await requireOwnConnection(connections, visit);
    if (connection.kind !== 'gateway') throw new AppError('not_found');
    return connection;
  }

  async function showPage(
    visit: Visit,
    connection: Connection,
    told: Partial<Pick<GatewayPage, 'fqdn' | 'problem' | 'detection'>> = {},
    status = 200,
  ): Promise<void> {
    const draft = await connectionDrafts.find(connection);
    const isLive = connection.state === 'live';
    const url = (path = '') => visit.url(connectionPath(connection.id, `/gateway${path}`));
    const { clientId } = connection.settings;
    const inDraft = draft?.secrets.includes('clientSecret') ? draft.settings.clientId : undefined;
    const model: GatewayPage = {
      ...headOf(visit, connection),
      csrf: csrfOf(visit),
      fqdn: String(draft?.settings.fqdn ?? connection.settings.fqdn ?? ''),
      detectAction: url('/detect'),
      pairAction: url('/pair'),
      isLive,
      revision: draft?.revision ?? null,
      redirectUrl,
      ...(isLive && typeof clientId === 'string' && { live: { clientId, replaceHref: url('/replace') } }),
      ...(typeof inDraft === 'string' && { draft: { clientId: inDraft } }),
      ...told,
    };
    show(visit, (context, frame) => gatewayPage(context, frame, model), { status });
  }

  const detect: Handler = async (visit) => {
    const connection = await requireGateway(visit);
    refuseUnknownFields(visit.form, ['fqdn']);
    const typed = (visit.form.fqdn ?? '').slice(0, 1000);
    const read = fqdnSetting.safeParse(typed);
    if (!read.success) return showPage(visit, connection, { fqdn: typed, problem: 'fqdnInvalid' }, 422);
    await rateLimiter.count(detections, visit.organization.id);
    const draft = await connectionDrafts.find(connection);
    const { fqdn, issuer, certificateAuthorities } = draft?.settings ?? connection.settings;
    // What was confirmed, was confirmed of that host.
    const confirmed = fqdn === read.data && typeof issuer === 'string' ? { issuer } : {};
    const detection = await gateways.detect(editorOf(visit), connection.id, {
      fqdn: read.data,
      ...confirmed,
      ...(typeof certificateAuthorities === 'string' && { certificateAuthorities }),
    });
    await showPage(visit, connection, { fqdn: read.data, detection });
  };

  const createPair: Handler = async (visit) => {
    const connection = await requireGateway(visit);
    const { form } = visit;
    refuseUnknownFields(form, ['fqdn', 'issuer', 'revision', 'confirmIssuer']);
    const { fqdn = '', issuer = '', revision = '' } = form;
    const read = fqdnSetting.safeParse(fqdn);
    if (!read.success) return showPage(visit, connection, { fqdn, problem: 'fqdnInvalid' }, 422);
    const expected = read.data.includes('://') ? read.data : `https://${read.data}`;
    const isOther = issuer !== expected && !(await isConfirmed(connection, read.data, issuer));
    if (isOther && form.confirmIssuer !== 'on')
      return showPage(visit, connection, { fqdn: read.data, problem: 'confirmIssuerMissing' }, 422);
    try {
      const { pair } = await gateways.prepare(editorOf(visit), connection, revision === '' ? null : Number(revision), {
        fqdn: read.data,
        issuer: issuer === expected ? undefined : issuer,
      });
      showPair(visit, connection, pair, false);
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      if (error.code === 'version_conflict') return showPage(visit, connection, { problem: 'changed' }, 409);
      if (error.code === 'settings_invalid')
        return showPage(visit, connection, { fqdn: read.data, problem: 'fqdnInvalid' }, 422);
      throw error;
    }
  };

  async function isConfirmed(connection: Connection, fqdn: string, issuer: string): Promise<boolean> {
    const { settings } = (await connectionDrafts.find(connection)) ?? connection;
    return settings.fqdn === fqdn && settings.issuer === issuer;
  }

  function showPair(
    visit: Visit,
    connection: Connection,
    pair: { clientId: string; clientSecret: string },
    isLive: boolean,
  ): void {
    const model = {
      ...headOf(visit, connection),
      ...pair,
      redirectUrl,
      isLive,
      nextHref: visit.url(connectionPath(connection.id, isLive ? '' : '/test')),
      downloadAction: visit.url(connectionPath(connection.id, '/gateway/download')),
      csrf: csrfOf(visit),
    };
    show(visit, (context, frame) => gatewayPairPage(context, frame, model), { status: 201 });
  }

  /** Only what is right: this is no way to have any text made into a file. */
  const download: Handler = async (visit) => {
    const connection = await requireGateway(visit);
    const { clientId = '', clientSecret = '' } = visit.form;
    if (!(await gateways.isPair(connection, { clientId, clientSecret }))) throw new AppError('not_found');
    visit.response.set({
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': 'attachment; filename="gateway-client.txt"',
    });
    visit.response.end(fileOf({ 'Client ID': clientId, 'Client secret': clientSecret, 'Redirect URL': redirectUrl }));
  };

  const confirmReplace: Handler = async (visit) => {
    const connection = await requireGateway(visit);
    if (connection.state !== 'live') throw new AppError('not_found');
    const url = (path: string) => visit.url(connectionPath(connection.id, `/gateway${path}`));
    const model = {
      ...headOf(visit, connection),
      action: url('/replace'),
      csrf: csrfOf(visit),
      version: connection.version,
      cancelHref: url(''),
    };
    show(visit, (context, frame) => replacePairPage(context, frame, model));
  };

  const replace: Handler = async (visit) => {
    const connection = await requireGateway(visit);
    refuseUnknownFields(visit.form, ['version']);
    try {
      const version = Number(visit.form.version);
      const { pair } = await gateways.replacePair(editorOf(visit), connection.id, version);
      showPair(visit, connection, pair, true);
    } catch (error) {
      const isStale =
        error instanceof DirectoryError && ['version_conflict', 'connection_not_live'].includes(error.code);
      if (!isStale) throw error;
      await showPage(visit, connection, { problem: 'changed' }, 409);
    }
  };

  return {
    'GET /connections/:connectionId/gateway': async (visit) => showPage(visit, await requireGateway(visit)),
    'POST /connections/:connectionId/gateway/detect': detect,
    'POST /connections/:connectionId/gateway/pair': createPair,
    'POST /connections/:connectionId/gateway/download': download,
    'GET /connections/:connectionId/gateway/replace': confirmReplace,
    'POST /connections/:connectionId/gateway/replace': replace,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

/** Lines for people, on any system. */
function fileOf(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([label, value]) => `${label}: ${value}\r\n`)
    .join('');
}
