/**
 * The address of our SAML metadata that one identity provider alone is given: who fetches it is that provider, and so is
 * known to have the certificates in it (SML-1). The document is the same for everybody.
 */
import { timingSafeEqual } from 'node:crypto';
import { macOf } from '../../certs/mac.ts';

export interface MetadataAddresses {
  /** Value of the query's `for`. */
  markOf(connectionId: string): string;
  /** The connection that a mark was made for; undefined: it is none of ours. */
  connectionOf(mark: string): string | undefined;
}

const macLength = 22;

/** `keys`: 32 bytes each, newest first; asked for at each use. */
export function createMetadataAddresses(keys: () => readonly Uint8Array[]): MetadataAddresses {
  const mac = (key: Uint8Array, connectionId: string) =>
    macOf(key, connectionId).toString('base64url').slice(0, macLength);
  return {
    markOf(connectionId) {
      const [newest] = keys();
      if (newest === undefined) throw new Error('metadata addresses need a key');
      return `${connectionId}.${mac(newest, connectionId)}`;
    },
    connectionOf(mark) {
      const [, connectionId = '', given = ''] = /^([0-9a-f-]{36})\.([\w-]{22})$/.exec(mark) ?? [];
      const isOurs = keys().some((key) => timingSafeEqual(Buffer.from(mac(key, connectionId)), pad(given)));
      return isOurs && given !== '' ? connectionId : undefined;
    },
  };
}

function pad(given: string): Buffer {
  return Buffer.from(given.padEnd(macLength, ' '));
}
