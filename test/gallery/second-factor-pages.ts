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
import {
  mfaAppPage,
  mfaBackupCodesPage,
  mfaPage,
  mfaPhonePage,
  mfaProofPage,
} from '../../src/console/views/mfa-pages.ts';
import { totpUri } from '../../src/directory/totp.ts';
import { frame } from './console-pages.ts';
import { day, hour, now, type Sample } from './samples.ts';

const csrf = 'sample';
const email = 'aiko.sato.with.a.rather.long.name@sample-works.example';
const enrolment = { action: '/', csrf, email, restartHref: '/' };
const key = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const device = { key, uri: totpUri({ key, email, issuer: 'Sekisho' }) };
const codes = Array.from({ length: 10 }, (_, index) => `${(index * 4369 + 4660).toString(16).padStart(4, '0')} 3c4d`);
const recovery = { csrf, email, codeHref: '/', sendAction: '/' };

const change = { action: '/', csrf, cancelHref: '/' };
const proof = {
  ...change,
  factor: 'app',
  method: 'otp',
  email,
  sendAction: '/',
  isMailed: false,
  otherWays: [
    { method: 'backup_code', href: '/1' },
    { method: 'email_code', href: '/2' },
  ],
} as const;
const changeHrefs = { app: '/app', 'backup-codes': '/codes', phone: '/phone' };

const consolePages: Readonly<Record<string, Sample>> = {
  mfa: (c) =>
    mfaPage(c, frame, { deviceSince: now - 40 * day, backupCodesLeft: 9, phone: '+81••••••••78', changeHrefs }),
  'mfa-few-left': (c) => mfaPage(c, frame, { deviceSince: null, backupCodesLeft: 1, phone: null, changeHrefs }),
  'mfa-proof': (c) => mfaProofPage(c, frame, proof),
  'mfa-proof-wrong': (c) => mfaProofPage(c, frame, { ...proof, error: 'wrong' }),
  'mfa-proof-throttled': (c) => mfaProofPage(c, frame, { ...proof, error: { retryAfter: hour } }),
  'mfa-proof-backup-code': (c) => mfaProofPage(c, frame, { ...proof, factor: 'phone', method: 'backup_code' }),
  'mfa-proof-after-reset': (c) =>
    mfaProofPage(c, frame, {
      ...proof,
      isAfterReset: true,
      otherWays: [{ method: 'backup_code', href: '/1' }],
    }),
  'mfa-proof-mail': (c) => mfaProofPage(c, frame, { ...proof, method: 'email_code' }),
  'mfa-proof-mailed': (c) => mfaProofPage(c, frame, { ...proof, method: 'email_code', isMailed: true }),
  'mfa-proof-mail-throttled': (c) => mfaProofPage(c, frame, { ...proof, method: 'email_code', isSendThrottled: true }),
  'mfa-app': (c) => mfaAppPage(c, frame, { ...change, ...device, factor: 'app' }),
  'mfa-app-wrong': (c) => mfaAppPage(c, frame, { ...change, ...device, factor: 'app', error: 'wrong' }),
  'mfa-codes': (c) => mfaBackupCodesPage(c, frame, { ...change, factor: 'backup-codes', codes, downloadHref: '/' }),
  'mfa-codes-unconfirmed': (c) =>
    mfaBackupCodesPage(c, frame, {
      ...change,
      factor: 'backup-codes',
      codes,
      downloadHref: '/',
      isUnconfirmed: true,
    }),
  'mfa-phone': (c) => mfaPhonePage(c, frame, { ...change, factor: 'phone' }),
  'mfa-phone-wrong': (c) => mfaPhonePage(c, frame, { ...change, factor: 'phone', value: '12', isWrong: true }),
};

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
  'recovery-after-reset': (c) => recoveryPage(c, { ...recovery, sendAction: undefined, backupAction: '/' }),
  'recovery-code': (c) => recoveryCodePage(c, { ...recovery, action: '/', otherHref: '/' }),
  'recovery-code-wrong': (c) =>
    recoveryCodePage(c, { ...recovery, action: '/', otherHref: '/', error: { kind: 'wrong' } }),
  ...consolePages,
};
