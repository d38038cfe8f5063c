/** SECURITY OP-03: a code is good once; a second use, also at the same moment, revokes what the first one got. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround({ slowStore: true });
});
afterAll(() => ground.close());

async function freshCode() {
  const started = ground.ofAlpha.start();
  const code = (await arrive(new Browser(), started.url)).get('code') ?? '';
  return { code, verifier: started.verifier };
}

// Fails when `consume` in src/op/adapter.ts sets the mark without a condition (both redemptions get tokens), and when
// it does not destroy the grant (the winner's tokens live on).
describe('an authorization code', () => {
  it.each([2, 8])('redeemed %i times at once gives tokens once at most, and these die', async (times) => {
    const { code, verifier } = await freshCode();
    const answers = await Promise.all(Array.from({ length: times }, () => ground.ofAlpha.redeem(code, verifier)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect([status, body.error]).toEqual([400, 'invalid_grant']);
    }
    const { access_token: access, refresh_token: refresh } = winners[0]!.body;
    expect((await ground.ofAlpha.userinfo(String(access))).status).toBe(401);
    expect((await ground.ofAlpha.introspect(String(access))).body.active).toBe(false);
    expect(await ground.ofAlpha.refresh(String(refresh))).toMatchObject({ status: 400 });
  });

  it('repeated later is refused, and what it gave is revoked', async () => {
    const { code, verifier } = await freshCode();
    const first = await ground.ofAlpha.redeem(code, verifier);
    expect((await ground.ofAlpha.userinfo(String(first.body.access_token))).status).toBe(200);
    expect(await ground.ofAlpha.redeem(code, verifier)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect((await ground.ofAlpha.userinfo(String(first.body.access_token))).status).toBe(401);
  });

  it('lives a minute', async () => {
    const { code, verifier } = await freshCode();
    ground.app.clock.advance(61_000);
    expect(await ground.ofAlpha.redeem(code, verifier)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('revoked by a thief’s replay does not keep its person from signing in again', async () => {
    const browser = new Browser();
    const started = ground.ofAlpha.start();
    const code = (await arrive(browser, started.url)).get('code') ?? '';
    await ground.ofAlpha.redeem(code, started.verifier);
    await ground.ofAlpha.redeem(code, started.verifier);
    const again = await ground.ofAlpha.signIn(browser);
    expect((await ground.ofAlpha.userinfo(again.accessToken)).status).toBe(200);
  });
});
