/**
 * A browser without pages and the application's server in one: as little work of its own as can be, because it shares its
 * core with the simulated upstreams. The same code signs in at the floor and at the broker.
 */
import { createHash, randomBytes } from 'node:crypto';
import { TOTP } from 'otpauth';
import { Agent, request } from 'undici';

export interface RelyingParty {
  issuer: string;
  clientId: string;
  secret: string;
  redirectUri: string;
}
export interface Administrator {
  email: string;
  password: string;
  totpKey: string;
}

interface Answer {
  status: number;
  location: string | undefined;
  body: string;
}

const agent = new Agent({
  connections: 32,
  connect: { lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) },
});

export class Browser {
  readonly #cookies = new Map<string, { value: string; path: string; host: string }>();

  async get(url: string): Promise<Answer> {
    return this.#send(url, 'GET');
  }

  async post(url: string, fields: Record<string, string>): Promise<Answer> {
    return this.#send(url, 'POST', String(new URLSearchParams(fields)));
  }

  /** Follows redirects; pages with a SAML form are sent on, as their script would. Stops before `stop`. */
  async follow(url: string, stop: string): Promise<{ url: string; body: string }> {
    let [next, answer] = [url, await this.get(url)];
    for (let step = 0; step < 20; step++) {
      if (answer.location !== undefined) {
        next = new URL(answer.location, next).href;
        if (next.startsWith(stop)) return { url: next, body: '' };
        answer = await this.get(next);
        continue;
      }
      const form = answer.status === 200 ? samlFormOf(answer.body) : undefined;
      if (!form) break;
      next = form.action;
      answer = await this.post(next, form.fields);
    }
    if (answer.status >= 400) throw new Error(`${answer.status} at ${next}: ${answer.body.slice(0, 500)}`);
    return { url: next, body: answer.body };
  }

  /** The Cookie header for this URL. */
  cookiesFor(url: string): string {
    const { host, pathname } = new URL(url);
    let header = '';
    for (const [name, cookie] of this.#cookies) {
      if (cookie.host !== host || !pathname.startsWith(cookie.path)) continue;
      header += `${header === '' ? '' : '; '}${name}=${cookie.value}`;
    }
    return header;
  }

  forget(name: string): void {
    this.#cookies.delete(name);
  }

  async #send(url: string, method: 'GET' | 'POST', body?: string): Promise<Answer> {
    const cookie = this.cookiesFor(url);
    const answer = await request(url, {
      method,
      dispatcher: agent,
      headers: {
        accept: 'text/html',
        'accept-language': 'en',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'user-agent': 'Mozilla/5.0 (bench)',
        ...(cookie !== '' && { cookie }),
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          origin: new URL(url).origin,
        }),
      },
      ...(body !== undefined && { body }),
    });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) this.#keep(line, new URL(url).host);
    const { location } = answer.headers;
    const text = await answer.body.text();
    return { status: answer.statusCode, location: location === undefined ? undefined : String(location), body: text };
  }

  #keep(line: string, host: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const equals = pair.indexOf('=');
    const path = attributes.find((attribute) => attribute.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
    const isOver = /(?:^|; )(?:max-age=0|expires=Thu, 01 Jan 1970)/i.test(line);
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
    if (isOver || value === '') this.#cookies.delete(name);
    else this.#cookies.set(name, { value, path, host });
  }
}

/** The authorize request, and how its answer becomes tokens. */
function start(party: RelyingParty, parameters: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: party.clientId,
    redirect_uri: party.redirectUri,
    response_type: 'code',
    scope: 'openid profile email cip',
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  });

  async function finish(arrived: string): Promise<void> {
    const code = new URL(arrived).searchParams.get('code');
    if (code === null) throw new Error(`no code: ${arrived}`);
    const basic = Buffer.from(`${party.clientId}:${party.secret}`).toString('base64');
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: party.redirectUri };
    const tokens = await ask(`${party.issuer}/connect/token`, `Basic ${basic}`, form);
    const info = await ask(`${party.issuer}/connect/userinfo`, `Bearer ${tokens.access_token}`);
    if (typeof info.sub !== 'string') throw new Error('no sub');
  }
  return { url: `${party.issuer}/connect/authorize?${query}`, finish };
}

/** A whole sign-in that needs no page: at the floor, or at a broker whose upstream signs in at once. */
export async function signIn(party: RelyingParty, browser = new Browser()): Promise<void> {
  const { url, finish } = start(party);
  await finish((await browser.follow(url, party.redirectUri)).url);
}

/** Email, password, code. */
export async function signInWithPassword(party: RelyingParty, administrator: Administrator): Promise<void> {
  const browser = new Browser();
  const { url, finish } = start(party, { acr_values: 'idp:citrix' });
  let page = await browser.follow(url, party.redirectUri);
  const submit = async (path: string, fields: Record<string, string>) => {
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const action = `${page.url.split('?')[0]}${path}`;
    const answer = await browser.post(action, { csrf, ...fields });
    if (answer.location === undefined) throw new Error(`${answer.status} at ${path}: ${answer.body.slice(0, 3000)}`);
    page = await browser.follow(new URL(answer.location, action).href, party.redirectUri);
  };
  await submit('/password', { email: administrator.email, password: administrator.password });
  const code = new TOTP({ secret: administrator.totpKey, algorithm: 'SHA1', digits: 6, period: 30 }).generate();
  await submit('/code', { code });
  await finish(page.url);
}

/** Up to the form; what is returned sends it, and throws when it is answered otherwise than expected. */
export async function openPasswordForm(
  party: RelyingParty,
  email: string,
): Promise<(password: string, status: number) => Promise<void>> {
  const browser = new Browser();
  const page = await browser.follow(start(party, { acr_values: 'idp:citrix' }).url, party.redirectUri);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const action = `${page.url.split('?')[0]}/password`;
  return async (password, status) => {
    const answer = await browser.post(action, { csrf, email, password });
    if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}`);
  };
}

async function ask(url: string, authorization: string, form?: Record<string, string>) {
  const answer = await request(url, {
    method: form ? 'POST' : 'GET',
    dispatcher: agent,
    headers: { authorization, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
    ...(form && { body: String(new URLSearchParams(form)) }),
  });
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} at ${url}: ${await answer.body.text()}`);
  return (await answer.body.json()) as Record<string, unknown>;
}

function samlFormOf(page: string): { action: string; fields: Record<string, string> } | undefined {
  const action = /<form\b[^>]*action="([^"]+)"/.exec(page)?.[1];
  if (action === undefined) return undefined;
  const inputs = page.matchAll(/<input\b[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g);
  const fields = Object.fromEntries([...inputs].map(([, name, value]) => [name!, unescapeHtml(value!)]));
  return 'SAMLResponse' in fields || 'SAMLRequest' in fields ? { action: unescapeHtml(action), fields } : undefined;
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
