/** SECURITY RP-16, RP-17, SAML-29 and SAML-30: who somebody is depends on connection and subject, on no name or address. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { alice, connectGateway, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  ground = await startGround();
});
afterAll(async () => {
  for (const close of closing) await close();
  await ground.close();
});

async function applicationOf(connected: {
  organization: { id: string };
  upstream: { close(): Promise<unknown> };
}): Promise<RelyingParty> {
  closing.push(connected.upstream.close);
  return registerRelyingParty(ground.app, { organizationId: connected.organization.id });
}
const sub = async (application: RelyingParty, more = {}) => (await application.signIn(new Browser(), more)).claims.sub;

describe('the person behind an email address', () => {
  it.each([false, true, 'true'])(
    'that another upstream says it has verified (%j) is not taken over',
    async (verified) => {
      const customer = `org-${typeof verified}-${verified}`;
      const application = await applicationOf(await connectOkta(ground.app, customer));
      const victim = await sub(application, { login_hint: 'alice' });
      const claims = { ...alice.claims, email_verified: verified };
      const mallory = { ...alice, username: 'mallory', subject: '00u-mallory', claims };
      closing.push((await connectGateway(ground.app, customer, { users: [mallory] })).upstream.close);
      const signedIn = await application.signIn(new Browser());
      expect(signedIn.claims.cip_email).toBe('Alice@mail.example');
      expect(signedIn.claims.sub).not.toBe(victim);
      expect(signedIn.claims.email_verified).toBeUndefined();
    },
  );

  it('in another connection of the same organization, even with the same subject, is another one', async () => {
    const first = await connectOkta(ground.app, 'epsilon');
    const application = await applicationOf(first);
    const before = await sub(application);
    closing.push((await connectGateway(ground.app, 'epsilon', { users: [alice] })).upstream.close);
    expect(await sub(application)).not.toBe(before);
  });

  it('who changes name and addresses stays who they are', async () => {
    const person = { ...alice, claims: { ...alice.claims } };
    const connected = await connectOkta(ground.app, 'zeta', { users: [person] });
    const application = await applicationOf(connected);
    const before = await sub(application);
    Object.assign(person.claims, { cip_email: 'new@mail.example', cip_upn: 'new@corp.example', name: 'New' });
    expect(await sub(application)).toBe(before);
    person.subject = '00u-reassigned';
    expect(await sub(application)).not.toBe(before);
  });
});

describe('SAML-29, one identity provider in two organizations', () => {
  it('gives two persons, whoever registered it first, and routes by the attempt alone', async () => {
    const first = await connectSaml(ground.app, 'eta');
    const squatter = await connectSaml(
      ground.app,
      'theta',
      { key: first.upstream.key },
      { metadata: first.upstream.metadata() },
    );
    const [one, two] = [await applicationOf(first), await applicationOf(squatter)];
    const a = await one.signIn(new Browser());
    const b = await two.signIn(new Browser());
    expect(a.claims.cip_upn).toBe(b.claims.cip_upn);
    expect(a.claims.sub).not.toBe(b.claims.sub);
    expect([a.claims.customer_id, b.claims.customer_id]).toEqual(['eta', 'theta']);
  });
});

describe('SAML-30, an address of somebody else’s company', () => {
  it('is an attribute inside the organization that asserts it, and gets at nobody', async () => {
    const other = await connectSaml(ground.app, 'iota', {
      users: [
        {
          ...samlUser,
          attributes: { ...samlUser.attributes, cip_email: 'Alice@mail.example', cip_upn: 'alice@corp.example' },
        },
      ],
    });
    const application = await applicationOf(other);
    const { claims } = await application.signIn(new Browser());
    expect(claims.customer_id).toBe('iota');
    expect(claims.sub).not.toBe(await sub(ground.ofAlpha, { login_hint: 'alice' }));
  });
});
