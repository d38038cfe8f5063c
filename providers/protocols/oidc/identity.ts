/** From a verified answer to the parts of an `UpstreamIdentity` that the vendors make alike. */
import type { AttributeNames, UpstreamIdentity } from '../../provider.ts';
import { lacksRequired, pickAttributes } from './attributes.ts';
import type { RelyingParty } from './relying-party.ts';
import type { VerifiedAnswer } from './token-client.ts';

/** Attributes of the ID token; of userinfo as well (where there is one) when the token lacks a required one. */
export async function readAttributes(
  party: RelyingParty,
  names: AttributeNames,
  answer: VerifiedAnswer,
): Promise<UpstreamIdentity['raw']> {
  const raw = pickAttributes(names, answer.claims);
  if (!lacksRequired(raw)) return raw;
  const { userinfoEndpoint } = await party.discovery.get();
  if (userinfoEndpoint === undefined) return raw;
  return pickAttributes(names, answer.claims, await party.fetchUserinfo(answer));
}

/** How and when the person authenticated; by name, so that no token of the answer comes along. */
export function authenticationOf({
  methods,
  authenticatedAt,
  context,
  clockSkew,
  keyId,
}: VerifiedAnswer): Pick<UpstreamIdentity, 'methods' | 'authenticatedAt' | 'context' | 'clockSkew' | 'keyId'> {
  return {
    methods,
    ...(authenticatedAt === undefined ? {} : { authenticatedAt }),
    ...(context === undefined ? {} : { context }),
    ...(clockSkew === undefined ? {} : { clockSkew }),
    ...(keyId === undefined ? {} : { keyId }),
  };
}
