/** The simulated upstream's ID token: right by default, wrong in one exact way when told so. */
import type { Misbehaviour } from './misbehaviour.ts';
import { type Json, publicJwk, type SigningKey, signHs256WithPublicKey, signRs256, unsigned } from './signing.ts';

export interface IdTokenGround {
  issuer: string;
  clientId: string;
  nonce: string | undefined;
  subject: string;
  /** Milliseconds. */
  now: number;
  key: SigningKey;
  /** A key that is not published, under the published key's name. */
  foreignKey: SigningKey;
  namesKeys: boolean;
  /** Milliseconds; absent when this upstream does not say. */
  authTime: number | undefined;
  claims: Json;
}

export function buildIdToken(ground: IdTokenGround, takes: (kind: Misbehaviour) => boolean): string {
  const claims = buildClaims(ground, takes);
  const header: Json = ground.namesKeys ? { kid: ground.key.kid } : {};
  if (takes('alg-none')) return unsigned(claims);
  if (takes('alg-hs256-public-key')) return signHs256WithPublicKey(ground.key, claims);
  if (takes('signature-foreign-key')) return signRs256(ground.foreignKey, claims, header);
  if (takes('signature-embedded-key')) {
    // every way that RFC 7515 §4.1 knows to bring a key along, or to say where it lies
    const brought = { jku: 'https://keys.evil.example/jwks', x5u: 'https://keys.evil.example/x5u', x5c: ['AAAA'] };
    return signRs256(ground.foreignKey, claims, { ...header, jwk: publicJwk(ground.foreignKey), ...brought });
  }
  if (takes('key-unknown')) return signRs256(ground.foreignKey, claims, { kid: 'nobody-knows' });
  if (takes('key-unnamed')) return signRs256(ground.key, claims, {});
  const token = signRs256(ground.key, claims, header);
  if (takes('signature-corrupt')) return `${token.slice(0, -6)}${token.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'}`;
  return token;
}

function buildClaims(ground: IdTokenGround, takes: (kind: Misbehaviour) => boolean): Json {
  const seconds = Math.floor(ground.now / 1000);
  const claims: Json = {
    ...ground.claims,
    iss: ground.issuer,
    aud: ground.clientId,
    sub: ground.subject,
    iat: seconds,
    exp: seconds + 3600,
  };
  if (ground.nonce !== undefined) claims.nonce = ground.nonce;
  if (ground.authTime !== undefined) claims.auth_time = Math.floor(ground.authTime / 1000);
  if (takes('attributes-missing') || takes('attributes-in-userinfo-only')) {
    for (const name of Object.keys(claims)) if (name.startsWith('cip_')) delete claims[name];
  }
  if (takes('issuer-foreign')) claims.iss = 'https://issuer.example';
  if (takes('issuer-trailing-slash')) claims.iss = `${ground.issuer}/`;
  if (takes('issuer-other-case')) claims.iss = ground.issuer.replace(/^http/, 'HTTP');
  if (takes('nonce-wrong')) claims.nonce = 'another-nonce';
  if (takes('nonce-missing')) delete claims.nonce;
  if (takes('audience-foreign')) claims.aud = 'another-client';
  if (takes('audience-list-foreign-azp')) {
    claims.aud = [ground.clientId, 'another-client'];
    claims.azp = 'another-client';
  }
  if (takes('azp-foreign')) claims.azp = 'another-client';
  if (takes('expired')) {
    claims.iat = seconds - 500;
    claims.exp = seconds - 200;
  }
  if (takes('expires-in-ten-years')) claims.exp = seconds + 10 * 365 * 86_400;
  if (takes('issued-long-ago')) claims.iat = seconds - 3000;
  if (takes('issued-in-the-future')) claims.iat = seconds + 3600;
  if (takes('auth-time-stale')) claims.auth_time = seconds - 3600;
  if (takes('auth-time-missing')) delete claims.auth_time;
  if (takes('subject-missing')) delete claims.sub;
  if (takes('tenant-foreign')) {
    const foreign = '99999999-0000-4000-8000-000000000000';
    claims.iss = ground.issuer.replaceAll(String(claims.tid), foreign);
    claims.tid = foreign;
  }
  if (takes('tenant-claim-foreign')) claims.tid = '99999999-0000-4000-8000-000000000000';
  return claims;
}
