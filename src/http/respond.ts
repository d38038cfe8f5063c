/** How a surface answers with a page: the reader's language and zone, the page's policy, and cookies of ours. */
import type { Request, Response } from 'express';
import { type Language, pickLanguage } from '../core/language.ts';
import { type CookieNames, clearCookie, readCookie, setCookie as writeCookie } from './cookies.ts';
import type { CookieChange } from './own-relying-party.ts';
import { allowFormAction } from './security-headers.ts';
import { type Html, render } from './views/html.ts';
import type { Assets, PageContext } from './views/page.ts';
import { pickTimeZone, timeZoneCookie } from './views/time.ts';

export interface Answer {
  status?: number;
  /** Origins that forms of this page may post to, beside our own (SAML HTTP-POST, OAuth redirects). */
  formAction?: readonly string[];
}

export interface Responder {
  chosenLanguage(request: Request): Language | undefined;
  rememberLanguage(request: Request, response: Response): void;
  contextOf(request: Request): PageContext;
  send(request: Request, response: Response, page: (context: PageContext) => Html, answer?: Answer): void;
  setCookie(response: Response, change: CookieChange): void;
  /** The same, for pages whose forms may lead to these origins. */
  allowing(formAction: readonly string[]): Responder;
}

export interface ResponderOptions {
  assets: Assets;
  cookies: CookieNames;
  developmentMails?: string | undefined;
  formAction?: readonly string[];
}

export function createResponder(options: ResponderOptions): Responder {
  const { assets, cookies, developmentMails, formAction = [] } = options;

  /** What the person chose by hand on this host; undefined when the browser's own wish decides. */
  function chosenLanguage(request: Request): Language | undefined {
    const asked = request.query.ui_locales;
    const wish = typeof asked === 'string' ? asked : readCookie(request, cookies.language);
    return wish === undefined ? undefined : pickLanguage({ cookie: wish });
  }

  /** Keeps a language that was chosen with `ui_locales`, for this host. */
  function rememberLanguage(request: Request, response: Response): void {
    const value = typeof request.query.ui_locales === 'string' ? chosenLanguage(request) : undefined;
    if (value !== undefined) setCookie(response, { name: cookies.language, value, maxAge: 365 * 86_400_000 });
  }

  function contextOf(request: Request): PageContext {
    const chosen = request.query.ui_locales;
    const uiLocales = typeof chosen === 'string' ? chosen : undefined;
    const language = pickLanguage({
      uiLocales,
      cookie: readCookie(request, cookies.language),
      acceptLanguage: request.headers['accept-language'],
    });
    const context = { language, timeZone: pickTimeZone(readCookie(request, timeZoneCookie)), assets, developmentMails };
    return request.method === 'GET' ? { ...context, path: request.originalUrl } : context;
  }

  function send(request: Request, response: Response, page: (context: PageContext) => Html, answer: Answer = {}): void {
    const context = contextOf(request);
    rememberLanguage(request, response);
    response.status(answer.status ?? 200);
    const allowed = [...formAction, ...(answer.formAction ?? [])];
    if (allowed.length > 0) allowFormAction(response, allowed);
    response.type('html').send(render(page(context)));
  }

  function setCookie(response: Response, { name, value, maxAge }: CookieChange): void {
    const { secure } = cookies;
    if (value === undefined) clearCookie(response, name, { secure });
    else writeCookie(response, name, value, maxAge === undefined ? { secure } : { secure, maxAge });
  }

  const allowing = (more: readonly string[]) => createResponder({ ...options, formAction: more });

  return { chosenLanguage, rememberLanguage, contextOf, send, setCookie, allowing };
}
