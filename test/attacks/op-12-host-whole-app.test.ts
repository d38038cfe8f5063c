/** SECURITY OP-12 through the whole app: no header of a request decides what a document or a page says about us. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, sendTarget, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

const discovery = '/core/.well-known/openid-configuration';
const lies = [
  'X-Forwarded-Host: evil.test',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Port: 444',
  'X-Forwarded-Prefix: /evil',
  'Forwarded: host=evil.test;proto=https',
  'X-Original-URL: //evil.test/',
  'X-Original-Host: evil.test',
];

describe('Host and forwarding headers', () => {
  it('a foreign host is refused on every path, with nothing of it in the answer', async () => {
    for (const host of ['evil.test', `accounts.localhost:${ground.app.port}.evil.test`, 'accounts.localhost:1']) {
      for (const path of [discovery, '/core/connect/authorize', '/saml/metadata.xml', '/signin/x', '/']) {
        const answer = await sendTarget(ground.app, path, { host });
        expect([path, answer.status]).toEqual([path, 421]);
        expect(answer.body + answer.head).not.toContain('evil');
      }
    }
  });

  it('a second Host header is not looked at', async () => {
    const answer = await sendTarget(ground.app, discovery, { headers: ['Host: evil.test'] });
    expect(answer.head + answer.body).not.toContain('evil');
    const swapped = await sendTarget(ground.app, discovery, {
      host: 'evil.test',
      headers: [`Host: accounts.localhost:${ground.app.port}`],
    });
    expect(swapped.status).toBe(421);
  });

  it('what is forwarded changes no document, redirect or cookie', async () => {
    const honest = await sendTarget(ground.app, discovery);
    const poisoned = await sendTarget(ground.app, discovery, { headers: lies });
    expect(poisoned.body).toBe(honest.body);
    expect(honest.body).toContain(`"issuer":"${ground.app.sites.issuer}"`);
    const { url } = ground.ofAlpha.start();
    const redirected = await sendTarget(ground.app, url.pathname + url.search, { headers: lies });
    expect(/^location: (.*)$/im.exec(redirected.head)?.[1]).toMatch(
      new RegExp(`^${ground.app.sites.accountsBase}/signin/`),
    );
    const logout = await sendTarget(ground.app, '/core/connect/endsession?realm=subscribers-alpha', { headers: lies });
    expect(logout.head + logout.body).not.toContain('evil');
  });
});
