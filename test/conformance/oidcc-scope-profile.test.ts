import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('The scope profile gives what we know of a profile, and no email', async () => {
  expect(op.discovery.scopes_supported).toContain('profile');
  const { userinfo } = await op.signIn(new Browser(), { scope: 'openid profile' });
  expect(userinfo).toMatchObject({
    name: 'Alice Liddell',
    given_name: 'Alice',
    family_name: 'Liddell',
    preferred_username: 'alice@corp.example',
  });
  expect(userinfo).not.toHaveProperty('email');
});
