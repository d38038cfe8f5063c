/** SECURITY ID-01, ID-03: guessing slows down by name, network and installation, and nobody is locked out by it. */
import { describe, expect, it } from 'vitest';
import { createPasswordThrottle, type PasswordTry } from '../../../src/directory/password-throttle.ts';
import { openDirectory } from './directory-under-test.ts';

const minute = 60_000;
const hour = 60 * minute;
const alice = { name: 'alice@alpha.test', address: '192.0.2.7' };

async function openThrottle() {
  const directory = await openDirectory();
  const throttle = createPasswordThrottle(directory);
  const isAllowed = async (attempt: PasswordTry) => (await throttle.mayTry(attempt)).allowed;
  /** Wrong passwords until one is not even compared; returns how many were. */
  const failUntilStopped = async (attempt: PasswordTry, most = 1000) => {
    for (let compared = 0; compared < most; compared++) {
      if (!(await isAllowed(attempt))) return compared;
      await throttle.failed(attempt);
    }
    return most;
  };
  return { ...directory, throttle, isAllowed, failUntilStopped };
}

describe('Guessing at one name', () => {
  it('is free ten times, then takes twice as long each time, and says how long', async () => {
    await using here = await openThrottle();
    expect(await here.failUntilStopped(alice)).toBe(10);
    for (const seconds of [15, 30, 60, 120, 240, 480, 900, 900]) {
      const answer = await here.throttle.mayTry(alice);
      if (answer.allowed) throw new Error('it was not stopped');
      expect(answer.retryAfter).toBeLessThanOrEqual(seconds * 1000);
      here.clock.advance(answer.retryAfter - 1);
      expect(await here.isAllowed(alice)).toBe(false);
      here.clock.advance(1);
      expect(await here.isAllowed(alice)).toBe(true);
    }
  });

  it('in parallel gets no more tries than one after the other', async () => {
    await using here = await openThrottle();
    const tries = await Promise.all(Array.from({ length: 50 }, () => here.isAllowed(alice)));
    expect(tries.filter(Boolean)).toHaveLength(10);
  });

  it('gets a hundred tries a day, however patient', async () => {
    await using here = await openThrottle();
    let compared = 0;
    for (const end = here.clock.now() + 24 * hour; here.clock.now() < end; ) {
      const answer = await here.throttle.mayTry(alice);
      if (answer.allowed) compared++;
      else here.clock.advance(answer.retryAfter);
    }
    expect(compared).toBeGreaterThan(50);
    expect(compared).toBeLessThan(120);
  });

  it('counts for the whole network, in whatever spelling of the name, and for no other', async () => {
    await using here = await openThrottle();
    await here.failUntilStopped(alice);
    expect(await here.isAllowed({ name: ' ALICE@Alpha.test', address: '192.0.2.200' })).toBe(false);
    expect(await here.isAllowed({ ...alice, address: '198.51.100.7' })).toBe(true);
    expect(await here.isAllowed({ ...alice, name: 'bob@alpha.test' })).toBe(true);
  });

  it('begins anew after success', async () => {
    await using here = await openThrottle();
    for (let round = 0; round < 25; round++) {
      expect(await here.isAllowed(alice)).toBe(true);
      await here.throttle.succeeded(alice);
    }
  });

  it('from a thousand networks is slow as well: three hundred tries a day', async () => {
    await using here = await openThrottle();
    let compared = 0;
    for (let network = 0; network < 1000; network++) {
      const attempt = { ...alice, address: `10.${network >> 8}.${network & 255}.1` };
      if (await here.isAllowed(attempt)) compared++;
    }
    expect(compared).toBe(30);
    here.clock.advance(5 * minute);
    expect(await here.isAllowed({ ...alice, address: '203.0.113.1' })).toBe(true);
    expect(await here.isAllowed({ ...alice, address: '203.0.114.1' })).toBe(false);
  });
});

describe('The owner of a name that strangers guess at', () => {
  it('gets in with a browser that has been there before, at once and in the middle of it', async () => {
    await using here = await openThrottle();
    for (let network = 0; network < 100; network++)
      await here.failUntilStopped({ ...alice, address: `10.0.${network}.1` }, 10);
    expect(await here.isAllowed(alice)).toBe(false);
    expect(await here.isAllowed({ ...alice, device: 'known' })).toBe(true);
  });

  it('gets in with it from the very network that is stopped', async () => {
    await using here = await openThrottle();
    for (let name = 0; name < 50; name++) await here.failUntilStopped({ ...alice, name: `user${name}@alpha.test` }, 4);
    expect(await here.isAllowed({ ...alice, name: 'new@alpha.test' })).toBe(false);
    expect(await here.isAllowed({ ...alice, device: 'known' })).toBe(true);
  });

  it('gets in with a new one while one IPv6 site tries once a second', async () => {
    await using here = await openThrottle();
    let compared = 0;
    for (let at = 1; at <= 3 * 3600; at++) {
      here.clock.advance(1000);
      const stranger = { ...alice, address: `2001:db8:1:${at.toString(16)}::1` };
      if (await here.isAllowed(stranger)) {
        compared++;
        await here.throttle.failed(stranger);
      }
      if (at % 1200 === 0) expect(await here.isAllowed({ ...alice, address: `198.51.${at / 1200}.7` })).toBe(true);
    }
    expect(compared).toBeLessThan(30);
  }, 30_000);

  it('gets in with a new one before networks that have failed at it, the moment that they were told', async () => {
    await using here = await openThrottle();
    const strangers = Array.from({ length: 40 }, (_, network) => ({ ...alice, address: `10.0.${network}.1` }));
    const poll = () => Promise.all(strangers.map((stranger) => here.isAllowed(stranger)));
    for (let at = 0; at < 3600; at += 10) {
      here.clock.advance(10_000);
      await poll();
    }
    for (let turn = 0; turn < 2; turn++) {
      const answer = await here.throttle.mayTry({ ...alice, address: '198.51.100.7' });
      if (answer.allowed) return;
      expect(answer.retryAfter).toBeLessThanOrEqual(5 * minute);
      for (let left = answer.retryAfter; left > 0; left -= 1000) {
        here.clock.advance(Math.min(left, 1000));
        await poll();
      }
    }
    throw new Error('the owner never got in');
  }, 30_000);

  it('pays nothing for tries that were refused because of strangers', async () => {
    await using here = await openThrottle();
    for (let network = 0; network < 40; network++) await here.isAllowed({ ...alice, address: `10.0.${network}.1` });
    const own = { ...alice, address: '198.51.100.7' };
    for (let round = 0; round < 15; round++) {
      expect(await here.isAllowed(own)).toBe(false);
      here.clock.advance(1000);
    }
    expect(await here.isAllowed(own)).toBe(true);
    await here.throttle.succeeded(own);
    for (let round = 0; round < 9; round++) expect(await here.isAllowed(own)).toBe(true);
  });

  it('is slowed down by their own wrong tries there', async () => {
    await using here = await openThrottle();
    expect(await here.failUntilStopped({ ...alice, device: 'known' })).toBe(10);
  });

  it('does not free strangers by signing in with it', async () => {
    await using here = await openThrottle();
    await here.failUntilStopped(alice);
    const own = { ...alice, device: 'known' };
    await here.throttle.mayTry(own);
    await here.throttle.succeeded(own);
    expect(await here.isAllowed(alice)).toBe(false);
  });
});

describe('Trying many names', () => {
  it('from one network is stopped, whether the names exist or not, and ends with its window', async () => {
    await using here = await openThrottle();
    for (let index = 0; index < 200; index++) {
      const spray = { name: `user${index}@alpha.test`, address: `2001:db8::${index.toString(16)}` };
      expect(await here.isAllowed(spray)).toBe(true);
      await here.throttle.failed(spray);
    }
    const next = { name: 'new@alpha.test', address: '2001:db8::ffff:1' };
    expect(await here.isAllowed(next)).toBe(false);
    expect(await here.isAllowed({ ...next, address: '2001:db8:0:1::1' })).toBe(true);
    here.clock.advance(15 * minute);
    expect(await here.isAllowed(next)).toBe(true);
  });

  it('from very many networks leaves each of them a tenth', async () => {
    await using here = await openThrottle();
    for (let index = 0; index < 2000; index++)
      await here.throttle.failed({ name: `user${index}@alpha.test`, address: `10.${index >> 8}.${index & 255}.1` });
    const sprayer = (index: number) => ({ name: `other${index}@alpha.test`, address: '203.0.113.9' });
    for (let index = 0; index < 20; index++) {
      expect(await here.isAllowed(sprayer(index))).toBe(true);
      await here.throttle.failed(sprayer(index));
    }
    expect(await here.isAllowed(sprayer(20))).toBe(false);
  });
});
