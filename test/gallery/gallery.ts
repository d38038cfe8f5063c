/**
 * Every page on one local address, to look at and to test with a browser. `/<language>/<page>`; `/` lists them.
 *
 * Sends the policy that the real server sends, so that a page that breaks it is seen here first.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Language, languages } from '../../src/core/language.ts';
import { html, render } from '../../src/http/views/html.ts';
import type { PageContext } from '../../src/http/views/page.ts';
import { pages } from './pages.ts';

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const files: Readonly<Record<string, string>> = {
  'style.css': 'text/css',
  'enhance.js': 'text/javascript',
  'passkeys.js': 'text/javascript',
  'new-password.js': 'text/javascript',
  'trial.js': 'text/javascript',
  'icon.svg': 'image/svg+xml',
};

/** Names of all pages. */
export const pageNames = Object.keys(pages);

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function startGallery(port = 0): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const [, first = '', second = ''] = new URL(request.url ?? '/', 'http://gallery').pathname.split('/');
    const answer = answerOf(first, second);
    response.writeHead(answer ? 200 : 404, {
      'content-type': `${answer?.type ?? 'text/plain'}; charset=utf-8`,
      'content-security-policy': policy,
    });
    response.end(answer?.text ?? 'not here');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerOf(first: string, second: string): { type: string; text: string } | undefined {
  if (first === '') return { type: 'text/html', text: render(index()) };
  // What a script asks for; here it goes no further.
  if (first === 'options') return { type: 'application/json', text: '{}' };
  const type = files[first];
  if (type) return { type, text: readFileSync(new URL(`../../src/http/views/${first}`, import.meta.url), 'utf8') };
  const language = languages.find((known) => known === first);
  const page = pages[second];
  return language && page ? { type: 'text/html', text: render(page(contextOf(language, second))) } : undefined;
}

function contextOf(language: Language, page: string): PageContext {
  const timeZone = language === 'ja' ? 'Asia/Tokyo' : 'UTC';
  const assets = {
    style: '/style.css',
    script: '/enhance.js',
    passkeys: '/passkeys.js',
    newPassword: '/new-password.js',
    trial: '/trial.js',
    icon: '/icon.svg',
  };
  return { language, timeZone, assets, path: `/${language}/${page}` };
}

function index() {
  return html`<!doctype html><title>Gallery</title><ul>${pageNames.map(
    (name) =>
      html`<li>${languages.map((language) => html`<a href="/${language}/${name}">${language}</a> `)}${name}</li>`,
  )}</ul>`;
}
