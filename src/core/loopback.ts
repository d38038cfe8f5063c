/** Hosts that mean this machine itself; RFC 6761 §6.3 reserves `localhost` and everything below it. */

/**
 * Whether a host name as `URL.hostname` gives it (lower case, IPv6 in brackets) is loopback by its very name.
 * A name that merely resolves to 127.0.0.1 is not, and neither is `localhost.` with a trailing dot.
 */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
