/** The import of a provider's metadata into a connection's draft (SML-3): by URL, file or paste; plain forms. */
import { parseCertificates } from '../../../certs/x509.ts';
import type { IdpMetadata } from '../../../metadata/idp-metadata.ts';
import { ProviderError } from '../../../providers/errors.ts';
import { settingsOfMetadata } from '../../../providers/saml/from-metadata.ts';
import { AppError } from '../../core/errors.ts';
import type { Language } from '../../core/language.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { ConnectionDrafts } from '../../directory/connections/drafts.ts';
import type { ListedProvider } from '../../directory/connections/metadata-answers.ts';
import type {
  GivenMetadata,
  MetadataImport,
  MetadataImports,
  Watching,
} from '../../directory/connections/metadata-imports.ts';
import { MetadataRefused } from '../../directory/connections/metadata-reader.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import { isSet, valueAt } from '../../directory/connections/setting-paths.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Csrf } from '../../http/csrf.ts';
import { readQuery, refuseUnknownFields } from '../../http/forms.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import type { CertificateLine } from './certificate-table.ts';
import {
  type ConnectionPlace,
  chooseProviderPage,
  type ImportedField,
  type ImportProblem,
  metadataImportPage,
  type PreviewImportPage,
  previewImportPage,
} from './metadata-import-pages.ts';

export interface MetadataImportOptions {
  connections: Pick<Connections, 'find'>;
  connectionDrafts: Pick<ConnectionDrafts, 'find'>;
  metadataImports: Pick<MetadataImports, 'begin' | 'find' | 'providerOf' | 'take'>;
  definitionOf: DefinitionOf;
  csrf: Csrf;
  show: Show;
}

const perPage = 25;

export function metadataImportRoutes(options: MetadataImportOptions) {
  const { connections, connectionDrafts, metadataImports, definitionOf, csrf, show } = options;

  /** Another organization's is as unknown as one that does not exist (CON-08); other kinds have no metadata. */
  async function connectionOf(visit: Visit): Promise<Connection> {
    const connection = await connections.find(String(visit.request.params.connectionId));
    if (connection?.organizationId !== visit.organization.id || connection.kind !== 'saml')
      throw new AppError('not_found');
    return connection;
  }

  function showStart(visit: Visit, connection: Connection, problem?: ImportProblem, url = ''): void {
    const model = {
      connection: placeOf(visit, connection),
      isLive: connection.state === 'live',
      action: importUrl(visit, connection),
      csrf: csrf.tokenFor(visit.state.session.uid),
      url: url || String(connection.settings.metadataUrl ?? ''),
      ...(problem && { problem }),
    };
    show(visit, (context, frame) => metadataImportPage(context, frame, model), {
      status: problem === undefined || problem.kind === 'over' ? 200 : problem.kind === 'limit' ? 429 : 422,
    });
  }

  const start: Handler = async (visit) => showStart(visit, await connectionOf(visit));

  const begin: Handler = async (visit) => {
    const connection = await connectionOf(visit);
    refuseUnknownFields(visit.form, ['url', 'paste']);
    const given = readGiven(visit);
    if ('missing' in given)
      return showStart(visit, connection, { kind: 'missing', field: given.missing }, visit.form.url);
    try {
      const { id, providers } = await metadataImports.begin(editorOf(visit), connection, given);
      const [only] = providers;
      if (providers.length === 1 && only?.problem !== undefined) {
        const problem = { kind: 'refused', field: given.from, problem: only.problem } as const;
        return showStart(visit, connection, problem, visit.form.url);
      }
      visit.response.redirect(303, `${importUrl(visit, connection, id)}${providers.length === 1 ? '?provider=0' : ''}`);
    } catch (error) {
      const problem = problemOf(error, given.from);
      if (!problem) throw error;
      showStart(visit, connection, problem, visit.form.url);
    }
  };

  const choose: Handler = async (visit) => {
    const connection = await connectionOf(visit);
    const found = await metadataImports.find(connection, String(visit.request.params.importId));
    if (!found) return showStart(visit, connection, { kind: 'over' });
    const query = readQuery(visit.request.url);
    if (query.provider !== undefined) {
      const isShown = await showPreview(visit, connection, found, Number(query.provider));
      if (!isShown) throw new AppError('not_found');
      return;
    }
    const action = importUrl(visit, connection, found.id);
    const search = (query.search ?? '').trim();
    const matching = search === '' ? [...found.providers.entries()] : matches(found.providers, search);
    const page = Math.min(
      Math.max(1, Number.parseInt(query.page ?? '1', 10) || 1),
      Math.max(1, Math.ceil(matching.length / perPage)),
    );
    const hrefOf = (to: number) =>
      `${action}?${new URLSearchParams({ ...(search !== '' && { search }), page: String(to) })}`;
    const model = {
      connection: placeOf(visit, connection),
      action,
      search,
      count: found.providers.length,
      others: found.others,
      matching: matching.length,
      rows: matching
        .slice((page - 1) * perPage, page * perPage)
        .map(([place, listed]) => ({ ...listed, href: `${action}?provider=${place}` })),
      ...(page > 1 && { previousHref: hrefOf(page - 1) }),
      ...(page * perPage < matching.length && { nextHref: hrefOf(page + 1) }),
      otherHref: importUrl(visit, connection),
    };
    show(visit, (context, frame) => chooseProviderPage(context, frame, model));
  };

  const take: Handler = async (visit) => {
    const connection = await connectionOf(visit);
    refuseUnknownFields(visit.form, ['provider', 'revision', 'watching']);
    const importId = String(visit.request.params.importId);
    const place = Number(visit.form.provider);
    const watching = visit.form.watching ?? 'off';
    if (!isWatching(watching)) throw new AppError('request_invalid');
    try {
      const revision = Number(visit.form.revision);
      await metadataImports.take(editorOf(visit), connection, { importId, place, revision, watching });
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      if (error.code === 'not_found') return showStart(visit, connection, { kind: 'over' });
      const problem = takingProblem(error);
      const found = problem && (await metadataImports.find(connection, importId));
      if (!problem || !found || !(await showPreview(visit, connection, found, place, problem))) throw error;
      return;
    }
    finish(visit, `/connections/${connection.id}`, 'metadata_taken');
  };

  /** False: there is no such provider in the import. */
  async function showPreview(
    visit: Visit,
    connection: Connection,
    found: MetadataImport,
    place: number,
    problem?: PreviewImportPage['problem'],
  ): Promise<boolean> {
    const metadata = await metadataImports.providerOf(connection, found.id, place);
    if (!metadata || found.providers[place]?.problem !== undefined) return false;
    const draft = await connectionDrafts.find(connection);
    const settings = draft?.settings ?? connection.settings;
    const model = {
      connection: placeOf(visit, connection),
      source: found.source,
      metadata,
      certificates: certificatesOf(settings, metadata, visit.now),
      isOver: metadata.validUntil !== undefined && metadata.validUntil <= visit.now,
      form: {
        action: importUrl(visit, connection, found.id),
        csrf: csrf.tokenFor(visit.state.session.uid),
        hidden: { provider: String(place), revision: String(draft?.revision ?? 0) },
      },
      otherHref: importUrl(visit, connection),
      ...(problem && { problem }),
    };
    show(
      visit,
      (context, frame) =>
        previewImportPage(context, frame, { ...model, fields: fieldsOf(context.language, settings, metadata) }),
      problem ? { status: 422 } : {},
    );
    return true;
  }

  /** In the order of the descriptions; certificates have a table of their own. */
  function fieldsOf(
    language: Language,
    settings: Readonly<Record<string, unknown>>,
    metadata: IdpMetadata,
  ): ImportedField[] {
    const taken: Record<string, unknown> = { ...settingsOfMetadata(metadata) };
    return (definitionOf('saml')?.descriptions ?? []).flatMap(({ key, label, choices }) => {
      if (key === 'certificates' || taken[key] === undefined) return [];
      const shown = (value: unknown): string => {
        if (typeof value === 'boolean') return sharedMessages[language][value ? 'yes' : 'no'];
        return choices?.find((choice) => choice.value === value)?.label[language] ?? String(value);
      };
      const before = valueAt(settings, key);
      return [{ label: label[language], before: isSet(before) ? shown(before) : undefined, after: shown(taken[key]) }];
    });
  }

  return {
    'GET /connections/:connectionId/import': start,
    'POST /connections/:connectionId/import': begin,
    'GET /connections/:connectionId/import/:importId': choose,
    'POST /connections/:connectionId/import/:importId': take,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}

function readGiven({ form, upload }: Visit): GivenMetadata | { missing: 'url' | 'file' | 'paste' } {
  if (form.url !== undefined) {
    const url = form.url.trim();
    return /^https?:\/\//i.test(url) && URL.canParse(url) ? { from: 'url', url } : { missing: 'url' };
  }
  if (form.paste !== undefined) {
    // The XML declaration must come first, and who copies takes a line too many.
    const document = Buffer.from(form.paste.trim());
    return document.length > 0 ? { from: 'paste', document } : { missing: 'paste' };
  }
  if (upload === undefined || upload.bytes.length === 0) return { missing: 'file' };
  return { from: 'file', name: upload.name, document: upload.bytes };
}

function problemOf(error: unknown, field: 'url' | 'file' | 'paste'): ImportProblem | undefined {
  if (error instanceof MetadataRefused) return { kind: 'refused', field, problem: error.problem };
  if (error instanceof DirectoryError && error.code === 'limit_reached') return { kind: 'limit' };
  if (!(error instanceof ProviderError)) return undefined;
  const { code, detail } = error;
  // What a public server answered helps; what was found out about an address that must not be asked does not.
  const received = code.startsWith('upstream_answer') ? detail?.received : undefined;
  return { kind: 'unreachable', field: 'url', code, ...(typeof received === 'string' && { received }) };
}

function takingProblem(error: DirectoryError): PreviewImportPage['problem'] {
  if (error.code === 'version_conflict') return { kind: 'conflict' };
  if (error.code !== 'settings_invalid') return undefined;
  return { kind: 'settings', messages: error.problems.map(({ path, message }) => `${path}: ${message}`) };
}

/** The document's, then those that the draft has beside them and would lose. */
function certificatesOf(
  settings: Readonly<Record<string, unknown>>,
  { certificates }: IdpMetadata,
  now: number,
): CertificateLine[] {
  const before = Array.isArray(settings.certificates)
    ? settings.certificates.map(String).flatMap(parseCertificates)
    : [];
  const isIn = (list: readonly { fingerprint: string }[], fingerprint: string) =>
    list.some((one) => one.fingerprint === fingerprint);
  return [
    ...certificates.map((certificate) => ({
      certificate,
      state:
        certificate.notAfter < now
          ? ('expired' as const)
          : certificate.notBefore > now
            ? ('future' as const)
            : isIn(before, certificate.fingerprint)
              ? ('known' as const)
              : ('fresh' as const),
    })),
    ...before
      .filter(({ fingerprint }) => !isIn(certificates, fingerprint))
      .map((certificate) => ({ certificate, state: 'gone' as const })),
  ];
}

function matches(providers: readonly ListedProvider[], search: string): [number, ListedProvider][] {
  const wanted = search.toLowerCase();
  return [...providers.entries()].filter(([, { entityId, displayName = '' }]) =>
    `${entityId}\n${displayName}`.toLowerCase().includes(wanted),
  );
}

function isWatching(value: string): value is Watching {
  return value === 'off' || value === 'ask' || value === 'adopt';
}

function placeOf(visit: Visit, connection: Connection): ConnectionPlace {
  return {
    name: connection.name,
    href: visit.url(`/connections/${connection.id}`),
    listHref: visit.url('/connections'),
  };
}

function importUrl(visit: Visit, connection: Connection, importId?: string): string {
  return visit.url(`/connections/${connection.id}/import${importId === undefined ? '' : `/${importId}`}`);
}
