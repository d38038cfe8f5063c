import { expect, test } from 'vitest';
import { createSealer } from '../../../certs/sealing.ts';
import { generateSealingKey } from '../../../certs/sealing-keys.ts';
import { createRenewableSealer } from '../../../src/directory/renewable-sealer.ts';
import { createSettableClock } from './directory-under-test.ts';

test('a running server opens what a new sealing key has sealed, and seals with it from then on', () => {
  const [oldKey, newKey] = [generateSealingKey(), generateSealingKey()];
  let keys = [oldKey];
  const sealer = createRenewableSealer(() => keys, createSettableClock());
  const before = sealer.seal('one', 'place');
  keys = [newKey, oldKey];
  const elsewhere = createSealer(keys).seal('two', 'place');
  expect(sealer.openText(elsewhere, 'place')).toBe('two');
  expect(sealer.openText(before, 'place')).toBe('one');
  expect([sealer.isCurrent(before), sealer.isCurrent(elsewhere), sealer.isCurrent(sealer.seal('x', 'y'))]).toEqual([
    false,
    true,
    true,
  ]);
});

test('values of unknown keys make a server read the keys once a second at most, and unreadable keys change nothing', () => {
  const key = generateSealingKey();
  const clock = createSettableClock();
  let readings = 0;
  const sealer = createRenewableSealer(() => {
    readings++;
    if (readings > 1) throw new Error('unreadable');
    return [key];
  }, clock);
  const foreign = createSealer([generateSealingKey()]).seal('x', 'place');
  for (let index = 0; index < 5; index++) expect(() => sealer.open(foreign, 'place')).toThrow('unknown_key');
  expect(readings).toBe(2);
  clock.advance(1000);
  expect(() => sealer.open(foreign, 'place')).toThrow('unknown_key');
  expect(readings).toBe(3);
  expect(sealer.openText(sealer.seal('still', 'place'), 'place')).toBe('still');
});
