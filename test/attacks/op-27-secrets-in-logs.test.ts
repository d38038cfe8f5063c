/** SECURITY OP-27: nothing that opens a door is in the log, in the system log, or readable in the database. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { client, connectGateway, connectSaml } from '../support/scenario/upstreams.ts';
import { catchAnswer, deliver, type Ground, startGround } from './attacker.ts';

let ground: Ground;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  ground = await startGround();
});
afterAll(async () => {
  for (const close of closing) await close();
  await ground.close();
});

it('whole sign-ins of every kind, good ones and failed ones, leave no secret behind', async () => {
  const { app } = ground;
  const secrets = new Map<string, string>([['the upstream’s client secret', client.clientSecret]]);
  const remember = (what: string, value: string | null | undefined) => {
    if (value !== null && value !== undefined && value.length >= 6) secrets.set(`${what} ${secrets.size}`, value);
  };
  const rememberCookies = (browser: Browser) => {
    for (const { name, value } of browser.cookies) {
      // The name of the sign-in as in its address; without the signature beside it it opens nothing (OP-09).
      if (name !== 'interaction' && name !== 'resume') remember(`cookie ${name}`, value);
    }
  };

  // Subscribers: through Okta, a Gateway and SAML; each answer is also delivered twice, and once altered.
  const gateway = await connectGateway(app, 'gamma');
  const saml = await connectSaml(app, 'delta');
  closing.push(gateway.upstream.close, saml.upstream.close);
  const applications = [ground.ofAlpha];
  for (const { organization } of [gateway, saml])
    applications.push(await registerRelyingParty(app, { organizationId: organization.id }));
  for (const application of applications) {
    remember('client secret', application.secret);
    const browser = new Browser();
    const signedIn = await application.signIn(browser);
    remember('code', signedIn.code);
    remember('verifier', signedIn.verifier);
    remember('nonce', signedIn.nonce);
    remember('ID token', signedIn.idToken);
    remember('access token', signedIn.accessToken);
    remember('refresh token', signedIn.refreshToken);
    await application.redeem(signedIn.code, signedIn.verifier);
    await application.refresh('made-up-refresh-token');
    await application.userinfo(`${signedIn.accessToken}x`);
    rememberCookies(browser);

    const again = new Browser();
    const answer = await catchAnswer(app, again, application.start().url);
    for (const value of [...answer.url.searchParams.values(), ...Object.values(answer.fields)])
      remember('answer', value);
    const delivered = await deliver(again, answer);
    remember('hand-over', new URL(delivered.headers.location!).searchParams.get('h'));
    await deliver(again, answer);
    const altered = await catchAnswer(app, again, application.start({ prompt: 'login' }).url);
    for (const value of altered.url.searchParams.values()) remember('altered answer', value);
    if (altered.method === 'GET') altered.url.searchParams.set('code', 'x-altered-code');
    else altered.fields.SAMLResponse = `${altered.fields.SAMLResponse?.slice(0, -400)}AAAA`;
    await deliver(again, altered);
    rememberCookies(again);
  }

  // An administrator, with a wrong password and a wrong code before.
  const administrator = await createAdministrator(app, [ground.alpha.organization]);
  remember('password', administrator.password);
  const browser = new Browser();
  await browser.get(ground.ofAll.start({ acr_values: 'idp:citrix' }).url);
  await browser.submit({ email: administrator.email, password: 'A-Wrong-Passw0rd' }, '/password');
  remember('wrong password', 'A-Wrong-Passw0rd');
  remember('csrf', browser.forms()[0]?.fields.csrf);
  await signInWithCode(browser, administrator).catch(() => undefined);
  rememberCookies(browser);
  const silent = await arrive(browser, ground.ofAll.start({ acr_values: 'idp:citrix', prompt: 'none' }).url);
  remember('administrator’s code', silent.get('code'));

  expect(secrets.size).toBeGreaterThan(40);
  const log = app.log.join('\n');
  expect(log.length).toBeGreaterThan(1000);
  const events = JSON.stringify(await app.database.db.selectFrom('system_log').selectAll().execute());
  const found = [...secrets].filter(([, value]) => log.includes(value) || events.includes(value)).map(([what]) => what);
  expect(found).toEqual([]);

  // A copy of the data is no collection of keys either.
  const files = ['sekisho.sqlite', 'sekisho.sqlite-wal'].map((name) => join(app.folder, name));
  const data = files.map((file) => readFileSync(file).toString('latin1')).join('');
  const inData = [...secrets].filter(([, value]) => data.includes(value)).map(([what]) => what);
  expect(inData).toEqual([]);
});
