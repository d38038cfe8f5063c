/**
 * The few files of our pages, read once, under names that carry a hash of their content: they may be kept for ever, and
 * a new version is a new name. Served on every host below `/assets/` (service-relative).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Middleware } from './edge.ts';

interface Asset {
  type: string;
  plain: Buffer;
  compressed: Buffer;
}

export interface StaticFiles {
  /** Public paths, for the views. */
  style: string;
  script: string;
  /** Only where a passkey is used. */
  passkeys: string;
  /** Only where a new password is typed. */
  newPassword: string;
  /** Only where a connection is tested. */
  trial: string;
  icon: string;
  serve: Middleware;
}

/** `assetsPath`: `Sites.assetsPath`. Throws when a file is missing. */
export function createStaticFiles(assetsPath: string): StaticFiles {
  const files = new Map<string, Asset>();
  const add = (file: URL, type: string): string => {
    const plain = readFileSync(file);
    const name = file.pathname.slice(file.pathname.lastIndexOf('/') + 1);
    const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 12);
    const hashed = name.replace('.', `.${hash}.`);
    files.set(`/assets/${hashed}`, { type, plain, compressed: gzipSync(plain, { level: 9 }) });
    return `${assetsPath}/${hashed}`;
  };
  return {
    style: add(new URL('./views/style.css', import.meta.url), 'text/css; charset=utf-8'),
    script: add(new URL('./views/enhance.js', import.meta.url), 'text/javascript; charset=utf-8'),
    passkeys: add(new URL('./views/passkeys.js', import.meta.url), 'text/javascript; charset=utf-8'),
    newPassword: add(new URL('./views/new-password.js', import.meta.url), 'text/javascript; charset=utf-8'),
    trial: add(new URL('./views/trial.js', import.meta.url), 'text/javascript; charset=utf-8'),
    icon: add(new URL('./views/icon.svg', import.meta.url), 'image/svg+xml'),
    serve(request, response, next) {
      const { url = '', method } = request;
      if (!url.startsWith('/assets/') || (method !== 'GET' && method !== 'HEAD')) return next();
      const file = files.get(url.split('?', 1)[0] as string);
      if (file === undefined) return next();
      const mayCompress = String(request.headers['accept-encoding'] ?? '').includes('gzip');
      const body = mayCompress ? file.compressed : file.plain;
      if (mayCompress) response.setHeader('Content-Encoding', 'gzip');
      response.writeHead(200, {
        'Content-Type': file.type,
        'Content-Length': body.length,
        'Cache-Control': 'public, max-age=31536000, immutable',
        Vary: 'Accept-Encoding',
      });
      response.end(method === 'HEAD' ? undefined : body);
    },
  };
}
