import { expect, it } from 'vitest';
import { callbackUrl, startOktaJourney } from '../../../support/upstreams/oidc/journey.ts';

it("the simulated upstream's own page signs a person in, keeps them signed in, and asks again when told to", async () => {
  await using journey = await startOktaJourney({ upstream: { loginPage: true } });
  const begin = (forceAuthentication: boolean) =>
    journey.provider.begin({ handle: 'h', callbackUrl, forceAuthentication });
  const begun = await begin(false);
  const page = await (await fetch(begun.send.url)).text();
  const request = /name="request" value="(\w+)"/.exec(page)?.[1] ?? '';
  const post = (password: string) =>
    fetch(new URL('/simulator/sign-in', journey.upstream.url), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ request, username: 'Alice', password }),
    });
  const wrong = await post('wrong');
  expect([wrong.status, await wrong.text()]).toEqual([200, expect.stringContaining('Unable to sign in')]);
  const right = await post('alice-password');
  const back = new URL(right.headers.get('location') ?? '');
  const parameters = Object.fromEntries(back.searchParams);
  const identity = await journey.provider.complete({ method: 'GET', url: back.href, parameters }, begun.remember);
  expect(identity.subject).toBe('00u1');
  const headers = { cookie: right.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  const again = await fetch((await begin(false)).send.url, { redirect: 'manual', headers });
  expect(again.status).toBe(303);
  const asked = await fetch((await begin(true)).send.url, { redirect: 'manual', headers });
  expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining('<form')]);
});
