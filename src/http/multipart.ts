/**
 * Forms with a file (`multipart/form-data`, RFC 7578), as browsers send them and no other way: fields and at most one
 * file, everything in memory and below a limit. A field that came twice is refused, as in `forms.ts`.
 *
 * Owns: the format. Does not own: what a file may contain. The file's name is for showing only.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../core/errors.ts';
import { type Form, readBody } from './forms.ts';

export interface Upload {
  /** As the browser says it, shortened; empty when it says nothing. */
  name: string;
  bytes: Uint8Array;
}

export interface MultipartForm {
  form: Form;
  /** The one file, where a file was chosen. */
  upload?: Upload;
}

export function isMultipart(request: IncomingMessage): boolean {
  return /^multipart\/form-data\s*;/i.test(request.headers['content-type'] ?? '');
}

const maxParts = 20;
const maxHeadBytes = 2048;
const newline = '\r\n';

/** Throws `media_type_refused`, `too_large`, `field_repeated`, `request_invalid`. */
export async function readMultipart(request: IncomingMessage, limits: { maxBytes: number }): Promise<MultipartForm> {
  const boundary = boundaryOf(request);
  const body = await readBody(request, limits.maxBytes);
  const form: Record<string, string> = Object.create(null);
  let upload: Upload | undefined;
  for (const part of partsOf(body, boundary)) {
    if (part.fileName === undefined) {
      if (part.name in form) throw new AppError('field_repeated');
      form[part.name] = textOf(part.bytes);
    } else if (part.fileName !== '' || part.bytes.length > 0) {
      if (upload !== undefined) throw new AppError('field_repeated');
      upload = { name: part.fileName, bytes: part.bytes };
    }
  }
  return { form, ...(upload && { upload }) };
}

/** RFC 2046 §5.1.1, of its characters those that browsers use. */
function boundaryOf(request: IncomingMessage): string {
  const encoding = request.headers['content-encoding'];
  const match = /^multipart\/form-data\s*;\s*boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'+.-]{1,70}))\s*$/i.exec(
    request.headers['content-type'] ?? '',
  );
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined || (encoding !== undefined && encoding !== 'identity'))
    throw new AppError('media_type_refused');
  return boundary;
}

interface Part {
  name: string;
  /** Undefined: no file. Empty: a file field without a file. */
  fileName: string | undefined;
  bytes: Buffer;
}

/** `--boundary CRLF head CRLF CRLF content CRLF --boundary … --boundary--`; nothing before, between or after. */
function* partsOf(body: Buffer, boundary: string): Generator<Part> {
  const delimiter = Buffer.from(`${newline}--${boundary}`);
  const first = delimiter.subarray(newline.length);
  if (!body.subarray(0, first.length).equals(first)) throw invalid();
  let at = first.length;
  for (let count = 0; ; count++) {
    const follows = body.subarray(at, at + 2).toString('latin1');
    if (follows === '--') {
      if (body.length > at + 4) throw invalid();
      return;
    }
    if (follows !== newline) throw invalid();
    if (count >= maxParts) throw new AppError('too_large');
    at += 2;
    const headEnd = body.subarray(at, at + maxHeadBytes).indexOf(newline + newline);
    if (headEnd < 0) throw invalid();
    const start = at + headEnd + 4;
    // An empty content's line break is the head's own.
    const end = body.indexOf(delimiter, start - 2);
    if (end < 0) throw invalid();
    yield { ...readHead(body.subarray(at, at + headEnd)), bytes: body.subarray(start, Math.max(start, end)) };
    at = end + delimiter.length;
  }
}

function readHead(head: Buffer): Pick<Part, 'name' | 'fileName'> {
  let disposition: RegExpExecArray | null = null;
  for (const line of textOf(head).split(newline)) {
    const [, name = '', value = ''] = /^([\w-]+):[ \t]*(.*)$/.exec(line) ?? [];
    // What it says of itself decides nothing; an encoding of the transfer no browser uses.
    if (name.toLowerCase() === 'content-type') continue;
    if (name.toLowerCase() !== 'content-disposition' || disposition !== null) throw invalid();
    disposition = /^form-data; name="([\w.-]{1,100})"(?:; filename="([^"\r\n]*)")?$/.exec(value);
    if (disposition === null) throw invalid();
  }
  if (disposition === null) throw invalid();
  const [, name = '', fileName] = disposition;
  return { name, fileName: fileName === undefined ? undefined : shown(fileName) };
}

/** Without the folders that some browsers once sent, and without what would change the line that it stands on. */
function shown(fileName: string): string {
  const last = fileName.split(/[\\/]/).at(-1) ?? '';
  return last.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 200);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string {
  try {
    const text = utf8.decode(bytes);
    if (text.includes('\0')) throw invalid();
    return text;
  } catch (cause) {
    throw invalid(cause);
  }
}

function invalid(cause?: unknown): AppError {
  return new AppError('request_invalid', cause === undefined ? {} : { cause });
}
