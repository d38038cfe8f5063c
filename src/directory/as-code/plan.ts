/**
 * `plan`: what would change if a document were applied, and what stands in the way. Reads, changes nothing.
 *
 * Secrets are compared here and go no further: a plan says that one changes, never what it is.
 */
import type { ProviderDefinition } from '../../../providers/provider.ts';
import { joinSecrets, splitSecrets } from '../connections/connection-secrets.ts';
import type { Connection, Connections } from '../connections/connections.ts';
import type { ConnectionDrafts, Draft } from '../connections/drafts.ts';
import { type DefinitionOf, readConnectionHead } from '../connections/new-connection.ts';
import type { Settings } from '../connections/sealed-settings.ts';
import { changesBetween, endpointsOf, isSet, type SettingChange, valueAt } from '../connections/setting-paths.ts';
import { DirectoryError, type Problem, problemsOf } from '../errors.ts';
import type { Organization, OrganizationSettings } from '../organizations.ts';
import {
  type ConnectionInDocument,
  type OrganizationDocument,
  type SecretReference,
  secretReferenceSchema,
} from './document.ts';

/** The value behind a reference; undefined when there is none. */
export type ResolveSecret = (reference: SecretReference) => Promise<string | undefined>;

export type ConnectionStep =
  | { act: 'create'; wanted: Wanted }
  | { act: 'update'; connection: Connection; wanted: Wanted; changes: readonly SettingChange[]; replacesDraft: boolean }
  /** The draft says it already; it waits for its test. */
  | { act: 'wait'; connection: Connection; draft: Draft; wanted: Wanted }
  | { act: 'change-use'; connection: Connection; wanted: Wanted; changes: readonly SettingChange[] }
  | { act: 'disconnect'; connection: Connection };

/** A connection of the document, as it is to be. */
export interface Wanted {
  head: ReturnType<typeof readConnectionHead>;
  state: ConnectionInDocument['state'];
  /** As the provider reads them, without secrets. */
  settings: Settings;
  /** Key path → value. Never shown. */
  secrets: Readonly<Record<string, string>>;
}

export interface Plan {
  organization: Organization;
  settings: { change: Partial<OrganizationSettings>; changes: readonly SettingChange[] };
  workspaceName: string | undefined;
  /** Undefined: stays. */
  method: { from: string | null; to: string | null } | undefined;
  steps: readonly ConnectionStep[];
  /** Connections that the document does not speak of. */
  leftAlone: readonly Connection[];
  /** Secrets that have no value here: what is stored stays. `<connection>.<key>` */
  keptSecrets: readonly string[];
}

export interface PlanNeeds {
  connections: Pick<Connections, 'list' | 'openSettings'>;
  drafts: Pick<ConnectionDrafts, 'find' | 'openSettings'>;
  definitionOf: DefinitionOf;
  resolve: ResolveSecret;
}

/** `prune`: disconnect what the document does not speak of. Throws `document_invalid` with every problem. */
export async function planOrganization(
  needs: PlanNeeds,
  organization: Organization,
  document: OrganizationDocument,
  { prune = false } = {},
): Promise<Plan> {
  const { connections } = needs;
  const problems: Problem[] = problemsOfOrganization(document, organization);
  const own = new Map((await connections.list(organization.id)).map((connection) => [connection.name, connection]));
  const steps: ConnectionStep[] = [];
  const keptSecrets: string[] = [];
  for (const [index, item] of document.connections.entries()) {
    const found = await planConnection(needs, own.get(item.name), item);
    problems.push(
      ...found.problems.map(({ path, message }) => ({ path: join(`connections.${index}`, path), message })),
    );
    steps.push(...found.steps);
    keptSecrets.push(...found.keptSecrets.map((key) => `${item.name}.${key}`));
  }
  const named = new Set(document.connections.map(({ name }) => name));
  const others = [...own.values()].filter(({ name }) => !named.has(name));
  const toDisconnect = prune ? others.filter(({ state }) => state === 'live') : [];
  steps.push(...toDisconnect.map((connection) => ({ act: 'disconnect', connection }) as const));

  const methodNow = [...own.values()].find(({ id }) => id === organization.subscriberConnectionId)?.name ?? null;
  const method = document.organization?.method;
  if (typeof method === 'string' && !named.has(method) && !own.has(method))
    problems.push({ path: 'organization.method', message: `there is no connection named "${method}"` });
  if (problems.length > 0) throw new DirectoryError('document_invalid', 'The document has problems', problems);

  const { change, changes } = settingsChange(organization.settings, document.organization?.settings ?? {});
  const { workspaceName } = document.organization ?? {};
  return {
    organization,
    settings: { change, changes },
    workspaceName: workspaceName === organization.workspaceName ? undefined : workspaceName,
    method: method === undefined || method === methodNow ? undefined : { from: methodNow, to: method },
    steps,
    leftAlone: others.filter((connection) => !toDisconnect.includes(connection)),
    keptSecrets,
  };
}

/** Nothing would change, and nothing waits. */
export function isEmpty({ settings, workspaceName, method, steps }: Plan): boolean {
  return settings.changes.length === 0 && workspaceName === undefined && method === undefined && steps.length === 0;
}

function problemsOfOrganization({ organization: said }: OrganizationDocument, organization: Organization): Problem[] {
  if (said === undefined) return [];
  const problems: Problem[] = [];
  if (said.customerId !== organization.customerId)
    problems.push({
      path: 'organization.customerId',
      message: `is of another organization; this one is "${organization.customerId}"`,
    });
  if (said.name !== undefined && said.name !== organization.name)
    problems.push({ path: 'organization.name', message: `cannot be changed by a file; it is "${organization.name}"` });
  return problems;
}

interface PlannedConnection {
  steps: ConnectionStep[];
  problems: Problem[];
  keptSecrets: string[];
}

async function planConnection(
  needs: PlanNeeds,
  existing: Connection | undefined,
  item: ConnectionInDocument,
): Promise<PlannedConnection> {
  const { definitionOf } = needs;
  const { state, settings, ...head } = item;
  const read = problemsInstead(() => readConnectionHead(head, definitionOf));
  const definition = definitionOf(item.kind);
  if ('problems' in read || !definition)
    return { steps: [], problems: 'problems' in read ? read.problems : [], keptSecrets: [] };
  if (existing && existing.kind !== item.kind)
    return refused('kind', `cannot be changed; "${existing.name}" is of kind ${existing.kind}`);
  if (state === 'disconnected') {
    const isConnected = existing?.state === 'live';
    return { steps: isConnected ? [{ act: 'disconnect', connection: existing }] : [], problems: [], keptSecrets: [] };
  }
  const stored = existing && (await storedOf(needs, existing));
  const given = await secretsOf(needs.resolve, definition, settings, stored?.now ?? {});
  if (given.problems.length > 0) return { steps: [], problems: given.problems, keptSecrets: [] };
  const whole = joinSecrets(given.plain, { ...given.kept, ...given.secrets });
  const parsed = definition.schema.safeParse(whole);
  const wrong = parsed.success ? [] : problemsOf(parsed.error);
  // A draft may lack what only a test needs.
  const inTheWay = wrong.filter(({ path }) => state !== 'draft' || path === '' || isSet(valueAt(whole, path)));
  if (inTheWay.length > 0)
    return {
      steps: [],
      problems: inTheWay.map((each) => ({ ...each, path: join('settings', each.path) })),
      keptSecrets: [],
    };
  const wantedWhole = parsed.success ? (parsed.data as Settings) : whole;
  const { descriptions } = definition;
  const moved = stored && endpointsOf(stored.now, descriptions) !== endpointsOf(wantedWhole, descriptions);
  const needed = moved ? Object.keys(given.kept) : [];
  if (needed.length > 0) {
    const message = 'must have a value: an endpoint changes, and the stored secret was entered for the old one';
    return { steps: [], problems: needed.map((key) => ({ path: `settings.${key}`, message })), keptSecrets: [] };
  }
  const { plain } = splitSecrets(wantedWhole, descriptions);
  const wanted: Wanted = { head: read.value, state, settings: plain, secrets: given.secrets };
  const keptSecrets = Object.keys(given.kept);
  if (!existing || !stored) return { steps: [{ act: 'create', wanted }], problems: [], keptSecrets };
  return { steps: stepsFor(existing, stored, wanted, wantedWhole, definition), problems: [], keptSecrets };
}

function stepsFor(
  connection: Connection,
  { now, draft, drafted }: Stored,
  wanted: Wanted,
  wantedWhole: Settings,
  definition: ProviderDefinition,
): ConnectionStep[] {
  const steps: ConnectionStep[] = [];
  const uses = changesOfUse(connection, wanted.head);
  if (uses.length > 0) steps.push({ act: 'change-use', connection, wanted, changes: uses });
  const { descriptions } = definition;
  const changes = changesBetween(now, wantedWhole, descriptions);
  const isAsWanted = changes.length === 0 && (connection.state === 'live' || wanted.state === 'draft');
  if (isAsWanted) return steps;
  if (draft && drafted && changesBetween(drafted, wantedWhole, descriptions).length === 0) {
    if (wanted.state === 'live') steps.push({ act: 'wait', connection, draft, wanted });
    return steps;
  }
  steps.push({
    act: 'update',
    connection,
    wanted,
    changes,
    replacesDraft: draft !== undefined && connection.state === 'live',
  });
  return steps;
}

interface Stored {
  /** Live where it is live, else the draft, else the row. With secrets. */
  now: Settings;
  draft: Draft | undefined;
  drafted: Settings | undefined;
}

async function storedOf({ connections, drafts }: PlanNeeds, connection: Connection): Promise<Stored> {
  const draft = await drafts.find(connection);
  const drafted = (await drafts.openSettings(connection.id))?.settings;
  const row = await connections.openSettings(connection);
  return { now: connection.state === 'live' ? row : (drafted ?? row), draft, drafted };
}

interface GivenSecrets {
  plain: Settings;
  secrets: Record<string, string>;
  /** Stored ones that stay, because the reference has no value here. */
  kept: Record<string, unknown>;
  problems: Problem[];
}

/** A secret in the document itself would end in a repository: refused. */
async function secretsOf(
  resolve: ResolveSecret,
  definition: ProviderDefinition,
  settings: Readonly<Settings>,
  stored: Readonly<Settings>,
): Promise<GivenSecrets> {
  const { plain, secrets: references } = splitSecrets(settings, definition.descriptions);
  const given: GivenSecrets = { plain, secrets: {}, kept: {}, problems: [] };
  for (const [key, value] of Object.entries(references ?? {})) {
    const reference = secretReferenceSchema.safeParse(value);
    if (!reference.success) {
      const message = 'is a secret: write where it is, { env: NAME } or { file: PATH }';
      given.problems.push({ path: `settings.${key}`, message });
      continue;
    }
    const secret = await resolve(reference.data);
    const known = valueAt(stored, key);
    if (isSet(secret)) given.secrets[key] = secret!;
    else if (isSet(known)) given.kept[key] = known;
    else {
      const [[kind, name]] = Object.entries(reference.data) as [[string, string]];
      given.problems.push({ path: `settings.${key}`, message: `has no value: ${kind} ${name} is not there` });
    }
  }
  return given;
}

function changesOfUse(connection: Connection, head: Wanted['head']): SettingChange[] {
  const pairs: [string, unknown, unknown][] = [
    ['subscribers', connection.forSubscribers, head.subscribers],
    ['administrators', connection.forAdministrators, head.administrators],
    ['identifier', connection.identifier ?? undefined, head.identifier],
  ];
  return pairs
    .filter(([, before, after]) => before !== after)
    .map(([key, before, after]) => ({ key, secret: false, before, after }));
}

type WantedSettings = NonNullable<NonNullable<OrganizationDocument['organization']>['settings']>;

function settingsChange(now: OrganizationSettings, wanted: WantedSettings) {
  const keys = (Object.keys(wanted) as (keyof OrganizationSettings)[]).filter((key) => now[key] !== wanted[key]);
  return {
    change: Object.fromEntries(keys.map((key) => [key, wanted[key]])) as Partial<OrganizationSettings>,
    changes: keys.map((key) => ({ key, secret: false, before: now[key], after: wanted[key] })),
  };
}

function problemsInstead<Value>(read: () => Value): { value: Value } | { problems: Problem[] } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof DirectoryError) return { problems: [...error.problems] };
    throw error;
  }
}

function refused(path: string, message: string): PlannedConnection {
  return { steps: [], problems: [{ path, message }], keptSecrets: [] };
}

const join = (prefix: string, path: string) => (path === '' ? prefix : `${prefix}.${path}`);
