/**
 * Enrolling and changing what an identity proves its second factor with (SPEC CIT-4, CIT-5).
 *
 * Owns that each change is one transaction with its log entry and its mail to the person (SECURITY ID-09), and that the
 * factor is never switched off: there is no way here to take the device away and leave none. Does not own the proof that
 * comes before (`mfa.ts`; `signin/enrolment.ts`, `console/mfa-proof.ts`).
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../database/schema.ts';
import type { SecurityNoticeKind } from '../mail/letters/security-notice.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import type { Act, SystemEvent } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { createBackupCodes, hashBackupCodes } from './backup-codes.ts';
import { recordOfIdentity } from './identity-organizations.ts';
import { endSessionsUnlessEnded } from './identity-sessions.ts';
import { personOf } from './mfa.ts';
import { maskPhoneNumber } from './phone-number.ts';
import { createRecoveryPhones } from './recovery-phones.ts';
import { createTotpDevices, type NewDevice } from './totp-devices.ts';

/** Everything that an enrolment has gathered. */
export interface Enrolled {
  device: NewDevice;
  backupCodes: readonly string[];
  /** E.164. */
  phone: string;
}

export interface MfaState {
  /** Milliseconds; null: none is enrolled. */
  deviceSince: number | null;
  backupCodesLeft: number;
  /** Masked; null: none was given. */
  phone: string | null;
}

export interface MfaChangesNeeds {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  tellPerson: TellPerson;
  systemLog: Pick<SystemLog, 'record'>;
}

export type MfaChanges = ReturnType<typeof createMfaChanges>;

export function createMfaChanges({ db, clock, sealer, tellPerson, systemLog }: MfaChangesNeeds) {
  const devices = createTotpDevices({ db, clock, sealer });
  const backupCodes = createBackupCodes({ db, clock });
  const phones = createRecoveryPhones({ db, clock, sealer });

  /** The first device, all of it or nothing; false when another was enrolled meanwhile, which stays (ID-07). */
  async function enrol(identityId: string, enrolled: Enrolled, act: Act): Promise<boolean> {
    const hashed = await hashBackupCodes(enrolled.backupCodes);
    return db.transaction().execute(async (trx) => {
      if (!(await devices.add(trx, identityId, enrolled.device))) return false;
      await backupCodes.replace(trx, identityId, hashed);
      await phones.set(trx, identityId, enrolled.phone);
      await note(trx, identityId, act, 'platform/authenticationdevice/create');
      await tell(trx, identityId, act, 'second_factor_enrolled');
      return true;
    });
  }

  /**
   * Sessions that were opened before `at` (milliseconds) end with the old device: whoever has the lost phone may have
   * opened one. The rest is the caller's (`signin/identity-sessions.ts`). False: those of this request, admitted at
   * `admittedAt`, have been ended meanwhile.
   */
  async function replaceDevice(
    identityId: string,
    device: NewDevice,
    act: Act,
    times: { at: number; admittedAt: number },
  ): Promise<boolean> {
    return db.transaction().execute(async (trx) => {
      if (!(await endSessionsUnlessEnded(trx, identityId, times))) return false;
      await devices.replace(trx, identityId, device);
      await note(trx, identityId, act, 'platform/authenticationdevice/delete');
      await note(trx, identityId, act, 'platform/authenticationdevice/create');
      await tell(trx, identityId, act, 'device_changed');
      return true;
    });
  }

  async function replaceBackupCodes(identityId: string, codes: readonly string[], act: Act): Promise<void> {
    const hashed = await hashBackupCodes(codes);
    await db.transaction().execute(async (trx) => {
      await backupCodes.replace(trx, identityId, hashed);
      await note(trx, identityId, act, 'platform/backupcodes/create');
      await tell(trx, identityId, act, 'backup_codes_replaced');
    });
  }

  async function replacePhone(identityId: string, phone: string, act: Act): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await phones.set(trx, identityId, phone);
      await note(trx, identityId, act, 'platform/recoveryphone/update');
      await tell(trx, identityId, act, 'recovery_phone_changed');
    });
  }

  async function stateOf(identityId: string): Promise<MfaState> {
    const [device, backupCodesLeft, phone] = await Promise.all([
      devices.find(identityId),
      backupCodes.left(identityId),
      phones.find(identityId),
    ]);
    return {
      deviceSince: device?.createdAt ?? null,
      backupCodesLeft,
      phone: phone === undefined ? null : maskPhoneNumber(phone),
    };
  }

  async function hasDevice(identityId: string): Promise<boolean> {
    return (await devices.find(identityId)) !== undefined;
  }

  async function note(trx: Database, identityId: string, act: Act, event: SystemEvent): Promise<void> {
    const { name } = await personOf(trx, identityId);
    await recordOfIdentity(trx, systemLog, act, { event, identity: { id: identityId, name } });
  }

  async function tell(trx: Database, identityId: string, act: Act, kind: SecurityNoticeKind): Promise<void> {
    const { email } = await personOf(trx, identityId);
    await tellPerson({ kind, email, act }, trx);
  }

  return { enrol, replaceDevice, replaceBackupCodes, replacePhone, stateOf, hasDevice };
}
