/**
 * Microsoft Graph as an application sees it: people and groups by name with paging, and what applications were granted.
 * Answers have the shapes of the documented examples (`../shared/fixtures/api/graph`); advanced queries are refused without
 * their header, as Graph refuses them.
 */
import type { Misbehaviour } from './misbehaviour.ts';
import type { Json } from './signing.ts';
import type { Reply, SimulatedRequest } from './vendor.ts';

export interface EntraDirectory {
  /** Graph's `user`; `userType` Member and enabled unless said otherwise. */
  users: readonly Json[];
  groups: readonly Json[];
  /** Names of delegated permissions that the tenant has granted each application. */
  delegated: readonly string[];
  application: readonly string[];
  /** Largest page. */
  pageSize: number;
}

const graphAppId = '00000003-0000-0000-c000-000000000000';
const appRoles = ['GroupMember.Read.All', 'User.Read.All', 'Mail.Read'].map((value, index) => ({
  id: `00000000-0000-4000-8000-00000000000${index}`,
  value,
}));

export function createEntraDirectory(given: Partial<EntraDirectory>, consented: ReadonlySet<string>) {
  const {
    users = [],
    groups = [],
    delegated = ['User.Read', 'User.ReadBasic.All', 'GroupMember.Read.All', 'User.Read.All'],
    application = ['GroupMember.Read.All', 'User.Read.All'],
    pageSize = 2,
  } = given;

  function answer(request: SimulatedRequest, url: string, takes: (kind: Misbehaviour) => boolean): Reply {
    const [, , collection = '', id, relation] = request.path.split('/');
    const all = collection === 'users' ? users : collection === 'groups' ? groups : undefined;
    if (all !== undefined && id === undefined) return list(request, collection, all, url, takes);
    if (all !== undefined && relation === undefined) {
      const found = all.find((entry) => entry.id === id);
      return found ? ok(pick(whole(found), request.query.$select)) : refuse(404, 'Request_ResourceNotFound');
    }
    if (collection === 'servicePrincipals') return servicePrincipals(request.query, id, relation);
    return refuse(404, 'Request_ResourceNotFound');
  }

  function list(
    { query, headers }: SimulatedRequest,
    collection: string,
    all: readonly Json[],
    url: string,
    takes: (kind: Misbehaviour) => boolean,
  ): Reply {
    const { $search, $filter = '', $select, $count, $top } = query;
    const isAdvanced = $search !== undefined || / ne /.test($filter);
    if (isAdvanced && (headers.consistencylevel !== 'eventual' || $count !== 'true'))
      return refuse(400, 'Request_UnsupportedQuery');
    const wanted = $search === undefined ? undefined : wordsOf($search);
    if (wanted === null) return refuse(400, 'Request_BadRequest');
    const found = all
      .map(whole)
      .filter((entry) => !/userType ne 'Guest'/.test($filter) || entry.userType !== 'Guest')
      .filter((entry) => !/accountEnabled eq true/.test($filter) || entry.accountEnabled === true)
      .filter((entry) => wanted === undefined || wanted.some(([name, text]) => hasWord(entry[name], text)))
      .sort((one, other) => String(one.displayName).localeCompare(String(other.displayName)));
    const from = Number(query.$skiptoken ?? '0');
    const size = Math.min(pageSize, Number($top ?? '100'));
    const base = takes('graph-foreign-next-link') ? 'https://graph.evil.example' : url;
    const rest = new URLSearchParams({ ...query, $skiptoken: String(from + size) });
    return ok({
      '@odata.context': `${url}/v1.0/$metadata#${collection}`,
      ...($count === 'true' ? { '@odata.count': found.length } : {}),
      ...(from + size < found.length ? { '@odata.nextLink': `${base}/v1.0/${collection}?${rest}` } : {}),
      value: found.slice(from, from + size).map((entry) => pick(entry, $select)),
    });
  }

  function servicePrincipals(query: Readonly<Record<string, string>>, id?: string, relation?: string): Reply {
    if (id === undefined) {
      const appId = /^appId eq '([^']*)'$/.exec(query.$filter ?? '')?.[1] ?? '';
      if (appId === graphAppId) return ok({ value: [{ id: principalOf(graphAppId), appRoles }] });
      return ok({ value: consented.has(appId) ? [{ id: principalOf(appId) }] : [] });
    }
    if (relation === 'oauth2PermissionGrants') {
      const resourceId = principalOf(graphAppId);
      return ok({
        value: [
          {
            clientId: id,
            consentType: 'AllPrincipals',
            id: 'a',
            principalId: null,
            resourceId,
            scope: ` ${delegated.join(' ')} openid profile`,
          },
          // of one person, which is not the tenant's
          { clientId: id, consentType: 'Principal', id: 'b', principalId: 'p', resourceId, scope: 'Mail.ReadWrite' },
        ],
      });
    }
    if (relation === 'appRoleAssignments') {
      const value = appRoles
        .filter((role) => application.includes(role.value))
        .map((role) => ({
          id: `assigned-${role.id}`,
          appRoleId: role.id,
          principalId: id,
          resourceDisplayName: 'Microsoft Graph',
        }));
      return ok({ value });
    }
    return refuse(404, 'Request_ResourceNotFound');
  }

  return { answer };
}

function whole(entry: Json): Json {
  return { userType: 'Member', accountEnabled: true, ...entry };
}

/** `"displayName:wa" OR "mail:wa"` as pairs; null: not in that form. */
function wordsOf(search: string): [string, string][] | null {
  const terms = [...search.matchAll(/"([A-Za-z]+):((?:[^"\\]|\\.)*)"(?: OR |$)/g)];
  if (terms.map(([term]) => term).join('') !== search) return null;
  return terms.map(([, name = '', text = '']) => [name, text.replace(/\\(.)/g, '$1').toLowerCase()]);
}

/** Graph's `$search` looks at the beginnings of words. */
function hasWord(value: unknown, text: string): boolean {
  const words = String(value ?? '').toLowerCase();
  return words.startsWith(text) || words.includes(` ${text}`);
}

function pick(entry: Json, select: string | undefined): Json {
  const names = select?.split(',');
  return names === undefined ? entry : Object.fromEntries(names.map((name) => [name, entry[name] ?? null]));
}

function principalOf(appId: string): string {
  return Buffer.from(appId.padEnd(16, '0'))
    .toString('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const ok = (body: Json): Reply => ({ status: 200, body });
const refuse = (status: number, code: string): Reply => ({ status, body: { error: { code, message: 'Simulated.' } } });
