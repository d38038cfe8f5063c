/**
 * Our SAML key rolls over by itself: connection by connection as their identity providers have fetched the next
 * certificate, and for all that are left on the day that the operator has set. Safe in every process.
 */
import type { Log } from '../core/log.ts';
import type { SamlRollover } from '../directory/connections/saml-rollover.ts';
import type { SigningKeys } from '../directory/signing-keys.ts';
import type { SystemLog } from '../system-log/system-log.ts';

export interface KeyRolloverNeeds {
  samlRollover: Pick<SamlRollover, 'switchSettled' | 'isDue' | 'takeDue'>;
  signingKeys: Pick<SigningKeys, 'rotateIf'>;
  systemLog: Pick<SystemLog, 'record'>;
  log: Log;
}

export function createKeyRollover({ samlRollover, signingKeys, systemLog, log }: KeyRolloverNeeds) {
  return async function rollOver(): Promise<void> {
    const switched = await samlRollover.switchSettled();
    if (switched > 0) log.info({ switched }, 'connections sign with our next SAML key from now on');
    if (!(await samlRollover.isDue())) return;
    const key = await signingKeys.rotateIf('saml', samlRollover.takeDue);
    if (key === undefined) return;
    log.warn({ kid: key.kid }, 'the planned day has come: our next SAML key signs for everybody');
    await systemLog.record({
      event: 'platform/signingkeys/rotate',
      organizationId: null,
      actor: { type: 'system' },
      target: { type: 'key', id: key.kid },
      detail: { use: 'saml', via: 'schedule' },
    });
  };
}
