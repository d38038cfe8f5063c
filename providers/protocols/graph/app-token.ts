/** Our own token for Microsoft Graph in one tenant (client credentials, RFC 6749 §4.4), kept until shortly before it expires. */
import { ProviderError } from '../../errors.ts';
import type { AzureAdApplication, Ports } from '../../provider.ts';
import { isJsonObject, type JsonObject, readText } from '../oidc/answers.ts';
import { assertClient } from '../oidc/client-assertion.ts';
import { refusedByTokenEndpoint } from '../oidc/library-errors.ts';

/** Milliseconds before its end at which a token counts as over. */
const margin = 60_000;

export interface AppTokenOptions {
  tokenEndpoint: string;
  application: AzureAdApplication;
  /** `https://graph.microsoft.com/.default`: what the application has been granted. */
  scope: string;
  saysExpired(refusal: JsonObject): boolean;
}

/** Throws `client_refused`, `client_credential_expired`, `token_refused`, and what reaching the endpoint throws. */
export function createAppToken(
  { tokenEndpoint, application, scope, saysExpired }: AppTokenOptions,
  ports: Pick<Ports, 'fetch' | 'now' | 'random'>,
): () => Promise<string> {
  let token: { value: string; until: number } | undefined;
  let fetching: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const { clientId, credential } = application;
    const proof =
      'secret' in credential
        ? { client_secret: credential.secret }
        : assertClient(clientId, credential, tokenEndpoint, ports);
    const askedAt = ports.now();
    const response = await ports.fetch(tokenEndpoint, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, scope, ...proof }).toString(),
    });
    const answer = parse(await readText(response, 'token_endpoint'));
    if (response.status !== 200) {
      const error = typeof answer?.error === 'string' ? answer.error : '';
      throw refusedByTokenEndpoint(error, response.status, answer !== undefined && saysExpired(answer));
    }
    const { access_token: value, expires_in: seconds } = answer ?? {};
    if (typeof value !== 'string' || value === '' || typeof seconds !== 'number') {
      throw new ProviderError('upstream_answer_invalid', {
        detail: { where: 'token_endpoint', expected: 'access_token and expires_in' },
      });
    }
    token = { value, until: askedAt + Math.min(seconds, 86_400) * 1000 - margin };
    return value;
  }

  return async () => {
    if (token !== undefined && ports.now() < token.until) return token.value;
    fetching ??= fetchToken().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
