/** A person's browser at an identity provider, reduced to forms: for tests below the whole application. */
import type { BeginResult, Callback } from '../../../../providers/provider.ts';

export interface Visit {
  send: BeginResult['send'];
  acsUrl: string;
  /** For the sign-in page; without it the identity provider must answer at once. */
  cookies?: Map<string, string>;
  credentials?: { username: string; password: string };
}

/** Follows redirects and forms until a form would be posted to `acsUrl`; that post is the answer. */
export async function visitIdp(visit: Visit): Promise<Callback> {
  const cookies = visit.cookies ?? new Map<string, string>();
  let { method, url, body } = firstRequest(visit.send);
  for (let step = 0; step < 12; step++) {
    const headers: Record<string, string> = { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') };
    if (body) headers['content-type'] = 'application/x-www-form-urlencoded';
    const response = await fetch(url, { method, headers, redirect: 'manual', ...(body && { body: body.toString() }) });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location) {
      ({ method, url, body } = { method: 'GET', url: new URL(location, url).href, body: undefined });
      continue;
    }
    const page = await response.text();
    const form = readForm(page, url);
    if (!form) throw new Error(`no form at ${url} (${response.status}): ${page.slice(0, 500)}`);
    if (form.action === visit.acsUrl)
      return { method: 'POST', url: form.action, parameters: Object.fromEntries(form.fields) };
    if (form.fields.has('password')) {
      if (!visit.credentials) throw new Error('the identity provider asks for a password');
      // SimpleSAMLphp and we call it `username`, LemonLDAP::NG `user`.
      form.fields.set(form.fields.has('user') ? 'user' : 'username', visit.credentials.username);
      form.fields.set('password', visit.credentials.password);
    }
    ({ method, url, body } = { method: 'POST', url: form.action, body: new URLSearchParams([...form.fields]) });
  }
  throw new Error('the identity provider did not come to an end');
}

function firstRequest(send: BeginResult['send']): { method: string; url: string; body: URLSearchParams | undefined } {
  return send.method === 'GET'
    ? { method: 'GET', url: send.url, body: undefined }
    : { method: 'POST', url: send.url, body: new URLSearchParams({ ...send.fields }) };
}

function readForm(page: string, base: string): { action: string; fields: Map<string, string> } | undefined {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(page);
  if (!form) return undefined;
  const fields = new Map<string, string>();
  for (const [tag] of form[2]!.matchAll(/<input\b[^>]*>/gi)) {
    const name = attribute(tag, 'name');
    if (name) fields.set(name, attribute(tag, 'value') ?? '');
  }
  return { action: new URL(attribute(form[1]!, 'action') ?? base, base).href, fields };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1];
  return value?.replace(/&(#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);/gi, (_, entity: string) => {
    const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
    if (!entity.startsWith('#')) return named[entity.toLowerCase()]!;
    const hex = entity[1]?.toLowerCase() === 'x';
    return String.fromCodePoint(Number.parseInt(entity.slice(hex ? 2 : 1), hex ? 16 : 10));
  });
}
