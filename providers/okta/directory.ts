/**
 * Okta's management API v1, as far as choosing people and groups needs it: searched by the beginning of a name, page by
 * page, with the connection's API token (OKT-1).
 *
 * Owns: addresses, paging, what Okta's refusals mean. Okta's answers name the next page by a whole address; only the cursor
 * in it is used, on the connection's own address: the token goes to no other.
 */
import { ProviderError } from '../errors.ts';
import { isJsonObject, type JsonObject, readText } from '../protocols/oidc/answers.ts';
import type { BrowsesDirectory, DirectoryGroup, DirectoryPage, DirectoryUser, Ports } from '../provider.ts';

const pageSize = 50;
/** Users carry whole profiles. */
const pageLimit = 2 * 1024 * 1024;

export type OktaCollection = 'users' | 'groups';

export interface OktaDirectory extends BrowsesDirectory {
  /** One entry is enough to see that the token may read them. Throws as the searches do. */
  proveReading(collection: OktaCollection): Promise<void>;
}

/** Throws `directory_token_refused`, `directory_refused`, `upstream_throttled`, `upstream_answer_invalid`. */
export function createOktaDirectory(
  { url, apiToken }: { url: string; apiToken: string },
  ports: Pick<Ports, 'fetch' | 'now'>,
): OktaDirectory {
  async function get(path: string, query: Readonly<Record<string, string>>): Promise<Response> {
    const address = new URL(path, url);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const response = await ports.fetch(address.href, {
      headers: { accept: 'application/json', authorization: `SSWS ${apiToken}` },
    });
    return response;
  }

  async function list<Entry>(
    collection: OktaCollection,
    search: string | undefined,
    page: string | undefined,
    read: (entry: JsonObject) => Entry | undefined,
  ): Promise<DirectoryPage<Entry>> {
    const path = `/api/v1/${collection}`;
    if (page !== undefined && !isCursor(page)) throw notUnderstood(path, 'a page of this directory');
    const response = await get(path, {
      limit: String(pageSize),
      ...(search !== undefined && { search }),
      ...(page !== undefined && { after: page }),
    });
    if (response.status !== 200) throw await explainRefusal(response, path, ports.now());
    const next = nextCursorOf(response.headers.get('link') ?? '');
    const entries = (await readList(response, path)).flatMap((entry) => read(entry) ?? []);
    return { entries, ...(next !== undefined && { next }) };
  }

  async function find<Entry extends { id: string }>(
    collection: OktaCollection,
    id: string,
    read: (entry: JsonObject) => Entry | undefined,
  ): Promise<Entry | undefined> {
    // `me` and login names are understood in this place too
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) return undefined;
    const path = `/api/v1/${collection}/${id}`;
    const response = await get(path, {});
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (response.status !== 200) throw await explainRefusal(response, path, ports.now());
    const value = parse(await readText(response, path, pageLimit));
    const entry = isJsonObject(value) ? read(value) : undefined;
    return entry?.id === id ? entry : undefined;
  }

  return {
    searchUsers: (text, page) =>
      list(
        'users',
        beginsWith(text, [
          'profile.displayName',
          'profile.firstName',
          'profile.lastName',
          'profile.login',
          'profile.email',
        ]),
        page,
        readUser,
      ),
    searchGroups: (text, page) => list('groups', beginsWith(text, ['profile.name']), page, readGroup),
    findUser: (id) => find('users', id, readUser),
    findGroup: (id) => find('groups', id, readGroup),
    async proveReading(collection) {
      const path = `/api/v1/${collection}`;
      const response = await get(path, { limit: '1' });
      if (response.status !== 200) throw await explainRefusal(response, path, ports.now());
      await response.body?.cancel();
    },
  };
}

/** Okta's filter language; what was typed stands in quotes and cannot leave them. Undefined: everybody. */
function beginsWith(text: string, properties: readonly string[]): string | undefined {
  const typed = text.trim().slice(0, 100);
  if (typed === '') return undefined;
  const quoted = `"${typed.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return properties.map((property) => `${property} sw ${quoted}`).join(' or ');
}

function readUser(entry: JsonObject): DirectoryUser | undefined {
  const { id, status, profile } = entry;
  // whoever is deactivated for good cannot sign in
  if (typeof id !== 'string' || !isJsonObject(profile) || status === 'DEPROVISIONED') return undefined;
  const { displayName, firstName, lastName, login, email } = profile;
  const whole = [firstName, lastName].filter((part) => typeof part === 'string' && part !== '').join(' ');
  const names = [displayName, whole, login, id].filter((name) => typeof name === 'string' && name !== '');
  return {
    id,
    subject: id,
    displayName: String(names[0]),
    ...(typeof login === 'string' && { userName: login }),
    ...(typeof email === 'string' && { email }),
  };
}

function readGroup({ id, profile }: JsonObject): DirectoryGroup | undefined {
  if (typeof id !== 'string' || !isJsonObject(profile)) return undefined;
  const { name, description } = profile;
  return {
    id,
    displayName: typeof name === 'string' && name !== '' ? name : id,
    ...(typeof description === 'string' && description !== '' && { description }),
  };
}

const isCursor = (text: string): boolean => /^[A-Za-z0-9._~+/=-]{1,512}$/.test(text);

/** RFC 8288, as Okta writes it: one header for each link, or all in one. */
function nextCursorOf(header: string): string | undefined {
  for (const [, address = ''] of header.matchAll(/<([^<>]{1,2000})>\s*;[^,<]{0,200}rel="?next"?/g)) {
    const after = URL.parse(address)?.searchParams.get('after');
    if (after && isCursor(after)) return after;
  }
  return undefined;
}

async function readList(response: Response, where: string): Promise<JsonObject[]> {
  const value = parse(await readText(response, where, pageLimit));
  if (!Array.isArray(value)) throw notUnderstood(where, 'a JSON list');
  return value.filter(isJsonObject);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** 401: the token is none; 403: it is one, of somebody who may not read this. */
async function explainRefusal(response: Response, where: string, now: number): Promise<ProviderError> {
  const { status } = response;
  const reset = Number(response.headers.get('x-rate-limit-reset') ?? Number.NaN) * 1000;
  const code = /"errorCode"\s*:\s*"(E\d{7})"/.exec(await readText(response, where))?.[1];
  const received = code === undefined ? `HTTP ${status}` : `HTTP ${status} ${code}`;
  const detail = { where, expected: 'HTTP 200', received };
  if (status === 429) {
    const seconds = Number.isFinite(reset) ? Math.min(3600, Math.max(1, Math.ceil((reset - now) / 1000))) : undefined;
    const note = seconds === undefined ? {} : { note: `retry after ${seconds} s` };
    return new ProviderError('upstream_throttled', { detail: { ...detail, ...note } });
  }
  if (status === 401) return new ProviderError('directory_token_refused', { detail });
  return new ProviderError(status >= 400 && status < 500 ? 'directory_refused' : 'upstream_answer_invalid', { detail });
}

function notUnderstood(where: string, expected: string): ProviderError {
  return new ProviderError('upstream_answer_invalid', { detail: { where, expected } });
}
