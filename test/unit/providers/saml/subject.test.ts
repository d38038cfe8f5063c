import { describe, expect, it } from 'vitest';
import { subjectOf } from '../../../../providers/saml/subject.ts';

const idp = 'https://idp.test';
const sp = 'https://saml.sekisho.test';
const transient = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

describe('the subject of a SAML identity', () => {
  it('tells equal values of other formats and qualifiers apart', () => {
    const subjects = [
      subjectOf({ value: 'a' }, idp, sp, undefined),
      subjectOf({ value: 'a', format: persistent }, idp, sp, undefined),
      subjectOf({ value: 'a', format: persistent, nameQualifier: 'https://other.test' }, idp, sp, undefined),
      subjectOf({ value: 'a', format: persistent, spNameQualifier: 'https://group.test' }, idp, sp, undefined),
      subjectOf({ value: 'A', format: persistent }, idp, sp, undefined),
      subjectOf({ value: 'a|b', format: persistent }, idp, sp, undefined),
      subjectOf({ value: 'b', format: `${persistent}|a` }, idp, sp, undefined),
      subjectOf({ value: 'a!b', format: persistent }, idp, sp, undefined),
      subjectOf({ value: 'b', format: `${persistent}!a` }, idp, sp, undefined),
    ];
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it('does not depend on what a name says by default', () => {
    const plain = subjectOf({ value: 'a', format: persistent }, idp, sp, undefined);
    expect(
      subjectOf({ value: 'a', format: persistent, nameQualifier: idp, spNameQualifier: sp }, idp, sp, undefined),
    ).toBe(plain);
    const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
    expect(subjectOf({ value: 'a', format: unspecified }, idp, sp, undefined)).toBe(
      subjectOf({ value: 'a' }, idp, sp, undefined),
    );
  });

  it('takes the object ID in place of a transient name, and refuses a transient name alone', () => {
    const oid = { name: 'cip_oid', values: ['0f8fad5b-d9cb-469f-a165-70867728950e'] };
    const first = subjectOf({ value: 'one-time-1', format: transient }, idp, sp, oid);
    expect(subjectOf({ value: 'one-time-2', format: transient }, idp, sp, oid)).toBe(first);
    for (const other of [undefined, { name: 'cip_oid', values: ['a', 'b'] }]) {
      expect(() => subjectOf({ value: 'x', format: transient }, idp, sp, other)).toThrow('saml_subject_missing');
    }
  });
});
