/** Reading what an upstream's HTTP endpoints answer: bounded, JSON only, with its clock looked at in passing. */
import { ProviderError } from '../../errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Enough for any document, key set or token answer that we know; the guarded fetch has a cap of its own (RP-13). */
const defaultLimit = 256 * 1024;

/**
 * The body as a JSON object. `where` names the endpoint in errors.
 * Throws `upstream_answer_invalid`: not 200, not JSON, no object; `upstream_answer_too_large`, `upstream_throttled`.
 */
export async function readJsonAnswer(response: Response, where: string, limit = defaultLimit): Promise<JsonObject> {
  if (response.status !== 200) {
    await response.body?.cancel();
    refuseThrottled(response, where);
    throw new ProviderError('upstream_answer_invalid', {
      detail: { where, expected: 'HTTP 200', received: `HTTP ${response.status}` },
    });
  }
  return parseJsonObject(await readText(response, where, limit), where);
}

/** RFC 6585 §4. Throws `upstream_throttled`. */
export function refuseThrottled(response: Pick<Response, 'status' | 'headers'>, where: string): void {
  if (response.status !== 429) return;
  const seconds = /^\d{1,6}$/.exec(response.headers.get('retry-after') ?? '')?.[0];
  throw new ProviderError('upstream_throttled', {
    detail: { where, received: 'HTTP 429', ...(seconds !== undefined && { note: `retry after ${seconds} s` }) },
  });
}

/** Names the endpoint in what the fetch throws, beside the address. */
export async function namingPlace<T>(where: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { where: address, ...detail } = error.detail;
    const note = [address, detail.note].filter((part) => part !== undefined).join('; ');
    throw new ProviderError(error.code, {
      cause: error.cause,
      detail: { ...detail, where, ...(note !== '' && { note }) },
    });
  }
}

function parseJsonObject(text: string, where: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // reported below: the parser's own message quotes the text, which may hold a token
  }
  throw new ProviderError('upstream_answer_invalid', { detail: { where, expected: 'a JSON object' } });
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Stops reading at `limit` bytes, whatever Content-Length claimed. */
export async function readText(response: Response, where: string, limit = defaultLimit): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) {
      throw new ProviderError('upstream_answer_too_large', { detail: { where, expected: `at most ${limit} bytes` } });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Milliseconds by which the answering server is ahead (positive) of us, by its `Date` header; undefined without one.
 * One second of resolution, hence the half second.
 */
export function measureClockSkew(response: Response, now: number): number | undefined {
  const date = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : date + 500 - now;
}

/** "5 minutes ahead" / "3 minutes behind", for the administrator. */
export function describeClockSkew(milliseconds: number): string {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  return `the provider's clock is ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ${milliseconds > 0 ? 'ahead' : 'behind'}`;
}

/** Something of the upstream's that we show: printable and short, so that a log line stays one line. */
export function quoteReceived(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
