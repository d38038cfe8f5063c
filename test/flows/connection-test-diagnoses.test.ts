/**
 * GWY-3, OKT-1, CLM-1: whatever an upstream does wrong, the test of its connection says what, and no two things are
 * told alike; every misbehaviour of the simulators, of each kind.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../../src/signin/checks.ts';
import { explanations } from '../../src/signin/explanations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { failureOf, startTrial } from '../support/scenario/trials.ts';
import {
  type Connected,
  connectEntra,
  connectGateway,
  connectOkta,
  connectSaml,
} from '../support/scenario/upstreams.ts';
import type { Misbehaviour } from '../support/upstreams/oidc/misbehaviour.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlMisbehaviour } from '../support/upstreams/saml/misbehaviours.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';

type Diagnosis = readonly [check: Check, code: string];

let app: TestApp;
let okta: Connected<Simulator>;
let entra: Connected<Simulator>;
let gateway: Connected<Simulator>;
let saml: Connected<SamlIdp>;
beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'alpha');
  entra = await connectEntra(app, 'beta');
  gateway = await connectGateway(app, 'gamma');
  saml = await connectSaml(app, 'delta');
});
afterAll(async () => {
  for (const { upstream } of [okta, entra, gateway, saml]) await upstream.close();
  await app.close();
});

const oidcKinds = { okta: () => okta, 'azure-ad': () => entra, gateway: () => gateway };

describe.each(Object.keys(oidcKinds) as (keyof typeof oidcKinds)[])('%s', (kind) => {
  it('that is well passes everything, and its attributes are examined', async () => {
    const trial = await startTrial(app, oidcKinds[kind]().connectionId);
    const ready = await trial.find();
    expect(ready.findings.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual(
      ['settings', 'reachable', 'document', 'issuer', 'clock', 'keys', 'client', 'redirect'].map((c) => `${c} passed`),
    );
    expect([ready.phase, ready.maySignIn]).toEqual(['ready', true]);
    const done = await trial.signIn();
    expect(failureOf(done)).toBeUndefined();
    expect(done).toMatchObject({ phase: 'done', outcome: 'passed' });
    expect(Math.abs(done.clockSkew ?? 9e9)).toBeLessThan(1000);
    const sid = done.attributes?.find(({ claim }) => claim === 'cip_sid');
    expect(sid).toMatchObject({ required: true, outcome: 'ok', values: 1, normalised: sid?.asserted[0] });
  });

  const before: readonly (readonly [Misbehaviour, Diagnosis])[] = [
    ['document-missing', ['document', 'discovery_missing']],
    ['document-foreign-issuer', ['issuer', 'discovery_issuer_mismatch']],
    ['document-insecure-keys', ['document', 'discovery_incomplete']],
    ['keys-empty', ['keys', 'keys_missing']],
    ['keys-many', ['keys', 'upstream_answer_too_large']],
    ['client-refused', ['client', 'client_refused']],
  ];
  it.each(before)('%s is found before anybody signs in', async (fault, [check, code]) => {
    const { connectionId, upstream } = oidcKinds[kind]();
    upstream.misbehaveNext(fault);
    const found = await (await startTrial(app, connectionId)).find();
    expect(found).toMatchObject({ phase: 'done', outcome: 'failed', maySignIn: false });
    expect(failureOf(found)).toMatchObject({ check, code });
  });

  const atSignIn: readonly (readonly [Misbehaviour, Diagnosis])[] = [
    ['access-denied', ['status', 'upstream_denied']],
    ['server-error', ['status', 'upstream_error']],
    ['response-issuer-foreign', ['response', 'issuer_parameter_mismatch']],
    ['client-refused', ['client', 'client_refused']],
    ['code-refused', ['token', 'token_refused']],
    ['token-answer-huge', ['token', 'upstream_answer_too_large']],
    ['token-answer-not-json', ['token', 'upstream_answer_invalid']],
    ['id-token-missing', ['token', 'id_token_missing']],
    ['issuer-foreign', ['issuer_of_response', 'id_token_issuer_mismatch']],
    ['nonce-wrong', ['request', 'id_token_nonce_mismatch']],
    ['signature-foreign-key', ['signature', 'id_token_signature_invalid']],
    ['alg-none', ['signature', 'id_token_algorithm_refused']],
    ['audience-foreign', ['audience', 'id_token_audience_mismatch']],
    ['expired', ['time', 'id_token_expired']],
    ['expires-in-ten-years', ['token', 'id_token_malformed']],
    ['issued-long-ago', ['time', 'id_token_too_old']],
    ['clock-fast', ['clock', 'clock_skew']],
    ['clock-slow', ['clock', 'clock_skew']],
    ['subject-missing', ['subject', 'subject_missing']],
  ];
  it.each(atSignIn)('%s is found when somebody signs in', async (fault, [check, code]) => {
    const { connectionId, upstream } = oidcKinds[kind]();
    const trial = await startTrial(app, connectionId);
    upstream.misbehaveNext(fault);
    const found = await trial.signIn();
    expect(found).toMatchObject({ phase: 'done', outcome: 'failed', maySignIn: true });
    expect(failureOf(found)).toMatchObject({ check, code });
    // And signing in again shows that it is better now.
    expect(await trial.signIn()).toMatchObject({ outcome: 'passed' });
  });

  it('five minutes fast: says so, and by how many seconds', async () => {
    const { connectionId, upstream } = oidcKinds[kind]();
    const trial = await startTrial(app, connectionId);
    upstream.misbehaveNext('clock-fast');
    const { clockSkew } = await trial.signIn();
    expect(Math.round((clockSkew ?? 0) / 1000)).toBeGreaterThanOrEqual(299);
    expect(Math.round((clockSkew ?? 0) / 1000)).toBeLessThanOrEqual(301);
  });

  it('tells no two of them alike, in either language', () => {
    const codes = [...before, ...atSignIn].map(([, [, code]]) => code as keyof typeof explanations);
    for (const language of ['en', 'ja'] as const) {
      const told = new Map(codes.map((code) => [code, explanations[code].meaning[language]]));
      expect(new Set(told.values()).size).toBe(told.size);
    }
  });
});

describe('saml', () => {
  const faults: readonly (readonly [SamlMisbehaviour, Diagnosis])[] = [
    ['wrong-issuer', ['issuer_of_response', 'saml_issuer_mismatch']],
    ['wrong-audience', ['audience', 'saml_audience_mismatch']],
    ['wrong-recipient', ['recipient', 'saml_recipient_mismatch']],
    ['wrong-destination', ['recipient', 'saml_destination_mismatch']],
    ['in-response-to-foreign', ['request', 'saml_in_response_to_mismatch']],
    ['unsolicited', ['request', 'saml_unsolicited']],
    ['expired', ['time', 'saml_expired']],
    ['not-yet-valid', ['clock', 'saml_not_yet_valid']],
    ['issued-long-ago', ['time', 'saml_too_old']],
    ['no-subject', ['subject', 'saml_subject_missing']],
    ['no-conditions', ['time', 'saml_conditions_missing']],
    ['no-statement', ['authentication', 'saml_statement_missing']],
    ['missing-attribute', ['attributes', 'attributes']],
    ['duplicated-attribute', ['attributes', 'attributes']],
    ['status-error', ['status', 'upstream_denied']],
    ['status-error-with-assertion', ['status', 'saml_status']],
    ['no-signature', ['signature', 'saml_signature_missing']],
    ['foreign-key', ['signature', 'saml_signature_invalid']],
    ['sha1', ['signature', 'saml_algorithm_refused']],
  ];
  it.each(faults)('%s is found when somebody signs in', async (fault, [check, code]) => {
    const trial = await startTrial(app, saml.connectionId);
    saml.upstream.misbehaveNext(fault);
    const found = await trial.signIn();
    expect(failureOf(found)).toMatchObject({ check, code });
    expect(found).toMatchObject({ phase: 'done', outcome: 'failed', maySignIn: true });
    expect(await trial.signIn()).toMatchObject({ outcome: 'passed' });
  });
});

describe('A provider that does not ask the person again (SES-5)', () => {
  it('fails the test where the workspace always prompts, as it would fail there', async () => {
    const trial = await startTrial(app, okta.connectionId);
    okta.upstream.misbehaveNext('auth-time-stale');
    const done = await trial.signIn();
    expect(failureOf(done)).toMatchObject({ code: 'reauthentication_missing' });
  });

  it('passes it where an open session may be used', async () => {
    const { organizations } = app.services;
    const { id } = okta.organization;
    const change = async (alwaysPrompt: boolean) =>
      organizations.updateSettings(id, { alwaysPrompt }, (await organizations.find(id))!.version);
    await change(false);
    const trial = await startTrial(app, okta.connectionId);
    okta.upstream.misbehaveNext('auth-time-stale');
    expect(await trial.signIn()).toMatchObject({ outcome: 'passed' });
    await change(true);
  });
});
