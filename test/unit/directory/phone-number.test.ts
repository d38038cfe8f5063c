import { expect, test } from 'vitest';
import { maskPhoneNumber, normalizePhoneNumber } from '../../../src/directory/phone-number.ts';

test.each([
  ['+81 3-1234-5678', '+81312345678'],
  ['0081 3 1234 5678', '+81312345678'],
  ['+44 (0)20 7946 0000', '+442079460000'],
  ['＋８１（９０）１２３４ー５６７８', '+819012345678'],
  ['+1.202.555.0123', '+12025550123'],
])('"%s" is %s', (typed, phone) => {
  expect(normalizePhoneNumber(typed)).toBe(phone);
});

test.each([
  '',
  '+',
  '090-1234-5678',
  '+0 123 456 789',
  '+81 3',
  '+1234567890123456',
  '+81 3 1234 abcd',
  '+81;ext=1',
  '++81312345678',
])('"%s" is no number with its country code', (typed) => {
  expect(normalizePhoneNumber(typed)).toBeUndefined();
});

test('is shown by its ends only', () => {
  expect(maskPhoneNumber('+819012345678')).toBe('+81••••••••78');
  expect(maskPhoneNumber('+1234567')).toBe('+12•••67');
});
