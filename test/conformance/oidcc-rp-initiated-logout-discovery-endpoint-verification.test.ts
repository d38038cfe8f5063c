import { expect, it } from 'vitest';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Discovery names the end session endpoint', () => {
  expect(op.discovery.end_session_endpoint).toBe(`${op.issuer}/connect/endsession`);
});
