/** SECURITY OP-06 and OP-07: a refresh token rotates, its reuse revokes the family, and it never widens. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround({ slowStore: true });
});
afterAll(() => ground.close());

describe('OP-06, a refresh token', () => {
  it('used before is refused, and takes the whole family along', async () => {
    const { refreshToken } = await ground.ofAlpha.signIn(new Browser());
    const next = await ground.ofAlpha.refresh(refreshToken);
    expect(next.status).toBe(200);
    expect(next.body.refresh_token).not.toBe(refreshToken);
    expect(await ground.ofAlpha.refresh(refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await ground.ofAlpha.refresh(String(next.body.refresh_token))).status).toBe(400);
    expect((await ground.ofAlpha.userinfo(String(next.body.access_token))).status).toBe(401);
  });

  it.each([2, 6])('used %i times at once has one winner, whose tokens die as well', async (times) => {
    const { refreshToken } = await ground.ofAlpha.signIn(new Browser());
    const answers = await Promise.all(Array.from({ length: times }, () => ground.ofAlpha.refresh(refreshToken)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners.length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(times - winners.length);
    for (const { body } of winners) {
      expect((await ground.ofAlpha.userinfo(String(body.access_token))).status).toBe(401);
      expect((await ground.ofAlpha.refresh(String(body.refresh_token))).status).toBe(400);
    }
  });

  it('is worth nothing to another client', async () => {
    const { refreshToken } = await ground.ofAlpha.signIn(new Browser());
    for (const other of [ground.ofBeta, ground.ofAll]) {
      expect(await other.refresh(refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
  });
});

describe('OP-07, widening', () => {
  it('a refresh cannot ask for more scopes than the code gave', async () => {
    const { refreshToken, claims } = await ground.ofAlpha.signIn(new Browser(), { scope: 'openid' });
    expect(claims.cip_sid).toBeUndefined();
    const wider = await ground.ofAlpha.refresh(refreshToken, { scope: 'openid cip email' });
    expect(wider).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
  });

  it('what one sign-in of a session was given does not leak into the next one’s token', async () => {
    const browser = new Browser();
    await ground.ofAlpha.signIn(browser, { scope: 'openid profile email cip' });
    const narrow = await ground.ofAlpha.signIn(browser, { scope: 'openid', prompt: 'none' });
    expect(narrow.claims.cip_sid).toBeUndefined();
    const info = await ground.ofAlpha.userinfo(narrow.accessToken);
    expect(info.body.cip_sid).toBeUndefined();
    expect(info.body.email).toBeUndefined();
  });

  it('an access token stays opaque, whatever the request calls a resource', async () => {
    const { accessToken } = await ground.ofAlpha.signIn(new Browser(), { resource: 'https://api.evil.test' });
    expect(accessToken.split('.')).toHaveLength(1);
  });
});
