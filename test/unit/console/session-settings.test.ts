import { describe, expect, it } from 'vitest';
import { readSettingsForm } from '../../../src/console/session-settings.ts';

const numbers = {
  administratorInactivityMinutes: '60',
  subscriberWebHours: '24',
  subscriberInactivityMinutes: '60',
  nativeReauthenticationDays: '30',
};

describe('The form of session settings', () => {
  it('switches a limit off whatever stands in its number field', () => {
    expect(
      readSettingsForm({ ...numbers, administratorInactivityMinutes: 'abc', subscriberInactivityMinutes: '' }),
    ).toEqual({
      settings: {
        administratorInactivityMinutes: null,
        subscriberWebHours: 24,
        subscriberInactivityMinutes: null,
        nativeReauthenticationDays: 30,
        alwaysPrompt: false,
      },
    });
  });

  it('reads full-width digits and spaces around them', () => {
    const read = readSettingsForm({ ...numbers, subscriberWebHours: ' ４８ ', alwaysPrompt: 'on' });
    expect(read).toMatchObject({ settings: { subscriberWebHours: 48, alwaysPrompt: true } });
  });

  it.each([
    ['administratorInactivityMinutes', '9'],
    ['administratorInactivityMinutes', '721'],
    ['subscriberWebHours', '0'],
    ['subscriberWebHours', '73'],
    ['subscriberInactivityMinutes', '481'],
    ['nativeReauthenticationDays', '366'],
    ['nativeReauthenticationDays', '1.5'],
    ['nativeReauthenticationDays', '-1'],
    ['nativeReauthenticationDays', '1e2'],
    ['nativeReauthenticationDays', ''],
  ])('refuses %s of %j and keeps what was typed', (name, value) => {
    const form = { ...numbers, administratorInactivity: 'on', subscriberInactivity: 'on', [name]: value };
    expect(readSettingsForm(form)).toMatchObject({
      errors: [name],
      administratorInactivity: true,
      subscriberInactivity: true,
      numbers: { ...numbers, [name]: value },
    });
  });

  it('names every field that is wrong at once', () => {
    const read = readSettingsForm({ subscriberInactivity: 'on' });
    expect(read).toMatchObject({
      errors: ['subscriberWebHours', 'subscriberInactivityMinutes', 'nativeReauthenticationDays'],
    });
  });
});
