/** The metadata page of a SAML connection (SML-1, SML-3): ours to copy and download, the watched one, what differs. */
import { parseCertificates } from '../../../certs/x509.ts';
import type { SamlSettings } from '../../../providers/saml/settings.ts';
import type { Sites } from '../../config/sites.ts';
import { AppError } from '../../core/errors.ts';
import type { CertificateUses } from '../../directory/connections/certificate-uses.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { ConnectionDrafts } from '../../directory/connections/drafts.ts';
import type { MetadataWatches } from '../../directory/connections/metadata-watches.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Csrf } from '../../http/csrf.ts';
import { refuseUnknownFields } from '../../http/forms.ts';
import type { RateLimiter } from '../../http/rate-limit.ts';
import { samlMetadataUrlFor } from '../../http/saml-metadata-url.ts';
import type { MetadataAddresses } from '../../signin/metadata-addresses.ts';
import { authorityOf, editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { headOf } from './connection.ts';
import { type MetadataPage, metadataPage } from './metadata-page.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';

export interface MetadataOptions {
  sites: Sites;
  connections: Pick<Connections, 'find'>;
  connectionDrafts: Pick<ConnectionDrafts, 'find'>;
  metadataWatches: Pick<MetadataWatches, 'find' | 'pending' | 'adoptBy' | 'keep'>;
  certificateUses: Pick<CertificateUses, 'list'>;
  /** Reads the watched metadata of a live connection at once. */
  readMetadataNow(connection: Connection): Promise<unknown>;
  metadataAddresses: Pick<MetadataAddresses, 'markOf'>;
  /** Our own document; `connectionId`: with the entity ID of that connection alone. */
  samlMetadata(how: { encryption: boolean; connectionId?: string }): Promise<string>;
  /** PEM, the current one first. */
  ourCertificates(): readonly string[];
  rateLimiter: Pick<RateLimiter, 'count'>;
  csrf: Csrf;
  show: Show;
}

/** SECURITY RP-11: of one organization, whoever asks. */
const readings = { name: 'metadata-reading', max: 20, window: 600_000 };

export function metadataRoutes(options: MetadataOptions) {
  const {
    sites,
    connections,
    connectionDrafts,
    metadataWatches,
    certificateUses,
    metadataAddresses,
    rateLimiter,
    csrf,
    show,
  } = options;

  async function requireSaml(visit: Visit): Promise<Connection> {
    const connection = await requireOwnConnection(connections, visit);
    if (connection.kind !== 'saml') throw new AppError('not_found');
    return connection;
  }

  /** What the provider is to be told: of a draft that is not live yet, as the draft has it. */
  async function shownOf(
    connection: Connection,
  ): Promise<{ settings: Connection['settings']; isOwn: boolean; encryption: boolean }> {
    const draft = connection.state === 'live' ? undefined : await connectionDrafts.find(connection);
    const settings = draft?.settings ?? connection.settings;
    return {
      settings,
      isOwn: settings.ownEntityId === true,
      encryption: settings.encryption === 'accept' || settings.encryption === 'require',
    };
  }

  async function showPage(visit: Visit, connection: Connection, changedMeanwhile = false): Promise<void> {
    const { id, state } = connection;
    const { settings, isOwn, encryption } = await shownOf(connection);
    const watched = await metadataWatches.find(id);
    const isLive = state === 'live';
    const live = connection.settings as unknown as SamlSettings;
    const used = new Map((await certificateUses.list(id)).map((use) => [use.fingerprint, use.lastUsedAt]));
    const url = (rest: string) => visit.url(connectionPath(id, rest));
    const policy = settings.metadataRefresh;
    const model: MetadataPage = {
      ...headOf(visit, connection),
      importHref: url('/import'),
      ours: {
        isOwn,
        entityId: isOwn ? sites.samlEntityIdOf(id) : sites.samlEntityId,
        acsUrl: sites.acsUrl,
        logoutUrl: sites.samlLogoutUrl,
        metadataUrl: samlMetadataUrlFor(
          sites,
          { id, settings: { ownEntityId: isOwn, encryption: encryption ? 'accept' : 'refuse' } },
          metadataAddresses.markOf(id),
        ),
      },
      downloads: { metadataHref: url('/metadata.xml'), certificateHref: url('/signing-certificate.pem') },
      isLive,
      ...((policy === 'ask' || policy === 'adopt') &&
        typeof settings.metadataUrl === 'string' && {
          watch: {
            url: settings.metadataUrl,
            policy,
            checkedAt: watched?.checkedAt ?? null,
            goodAt: watched?.goodAt ?? null,
            nextAt: watched?.nextCheckAt ?? null,
            failingSince: watched?.failingSince ?? null,
            failure: watched?.failure ?? null,
            difference: isLive ? metadataWatches.pending(watched, live) : [],
          },
        }),
      certificates: !isLive
        ? []
        : live.certificates.flatMap(parseCertificates).map((certificate) => ({
            certificate,
            lastUsedAt: used.get(certificate.fingerprint),
          })),
      csrf: csrf.tokenFor(visit.state.session.uid),
      version: connection.version,
      readAction: url('/metadata/read'),
      adoptAction: url('/metadata/adopt'),
      keepAction: url('/metadata/keep'),
      ...(changedMeanwhile && { changedMeanwhile }),
    };
    show(visit, (context, frame) => metadataPage(context, frame, model), { status: changedMeanwhile ? 409 : 200 });
  }

  const readNow: Handler = async (visit) => {
    const connection = await requireSaml(visit);
    await rateLimiter.count(readings, visit.organization.id);
    await options.readMetadataNow(connection);
    finish(visit, connectionPath(connection.id, '/metadata'), 'metadata_read');
  };

  const adopt: Handler = async (visit) => {
    const connection = await requireSaml(visit);
    refuseUnknownFields(visit.form, ['version']);
    try {
      await metadataWatches.adoptBy(editorOf(visit), connection, Number(visit.form.version));
    } catch (error) {
      const isStale = error instanceof DirectoryError && ['version_conflict', 'not_found'].includes(error.code);
      if (!isStale) throw error;
      return showPage(visit, connection, true);
    }
    finish(visit, connectionPath(connection.id, '/metadata'), 'metadata_adopted');
  };

  const keep: Handler = async (visit) => {
    const connection = await requireSaml(visit);
    refuseUnknownFields(visit.form, ['items']);
    await metadataWatches.keep(authorityOf(visit), connection, readItems(visit.form.items ?? ''));
    finish(visit, connectionPath(connection.id, '/metadata'), 'metadata_kept');
  };

  const downloadMetadata: Handler = async (visit) => {
    const connection = await requireSaml(visit);
    const { isOwn, encryption } = await shownOf(connection);
    const xml = await options.samlMetadata({ encryption, ...(isOwn && { connectionId: connection.id }) });
    send(visit, 'application/samlmetadata+xml', 'sekisho-metadata.xml', xml);
  };

  const downloadCertificate: Handler = async (visit) => {
    await requireSaml(visit);
    send(visit, 'application/x-pem-file', 'sekisho-signing.pem', options.ourCertificates().join(''));
  };

  return {
    'GET /connections/:connectionId/metadata': async (visit) => showPage(visit, await requireSaml(visit)),
    'POST /connections/:connectionId/metadata/read': readNow,
    'POST /connections/:connectionId/metadata/adopt': adopt,
    'POST /connections/:connectionId/metadata/keep': keep,
    'GET /connections/:connectionId/metadata.xml': downloadMetadata,
    'GET /connections/:connectionId/signing-certificate.pem': downloadCertificate,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

/** Keys as the page had them (`keyOfItem`); they only ever silence a line of that page. */
function readItems(text: string): string[] {
  try {
    const items: unknown = JSON.parse(text);
    if (
      Array.isArray(items) &&
      items.length <= 50 &&
      items.every((item) => typeof item === 'string' && item.length <= 2200)
    )
      return items;
  } catch {
    // As below.
  }
  throw new AppError('request_invalid');
}

function send({ response }: Visit, type: string, fileName: string, text: string): void {
  response.set({ 'Content-Type': type, 'Content-Disposition': `attachment; filename="${fileName}"` });
  response.end(text);
}
