/**
 * A browser without JavaScript, as flow and attack tests drive it: cookies with host, path, SameSite and expiry, redirects,
 * forms. `*.localhost` is 127.0.0.1, and each such host is a site of its own, as in Chromium.
 */
import { Agent, request } from 'undici';

export interface Page {
  status: number;
  url: URL;
  headers: Record<string, string>;
  html: string;
  /** Every URL that led here, the first being the one asked for. */
  history: URL[];
}

interface Cookie {
  name: string;
  value: string;
  host: string;
  path: string;
  sameSite: string;
  secure: boolean;
}

export interface Form {
  method: 'GET' | 'POST';
  action: URL;
  fields: Record<string, string>;
}

export interface BrowserOptions {
  language?: string;
  /** Followed at most; more is a loop and throws. */
  maxRedirects?: number;
  headers?: Record<string, string>;
}

const agent = new Agent({
  connect: {
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    rejectUnauthorized: false,
  },
});

export class Browser {
  readonly cookies: Cookie[] = [];
  readonly options: BrowserOptions;
  page: Page | undefined;

  constructor(options: BrowserOptions = {}) {
    this.options = options;
  }

  async get(url: string | URL, headers: Record<string, string> = {}): Promise<Page> {
    return this.#navigate('GET', new URL(url, this.page?.url), undefined, headers);
  }

  async post(url: string | URL, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return this.#navigate('POST', new URL(url, this.page?.url), new URLSearchParams(fields), headers);
  }

  /** One request without following redirects. */
  async fetch(
    method: string,
    url: string | URL,
    body?: URLSearchParams | string,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return this.#request(method, new URL(url, this.page?.url), body, headers, undefined);
  }

  /** The forms of the page, in order. */
  forms(page: Page | undefined = this.page): Form[] {
    if (!page) return [];
    return [...page.html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', content = '']) => {
      const fields: Record<string, string> = {};
      for (const [, input = ''] of content.matchAll(/<(?:input|button)\b([^>]*)>/g)) {
        const name = attributeOf(input, 'name');
        const type = attributeOf(input, 'type') ?? 'text';
        if (name === undefined || type === 'submit' || (type === 'checkbox' && !/\bchecked\b/.test(input))) continue;
        if (type === 'radio' && !/\bchecked\b/.test(input)) continue;
        fields[name] = attributeOf(input, 'value') ?? (type === 'checkbox' ? 'on' : '');
      }
      for (const [, area = '', inner = ''] of content.matchAll(/<textarea\b([^>]*)>\n?([\s\S]*?)<\/textarea>/g)) {
        const name = attributeOf(area, 'name');
        if (name !== undefined) fields[name] = unescaped(inner);
      }
      for (const [, select = '', inner = ''] of content.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
        const name = attributeOf(select, 'name');
        const chosen = /<option\b([^>]*\bselected\b[^>]*)>/.exec(inner)?.[1];
        if (name !== undefined) fields[name] = (chosen && attributeOf(chosen, 'value')) ?? '';
      }
      return {
        method: (attributeOf(attributes, 'method') ?? 'get').toUpperCase() as Form['method'],
        action: new URL(attributeOf(attributes, 'action') || page.url, page.url),
        fields,
      };
    });
  }

  /** Fills and sends the form whose action or fields match; throws when there is none. */
  async submit(fields: Record<string, string> = {}, match: string | RegExp = ''): Promise<Page> {
    const form = this.forms().find(
      (candidate) =>
        (typeof match === 'string' ? candidate.action.href.includes(match) : match.test(candidate.action.href)) &&
        Object.keys(fields).every((name) => name in candidate.fields || match !== ''),
    );
    if (!form) throw new Error(`no such form on ${this.page?.url}:\n${this.page?.html.slice(0, 2000)}`);
    const all = new URLSearchParams({ ...form.fields, ...fields });
    if (form.method === 'POST') return this.#navigate('POST', form.action, all, {});
    form.action.search = String(all);
    return this.#navigate('GET', form.action, undefined, {});
  }

  /** The target of the first link whose text or href contains `text`. */
  link(text: string): URL {
    for (const [, attributes = '', content = ''] of this.page?.html.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/g) ?? []) {
      const href = attributeOf(attributes, 'href') ?? '';
      if (content.includes(text) || href.includes(text)) return new URL(href, this.page?.url);
    }
    throw new Error(`no link "${text}" on ${this.page?.url}`);
  }

  cookie(name: string): string | undefined {
    return this.cookies.find((cookie) => cookie.name === name)?.value;
  }

  async #navigate(
    method: string,
    url: URL,
    body: URLSearchParams | undefined,
    headers: Record<string, string>,
  ): Promise<Page> {
    const history: URL[] = [];
    const start = this.page?.url;
    let page = await this.#request(method, url, body, { 'sec-fetch-mode': 'navigate', ...headers }, start);
    history.push(url);
    while ([301, 302, 303, 307, 308].includes(page.status) && page.headers.location !== undefined) {
      if (history.length > (this.options.maxRedirects ?? 20))
        throw new Error(`redirect loop: ${history.map(String).join(' → ')}`);
      const next = new URL(page.headers.location, page.url);
      history.push(next);
      const keeps = page.status >= 307;
      page = await this.#request(
        keeps ? method : 'GET',
        next,
        keeps ? body : undefined,
        { 'sec-fetch-mode': 'navigate', ...headers },
        start,
      );
    }
    this.page = { ...page, history };
    return this.page;
  }

  async #request(
    method: string,
    url: URL,
    body: URLSearchParams | string | undefined,
    headers: Record<string, string>,
    initiator: URL | undefined,
  ): Promise<Page> {
    const isCrossSite = initiator !== undefined && initiator.hostname !== url.hostname;
    const cookie = this.#cookiesFor(url, method, isCrossSite);
    const answer = await send(url, {
      method: method as 'GET',
      dispatcher: agent,
      headers: {
        accept: 'text/html',
        'accept-language': this.options.language ?? 'en',
        'user-agent': 'Sekisho test browser',
        ...(initiator
          ? { 'sec-fetch-site': isCrossSite ? 'cross-site' : 'same-origin' }
          : { 'sec-fetch-site': 'none' }),
        ...(method !== 'GET' && initiator ? { origin: initiator.origin } : {}),
        ...(cookie === '' ? {} : { cookie }),
        ...(body instanceof URLSearchParams ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...this.options.headers,
        ...headers,
      },
      ...(body === undefined ? {} : { body: String(body) }),
    });
    const html = await answer.body.text();
    const setCookie = answer.headers['set-cookie'];
    for (const line of setCookie === undefined ? [] : [setCookie].flat()) this.#store(line, url);
    const flat = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
    return { status: answer.statusCode, url, headers: flat, html, history: [url] };
  }

  #cookiesFor(url: URL, method: string, isCrossSite: boolean): string {
    return this.cookies
      .filter((cookie) => cookie.host === url.hostname && url.pathname.startsWith(cookie.path))
      .filter((cookie) => !isCrossSite || cookie.sameSite === 'none' || (cookie.sameSite === 'lax' && method === 'GET'))
      .map((cookie) => `${cookie.name}=${cookie.value}`)
      .join('; ');
  }

  #store(line: string, url: URL): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const equals = pair.indexOf('=');
    const read = (name: string) =>
      attributes.find((attribute) => attribute.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const cookie: Cookie = {
      name: pair.slice(0, equals),
      value: pair.slice(equals + 1),
      host: url.hostname,
      path: read('path') ?? '/',
      sameSite: (read('samesite') ?? 'lax').toLowerCase(),
      secure: attributes.some((attribute) => attribute.toLowerCase() === 'secure'),
    };
    const same = this.cookies.findIndex(
      (known) => known.name === cookie.name && known.host === cookie.host && known.path === cookie.path,
    );
    if (same >= 0) this.cookies.splice(same, 1);
    const expires = read('expires');
    const isOver = read('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now());
    if (!isOver && cookie.value !== '') this.cookies.push(cookie);
  }
}

/** The error carries the URL: tests let applications' addresses lead nowhere and look at where the browser was sent. */
async function send(url: URL, options: Parameters<typeof request>[1]) {
  try {
    return await request(url, options);
  } catch (error) {
    throw Object.assign(error as Error, { url });
  }
}

function attributeOf(tag: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescaped(value);
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
