import { describe, expect, test } from 'vitest';
import { eventMessages, eventText, isSystemEvent, systemEvents } from '../../../src/system-log/events.ts';

describe('The events of the system log', () => {
  test('are named service/object/action and say something in each language', () => {
    for (const event of systemEvents) {
      expect(event).toMatch(/^(platform|wxp)\/[a-z]+(\/[a-z]+)?\/[a-z]+$/);
      const { 'en-US': english, 'ja-JP': japanese } = eventMessages(event);
      expect(english).toMatch(/^[A-Z][^.]+$/);
      expect(japanese).toMatch(/[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}][^。]*$/u);
    }
  });

  test('say something of their own: no two read alike', () => {
    for (const language of ['en', 'ja'] as const)
      expect(new Set(systemEvents.map((event) => eventText(event, language))).size).toBe(systemEvents.length);
  });

  test('are told by their names where a newer version wrote them', () => {
    expect(isSystemEvent('constructor')).toBe(false);
    expect(eventText('platform/future/act', 'ja')).toBe('platform/future/act');
  });
});
