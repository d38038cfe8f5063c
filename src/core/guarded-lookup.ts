/**
 * Name resolution that judges every address before a socket may use it (SECURITY RP-11). It runs inside `connect`, so
 * that there is no moment between the check and the use in which the name could come to mean something else
 * (DNS rebinding).
 */
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ProviderError } from '../../providers/errors.ts';
import { isLoopbackHost } from './loopback.ts';

/** All addresses of a name. Rejects as `dns.lookup` does (ENOTFOUND, EAI_AGAIN). */
export type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>;

const systemResolver: Resolver = async (hostname) => {
  // Node does not resolve names below localhost; RFC 6761 §6.3 says what they are. Judged like any other answer.
  if (isLoopbackHost(hostname)) return [{ address: '127.0.0.1', family: 4 }];
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
};

/** A `lookup` for `net.connect` and `tls.connect`. One refused address refuses the name. */
export function createGuardedLookup(options: { allowLoopback: boolean; resolve?: Resolver }): LookupFunction {
  const resolve = options.resolve ?? systemResolver;
  return (hostname, { all }, callback) => {
    const isLoopback = options.allowLoopback && isLoopbackHost(hostname);
    resolve(hostname).then(
      (found) => {
        const reason = found
          .map(({ address }) => refuseAddress(address, isLoopback))
          .find((text) => text !== undefined);
        const first = found[0];
        if (reason !== undefined || first === undefined) {
          const note = reason ?? 'no address';
          callback(new ProviderError('upstream_address_refused', { detail: { note } }), '');
        } else if (all) callback(null, [...found]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

const globalUnicast = ipaddr.parseCIDR('2000::/3');

/**
 * Why an address may not be connected to, or `undefined`. `text` that is no address at all (a name) gives `undefined`.
 * Only global unicast passes: no private, link-local (cloud metadata), shared, multicast, documentation, tunnel or
 * translated address; an IPv4 address inside an IPv6 one is unwrapped first.
 */
export function refuseAddress(text: string, allowLoopback: boolean): string | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  const range = address.range();
  // Outside 2000::/3 nothing is assigned to the public; `::7f00:1` (IPv4-compatible, deprecated) would pass as unicast.
  if (range === 'unicast' && (address.kind() === 'ipv4' || address.match(globalUnicast))) return undefined;
  if (range === 'loopback' && allowLoopback) return undefined;
  return `an address that is not public (${range})`;
}
