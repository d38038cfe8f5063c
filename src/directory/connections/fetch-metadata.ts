/** Fetches a metadata document from where its provider publishes it, by the guarded fetch (SECURITY RP-11, CON-11). */
import { ProviderError } from '../../../providers/errors.ts';
import type { GuardedFetch } from '../../core/guarded-fetch.ts';

/** An aggregate of a federation; one provider's has a hundredth of that. The reader refuses more anyhow. */
const maxBytes = 10 * 1024 * 1024;
/** Milliseconds. */
const deadline = 20_000;

/** What a server says about a document, to be asked with the next time (RFC 9110 §13.1). */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

/** Undefined: the same as last time. Throws `ProviderError` (`upstream_…`). */
export async function fetchMetadata(
  fetch: GuardedFetch,
  url: string,
  known: Validators = { etag: null, lastModified: null },
): Promise<({ document: Uint8Array } & Validators) | undefined> {
  const response = await fetch(url, {
    headers: {
      accept: 'application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5',
      ...(known.etag !== null && { 'if-none-match': known.etag }),
      ...(known.lastModified !== null && { 'if-modified-since': known.lastModified }),
    },
    maxBytes,
    deadline,
  });
  if (response.status === 304) return undefined;
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new ProviderError('upstream_answer_invalid', {
      detail: { expected: 'HTTP 200', received: `HTTP ${response.status}` },
    });
  }
  return {
    document: new Uint8Array(await response.arrayBuffer()),
    etag: validatorOf(response.headers.get('etag')),
    lastModified: validatorOf(response.headers.get('last-modified')),
  };
}

/** It is sent back as it came, so it must be worth keeping. */
function validatorOf(value: string | null): string | null {
  return value !== null && value.length <= 200 ? value : null;
}
