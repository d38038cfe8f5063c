/**
 * Connections: the acts of the console's pages, by the same functions (SPEC §3). Never a secret in an answer (CON-12);
 * another organization's is as unknown as one that does not exist (CON-08).
 */
import type { Accounts } from '../directory/accounts.ts';
import type { ConnectionList, ListedConnection } from '../directory/connections/connection-list.ts';
import { type ConnectionStates, stateOf, unknownHealth } from '../directory/connections/connection-states.ts';
import type { Connection, Connections } from '../directory/connections/connections.ts';
import type { ChangeDetails } from '../directory/connections/details.ts';
import type { Disconnecting } from '../directory/connections/disconnecting.ts';
import { type ConnectionDrafts, type Draft, isBegun } from '../directory/connections/drafts.ts';
import type { ConnectionEditor } from '../directory/connections/editor.ts';
import type { ConnectionVersions } from '../directory/connections/versions.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { Organization } from '../directory/organizations.ts';
import { requireMatch } from './etags.ts';
import type { HandlersOf } from './handlers.ts';
import { ApiProblem, pointerOf } from './problems.ts';
import type { OrganizationCall } from './route.ts';
import { type SetupLinksOptions, setupLinksHandlers } from './setup-links.ts';

export interface ConnectionsOptions extends SetupLinksOptions {
  connections: Pick<Connections, 'find'>;
  connectionList: Pick<ConnectionList, 'page'>;
  connectionStates: Pick<ConnectionStates, 'healthOf'>;
  connectionDrafts: Pick<ConnectionDrafts, 'begin' | 'find' | 'open' | 'save' | 'discard' | 'makeLive'>;
  connectionVersions: Pick<ConnectionVersions, 'list' | 'rollBack'>;
  changeDetails: ChangeDetails;
  disconnecting: Pick<Disconnecting, 'disconnect' | 'remove'>;
  accounts: Pick<Accounts, 'find'>;
}

type Named = OrganizationCall & { params: Readonly<Record<string, string>> };
type Changing = Named & { matches: readonly string[] };

export function connectionsHandlers(options: ConnectionsOptions) {
  const { connections, connectionList, connectionStates, connectionDrafts, connectionVersions } = options;
  const { changeDetails, disconnecting, accounts } = options;

  async function requireOwn({ organization, params }: Named): Promise<Connection> {
    const connection = await connections.find(params.connectionId ?? '');
    if (connection?.organizationId !== organization.id)
      throw new DirectoryError('not_found', 'There is no such connection');
    return connection;
  }

  async function requireSeen(call: Changing): Promise<Connection> {
    const connection = await requireOwn(call);
    requireMatch(call.matches, etagOf(connection));
    return connection;
  }

  async function requireDraft(connection: Connection): Promise<Draft> {
    const draft = await connectionDrafts.find(connection);
    if (!draft) throw new DirectoryError('not_found', 'There is no draft');
    return draft;
  }

  async function requireSeenDraft(call: Changing): Promise<{ connection: Connection; draft: Draft }> {
    const connection = await requireOwn(call);
    const draft = await requireDraft(connection);
    requireMatch(call.matches, draftEtag(draft));
    return { connection, draft };
  }

  async function answerOf(id: string, organization: Organization) {
    const connection = await connections.find(id);
    if (!connection) throw new DirectoryError('not_found', 'There is no such connection');
    const [states, draft] = await Promise.all([connectionStates.healthOf([id]), connectionDrafts.find(connection)]);
    const health = states.get(id) ?? unknownHealth;
    const hasDraft = draft !== undefined && isBegun({ revision: draft.revision, based_on: draft.basedOn });
    const described = describe(
      { ...connection, health, shownState: stateOf(connection, health), hasDraft },
      organization,
    );
    return { body: { ...described, settings: { ...connection.settings } }, etag: etagOf(connection) };
  }

  /**
   * Who decides what is live decides who may say that they are an administrator: as much as giving full access, which is
   * for persons (CON-06). Throws `full-access-by-persons`.
   */
  function requirePerson({ caller }: OrganizationCall, isForAdministrators: boolean): void {
    if (caller.kind === 'client' && isForAdministrators) throw new ApiProblem('full-access-by-persons');
  }

  /** IDP-2: a client acts in its creator's name, who signs in by the connection of their account. */
  async function editorOf({ act, administratorIds, caller }: OrganizationCall): Promise<ConnectionEditor> {
    const signedInWith =
      caller.kind === 'person'
        ? caller.state.session.connectionId
        : (await accounts.find(caller.client.creator.accountId))?.connectionId;
    return { act, as: administratorIds, signedInWith: signedInWith ?? 'unknown' };
  }

  return {
    ...setupLinksHandlers(options, editorOf),

    'GET /api/v1/organizations/{customerId}/connections': async ({ organization, page, query }) => {
      const after = page.after === undefined ? {} : { after: String(page.after[0]) };
      const { items, hasNext } = await connectionList.page(organization.id, query, after, page.limit);
      const last = items.at(-1);
      return {
        body: { items: items.map((connection) => describe(connection, organization)) },
        last: hasNext && last ? [last.name] : undefined,
      };
    },

    'POST /api/v1/organizations/{customerId}/connections': async (call) => {
      const { organization, body } = call;
      const { settings = {}, secrets = {}, ...head } = body;
      const begun = connectionDrafts.begin(await editorOf(call), organization.id, head, { settings, secrets });
      const { connection } = await begun.catch((error) => refuse(error, secrets));
      const location = `/api/v1/organizations/${organization.customerId}/connections/${connection.id}`;
      return { ...(await answerOf(connection.id, organization)), location };
    },

    'GET /api/v1/organizations/{customerId}/connections/{connectionId}': async (call) =>
      answerOf((await requireOwn(call)).id, call.organization),

    'PATCH /api/v1/organizations/{customerId}/connections/{connectionId}': async (call) => {
      const before = await requireSeen(call);
      const { name, subscribers, administrators, identifier } = call.body;
      const wantedIdentifier = identifier === undefined ? before.identifier : identifier;
      const isForAdministrators = administrators ?? before.forAdministrators;
      requirePerson(call, isForAdministrators && !before.forAdministrators);
      const wanted = {
        name: name ?? before.name,
        subscribers: subscribers ?? before.forSubscribers,
        administrators: isForAdministrators,
        // Given up with the use, unless somebody asks for what cannot be.
        ...((isForAdministrators || identifier != null) &&
          wantedIdentifier !== null && { identifier: wantedIdentifier }),
      };
      await changeDetails(await editorOf(call), before.id, wanted, before.detailsVersion);
      return answerOf(before.id, call.organization);
    },

    'DELETE /api/v1/organizations/{customerId}/connections/{connectionId}': async (call) => {
      const before = await requireSeen(call);
      await disconnecting.remove(await editorOf(call), before.id, before.version);
      return {};
    },

    'POST /api/v1/organizations/{customerId}/connections/{connectionId}/disconnect': async (call) => {
      const before = await requireSeen(call);
      await disconnecting.disconnect(await editorOf(call), before.id, before.version);
      return answerOf(before.id, call.organization);
    },

    'GET /api/v1/organizations/{customerId}/connections/{connectionId}/draft': async (call) => {
      const draft = await requireDraft(await requireOwn(call));
      return { body: describeDraft(draft), etag: draftEtag(draft) };
    },

    'POST /api/v1/organizations/{customerId}/connections/{connectionId}/draft': async (call) => {
      const { id } = await requireOwn(call);
      const draft = await connectionDrafts.open(await editorOf(call), id);
      return { body: describeDraft(draft), etag: draftEtag(draft) };
    },

    'PUT /api/v1/organizations/{customerId}/connections/{connectionId}/draft': async (call) => {
      const { connection, draft: seen } = await requireSeenDraft(call);
      const { settings, secrets = {} } = call.body;
      const saving = connectionDrafts.save(await editorOf(call), connection.id, seen.revision, { settings, secrets });
      const { draft, dropped } = await saving.catch((error) => refuse(error, secrets));
      return { body: { ...describeDraft(draft), droppedSecrets: [...dropped] }, etag: draftEtag(draft) };
    },

    'DELETE /api/v1/organizations/{customerId}/connections/{connectionId}/draft': async (call) => {
      const { connection, draft } = await requireSeenDraft(call);
      if (connection.state === 'draft')
        throw new ApiProblem('conflict', {
          detail: 'It is all that there is of this connection: delete the connection',
        });
      await connectionDrafts.discard(await editorOf(call), connection.id, draft.revision);
      return {};
    },

    'POST /api/v1/organizations/{customerId}/connections/{connectionId}/draft/make-live': async (call) => {
      const { connection, draft } = await requireSeenDraft(call);
      requirePerson(call, connection.forAdministrators);
      await connectionDrafts.makeLive(await editorOf(call), connection.id, draft.revision);
      return answerOf(connection.id, call.organization);
    },

    'GET /api/v1/organizations/{customerId}/connections/{connectionId}/versions': async (call) => {
      const versions = await connectionVersions.list(await requireOwn(call));
      const items = versions.map(({ changes, liveAt, ...version }) => ({
        ...version,
        liveAt: timeOf(liveAt),
        changes: changes.map(({ key, secret, before, after }) => ({
          key,
          secret,
          before: before ?? null,
          after: after ?? null,
        })),
      }));
      return { body: { items } };
    },

    'POST /api/v1/organizations/{customerId}/connections/{connectionId}/versions/{version}/restore': async (call) => {
      const before = await requireSeen(call);
      requirePerson(call, before.forAdministrators);
      const { version = '' } = call.params;
      // What is no number is no version: PostgreSQL would not even compare it.
      const to = /^\d{1,9}$/.test(version) ? Number(version) : -1;
      try {
        await connectionVersions.rollBack(await editorOf(call), before.id, to, before.version);
      } catch (error) {
        if (!(error instanceof DirectoryError) || error.code !== 'settings_invalid') throw error;
        throw new ApiProblem('conflict', { cause: error, detail: error.message });
      }
      return answerOf(before.id, call.organization);
    },
  } satisfies HandlersOf<`${string}/connections${string}`>;
}

/** Of settings as of name, uses and identifier: both are in the answer. */
function etagOf({ version, detailsVersion }: Connection): string {
  return `v${version}.${detailsVersion}`;
}

function draftEtag({ revision, createdAt }: Draft): string {
  return `d${revision}.${createdAt}`;
}

const headFields = new Set(['kind', 'name', 'subscribers', 'administrators', 'identifier']);

/** Key paths of settings and secrets, as they stand in the body. */
function refuse(error: unknown, secrets: Readonly<Record<string, unknown>>): never {
  if (!(error instanceof DirectoryError) || error.code !== 'settings_invalid') throw error;
  const pointerTo = (path: string): string => {
    if (headFields.has(path)) return pointerOf([path]);
    if (Object.hasOwn(secrets, path)) return pointerOf(['secrets', path]);
    return pointerOf(path === '' ? ['settings'] : ['settings', ...path.split('.')]);
  };
  throw new ApiProblem('value-refused', {
    cause: error,
    detail: error.message,
    errors: error.problems.slice(0, 50).map(({ path, message }) => ({ pointer: pointerTo(path), message })),
  });
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

type Described = Omit<ListedConnection, 'organizationId' | 'version'>;

function describe(connection: Described, organization: Organization) {
  const { finding, lastWorkedAt } = connection.health;
  return {
    id: connection.id,
    kind: connection.kind,
    name: connection.name,
    state: connection.shownState,
    health: finding && { level: finding.level, code: finding.code, since: timeOf(finding.since) },
    lastWorkedAt: lastWorkedAt === null ? null : timeOf(lastWorkedAt),
    hasDraft: connection.hasDraft,
    forSubscribers: connection.forSubscribers,
    forAdministrators: connection.forAdministrators,
    isWorkspaceMethod: organization.subscriberConnectionId === connection.id,
    identifier: connection.identifier,
    hasSecrets: connection.hasSecrets,
    createdAt: timeOf(connection.createdAt),
    updatedAt: timeOf(connection.updatedAt),
  };
}

function describeDraft(draft: Draft) {
  return {
    settings: { ...draft.settings },
    secrets: [...draft.secrets],
    missing: draft.problems.map(({ path, message }) => ({ path, message })),
    basedOn: draft.basedOn,
    revision: draft.revision,
    passedAt: draft.passedAt === null ? null : timeOf(draft.passedAt),
    updatedBy: draft.updatedBy,
    updatedAt: timeOf(draft.updatedAt),
  };
}
