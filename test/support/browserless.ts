/** Server-to-server requests of test applications, to `*.localhost` hosts too. */
import { Agent, request } from 'undici';

export interface TokenAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown> & {
    access_token?: string;
    refresh_token?: string;
    id_token?: string;
    error?: string;
  };
}

const agent = new Agent({
  connect: { lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) },
});

export async function postForm(
  url: string,
  form: Record<string, string>,
  credentials?: { clientId: string; secret: string },
): Promise<TokenAnswer> {
  return send(url, {
    method: 'POST',
    body: String(new URLSearchParams(form)),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(credentials && {
        authorization: `Basic ${btoa(`${encodeURIComponent(credentials.clientId)}:${encodeURIComponent(credentials.secret)}`)}`,
      }),
    },
  });
}

export const getJson = (url: string, headers: Record<string, string> = {}) => send(url, { method: 'GET', headers });

async function send(
  url: string,
  options: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string },
): Promise<TokenAnswer> {
  const answer = await request(url, { ...options, dispatcher: agent });
  const text = await answer.body.text();
  const isJson = String(answer.headers['content-type'] ?? '').includes('json');
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: isJson && text !== '' ? JSON.parse(text) : { text },
  };
}
