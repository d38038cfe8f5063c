/**
 * Reading what is posted: a form of strings, or JSON. Limits first, meaning later; a field that came twice is refused,
 * because two readers would pick different ones.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../core/errors.ts';

export type Form = Readonly<Record<string, string>>;

export interface BodyLimits {
  /** Default 64 KiB. The ACS asks for more. */
  maxBytes?: number;
  /** Default 100. */
  maxFields?: number;
}

/**
 * `application/x-www-form-urlencoded` in UTF-8. Throws `media_type_refused`, `too_large`, `field_repeated`,
 * `request_invalid`. The record has no prototype, so `__proto__` is a field like any other.
 */
export async function readForm(request: IncomingMessage, limits: BodyLimits = {}): Promise<Form> {
  requireType(request, 'application/x-www-form-urlencoded');
  return parseForm(await readText(request, limits.maxBytes ?? 65_536), limits.maxFields ?? 100);
}

/**
 * For forms that change who may do what: a field that this form does not have is no slip of a person (SECURITY CON-09).
 * Throws `request_invalid`. The CSRF token has been read already, and is known to every form.
 */
export function refuseUnknownFields(form: Form, known: readonly string[], pattern?: RegExp): void {
  const isKnown = (name: string): boolean => name === 'csrf' || known.includes(name) || pattern?.test(name) === true;
  const unknown = Object.keys(form).filter((name) => !isKnown(name));
  if (unknown.length > 0) throw new AppError('request_invalid', { detail: { unknownFields: unknown.length } });
}

/** The query of a URL by the same rules as a form. `url` is a path with query, as `request.url`. */
export function readQuery(url: string, limits: BodyLimits = {}): Form {
  const at = url.indexOf('?');
  if (at < 0) return Object.create(null) as Form;
  if (url.length - at > (limits.maxBytes ?? 16_384)) throw new AppError('too_large');
  return parseForm(url.slice(at + 1), limits.maxFields ?? 100);
}

/** `application/json`. The caller validates: this is `unknown`. */
export async function readJson(request: IncomingMessage, limits: BodyLimits = {}): Promise<unknown> {
  requireType(request, 'application/json');
  const text = await readText(request, limits.maxBytes ?? 65_536);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('request_invalid', { cause });
  }
}

function parseForm(text: string, maxFields: number): Form {
  const form: Record<string, string> = Object.create(null);
  if (hasMoreFields(text, maxFields)) throw new AppError('too_large');
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in form) throw new AppError('field_repeated');
    if (name.includes('\0') || value.includes('\0')) throw new AppError('request_invalid');
    form[name] = value;
  }
  return form;
}

/** Before they are taken apart, which of two megabytes of `&` takes a quarter of a second. */
function hasMoreFields(text: string, maxFields: number): boolean {
  let at = -1;
  for (let count = 0; count < maxFields; count++) {
    at = text.indexOf('&', at + 1);
    if (at < 0) return false;
  }
  // A last one that is empty is none.
  return at < text.length - 1;
}

/** `text/plain` with a body that looks like JSON is how a cross-site form gets past a careless reader. */
function requireType(request: IncomingMessage, wanted: string): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';');
  const charset = parameters.map((text) => text.trim().toLowerCase()).find((text) => text.startsWith('charset='));
  const isUtf8 = charset === undefined || charset === 'charset=utf-8' || charset === 'charset="utf-8"';
  const encoding = request.headers['content-encoding'];
  if (type.trim().toLowerCase() !== wanted || !isUtf8 || (encoding !== undefined && encoding !== 'identity'))
    throw new AppError('media_type_refused');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const body = await readBody(request, maxBytes);
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new AppError('request_invalid', { cause });
  }
}

/** Throws `too_large`, `request_invalid`. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const stop = (error: AppError): void => {
      request.removeAllListeners('data');
      // The rest flows past unread; the server's request timeout ends what is endless.
      request.resume();
      reject(error);
    };
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return stop(new AppError('too_large'));
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size > maxBytes) stop(new AppError('too_large'));
      else parts.push(part);
    });
    request.once('end', () => resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
    request.once('error', (cause) => reject(new AppError('request_invalid', { cause })));
    request.once('close', () => reject(new AppError('request_invalid')));
  });
}
