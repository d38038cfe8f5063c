/** Everything that expires: what stands in the register, and who is told when. */
import { describe, expect, test } from 'vitest';
import { generateSigningKey } from '../../../certs/signing-keys.ts';
import { operator } from '../../../src/directory/authority.ts';
import { writeExpiryCalendar } from '../../../src/upkeep/expiry-calendar.ts';
import { dayMs, refusalOf } from '../directory/directory-under-test.ts';
import { openUpkeep } from './upkeep-under-test.ts';

const dayAfter = (now: number, days: number) => new Date(now + days * dayMs).toISOString().slice(0, 10);

describe('The register', () => {
  test('has certificates of live connections and of drafts, dated secrets and our own, what ends first at the top', async () => {
    await using upkeep = await openUpkeep();
    const { clock, keys } = upkeep;
    const { id, organizationId, name } = await upkeep.connect();
    const now = clock.now();
    upkeep.ails.set('*', { parts: [{ id: 'ab', name: 'CN=idp', notAfter: now + 40 * dayMs }] });
    await upkeep.secretExpiries.enter(operator, organizationId, id, { clientSecret: dayAfter(now, 20) });
    keys.push(await generateSigningKey({ use: 'saml', now, state: 'current', entityName: 'https://saml.test' }));
    const { items, undated } = await upkeep.expiryRegister.ofOrganization(organizationId);
    expect(items.map(({ kind, what, connection }) => [kind, what.en, connection?.name])).toEqual([
      ['secret', 'Secret', name],
      ['provider_certificate', 'CN=idp', name],
    ]);
    expect(undated.map(({ key }) => key)).toEqual(['nested.apiToken']);
    expect(upkeep.expiryRegister.ofInstallation().map(({ kind }) => kind)).toEqual(['our_certificate']);
  });

  test('takes dates of secrets alone, real ones, from somebody with full access to that organization', async () => {
    await using upkeep = await openUpkeep();
    const { secretExpiries } = upkeep;
    const mine = await upkeep.connect();
    const other = await upkeep.connect();
    const enter = (dates: Record<string, string>, by = operator, organizationId = mine.organizationId) =>
      refusalOf(secretExpiries.enter(by, organizationId, mine.id, dates));
    expect(await enter({ issuer: '2027-01-01' })).toMatchObject({
      code: 'settings_invalid',
      problems: [{ path: 'issuer' }],
    });
    expect((await enter({ clientSecret: '2027-02-30' })).code).toBe('settings_invalid');
    expect((await enter({ clientSecret: 'soon' })).code).toBe('settings_invalid');
    expect((await enter({ clientSecret: '2027-01-01' }, { ...operator, as: ['nobody'] })).code).toBe('not_permitted');
    expect((await enter({ clientSecret: '2027-01-01' }, operator, other.organizationId)).code).toBe('not_found');
    expect(await secretExpiries.enter(operator, mine.organizationId, mine.id, { clientSecret: '2027-01-01' })).toBe(
      true,
    );
    expect(await secretExpiries.enter(operator, mine.organizationId, mine.id, { clientSecret: '2027-01-01' })).toBe(
      false,
    );
    expect(await secretExpiries.enter(operator, mine.organizationId, mine.id, { clientSecret: '' })).toBe(true);
    expect(await secretExpiries.list(mine.organizationId)).toEqual([]);
  });
});

describe('What expires', () => {
  /** Days before the end on which a letter was written. */
  async function daysTold(
    upkeep: Awaited<ReturnType<typeof openUpkeep>>,
    end: number,
    from: number,
  ): Promise<number[]> {
    const told: number[] = [];
    for (let hours = from * 24; hours > -48; hours -= 6) {
      upkeep.clock.advance(6 * 3_600_000);
      // A start of the server forgets nothing: the second process is a new one each time.
      const written = (await upkeep.tellExpiry()) + (await upkeep.startProcess().tellExpiry());
      for (let letter = 0; letter < written; letter++) told.push(Math.ceil((end - upkeep.clock.now()) / dayMs));
    }
    return told;
  }

  test('is told 90, 30, 14, 7 days and 1 day before, and when it is over, once each', async () => {
    await using upkeep = await openUpkeep();
    const { organizationId } = await upkeep.connect();
    const keeper = await upkeep.addAdministrator(organizationId, 'keeper');
    await upkeep.addAdministrator(organizationId, 'librarian', 'custom');
    const end = upkeep.clock.now() + 100 * dayMs;
    upkeep.ails.set('*', { parts: [{ id: 'ab', name: 'CN=idp', notAfter: end }] });
    const told = await daysTold(upkeep, end, 100);
    expect(told).toHaveLength(6);
    for (const [index, days] of [90, 30, 14, 7, 1, 0].entries()) expect(days - (told[index] ?? 99)).toBeOneOf([0, 1]);
    expect(new Set(upkeep.letters.map(({ to }) => to))).toEqual(new Set([keeper]));
    expect(upkeep.letters[0]?.subject).toContain('something expires soon');
  });

  test('is told in one letter a day, and anew when it has another date', async () => {
    await using upkeep = await openUpkeep();
    const { organizationId } = await upkeep.connect();
    await upkeep.addAdministrator(organizationId, 'keeper');
    const now = upkeep.clock.now();
    const part = (id: string, days: number) => ({ id, name: `CN=${id}`, notAfter: now + days * dayMs });
    upkeep.ails.set('*', { parts: [part('a', 5), part('b', 12), part('c', 29), part('d', 500)] });
    await upkeep.tellExpiry();
    expect(upkeep.letters).toHaveLength(1);
    expect(upkeep.letters[0]?.subject).toContain('3 things expire soon');
    upkeep.ails.set('*', { parts: [part('a', 6), part('b', 12), part('c', 29)] });
    await upkeep.tellExpiry();
    expect(upkeep.letters).toHaveLength(1);
    upkeep.clock.advance(dayMs);
    await upkeep.tellExpiry();
    expect(upkeep.letters).toHaveLength(2);
    expect(upkeep.letters[1]?.subject).toContain('something expires soon');
  });

  test('is told once when it ended years ago, however often what was told is swept', async () => {
    await using upkeep = await openUpkeep();
    const { organizationId } = await upkeep.connect();
    await upkeep.addAdministrator(organizationId, 'keeper');
    const notAfter = upkeep.clock.now() - 500 * dayMs;
    upkeep.ails.set('*', { parts: [{ id: 'ab', name: 'CN=idp', notAfter }] });
    for (let days = 0; days < 5; days++) {
      await upkeep.tellExpiry();
      await upkeep.forgetExpiry();
      upkeep.clock.advance(dayMs);
    }
    expect(upkeep.letters).toHaveLength(1);
  });

  test('is told by one of two processes that come to it at the same moment', async () => {
    await using upkeep = await openUpkeep();
    const { organizationId } = await upkeep.connect();
    await upkeep.addAdministrator(organizationId, 'keeper');
    upkeep.ails.set('*', { parts: [{ id: 'ab', name: 'CN=idp', notAfter: upkeep.clock.now() + dayMs }] });
    const written = await Promise.all([upkeep.tellExpiry(), upkeep.startProcess().tellExpiry()]);
    expect(written.sort()).toEqual([0, 1]);
    expect(upkeep.letters).toHaveLength(1);
  });
});

describe('The calendar', () => {
  const item = (what: string, expiresAt: number) => ({
    key: 'certificate/1/ab',
    kind: 'provider_certificate' as const,
    what: { en: what, ja: what },
    connection: { id: '1', name: 'Okta; Tokyo, 東京'.repeat(6), isDraft: false },
    expiresAt,
  });
  const write = (what: string, expiresAt = Date.UTC(2027, 2, 31, 15)) =>
    writeExpiryCalendar({
      organization: 'Alpha',
      items: [item(what, expiresAt)],
      registerUrl: 'https://console.test/o/alpha/expiry',
      language: 'en',
      now: Date.UTC(2026, 10, 22),
    });

  test('is one day for each thing, in lines of at most 75 octets that join again (RFC 5545)', () => {
    const text = write('CN=idp');
    expect(text).toContain('DTSTART;VALUE=DATE:20270331\r\nSUMMARY');
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    const joined = text.replaceAll('\r\n ', '');
    expect(joined).toContain(`SUMMARY:${'Okta\\; Tokyo\\, 東京'.repeat(6)}: Certificate of the identity provider\r\n`);
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
  });

  test('can be read with a certificate that is valid "for ever" (RFC 5280 §4.1.2.5)', () => {
    const text = write('CN=idp', Date.UTC(9999, 11, 31, 23, 59, 59));
    expect(text.match(/^DT(START|END).*$/gm)).toEqual(['DTSTART;VALUE=DATE:99991231']);
  });

  test('cannot be given further lines by a name', () => {
    const text = write('CN=x\r\nEND:VEVENT\r\nBEGIN:VEVENT\rATTACH:https://evil.test').replaceAll('\r\n ', '');
    expect(text.match(/^(BEGIN|END):VEVENT/gm)).toHaveLength(2);
    expect(text).not.toMatch(/^ATTACH/m);
    expect(text).not.toMatch(/\r(?!\n)/);
  });
});
