/**
 * SECURITY CON-17, 0.5, RP-18 and SPEC IDP-4 for the test of a connection: what was asserted is seen by nobody but who
 * tested, no raw message is kept, no answer of a test is a sign-in nor the other way round, and nothing goes live that
 * has not passed.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import { DirectoryError } from '../../src/directory/errors.ts';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from '../support/scenario/administrators.ts';
import { codeOf, deliverTo, failureOf, returnTo, startTrial } from '../support/scenario/trials.ts';
import { alice, type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { catchAnswer, deliver, type Ground, startGround } from './attacker.ts';

let ground: Ground;
let saml: Connected<SamlIdp>;
let ofSaml: RelyingParty;
let hanako: TestAdministrator;
let taro: TestAdministrator;
let ofBeta: TestAdministrator;
beforeAll(async () => {
  ground = await startGround();
  const { app } = ground;
  saml = await connectSaml(app, 'delta');
  ofSaml = await registerRelyingParty(app, { organizationId: saml.organization.id });
  const both = [ground.alpha.organization, saml.organization];
  hanako = await createAdministrator(app, both);
  taro = await createAdministrator(app, both, 'Taro Yamada');
  ofBeta = await createAdministrator(app, [ground.beta.organization], 'Ben Ito');
});
afterAll(async () => {
  await saml.upstream.close();
  await ground.close();
});
beforeEach(() => ground.app.clock.advance(31_000));

async function signedIn(who: TestAdministrator): Promise<Browser> {
  const browser = new Browser();
  await browser.get(ground.app.sites.consoleUrl());
  await signInWithCode(browser, who);
  return browser;
}

/** As somebody's console runs it, up to where they sign in; the page of its result. */
async function runTest(browser: Browser, connectionId: string, organization: string): Promise<URL> {
  const { app } = ground;
  await browser.get(app.sites.consoleUrl(`/o/${organization}/connections/${connectionId}/test`));
  await browser.submit({}, /\/test$/);
  const page = new URL(browser.page!.url);
  for (let tries = 0; tries < 100 && browser.page!.html.includes('Checking the connection'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await browser.get(page);
  }
  return page;
}

const organizations = { okta: 'alpha', saml: 'delta' };
const connectionIds = { okta: () => ground.alpha.connectionId, saml: () => saml.connectionId };
const values = {
  okta: [alice.claims!.cip_sid, alice.claims!.cip_upn, 'alice-password'] as string[],
  saml: [samlUser.attributes.cip_sid, samlUser.attributes.cip_upn, samlUser.nameId] as string[],
};
const kinds = Object.keys(connectionIds) as (keyof typeof connectionIds)[];

describe.each(kinds)('The values that a test of %s showed', (kind) => {
  it('are seen by the session that tested, and by no other: not a colleague, not another browser, not another organization', async () => {
    const browser = await signedIn(hanako);
    const page = await runTest(browser, connectionIds[kind](), organizations[kind]);
    const tab = new Browser();
    tab.cookies.push(...browser.cookies);
    const start = `${page.href}/sign-in`;
    const back = await deliver(tab, await catchAnswer(ground.app, tab, start));
    expect((await tab.get(back.headers.location!)).html).toContain('The test sign-in is complete');
    expect((await browser.get(page)).html).toContain(values[kind][0]);

    ground.app.clock.advance(31_000);
    for (const [who, status] of [
      [taro, 404],
      [hanako, 404],
      [ofBeta, 404],
    ] as const) {
      ground.app.clock.advance(31_000);
      const other = await signedIn(who);
      const seen = await other.get(page);
      expect([who.email, seen.status]).toEqual([who.email, status]);
      for (const value of values[kind]) expect(seen.html).not.toContain(value);
    }
    // And in half an hour nobody at all.
    ground.app.clock.advance(30 * 60_000);
    const late = await browser.get(page);
    expect(late.html).not.toContain(values[kind][0]);
  });

  it('stand in no log, no entry, and in the store only sealed; the raw answer nowhere', async () => {
    const { app } = ground;
    const lines = app.log.length;
    const trial = await startTrial(app, connectionIds[kind]());
    const browser = new Browser();
    const answer = await trial.catchAnswer(browser);
    const code = codeOf(await deliverTo(browser, answer));
    const raw = answer.fields.SAMLResponse ?? answer.url.searchParams.get('code')!;
    const written = () => [
      app.log.slice(lines).join(''),
      JSON.stringify(app.database.sqlite!.prepare('SELECT * FROM system_log').all()),
      JSON.stringify(app.database.sqlite!.prepare("SELECT * FROM store_values WHERE key LIKE 'trial%'").all()),
    ];
    const stored = app.database.sqlite!.prepare("SELECT count(*) AS count FROM store_values WHERE key LIKE 'trial%'");
    expect(stored.get()).not.toEqual({ count: 0 });
    const check = () => {
      for (const text of written())
        for (const secret of [...values[kind], raw.slice(0, 60)]) expect(text).not.toContain(secret);
    };
    check();
    expect(await app.services.trials.accept(code, trial.id, trial.owner)).toBe('accepted');
    check();
    // What its owner sees are values of attributes, and neither the message nor a token.
    const seen = JSON.stringify(await trial.find());
    expect(seen).toContain(values[kind][0]);
    expect(seen).not.toContain(raw.slice(0, 60));
    expect(seen).not.toMatch(/eyJ[\w-]+\.|<saml|PHNhbWx/);
  });

  it('come from an answer that only the one who began can bring back', async () => {
    const { app } = ground;
    const { trials } = app.services;
    const mine = await startTrial(app, connectionIds[kind](), { owner: 'me' });
    const theirs = await startTrial(app, connectionIds[kind](), { owner: 'them' });
    const code = codeOf(await deliverTo(new Browser(), await theirs.catchAnswer()));
    // A stranger's answer for my test; mine stays as it was.
    expect(await trials.accept(code, mine.id, 'me')).toBe('other_browser');
    expect(await mine.find()).toMatchObject({ phase: 'ready', outcome: null });
    // It is used up by that, also for whoever it belonged to.
    expect(await trials.accept(code, theirs.id, 'them')).toBe('stale');
    expect(await trials.find(theirs.id, 'me')).toBeUndefined();
    expect(await trials.depart(theirs.id, 'me', 'https://me.test/')).toBeUndefined();
  });

  it('are taken once, also when it is brought many times at one moment', async () => {
    const { app } = ground;
    const trial = await startTrial(app, connectionIds[kind]());
    const answer = await trial.catchAnswer();
    const browsers = [1, 2, 3].map(() => new Browser());
    const pages = await Promise.all(browsers.map((browser) => deliverTo(browser, answer)));
    expect(pages.map(({ status }) => status).sort()).toEqual([303, 410, 410]);
    const code = codeOf(pages.find(({ status }) => status === 303)!);
    const outcomes = await Promise.all([1, 2, 3].map(() => app.services.trials.accept(code, trial.id, trial.owner)));
    expect(outcomes.sort()).toEqual(['accepted', 'stale', 'stale']);
  });
});

describe.each(kinds)('An answer of %s', (kind) => {
  const application = { okta: () => ground.ofAlpha, saml: () => ofSaml };

  it('to a test signs nobody in, wherever it is brought', async () => {
    const { app } = ground;
    const trial = await startTrial(app, connectionIds[kind]());
    const browser = new Browser();
    const page = await deliverTo(browser, await trial.catchAnswer(browser));
    expect(page.headers.location).toMatch(/^http:\/\/returned\.test\//);
    expect(browser.cookies.some(({ name }) => name.startsWith('session-'))).toBe(false);
    // The hand-over of a test is none of a sign-in's.
    const victim = new Browser();
    const waiting = await victim.fetch('GET', ground.ofAlpha.start().url);
    const uid = new URL(waiting.headers.location!, waiting.url).pathname;
    const refused = await victim.fetch('GET', `${app.sites.accountsBase}${uid}/return?h=${codeOf(page)}`);
    expect(refused.status).toBe(410);
    expect(victim.cookies.some(({ name }) => name.startsWith('session-'))).toBe(false);
  });

  it('to a sign-in counts for no test', async () => {
    const { app } = ground;
    const trial = await startTrial(app, connectionIds[kind]());
    await trial.catchAnswer();
    const browser = new Browser();
    const answer = await catchAnswer(app, browser, application[kind]().start().url);
    const page = await deliver(browser, answer);
    const code = new URL(page.headers.location!).searchParams.get('h')!;
    expect(await app.services.trials.accept(code, trial.id, trial.owner)).toBe('stale');
    expect(await trial.find()).toMatchObject({ phase: 'away', outcome: null });
  });

  it('under the handle of another test is refused: each is its own', async () => {
    const { app } = ground;
    const [one, two] = [await startTrial(app, connectionIds[kind]()), await startTrial(app, connectionIds[kind]())];
    const [first, second] = [await one.catchAnswer(), await two.catchAnswer()];
    const mixed =
      kind === 'saml'
        ? { ...first, fields: { ...first.fields, RelayState: second.fields.RelayState! } }
        : {
            ...first,
            url: new URL(
              `${second.url.origin}${second.url.pathname}?${new URLSearchParams({ code: first.url.searchParams.get('code')!, state: second.url.searchParams.get('state')! })}`,
            ),
          };
    const code = codeOf(await deliverTo(new Browser(), mixed));
    expect(await app.services.trials.accept(code, two.id, two.owner)).toBe('accepted');
    const expected = { okta: 'token_refused', saml: 'saml_in_response_to_mismatch' }[kind];
    expect(failureOf(await two.find())).toMatchObject({ code: expected });
  });
});

describe('A draft', () => {
  const refusal = async (act: Promise<unknown>) =>
    act.then(
      () => 'done',
      (error: unknown) => (error instanceof DirectoryError ? error.code : error),
    );

  it('goes live only after these very settings have passed (IDP-4)', async () => {
    const { app } = ground;
    const { connectionDrafts } = app.services;
    const id = ground.alpha.connectionId;
    const draft = await connectionDrafts.open(operatorEditor, id);
    const live = (revision: number) => refusal(connectionDrafts.makeLive(operatorEditor, id, revision));
    expect(await live(draft.revision)).toBe('draft_not_passed');

    // A test that fails does not count.
    const failing = await startTrial(app, id);
    ground.alpha.upstream.misbehaveNext('signature-foreign-key');
    expect(await failing.signIn()).toMatchObject({ outcome: 'failed', tested: { what: 'draft' } });
    expect(await live(draft.revision)).toBe('draft_not_passed');

    // Nor does one of an older revision, however it ends.
    const old = await startTrial(app, id);
    const answer = await old.catchAnswer();
    const code = codeOf(await deliverTo(new Browser(), answer));
    const { draft: saved } = await connectionDrafts.save(operatorEditor, id, draft.revision, {
      settings: draft.settings,
    });
    expect(await app.services.trials.accept(code, old.id, old.owner)).toBe('accepted');
    expect(await old.find()).toMatchObject({ outcome: 'failed', outdated: true });
    expect(await live(saved.revision)).toBe('draft_not_passed');

    // Nor one of what is live.
    expect(await (await startTrial(app, id, { what: 'live' })).signIn()).toMatchObject({ outcome: 'passed' });
    expect(await live(saved.revision)).toBe('draft_not_passed');

    expect(await (await startTrial(app, id)).signIn()).toMatchObject({ outcome: 'passed' });
    expect(await live(saved.revision)).toBe('done');
  });

  it('changed while somebody is at the provider: the answer is judged by nothing else', async () => {
    const { app } = ground;
    const { connectionDrafts } = app.services;
    const id = ground.beta.connectionId;
    const draft = await connectionDrafts.open(operatorEditor, id);
    const trial = await startTrial(app, id);
    const answer = await trial.catchAnswer();
    await connectionDrafts.save(operatorEditor, id, draft.revision, { settings: draft.settings });
    const code = codeOf(await deliverTo(new Browser(), answer));
    await app.services.trials.accept(code, trial.id, trial.owner);
    expect(failureOf(await trial.find())).toMatchObject({ check: 'settings', code: 'settings_invalid' });
    expect((await connectionDrafts.find({ id, kind: 'okta' }))?.passedAt).toBeNull();
  });

  it('begun anew does not inherit the test of the one that was discarded, though its revisions are numbered alike', async () => {
    const { app } = ground;
    const { connectionDrafts, trials } = app.services;
    const id = ground.beta.connectionId;
    const connection = { id, kind: 'okta' } as const;
    const before = await connectionDrafts.find(connection);
    if (before) await connectionDrafts.discard(operatorEditor, id, before.revision);
    /** Revision 2 of a new draft. */
    const prepare = async (clientId: string) => {
      app.clock.advance(1);
      const { settings } = await connectionDrafts.open(operatorEditor, id);
      await connectionDrafts.save(operatorEditor, id, 1, { settings: { ...settings, clientId } });
    };
    const { clientId } = (await app.services.connections.find(id))!.settings as { clientId: string };
    await prepare(clientId);
    const [answered, away] = [await startTrial(app, id), await startTrial(app, id)];
    const code = codeOf(await deliverTo(new Browser(), await answered.catchAnswer()));
    const answer = await away.catchAnswer();
    await connectionDrafts.discard(operatorEditor, id, 2);
    await prepare('of the attacker');

    expect(await trials.accept(code, answered.id, answered.owner)).toBe('accepted');
    expect(await answered.find()).toMatchObject({ outcome: 'failed', outdated: true });
    await trials.accept(codeOf(await deliverTo(new Browser(), answer)), away.id, away.owner);
    expect(failureOf(await away.find())).toMatchObject({ check: 'settings', code: 'settings_invalid' });
    expect((await connectionDrafts.find(connection))?.passedAt).toBeNull();
    expect(await refusal(connectionDrafts.makeLive(operatorEditor, id, 2))).toBe('draft_not_passed');
    await connectionDrafts.discard(operatorEditor, id, 2);
  });

  it('is left for its provider so often and no more: the address of that is a GET, and each reads a document there (RP-11)', async () => {
    const { app, alpha } = ground;
    const trial = await startTrial(app, alpha.connectionId, { what: 'live' });
    const reads = () => alpha.upstream.requests.filter(({ path }) => path.includes('.well-known')).length;
    const before = reads();
    const leave = () => app.services.trials.depart(trial.id, trial.owner, returnTo);
    const left: unknown[] = [];
    for (let count = 0; count < 25; count++) left.push(await leave());
    expect(left.filter((send) => send !== undefined).length).toBe(20);
    expect(reads() - before).toBe(20);
  });

  it('is tested so often an hour and no more: a test asks other people’s servers (RP-11)', async () => {
    const { app } = ground;
    const { trials, connections } = app.services;
    const connection = (await connections.find(ground.beta.connectionId))!;
    const outcomes: string[] = [];
    for (let count = 0; count < 62; count++) {
      const begun = await trials.begin(operatorEditor, connection, { owner: 'x' });
      outcomes.push(begun.outcome);
      if (begun.outcome === 'begun') await begun.checked;
    }
    expect(outcomes.filter((outcome) => outcome === 'begun').length).toBeLessThanOrEqual(60);
    expect(outcomes.at(-1)).toBe('too_many');
  });

  it('of another organization cannot be tested, nor finished', async () => {
    const browser = await signedIn(ofBeta);
    const path = `/o/beta/connections/${ground.alpha.connectionId}/test`;
    expect((await browser.get(ground.app.sites.consoleUrl(path))).status).toBe(404);
    await browser.get(ground.app.sites.consoleUrl(`/o/beta/connections/${ground.beta.connectionId}/test`));
    const { fields } = browser.forms().find(({ action }) => action.href.endsWith('/test'))!;
    expect((await browser.post(ground.app.sites.consoleUrl(path), fields)).status).toBe(404);
  });
});
