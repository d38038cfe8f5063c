/**
 * One question to Microsoft Graph v1.0: where the token may go, what a refusal means, how long to wait when Graph asks us to.
 *
 * Throttling (429, 503 with Retry-After): a moment is waited once, because a person looks at the page; anything longer is
 * `upstream_throttled` with the seconds that Graph named.
 */
import { ProviderError } from '../../errors.ts';
import type { Ports } from '../../provider.ts';
import { type JsonObject, readJsonAnswer, readText } from '../oidc/answers.ts';

/** Graph's pages of 999 groups stay well below. */
const pageLimit = 2 * 1024 * 1024;
/** Seconds. */
const longestWait = 3;

export interface GraphRequests {
  /** `address`: whole, below `url`. Throws `upstream_throttled`, `directory_refused`, `upstream_answer_invalid`. */
  get(address: string, accessToken: string, headers?: Readonly<Record<string, string>>): Promise<JsonObject>;
  /**
   * Where the next page is; undefined: there is none. The token goes to Graph only, wherever a page says that the next
   * one is. Throws `directory_refused`.
   */
  nextOf(page: JsonObject): string | undefined;
}

/** `url`: `https://graph.microsoft.com` or a national cloud's. */
export function createGraphRequests(url: string, ports: Pick<Ports, 'fetch' | 'sleep'>): GraphRequests {
  async function get(
    address: string,
    accessToken: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<JsonObject> {
    requireGraph(address);
    const where = new URL(address).pathname;
    const ask = () =>
      ports.fetch(address, {
        headers: { accept: 'application/json', authorization: `Bearer ${accessToken}`, ...headers },
      });
    let response = await ask();
    if (isThrottled(response)) {
      const wait = retryAfterOf(response);
      if (wait === undefined || wait > longestWait) throw await explainRefusal(response, where);
      await response.body?.cancel();
      await ports.sleep(wait * 1000);
      response = await ask();
    }
    if (response.status !== 200) throw await explainRefusal(response, where);
    return readJsonAnswer(response, 'Microsoft Graph', pageLimit);
  }

  function requireGraph(address: string): void {
    if (!address.startsWith(`${url}/v1.0/`)) throw refused('@odata.nextLink', url);
  }

  return {
    get,
    nextOf(page) {
      const next = page['@odata.nextLink'];
      if (typeof next !== 'string') return undefined;
      requireGraph(next);
      return next;
    },
  };
}

/** The objects of a page. */
export function entriesOf(page: JsonObject): readonly JsonObject[] {
  return Array.isArray(page.value)
    ? page.value.filter((entry): entry is JsonObject => typeof entry === 'object' && entry !== null)
    : [];
}

export function refused(where: string, expected: string): ProviderError {
  return new ProviderError('directory_refused', { detail: { where, expected } });
}

function isThrottled({ status, headers }: Response): boolean {
  return status === 429 || (status === 503 && headers.has('retry-after'));
}

/** Seconds; Graph sends no dates. */
function retryAfterOf({ headers }: Response): number | undefined {
  const seconds = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  return seconds === undefined ? undefined : Number(seconds);
}

async function explainRefusal(response: Response, where: string): Promise<ProviderError> {
  if (isThrottled(response)) {
    const retryAfter = retryAfterOf(response);
    await response.body?.cancel();
    return new ProviderError('upstream_throttled', {
      detail: { where, ...(retryAfter === undefined ? {} : { retryAfter, note: `retry after ${retryAfter} s` }) },
    });
  }
  const code = /"code"\s*:\s*"([A-Za-z_]{1,60})"/.exec(await readText(response, 'Microsoft Graph'))?.[1];
  const received = code === undefined ? `HTTP ${response.status}` : `HTTP ${response.status} ${code}`;
  const isRefusal = response.status >= 400 && response.status < 500;
  return new ProviderError(isRefusal ? 'directory_refused' : 'upstream_answer_invalid', {
    detail: { where, received },
  });
}
