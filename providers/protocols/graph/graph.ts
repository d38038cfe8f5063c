/**
 * Microsoft Graph v1.0, as far as a person's own sign-in needs it: their entry and what they are a member of. Read with the
 * access token of that sign-in, so that Graph itself says who is meant.
 *
 * Does not own: which property feeds which attribute (`azure-ad/`), the directory that we read by ourselves (`directory.ts`).
 */
import type { Ports } from '../../provider.ts';
import type { JsonObject } from '../oidc/answers.ts';
import { createGraphRequests, entriesOf, refused } from './requests.ts';

/** A directory of 20 pages of 999 is more groups than a token or a claim of ours could carry. */
const maximumPages = 20;

export interface Graph {
  /** The signed-in person's entry with these properties (and `id`). */
  readMe(accessToken: string, properties: readonly string[]): Promise<JsonObject>;
  /** Object ids of all groups, nested ones included; directory roles and administrative units are left out. */
  readGroupIds(accessToken: string): Promise<readonly string[]>;
  /** Template ids of the directory roles that the person has; a role that may not be read has none and is left out. */
  readRoleTemplateIds(accessToken: string): Promise<readonly string[]>;
}

/** `url`: `https://graph.microsoft.com` or a national cloud's. Throws `upstream_throttled`, `directory_refused`. */
export function createGraph(url: string, ports: Pick<Ports, 'fetch' | 'sleep'>): Graph {
  const requests = createGraphRequests(url, ports);

  async function readAll(path: string, accessToken: string): Promise<JsonObject[]> {
    const entries: JsonObject[] = [];
    let next: string | undefined = `${url}/v1.0${path}`;
    for (let page = 0; next !== undefined; page++) {
      if (page === maximumPages) throw refused(path.split('?')[0] ?? path, `at most ${maximumPages} pages`);
      const answer: JsonObject = await requests.get(next, accessToken);
      entries.push(...entriesOf(answer));
      next = requests.nextOf(answer);
    }
    return entries;
  }

  return {
    async readMe(accessToken, properties) {
      const selected = [...new Set(['id', ...properties])].join(',');
      return requests.get(`${url}/v1.0/me?$select=${encodeURIComponent(selected)}`, accessToken);
    },

    async readGroupIds(accessToken) {
      const entries = await readAll('/me/transitiveMemberOf?$select=id&$top=999', accessToken);
      return entries.flatMap(({ '@odata.type': type, id }) =>
        type === '#microsoft.graph.group' && typeof id === 'string' ? [id] : [],
      );
    },

    async readRoleTemplateIds(accessToken) {
      const path = '/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,roleTemplateId';
      const entries = await readAll(path, accessToken);
      return entries.flatMap(({ roleTemplateId: id }) => (typeof id === 'string' ? [id] : []));
    },
  };
}
