/** SECURITY OP-04 and OP-05: a code belongs to one client, one redirect URI and one verifier; PKCE is not negotiable. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

async function freshCode() {
  const started = ground.ofAlpha.start();
  return { code: (await arrive(new Browser(), started.url)).get('code') ?? '', verifier: started.verifier };
}
const refused = { status: 400, body: { error: 'invalid_grant' } };

describe('OP-04, a stolen code', () => {
  it('is worth nothing to another client, of another organization or of all', async () => {
    const { code, verifier } = await freshCode();
    expect(await ground.ofBeta.redeem(code, verifier)).toMatchObject(refused);
    const next = await freshCode();
    expect(await ground.ofAll.redeem(next.code, next.verifier)).toMatchObject(refused);
  });

  it('is worth nothing with another redirect URI or verifier', async () => {
    const one = await freshCode();
    const elsewhere = { redirect_uri: 'http://127.0.0.1:9/other' };
    expect(await ground.ofAlpha.redeem(one.code, one.verifier, elsewhere)).toMatchObject(refused);
    const two = await freshCode();
    expect(await ground.ofAlpha.redeem(two.code, one.verifier)).toMatchObject(refused);
  });

  it('is worth nothing without the client’s secret', async () => {
    const { code, verifier } = await freshCode();
    const form = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      client_id: ground.ofAlpha.clientId,
    };
    for (const more of [{}, { client_secret: 'wrong' }, { client_secret: '' }]) {
      const answer = await ground.ofAlpha.post('/connect/token', { ...form, ...more }, false);
      expect([400, 401]).toContain(answer.status);
      expect(answer.body.access_token).toBeUndefined();
    }
  });
});

// Fails when `pkce.required` in src/op/configuration.ts answers false.
describe('OP-05, PKCE', () => {
  it('cannot be left out or downgraded', async () => {
    for (const weaker of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge_method: undefined },
      { code_challenge: 'short' },
    ]) {
      const query = await arrive(new Browser(), ground.ofAlpha.start(weaker).url);
      expect(query.get('error')).toBe('invalid_request');
      expect(query.get('code')).toBeNull();
    }
  });

  it('wants the verifier at the token endpoint', async () => {
    const { code } = await freshCode();
    const form = { grant_type: 'authorization_code', code, redirect_uri: 'http://127.0.0.1:9/callback' };
    expect((await ground.ofAlpha.post('/connect/token', form)).status).toBe(400);
  });
});
