import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttributeRole,
  attributeRoles,
  type RawAttribute,
  type UpstreamIdentity,
} from '../../../providers/provider.ts';
import { requireOfAdministrator, requireOfSubscriber } from '../../../src/claims/claims.ts';
import { explain, normalise } from '../../../src/claims/normalise.ts';

const attributes = {
  sid: 'http://example.test/sid',
  upn: 'userUPN',
  oid: 'objectGuid',
  email: 'mail',
  displayName: 'display',
  givenName: 'given',
  familyName: 'family',
  groups: 'memberOf',
};
const subscriber = requireOfSubscriber(attributes, { sidOptional: false });
const cloudOnly = requireOfSubscriber(attributes, { sidOptional: true });
const administrator = requireOfAdministrator(attributes);

const canonicalSid = /^S-1(-(\d+|0x[0-9A-F]{12}))+$/;
const canonicalGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const sid = 'S-1-5-21-1004336348-1177238915-682003330-512';
const sound = {
  sid,
  upn: 'taro@corp.example',
  oid: '{B1DB3CCA-72BD-4F31-9EBF-C70CD44BDA32}',
  email: 'Taro.Yamada+x@example.co.jp',
  displayName: '山田 太郎',
  givenName: '太郎',
  familyName: '山田',
  groups: ['S-1-5-32-544', 'AQIAAAAAAAUgAAAAIQIAAA=='],
};
type Given = string | Uint8Array | readonly (string | Uint8Array)[];

/** `undefined` takes an attribute away. */
function raw(changes: Partial<Record<AttributeRole, Given | undefined>> = {}): UpstreamIdentity['raw'] {
  const result: Partial<Record<AttributeRole, RawAttribute>> = {};
  for (const role of attributeRoles) {
    const given: Given | undefined = role in changes ? changes[role] : sound[role];
    if (given === undefined) continue;
    const values = typeof given === 'string' || given instanceof Uint8Array ? [given] : given;
    result[role] = { name: attributes[role], values };
  }
  return result;
}
function claimsOf(changes: Parameters<typeof raw>[0], requirement = subscriber) {
  const result = normalise(raw(changes), requirement);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.claims;
}
function problemsOf(changes: Parameters<typeof raw>[0], requirement = subscriber) {
  const result = normalise(raw(changes), requirement);
  return result.ok ? [] : result.problems;
}

describe('a complete identity', () => {
  it('comes out in canonical form', () => {
    expect(claimsOf({})).toEqual({
      cip_sid: sid,
      cip_upn: 'taro@corp.example',
      cip_oid: 'b1db3cca-72bd-4f31-9ebf-c70cd44bda32',
      cip_email: 'Taro.Yamada+x@example.co.jp',
      name: '山田 太郎',
      given_name: '太郎',
      family_name: '山田',
      groups: ['S-1-5-32-544', 'S-1-5-32-545'],
    });
  });
  it('may have SID and GUID in Base64 or as bytes', () => {
    const asBase64 = { sid: 'AQUAAAAAAAUVAAAA3PTcO4M9K0aCi6YoAAIAAA==', oid: 'yjzbsb1yMU+ev8cM1EvaMg==' };
    const asBytes = { sid: Buffer.from(asBase64.sid, 'base64'), oid: Buffer.from(asBase64.oid, 'base64') };
    expect(claimsOf(asBase64)).toEqual(claimsOf({}));
    expect(claimsOf(asBytes)).toEqual(claimsOf({}));
  });
  it('is trimmed', () => {
    const padded = {
      sid: ` ${sid}\n`,
      upn: '\ttaro@corp.example ',
      email: ` ${sound.email} `,
      displayName: ' 山田 太郎 ',
    };
    expect(claimsOf(padded)).toEqual(claimsOf({}));
  });
  it('needs no names and no groups', () => {
    const nameless = { displayName: undefined, givenName: undefined, familyName: undefined, groups: undefined };
    expect(Object.keys(claimsOf(nameless)).sort()).toEqual(['cip_email', 'cip_oid', 'cip_sid', 'cip_upn', 'groups']);
    expect(claimsOf(nameless).groups).toEqual([]);
  });
  it.each(['guest_example.com#EXT#@tenant.onmicrosoft.com', "o'brien@corp", 'user_1@a-b.example', '太郎@例え.テスト'])(
    'may have the UPN %s',
    (upn) => {
      expect(claimsOf({ upn }).cip_upn).toBe(upn);
    },
  );
});

describe('a required attribute', () => {
  const claims = { sid: 'cip_sid', upn: 'cip_upn', oid: 'cip_oid', email: 'cip_email' } as const;
  describe.each(['sid', 'upn', 'oid', 'email'] as const)('%s', (role) => {
    const problem = { claim: claims[role], attribute: attributes[role] };
    it('is named with its claim when it is missing', () => {
      expect(problemsOf({ [role]: undefined })).toEqual([{ ...problem, reason: 'missing' }]);
    });
    it.each([[[]], [''], ['  \t'], [new Uint8Array()]] as Given[][])('is a problem when it is empty (%j)', (given) => {
      expect(problemsOf({ [role]: given })).toEqual([{ ...problem, reason: 'empty' }]);
    });
    it('is a problem with two values, even equal ones or an empty one beside it', () => {
      for (const second of [sound[role], '']) {
        expect(problemsOf({ [role]: [sound[role], second] })).toEqual([{ ...problem, reason: 'multiple' }]);
      }
    });
    it.each([
      'nonsense',
      `${'x'.repeat(5_000)}@example.test`,
      'a@b\u0000.test',
      '\uD800@x',
      'a@@b',
      '@b',
      'a@',
      'a b@c.test',
      new Uint8Array([1, 2, 3]),
    ])('is a problem when malformed (sample %#)', (given) => {
      expect(problemsOf({ [role]: given })).toEqual([{ ...problem, reason: 'malformed' }]);
    });
  });
  it('that an attacker decorates is refused', () => {
    for (const email of [
      '"><img onerror=1>@x.test',
      'a@x.test\r\nBcc: b@x.test',
      'a@x.test,b@x.test',
      'a\u202e@x.test',
      'a@x..test',
      'a@.test',
      '"a@b"@x.test',
      'a\u200b@x.test',
    ]) {
      expect(problemsOf({ email }), email).toEqual([{ claim: 'cip_email', attribute: 'mail', reason: 'malformed' }]);
    }
  });
  it('problems are all told at once, with no value among them', () => {
    const problems = problemsOf({ sid: 'S-1-canary', upn: ['canary@a', 'canary@b'], oid: undefined, email: 'canary' });
    expect(problems.map(({ claim, reason }) => [claim, reason])).toEqual([
      ['cip_sid', 'malformed'],
      ['cip_upn', 'multiple'],
      ['cip_oid', 'missing'],
      ['cip_email', 'malformed'],
    ]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });
});

describe('who needs what', () => {
  it('a cloud-only subscriber may have no SID, but no wrong one', () => {
    expect(claimsOf({ sid: undefined }, cloudOnly)).not.toHaveProperty('cip_sid');
    expect(claimsOf({ sid: '' }, cloudOnly)).not.toHaveProperty('cip_sid');
    expect(problemsOf({ sid: 'nonsense' }, cloudOnly)).toMatchObject([{ claim: 'cip_sid', reason: 'malformed' }]);
    expect(problemsOf({ oid: undefined }, cloudOnly)).toMatchObject([{ claim: 'cip_oid', reason: 'missing' }]);
  });
  it('an administrator needs only an address', () => {
    const bare = { sid: undefined, upn: undefined, oid: undefined };
    expect(claimsOf(bare, administrator).cip_email).toBe(sound.email);
    expect(problemsOf({ ...bare, email: undefined }, administrator)).toMatchObject([{ claim: 'cip_email' }]);
  });
});

describe('what is optional', () => {
  it.each(['a\u0000b', 'a\u202eb', 'line\nbreak', '\uDFFF', 'x'.repeat(300), new Uint8Array([65])])(
    'is left out when a name is unusable (sample %#)',
    (displayName) => {
      expect(claimsOf({ displayName })).not.toHaveProperty('name');
    },
  );
  it('is left out when a name has two values', () => {
    expect(claimsOf({ givenName: ['a', 'b'] })).not.toHaveProperty('given_name');
  });
  it('keeps a name that only looks dangerous, for pages escape it', () => {
    expect(claimsOf({ displayName: '<b>Tarō</b> 👩‍💻' }).name).toBe('<b>Tarō</b> 👩‍💻');
  });
  it('gives each group once and leaves out what is neither SID nor object id', () => {
    const groups = ['S-1-5-32-544', 's-1-5-32-544', 'AQIAAAAAAAUgAAAAIAIAAA==', 'CN=Admins', ''];
    expect(claimsOf({ groups }).groups).toEqual(['S-1-5-32-544']);
  });
  it('knows a group of Azure AD by its object id, written as text', () => {
    const id = 'B8C1F9D2-7F53-4E1A-8D0B-1C2D3E4F5A6B';
    const base64 = Buffer.alloc(16, 7).toString('base64');
    expect(claimsOf({ groups: [id, id.toLowerCase(), base64, Buffer.alloc(16, 8)] }).groups).toEqual([
      id.toLowerCase(),
    ]);
  });
  it('takes no groups at all from an absurdly long list', () => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `S-1-5-21-${index}`);
    expect(claimsOf({ groups }).groups).toEqual([]);
  });
});

describe('an explanation', () => {
  it('has one line for each attribute, with what was found', () => {
    const given = raw({
      sid: 'AQIAAAAAAAUgAAAAIAIAAA==',
      oid: Buffer.alloc(16),
      upn: undefined,
      displayName: ['a', 'b'],
    });
    expect(explain(given, subscriber)).toEqual([
      { claim: 'cip_sid', attribute: attributes.sid, required: true, values: 1, encoding: 'base64', outcome: 'ok' },
      { claim: 'cip_upn', attribute: 'userUPN', required: true, values: 0, outcome: 'problem', reason: 'missing' },
      { claim: 'cip_oid', attribute: 'objectGuid', required: true, values: 1, encoding: 'bytes', outcome: 'ok' },
      { claim: 'cip_email', attribute: 'mail', required: true, values: 1, encoding: 'text', outcome: 'ok' },
      {
        claim: 'name',
        attribute: 'display',
        required: false,
        values: 2,
        encoding: 'text',
        outcome: 'ignored',
        reason: 'multiple',
      },
      { claim: 'given_name', attribute: 'given', required: false, values: 1, encoding: 'text', outcome: 'ok' },
      { claim: 'family_name', attribute: 'family', required: false, values: 1, encoding: 'text', outcome: 'ok' },
      { claim: 'groups', attribute: 'memberOf', required: false, values: 2, encoding: 'text', outcome: 'ok' },
    ]);
  });
  it('calls an attribute that nobody needs and nobody sent absent', () => {
    const [first] = explain(raw({ sid: undefined }), cloudOnly);
    expect(first).toEqual({
      claim: 'cip_sid',
      attribute: attributes.sid,
      required: false,
      values: 0,
      outcome: 'absent',
    });
  });
});

describe('whatever is asserted', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 80 }),
    fc.emailAddress(),
    fc.uuid(),
    fc.constantFrom(sid, sound.oid, 'constructor', '__proto__'),
  );
  const attribute = fc.record({ name: fc.string(), values: fc.array(value, { maxLength: 3 }) });
  const asserted = fc.record(Object.fromEntries(attributeRoles.map((role) => [role, attribute])), { requiredKeys: [] });
  const requirement = fc.constantFrom(subscriber, cloudOnly, administrator);

  it('nothing crashes, claims are canonical, and every problem has its line in the explanation', () => {
    fc.assert(
      fc.property(asserted, requirement, (given, needed) => {
        const result = normalise(given, needed);
        const wrong = explain(given, needed).filter(({ outcome }) => outcome === 'problem');
        expect(wrong.map(({ claim, attribute, reason }) => ({ claim, attribute, reason }))).toEqual(
          result.ok ? [] : result.problems,
        );
        if (!result.ok) return;
        for (const claim of needed.required) expect(result.claims[claim]).toBeTruthy();
        if (result.claims.cip_oid) expect(result.claims.cip_oid).toMatch(/^[0-9a-f-]{36}$/);
        expect(result.claims.cip_sid ?? sid).toMatch(canonicalSid);
        for (const each of result.claims.groups) if (!canonicalGuid.test(each)) expect(each).toMatch(canonicalSid);
      }),
      { numRuns: 500 },
    );
  });
  it('normalising what came out changes nothing', () => {
    const { groups, ...single } = claimsOf({});
    const again = { sid: single.cip_sid, upn: single.cip_upn, oid: single.cip_oid, email: single.cip_email, groups };
    expect(claimsOf(again)).toEqual(claimsOf({}));
  });
  it('an address is judged in linear time', () => {
    const started = performance.now();
    for (const upn of [`${'a.'.repeat(500)}@`, `a@${'a.'.repeat(500)}`, `${'a'.repeat(200_000)}!`]) {
      expect(problemsOf({ upn })).toHaveLength(1);
    }
    expect(performance.now() - started).toBeLessThan(200);
  });
});
