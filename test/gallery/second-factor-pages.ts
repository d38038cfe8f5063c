/** Setting up and recovering the second factor, in the states that matter. */
import {
  enrolmentAppPage,
  enrolmentCodesPage,
  enrolmentFinishPage,
  enrolmentOfferPage,
  enrolmentPhonePage,
  enrolmentProofPage,
  enrolmentStartPage,
} from '../../src/accounts/views/enrolment-pages.ts';
import { recoveryCodePage, recoveryPage } from '../../src/accounts/views/recovery-pages.ts';
import { totpUri } from '../../src/directory/totp.ts';
import { hour, type Sample } from './samples.ts';

const csrf = 'sample';
const email = 'aiko.sato.with.a.rather.long.name@sample-works.example';
const enrolment = { action: '/', csrf, email, restartHref: '/' };
const key = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const device = { key, uri: totpUri({ key, email, issuer: 'Sekisho' }) };
const codes = Array.from({ length: 10 }, (_, index) => `${(index * 4369 + 4660).toString(16).padStart(4, '0')} 3c4d`);
const recovery = { csrf, email, codeHref: '/', sendAction: '/' };

export const secondFactorPages: Readonly<Record<string, Sample>> = {
  'enrol-start': (c) => enrolmentStartPage(c, enrolment),
  'enrol-start-throttled': (c) => enrolmentStartPage(c, { ...enrolment, isThrottled: true }),
  'enrol-proof': (c) => enrolmentProofPage(c, { ...enrolment, sendAction: '/' }),
  'enrol-proof-wrong': (c) =>
    enrolmentProofPage(c, {
      ...enrolment,
      sendAction: '/',
      code: '123 456',
      problems: [{ kind: 'wrong_password' }, { kind: 'wrong_code' }],
    }),
  'enrol-proof-throttled': (c) =>
    enrolmentProofPage(c, { ...enrolment, sendAction: '/', problems: [{ kind: 'throttled', retryAfter: hour }] }),
  'enrol-app': (c) => enrolmentAppPage(c, { ...enrolment, ...device }),
  'enrol-app-wrong': (c) => enrolmentAppPage(c, { ...enrolment, ...device, error: 'wrong' }),
  'enrol-app-done': (c) => enrolmentAppPage(c, { ...enrolment, ...device, nextHref: '/' }),
  'enrol-app-again': (c) => enrolmentAppPage(c, { ...enrolment, ...device, isReplacing: true, skipAction: '/' }),
  'enrol-phone': (c) => enrolmentPhonePage(c, { ...enrolment, backHref: '/' }),
  'enrol-phone-wrong': (c) =>
    enrolmentPhonePage(c, { ...enrolment, backHref: '/', value: '090-1234-5678', isWrong: true }),
  'enrol-codes': (c) => enrolmentCodesPage(c, { ...enrolment, backHref: '/', codes, downloadHref: '/', saved: false }),
  'enrol-codes-unconfirmed': (c) =>
    enrolmentCodesPage(c, { ...enrolment, codes, downloadHref: '/', saved: false, isUnconfirmed: true }),
  'enrol-finish': (c) => enrolmentFinishPage(c, { ...enrolment, backHref: '/', phone: '+81••••••••78', codes: 10 }),
  'enrol-offer': (c) => enrolmentOfferPage(c, enrolment),
  recovery: (c) => recoveryPage(c, { ...recovery, backupAction: '/' }),
  'recovery-wrong': (c) => recoveryPage(c, { ...recovery, backupAction: '/', error: { kind: 'wrong' } }),
  'recovery-throttled': (c) =>
    recoveryPage(c, { ...recovery, backupAction: '/', error: { kind: 'throttled', retryAfter: hour } }),
  'recovery-send-throttled': (c) => recoveryPage(c, { ...recovery, backupAction: '/', isSendThrottled: true }),
  'recovery-code': (c) => recoveryCodePage(c, { ...recovery, action: '/', otherHref: '/' }),
  'recovery-code-wrong': (c) =>
    recoveryCodePage(c, { ...recovery, action: '/', otherHref: '/', error: { kind: 'wrong' } }),
};
