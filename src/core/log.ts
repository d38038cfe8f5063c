/**
 * The server log: JSON lines (pino), pretty in a terminal. Everything that is written passes through `scrub`.
 *
 * Owns: form and redaction. Does not own: what is worth a line, and the system log that administrators read.
 * Made once by the entry point; handed down as an argument.
 */
import { type DestinationStream, destination, type Level, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

export interface LogOptions {
  level: Level | 'silent';
  /** For people instead of machines. Default: when stdout is a terminal. */
  pretty?: boolean;
  /** Default: stdout. */
  stream?: DestinationStream;
}

/**
 * Lines are written in batches (a write per request would cost as much as the request); `log.flush()` empties the
 * batch, and the process's exit does so by itself.
 */
export function createLog(options: LogOptions): Log {
  const asPretty = options.pretty ?? (options.stream === undefined && process.stdout.isTTY === true);
  const target = options.stream ?? (asPretty ? process.stdout : destination({ dest: 1, sync: false, minLength: 4096 }));
  const stream = asPretty ? pretty({ destination: target as NodeJS.WritableStream, ignore: 'pid,hostname' }) : target;
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => scrub(fields) as Record<string, unknown>,
      },
      hooks: {
        logMethod(args, method) {
          for (let index = 0; index < args.length; index++) {
            const value = args[index] as unknown;
            if (typeof value === 'string') args[index] = scrubText(value);
            // pino would serialise an Error itself, past the redaction.
            else if (value instanceof Error && index === 0) {
              args[0] = { err: value };
              if (args.length === 1) (args as unknown[]).push(scrubText(value.message));
            }
          }
          method.apply(this, args);
        },
      },
      serializers: { err: (value: unknown) => value },
    },
    stream,
  );
  if (!asPretty && options.stream === undefined) setInterval(() => log.flush(), 250).unref();
  return log;
}

/**
 * Names under which secrets travel, compared without case and punctuation, so that `client_secret`, `clientSecret` and
 * `Client-Secret` are one. `state`, `handle` and `code` open a door for as long as an attempt lives.
 */
const secretNames = new Set(
  [
    'authorization proxyauthorization cookie setcookie password passwords newpassword currentpassword passcode totp otp',
    'secret secrets clientsecret apitoken apikey token tokens idtoken accesstoken refreshtoken logouttoken idtokenhint',
    'clientassertion assertion samlresponse samlrequest relaystate state handle handover code codeverifier nonce xsrf csrf',
    'privatekey signingkey sealingkey seed key jwk dpop recoverycode backupcode credential credentials',
    'databaseurl redisurl connectionstring',
  ]
    .join(' ')
    .split(' '),
);
const redacted = '[redacted]';

/** A copy without secrets: by the name of the field, and by the look of the text. Depth and length are capped. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (depth > 6) return '[deep]';
  if (value instanceof Error) return scrubError(value, depth);
  if (value instanceof Date) return value;
  if (value instanceof URL) return scrubText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => scrub(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const name in value) {
    const item = (value as Record<string, unknown>)[name];
    if (typeof item === 'function') continue;
    copy[name] = isSecretName(name, item) ? redacted : scrub(item, depth + 1);
  }
  return copy;
}

const judgedNames = new Map<string, boolean>();
function isSecretName(name: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false;
  let secret = judgedNames.get(name);
  if (secret === undefined) {
    secret = secretNames.has(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
    if (judgedNames.size < 1000) judgedNames.set(name, secret);
  }
  return secret;
}

/** `code` of an error is one of our closed lists or a system error's name, and is what a log is read for. */
function scrubError(error: Error, depth: number): Record<string, unknown> {
  const { code, detail, status } = error as Error & { code?: unknown; detail?: unknown; status?: unknown };
  return {
    type: error.name,
    message: scrubText(error.message),
    ...(typeof code === 'string' && { code }),
    ...(typeof status === 'number' && { status }),
    ...(detail !== undefined && { detail: scrub(detail, depth + 1) }),
    ...(error.cause !== undefined && { cause: scrub(error.cause, depth + 1) }),
    stack: (error.stack ?? '').split('\n').slice(1, 12).map(scrubText),
  };
}

const suspicious =
  /eyJ|\?|\.[\w-]{43}|[Bb](?:earer|asic)[ =]|PRIVATE KEY|:\/\/|[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * Text without query strings, passwords in URLs, bearer values, JWTs and PEM keys. Control characters are written as
 * `\xNN`: a line end or an escape sequence in a user name must not forge a line or drive a terminal (SECURITY CON-05).
 */
export function scrubText(text: string): string {
  const short = text.length > 4000 ? `${text.slice(0, 4000)}…[${text.length - 4000} more]` : text;
  if (!suspicious.test(short)) return short;
  return (
    short
      .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted)
      .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]*@/gi, `$1${redacted}@`)
      .replace(/((?:[a-z][a-z0-9+.-]*:\/)?\/[^\s?"'<>]*)\?[^\s"'<>]+/gi, `$1?${redacted}`)
      // The secret of a link that was mailed, `/invitation/<id>.<secret>`: the id stays (SECURITY ID-10).
      .replace(/(\/[\w-]+)\.[\w-]{43}(?![\w-])/g, `$1.${redacted}`)
      .replace(/\b(Bearer|Basic)(=? *)(?<=[ =])[A-Za-z0-9+/=._~-]{6,}/gi, `$1$2${redacted}`)
      .replace(/\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)*/g, redacted)
      .replace(
        /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
        (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
      )
  );
}
