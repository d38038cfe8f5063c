import { ProviderError, type ProviderErrorCode, type ProviderErrorDetail } from '../../errors.ts';

/** Stops with a code. `detail.received` goes through `shown` when it comes from the message. */
export function refuse(code: ProviderErrorCode, detail: ProviderErrorDetail = {}): never {
  throw new ProviderError(code, { detail });
}

/** A protocol value of the message (issuer, URL, algorithm; never an attribute value), made safe for a log line. */
export function shown(value: string | undefined): string {
  if (value === undefined) return '(absent)';
  const printable = value.replace(/[^\x20-\x7e]/g, '?');
  return printable.length > 200 ? `${printable.slice(0, 200)}…` : printable;
}
