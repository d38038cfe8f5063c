/**
 * A tenant's directory as we read it by ourselves, with our own token: people and groups by name (AAD-3, AAD-4), and what
 * our applications have been granted there (AAD-6).
 *
 * Names are searched as advanced queries (`ConsistencyLevel: eventual`, `$count`), which is what lets `$search` and
 * `userType ne 'Guest'` stand together. Guests are left out by the query and once more by us.
 */
import { ProviderError } from '../../errors.ts';
import type { DirectoryGroup, DirectoryPage, Ports } from '../../provider.ts';
import type { JsonObject } from '../oidc/answers.ts';
import { createGraphRequests, entriesOf, refused } from './requests.ts';

const pageSize = 25;
const userProperties = 'id,displayName,userPrincipalName,mail,userType,accountEnabled';
const groupProperties = 'id,displayName,description';
/** What makes an advanced query. */
const eventual = { consistencylevel: 'eventual' };
/** Grants of one application are a handful; a list without end is a mistake. */
const maximumGrantPages = 5;

export interface GraphUser {
  id: string;
  displayName: string;
  userName?: string;
  email?: string;
}
/** Names of Graph's permissions. */
export interface GrantedPermissions {
  delegated: readonly string[];
  application: readonly string[];
}

export interface GraphDirectory {
  searchUsers(text: string, page?: string): Promise<DirectoryPage<GraphUser>>;
  searchGroups(text: string, page?: string): Promise<DirectoryPage<DirectoryGroup>>;
  findUser(id: string): Promise<GraphUser | undefined>;
  findGroup(id: string): Promise<DirectoryGroup | undefined>;
  /** Undefined: the application is not in this tenant. Throws `directory_refused` where Graph does not tell us. */
  readGranted(clientId: string): Promise<GrantedPermissions | undefined>;
}

export function createGraphDirectory(
  url: string,
  token: () => Promise<string>,
  ports: Pick<Ports, 'fetch' | 'sleep'>,
): GraphDirectory {
  const requests = createGraphRequests(url, ports);

  async function get(address: string, headers?: Readonly<Record<string, string>>): Promise<JsonObject> {
    return requests.get(address, await token(), headers);
  }

  async function search<Entry>(
    collection: 'users' | 'groups',
    query: Readonly<Record<string, string>>,
    page: string | undefined,
    read: (entry: JsonObject) => Entry | undefined,
  ): Promise<DirectoryPage<Entry>> {
    const first = `${url}/v1.0/${collection}?${queryOf(query)}`;
    const answer = await get(page === undefined ? first : addressOf(collection, page), eventual);
    const next = requests.nextOf(answer);
    return {
      entries: entriesOf(answer)
        .map(read)
        .filter((entry) => entry !== undefined),
      ...(next === undefined ? {} : { next: cursorOf(next) }),
    };
  }

  /** Graph's link to the next page is to be followed whole; between pages it travels through a browser without its host. */
  const cursorOf = (next: string) => Buffer.from(next.slice(url.length)).toString('base64url');
  function addressOf(collection: string, cursor: string): string {
    const path = Buffer.from(cursor, 'base64url').toString();
    // anything else could ask Graph for anything in our name
    if (!path.startsWith(`/v1.0/${collection}?`) || /[^\x21-\x7e]/.test(path)) throw refused('page', 'a page of ours');
    return url + path;
  }

  async function findOne(
    collection: 'users' | 'groups',
    id: string,
    properties: string,
  ): Promise<JsonObject | undefined> {
    if (!isObjectId(id)) return undefined;
    try {
      return await get(`${url}/v1.0/${collection}/${id}?${queryOf({ $select: properties })}`);
    } catch (error) {
      const isMissing = error instanceof ProviderError && /^HTTP 404\b/.test(error.detail.received ?? '');
      if (isMissing) return undefined;
      throw error;
    }
  }

  async function readAll(first: string): Promise<JsonObject[]> {
    const entries: JsonObject[] = [];
    let next: string | undefined = first;
    for (let page = 0; next !== undefined && page < maximumGrantPages; page++) {
      const answer: JsonObject = await get(next);
      entries.push(...entriesOf(answer));
      next = requests.nextOf(answer);
    }
    return entries;
  }

  return {
    searchUsers: (text, page) =>
      search(
        'users',
        {
          $select: userProperties,
          $filter: "userType ne 'Guest' and accountEnabled eq true",
          ...searchFor(text, ['displayName', 'userPrincipalName', 'mail']),
          $orderby: 'displayName',
          $count: 'true',
          $top: String(pageSize),
        },
        page,
        readUser,
      ),
    searchGroups: (text, page) =>
      search(
        'groups',
        {
          $select: groupProperties,
          ...searchFor(text, ['displayName', 'mail']),
          $orderby: 'displayName',
          $count: 'true',
          $top: String(pageSize),
        },
        page,
        readGroup,
      ),

    async findUser(id) {
      const found = await findOne('users', id, userProperties);
      return found && readUser(found);
    },
    async findGroup(id) {
      const found = await findOne('groups', id, groupProperties);
      return found && readGroup(found);
    },

    async readGranted(clientId) {
      const principals = `${url}/v1.0/servicePrincipals`;
      const ours = await get(`${principals}?${queryOf({ $filter: `appId eq '${odata(clientId)}'`, $select: 'id' })}`);
      const id = entriesOf(ours)[0]?.id;
      if (!isObjectId(id)) return undefined;
      // of everybody in the tenant, not of one person
      const grants = (await readAll(`${principals}/${id}/oauth2PermissionGrants`)).filter(
        ({ consentType }) => consentType === 'AllPrincipals',
      );
      const assignments = await readAll(`${principals}/${id}/appRoleAssignments`);
      const roles = assignments.length === 0 ? new Map<string, string>() : await readAppRoles(principals);
      return {
        delegated: namesOf(grants.flatMap(({ scope }) => (typeof scope === 'string' ? scope.trim().split(/\s+/) : []))),
        application: namesOf(assignments.flatMap(({ appRoleId }) => roles.get(String(appRoleId)) ?? [])),
      };
    },
  };

  /** Role id → name, of Microsoft Graph itself. */
  async function readAppRoles(principals: string): Promise<Map<string, string>> {
    const query = queryOf({ $filter: `appId eq '${graphAppId}'`, $select: 'id,appRoles' });
    const roles = entriesOf(await get(`${principals}?${query}`))[0]?.appRoles;
    return new Map(
      (Array.isArray(roles) ? roles : []).flatMap(({ id, value }: JsonObject) =>
        typeof id === 'string' && typeof value === 'string' ? [[id, value] as const] : [],
      ),
    );
  }
}

/** Microsoft Graph's own application, the same in every tenant. */
const graphAppId = '00000003-0000-0000-c000-000000000000';

/** OpenID Connect's own scopes are granted too, and are no permissions of Graph. */
function namesOf(names: readonly string[]): string[] {
  const own = ['openid', 'profile', 'email', 'offline_access', ''];
  return [...new Set(names)].filter((name) => !own.includes(name)).sort();
}

/** Undefined: a guest, a disabled account, or nothing that we could name. */
function readUser(entry: JsonObject): GraphUser | undefined {
  const { id, displayName, userPrincipalName, mail, userType, accountEnabled } = entry;
  if (!isObjectId(id) || userType === 'Guest' || accountEnabled === false) return undefined;
  const userName = textOf(userPrincipalName);
  const email = textOf(mail);
  return {
    id: id.toLowerCase(),
    displayName: textOf(displayName) ?? userName ?? id,
    ...(userName === undefined ? {} : { userName }),
    ...(email === undefined ? {} : { email }),
  };
}

function readGroup({ id, displayName, description }: JsonObject): DirectoryGroup | undefined {
  if (!isObjectId(id)) return undefined;
  const text = textOf(description);
  return {
    id: id.toLowerCase(),
    displayName: textOf(displayName) ?? id,
    ...(text === undefined ? {} : { description: text }),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 300) : undefined;
}

function isObjectId(id: unknown): id is string {
  return typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

/** Graph's `$search`: what stands between the quotes is text, with quotes and backslashes escaped. */
function searchFor(text: string, properties: readonly string[]): { $search?: string } {
  const wanted = text.trim().slice(0, 100).replace(/[\\"]/g, '\\$&');
  if (wanted === '') return {};
  return { $search: properties.map((property) => `"${property}:${wanted}"`).join(' OR ') };
}

/** OData: a quote within a text is doubled. */
function odata(text: string): string {
  return text.replaceAll("'", "''");
}

/** `%20`, not `+`: OData reads a plus as a plus. The dollar of the names stays. */
function queryOf(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
