/** A test of a connection ("Test and Finish") as its pages run it, without the pages: begin, go to the provider, come back. */
import { operatorEditor } from '../../../src/directory/connections/editor.ts';
import type { Trial } from '../../../src/signin/trials.ts';
import type { TestApp } from '../app.ts';
import { Browser, type Page } from '../browser.ts';

export interface StartedTrial {
  id: string;
  owner: string;
  /** As it is now; throws when its owner cannot see it. */
  find(): Promise<Trial>;
  /** Goes to the provider up to its answer, which is not delivered yet. */
  catchAnswer(browser?: Browser): Promise<TrialAnswer>;
  /** The whole way there and back. */
  signIn(browser?: Browser): Promise<Trial>;
}

export interface TrialAnswer {
  method: 'GET' | 'POST';
  url: URL;
  fields: Record<string, string>;
}

export const returnTo = 'http://returned.test/';

/** Begins one and waits for what is checked without anybody. */
export async function startTrial(
  app: TestApp,
  connectionId: string,
  how: { owner?: string; what?: 'draft' | 'live' } = {},
): Promise<StartedTrial> {
  const { trials, connections } = app.services;
  const connection = await connections.find(connectionId);
  if (!connection) throw new Error('there is no such connection');
  const { owner = 'the owner', what } = how;
  const begun = await trials.begin(operatorEditor, connection, { owner, ...(what && { what }) });
  if (begun.outcome !== 'begun') throw new Error(`no trial began: ${begun.outcome}`);
  await begun.checked;
  const { id } = begun;

  async function find(): Promise<Trial> {
    const trial = await trials.find(id, owner);
    if (!trial) throw new Error('the trial is gone');
    return trial;
  }

  async function catchAnswer(browser = new Browser()): Promise<TrialAnswer> {
    const send = await trials.depart(id, owner, returnTo);
    if (send === undefined || send === 'failed') throw new Error(`nobody left for the provider: ${send}`);
    let page =
      send.method === 'GET'
        ? await browser.fetch('GET', send.url)
        : await browser.fetch('POST', send.url, new URLSearchParams(send.fields));
    for (let step = 0; step < 10; step++) {
      const { location } = page.headers;
      if (location !== undefined) {
        const url = new URL(location, page.url);
        if (url.href.startsWith(`${app.sites.issuer}/login-`)) return { method: 'GET', url, fields: {} };
        page = await browser.fetch('GET', url);
        continue;
      }
      const form = browser.forms(page).find(({ fields }) => 'SAMLResponse' in fields);
      if (form?.action.href !== app.sites.acsUrl) throw new Error(`stopped at ${page.url} (${page.status})`);
      return { method: 'POST', url: form.action, fields: form.fields };
    }
    throw new Error('the provider did not answer');
  }

  async function signIn(browser = new Browser()): Promise<Trial> {
    const code = codeOf(await deliverTo(browser, await catchAnswer(browser)));
    const outcome = await trials.accept(code, id, owner);
    if (outcome !== 'accepted') throw new Error(`not accepted: ${outcome}`);
    return find();
  }

  return { id, owner, find, catchAnswer, signIn };
}

export function deliverTo(browser: Browser, { method, url, fields }: TrialAnswer): Promise<Page> {
  return method === 'GET' ? browser.fetch('GET', url) : browser.fetch('POST', url, new URLSearchParams(fields));
}

/** Of the page that a callback leads to. */
export function codeOf({ headers, status }: Page): string {
  const { location } = headers;
  if (location === undefined) throw new Error(`the callback led nowhere (${status})`);
  return new URL(location).searchParams.get('h') ?? '';
}

/** The first finding that is wrong. */
export function failureOf({ findings }: Trial) {
  return findings.find(({ outcome }) => outcome === 'failed');
}
