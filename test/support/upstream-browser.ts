/** The least of a browser for tests of providers: follows the upstream's redirects, with its cookies, up to our callback. */
import type { BeginResult, Callback } from '../../providers/provider.ts';

export async function browseUpstream(
  send: BeginResult['send'],
  callbackUrl: string,
  cookies: Map<string, string> = new Map(),
): Promise<Callback> {
  if (send.method !== 'GET') throw new Error('this browser follows redirects only');
  let url = send.url;
  for (let hop = 0; hop < 10; hop++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null)
      throw new Error(`the upstream stopped with HTTP ${response.status}: ${await response.text()}`);
    await response.body?.cancel();
    url = new URL(location, url).href;
    if (url.startsWith(callbackUrl)) {
      return { method: 'GET', url, parameters: Object.fromEntries(new URL(url).searchParams) };
    }
  }
  throw new Error('too many redirects');
}
