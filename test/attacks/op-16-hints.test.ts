/** SECURITY OP-16: hints in a request tell nobody who exists, and sign nobody in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { createAdministrator } from '../support/scenario/administrators.ts';
import { type Ground, startGround, withoutNoise } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

describe('hints', () => {
  it('a login_hint gets the same page whether somebody has that address or not', async () => {
    const { email } = await createAdministrator(ground.app, [ground.alpha.organization]);
    const pageFor = async (hint: string) => {
      const page = await new Browser().get(ground.ofAll.start({ acr_values: 'idp:citrix', login_hint: hint }).url);
      return [page.status, withoutNoise(page.html).replaceAll(hint, 'HINT')];
    };
    expect(await pageFor(email)).toEqual(await pageFor('nobody.at.all@example.com'));
  });

  it('and shows what it holds as text', async () => {
    const hint = '"><script>alert(1)</script><input value="';
    const page = await new Browser().get(ground.ofAll.start({ acr_values: 'idp:citrix', login_hint: hint }).url);
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('<script>alert');
    expect(page.html).toContain('&lt;script&gt;alert(1)');
  });

  it('somebody else’s id_token_hint gives no session and no code', async () => {
    const { idToken } = await ground.ofAlpha.signIn(new Browser(), { login_hint: 'alice' });
    const stranger = await arrive(new Browser(), ground.ofAlpha.start({ prompt: 'none', id_token_hint: idToken }).url);
    expect([stranger.get('error'), stranger.get('code')]).toEqual(['login_required', null]);
    const bob = new Browser();
    await ground.ofAlpha.signIn(bob, { login_hint: 'bob' });
    const other = await arrive(bob, ground.ofAlpha.start({ prompt: 'none', id_token_hint: idToken }).url);
    expect([other.get('error'), other.get('code')]).toEqual(['login_required', null]);
  });
});
