/**
 * Microsoft Graph v1.0, as far as a person's own sign-in needs it: their entry and the groups they are in. Read with the
 * access token of that sign-in, so that Graph itself says who is meant.
 *
 * Owns: addresses, paging, what Graph's refusals mean. Does not own: which property feeds which attribute (`azure-ad/`).
 */
import { ProviderError } from '../../errors.ts';
import type { Ports } from '../../provider.ts';
import { type JsonObject, readJsonAnswer, readText } from '../oidc/answers.ts';

/** A directory of 20 pages of 999 is more groups than a token or a claim of ours could carry. */
const maximumPages = 20;
/** Graph's pages of 999 groups stay well below. */
const pageLimit = 2 * 1024 * 1024;

export interface Graph {
  /** The signed-in person's entry with these properties (and `id`). */
  readMe(accessToken: string, properties: readonly string[]): Promise<JsonObject>;
  /** Object ids of all groups, nested ones included; directory roles and administrative units are left out. */
  readGroupIds(accessToken: string): Promise<readonly string[]>;
}

/** `url`: `https://graph.microsoft.com` or a national cloud's. Throws `upstream_throttled`, `directory_refused`. */
export function createGraph(url: string, ports: Pick<Ports, 'fetch'>): Graph {
  async function get(address: string, accessToken: string): Promise<JsonObject> {
    const response = await ports.fetch(address, {
      headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
    });
    if (response.status !== 200) throw await explainRefusal(response, new URL(address).pathname);
    return readJsonAnswer(response, 'Microsoft Graph', pageLimit);
  }

  return {
    async readMe(accessToken, properties) {
      const selected = [...new Set(['id', ...properties])].join(',');
      return get(`${url}/v1.0/me?$select=${encodeURIComponent(selected)}`, accessToken);
    },

    async readGroupIds(accessToken) {
      const ids: string[] = [];
      let next: string | undefined = `${url}/v1.0/me/transitiveMemberOf?$select=id&$top=999`;
      for (let page = 0; next !== undefined; page++) {
        if (page === maximumPages) throw refused('/me/transitiveMemberOf', `at most ${maximumPages} pages`);
        const answer: JsonObject = await get(next, accessToken);
        ids.push(...groupIdsOf(answer.value));
        next = typeof answer['@odata.nextLink'] === 'string' ? answer['@odata.nextLink'] : undefined;
        // the token goes to Graph only, wherever a page says that the next one is
        if (next !== undefined && !next.startsWith(`${url}/`)) throw refused('@odata.nextLink', url);
      }
      return ids;
    },
  };
}

function groupIdsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : []).flatMap((entry: JsonObject) =>
    entry?.['@odata.type'] === '#microsoft.graph.group' && typeof entry.id === 'string' ? [entry.id] : [],
  );
}

async function explainRefusal(response: Response, where: string): Promise<ProviderError> {
  if (response.status === 429 || (response.status === 503 && response.headers.has('retry-after'))) {
    const seconds = /^\d{1,6}$/.exec(response.headers.get('retry-after') ?? '')?.[0];
    await response.body?.cancel();
    return new ProviderError('upstream_throttled', {
      detail: { where, ...(seconds === undefined ? {} : { note: `retry after ${seconds} s` }) },
    });
  }
  const code = /"code"\s*:\s*"([A-Za-z_]{1,60})"/.exec(await readText(response, 'Microsoft Graph'))?.[1];
  const received = code === undefined ? `HTTP ${response.status}` : `HTTP ${response.status} ${code}`;
  const isRefusal = response.status >= 400 && response.status < 500;
  return new ProviderError(isRefusal ? 'directory_refused' : 'upstream_answer_invalid', {
    detail: { where, received },
  });
}

function refused(where: string, expected: string): ProviderError {
  return new ProviderError('directory_refused', { detail: { where, expected } });
}
