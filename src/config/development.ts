/** What exists only while Sekisho runs on a developer's machine, reached from nowhere else. */
import { join } from 'node:path';
import { isLoopbackHost } from '../core/loopback.ts';
import type { Config } from './config.ts';
import type { Sites } from './sites.ts';

/**
 * Where mails are put instead of being sent, and shown at `/development/mails`: only without a mail server, on plain
 * http (which is loopback only), listening on loopback only. Undefined otherwise.
 */
export function developmentMailFolder(
  config: Pick<Config, 'smtpUrl' | 'data' | 'listen'>,
  sites: Pick<Sites, 'secure'>,
): string | undefined {
  if (config.smtpUrl !== undefined || sites.secure || !isLoopbackHost(config.listen.host)) return undefined;
  return join(config.data, 'mails');
}

/** The page that shows them; undefined where there is none. */
export function developmentMailsUrl(
  config: Pick<Config, 'smtpUrl' | 'data' | 'listen'>,
  sites: Pick<Sites, 'secure' | 'accountsBase'>,
): string | undefined {
  if (developmentMailFolder(config, sites) === undefined) return undefined;
  return `${sites.accountsBase}/development/mails`;
}
