/** Serves the start page and the page of the current code, with the broker's own headers, files and language choice. */
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import express, { type Response } from 'express';
import { createCookieNames } from '../../../src/http/cookies.ts';
import { listen } from '../../../src/http/listen.ts';
import { createResponder } from '../../../src/http/respond.ts';
import { createSecurityHeaders } from '../../../src/http/security-headers.ts';
import { createStaticFiles } from '../../../src/http/static.ts';
import type { DemoFacts } from '../facts.ts';
import { codePage } from './code-page.ts';
import { startPage } from './start-page.ts';

export async function startStartPage(port: number, facts: DemoFacts): Promise<{ url: string; close(): Promise<void> }> {
  const files = createStaticFiles('/assets');
  const responder = createResponder({ assets: files, cookies: createCookieNames(false) });
  const style = readFileSync(new URL('start-page.css', import.meta.url));

  const app = express();
  app.disable('x-powered-by');
  app.use(createSecurityHeaders(false));
  app.use(files.serve);
  app.get('/demo.css', (_request, response) => {
    response.type('css').send(style);
  });
  app.get('/', (request, response) => {
    allowFrames(response, "frame-src 'self'");
    responder.send(request, response, (context) => startPage(context, facts));
  });
  app.get('/code', (request, response) => {
    const code = facts.code(Date.now());
    // Without script: the next code is there when this one is over.
    response.setHeader('Refresh', String(Math.ceil(code.remaining / 1000)));
    response.setHeader('X-Frame-Options', 'SAMEORIGIN');
    allowFrames(response, "frame-ancestors 'self'");
    responder.send(request, response, ({ path: _, ...context }) => codePage(context, code));
  });
  const listening = await listen(app as unknown as RequestListener, { host: '127.0.0.1', port });
  return { url: `http://localhost:${port}`, close: () => listening.stop(0) };
}

function allowFrames(response: Response, directive: string): void {
  const [name = ''] = directive.split(' ');
  const others = String(response.getHeader('Content-Security-Policy'))
    .split('; ')
    .filter((one) => !one.startsWith(`${name} `));
  response.setHeader('Content-Security-Policy', [...others, directive].join('; '));
}
