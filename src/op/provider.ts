/** oidc-provider with three of its seams ours: the session cookie's name, client secrets, and logout notices. */
import { timingSafeEqual } from 'node:crypto';
import { type ClientMetadata, type Configuration, Provider } from 'oidc-provider';
import { hashOfToken } from '../core/random.ts';
import { requireRealm } from './realms.ts';

/** Sends one logout token (OpenID Connect Back-Channel Logout 1.0 §2.5); rejects unless it was accepted. */
export type SendLogoutToken = (accountId: string, sid: string) => Promise<void>;

export class RealmProvider extends Provider {
  readonly #sessionCookieName: (realm: string) => string;

  constructor(issuer: string, configuration: Configuration, sessionCookieName: (realm: string) => string) {
    super(issuer, configuration);
    this.#sessionCookieName = sessionCookieName;
    // The edge has overwritten every X-Forwarded-* header with values of its own (http/edge.ts).
    this.proxy = true;
    patchClient(this);
  }

  /** Throws outside a realm: no request may meet a session by accident. */
  override cookieName(type: string): string {
    return type === 'session' ? this.#sessionCookieName(requireRealm()) : super.cookieName(type);
  }
}

const sendLogoutToken = Symbol('sendLogoutToken');

/**
 * Client secrets are stored as hashes, and back-channel logout is queued with retries by `logout.ts` instead of being
 * sent while the person waits (SECURITY §1.2). Both are methods of oidc-provider's Client.
 */
function patchClient(provider: Provider): void {
  const prototype = provider.Client.prototype as unknown as {
    clientSecret?: string;
    compareClientSecret(actual: string): boolean;
    backchannelLogout: SendLogoutToken;
    [sendLogoutToken]: SendLogoutToken;
  };
  prototype.compareClientSecret = function (actual) {
    const expected = Buffer.from(this.clientSecret ?? '');
    const given = Buffer.from(hashOfToken(String(actual)));
    return expected.length === given.length && timingSafeEqual(expected, given);
  };
  prototype[sendLogoutToken] = prototype.backchannelLogout;
  prototype.backchannelLogout = async () => {};
}

/** The original of the method that `patchClient` silenced. */
export async function sendBackchannelLogout(
  provider: Provider,
  clientId: string,
  accountId: string,
  sid: string,
): Promise<'sent' | 'not_wanted'> {
  const client = await provider.Client.find(clientId);
  const metadata: ClientMetadata | undefined = client?.metadata();
  if (!client || metadata?.backchannel_logout_uri === undefined) return 'not_wanted';
  await (client as unknown as { [sendLogoutToken]: SendLogoutToken })[sendLogoutToken](accountId, sid);
  return 'sent';
}
