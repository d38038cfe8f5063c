import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderErrorCode } from '../../../../providers/errors.ts';
import { acsUrl, samlConnection, spEntityId } from '../../../support/upstreams/saml/connection.ts';
import type { SamlMisbehaviour } from '../../../support/upstreams/saml/misbehaviours.ts';
import { samlUser } from '../../../support/upstreams/saml/people.ts';
import { type SamlIdp, startSamlIdp } from '../../../support/upstreams/saml/saml-idp.ts';
import { visitIdp } from '../../../support/upstreams/saml/visit-idp.ts';

const refusals: Partial<Record<SamlMisbehaviour, ProviderErrorCode>> = {
  'wrong-issuer': 'saml_issuer_mismatch',
  'wrong-audience': 'saml_audience_mismatch',
  'no-audience': 'saml_audience_mismatch',
  'wrong-recipient': 'saml_recipient_mismatch',
  'wrong-destination': 'saml_destination_mismatch',
  'in-response-to-missing': 'saml_unsolicited',
  'in-response-to-foreign': 'saml_in_response_to_mismatch',
  'unsolicited-spliced': 'saml_unsolicited',
  unsolicited: 'saml_unsolicited',
  expired: 'saml_expired',
  'not-yet-valid': 'saml_not_yet_valid',
  'issued-long-ago': 'saml_too_old',
  'stale-authentication': 'reauthentication_missing',
  'no-subject': 'saml_subject_missing',
  'no-conditions': 'saml_conditions_missing',
  'no-statement': 'saml_statement_missing',
  'status-error': 'upstream_denied',
  'status-error-with-assertion': 'saml_status',
  'no-signature': 'saml_signature_missing',
  'foreign-key': 'saml_signature_invalid',
  sha1: 'saml_algorithm_refused',
  'assertion-altered': 'saml_signature_invalid',
};

describe('an identity provider over a socket that misbehaves', () => {
  let idp: SamlIdp;
  beforeAll(async () => {
    idp = await startSamlIdp({
      users: [samlUser],
      serviceProvider: { entityId: spEntityId, acsUrl },
      autoUser: 'suzuki',
    });
  });
  afterAll(() => idp.close());

  async function signIn(kind?: SamlMisbehaviour) {
    const { provider } = samlConnection({ metadata: idp.metadata() });
    if (kind) idp.misbehaveNext(kind);
    const { send, remember } = await provider.begin({ handle: 'h', callbackUrl: acsUrl, forceAuthentication: true });
    return { identity: provider.complete(await visitIdp({ send, acsUrl }), remember), provider };
  }

  for (const [kind, code] of Object.entries(refusals)) {
    it(`is refused with ${code}: ${kind}`, async () => {
      const { identity } = await signIn(kind as SamlMisbehaviour);
      await expect(identity).rejects.toMatchObject({ code });
      await expect((await signIn()).identity).resolves.toHaveProperty('subject');
    });
  }

  it('leaves the judgement of attributes to claims', async () => {
    expect((await (await signIn('missing-attribute')).identity).raw.sid).toBeUndefined();
    expect((await (await signIn('duplicated-attribute')).identity).raw.email?.values).toHaveLength(2);
  });

  it('limits the session where it says so', async () => {
    const { notOnOrAfter } = await (await signIn('session-ends-soon')).identity;
    expect(notOnOrAfter).toBeGreaterThan(Date.now());
    expect(notOnOrAfter).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  it('is followed to its logout with the name and session that it gave (SML-2)', async () => {
    const { identity, provider } = await signIn();
    const { signOut } = await identity;
    const url = await provider.signOutUrl(JSON.parse(JSON.stringify(signOut)), 'https://workspace.test', 'handle-9');
    expect(new URL(url!).searchParams.has('Signature')).toBe(false);
    expect((await fetch(url!)).status).toBe(200);
    const seen = idp.requests.at(-1)!;
    expect(seen.relayState).toBe('handle-9');
    expect(seen.xml).toContain(`>${samlUser.nameId}</saml:NameID>`);
    expect(seen.xml).toContain('<samlp:SessionIndex>');
  });

  it('without a logout address needs no journey there', async () => {
    const { provider } = samlConnection({
      entityId: idp.entityId,
      singleSignOnUrl: idp.singleSignOnUrl,
      certificates: [idp.certificate],
    });
    expect(await provider.signOutUrl({ nameId: 'x' }, 'https://workspace.test', 'h')).toBeUndefined();
  });
});
