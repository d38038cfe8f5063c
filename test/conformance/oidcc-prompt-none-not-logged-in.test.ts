import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('prompt=none without a session is answered with an error, and a long state comes back whole', async () => {
  const state = randomBytes(64).toString('hex');
  const answer = await op.authorize(new Browser(), { prompt: 'none', state });
  expect(answer.wasAsked).toBe(false);
  op.expectErrorAnswer({ ...answer, state }, [
    'login_required',
    'interaction_required',
    'account_selection_required',
    'consent_required',
  ]);
});
