/** A NetScaler-like Gateway: documents below /oauth/idp/, a bare-host issuer, no `auth_time`, several unnamed facts of AD. */
import { startSimulator } from './simulator.ts';
import type { Simulator, SimulatorOptions, Vendor } from './vendor.ts';

export interface NetScalerLikeOptions extends SimulatorOptions {
  /** Publish keys and sign tokens without `kid`. */
  unnamedKeys?: boolean;
}

export function startNetScalerLike(options: NetScalerLikeOptions): Promise<Simulator> {
  const vendor: Vendor = {
    brand: { name: 'NetScaler-like Gateway simulator', colour: '#02444c' },
    issuer: (url) => url,
    paths: {
      document: '/oauth/idp/.well-known/openid-configuration',
      authorize: '/oauth/idp/login',
      token: '/oauth/idp/token',
      keys: '/oauth/idp/certs',
      userinfo: '/oauth/idp/userinfo',
      logout: '/oauth/idp/logout',
    },
    // as the appliance's own template: no token endpoint methods, no PKCE methods, no grant types
    document: {
      response_types_supported: ['code', 'token', 'id_token'],
      frontchannel_logout_supported: true,
      scopes_supported: ['openid', 'ctxs_cc'],
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'email'],
    },
    idTokenClaims: (user) => ({ ...user.claims }),
    userinfoClaims: (user) => ({ ...user.claims }),
    namesKeys: options.unnamedKeys !== true,
    sendsAuthTime: false,
  };
  return startSimulator(vendor, options);
}
