/** What is known once the demo runs, for the page that shows it and for the tests that use it. */
import { Secret, TOTP } from 'otpauth';
import type { Sites } from '../../src/config/sites.ts';

export interface DemoFacts {
  sites: Sites;
  /** Origins of the simulated upstreams. */
  upstreams: Readonly<Record<'okta' | 'entra' | 'gateway' | 'saml', string>>;
  /** Base32. */
  totpKey: string;
  code(now: number): OneTimeCode;
  /** The broker's environment, for the CLI beside it. */
  env: Readonly<Record<string, string>>;
}

export interface OneTimeCode {
  digits: string;
  /** Milliseconds until the next one. */
  remaining: number;
}

const period = 30_000;

/** As an authenticator app computes it. */
export function createOneTimeCode(totpKey: string): DemoFacts['code'] {
  const totp = new TOTP({ secret: Secret.fromBase32(totpKey), algorithm: 'SHA1', digits: 6, period: period / 1000 });
  return (now) => ({ digits: totp.generate({ timestamp: now }), remaining: period - (now % period) });
}
