/**
 * Makes organizations, connections and people as an operator would: by the commands of the CLI, run in this process on
 * the database of the running broker.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { administratorCommands } from '../../src/cli/administrator.ts';
import { type Command, type CommandIo, readValues } from '../../src/cli/command.ts';
import { connectionCommands } from '../../src/cli/connection.ts';
import { identityCommands } from '../../src/cli/identity.ts';
import { type Installation, openInstallation } from '../../src/cli/installation.ts';
import { organizationCommands } from '../../src/cli/organization.ts';
import type { Config } from '../../src/config/config.ts';
import type { NewConnection } from '../../src/directory/connections/new-connection.ts';
import { samlCertificates } from '../../src/services.ts';
import { citrixAdministrator, type DemoOrganization, tenantId } from './organizations.ts';

export interface Operator {
  /** PEM; our own SAML certificate. */
  samlCertificate(): Promise<string>;
  addOrganization(organization: DemoOrganization): Promise<void>;
  /** With its administrators, when it has some. */
  addConnection(organization: DemoOrganization, settings: Record<string, unknown>): Promise<void>;
  /** The one with the Citrix identity. Returns the TOTP key, in Base32. */
  addCitrixAdministrator(): Promise<{ totpKey: string }>;
  letCitrixAdministrator(organization: DemoOrganization): Promise<void>;
  close(): Promise<void>;
}

const commands: readonly Command[] = [
  ...organizationCommands,
  ...connectionCommands,
  ...identityCommands,
  ...administratorCommands,
];

export async function openOperator(config: Config): Promise<Operator> {
  const installation: Installation = await openInstallation(config);
  const io: CommandIo = {
    open: async () => installation,
    config: () => config,
    environment: () => undefined,
    askSecret: async () => citrixAdministrator.password,
  };

  async function run(name: string, options: Record<string, string | true | readonly string[]>): Promise<unknown> {
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) throw new Error(`there is no command ${name}`);
    const words = Object.entries(options).flatMap(([option, value]) =>
      value === true ? [`--${option}`] : [value].flat().flatMap((one) => [`--${option}`, one]),
    );
    return (await command.run(readValues(command, words), io)).json;
  }

  return {
    async samlCertificate() {
      const [certificate] = samlCertificates(await installation.signingKeys.load(), Date.now());
      if (certificate === undefined) throw new Error('the broker has made no SAML key');
      return certificate;
    },
    async addOrganization({ name, customerId }) {
      await run('organization create', { name, customer: customerId });
    },
    async addConnection(organization, settings) {
      const { customerId, kind, connection = kind, administrators } = organization;
      const draft: NewConnection = {
        kind,
        name: connection,
        subscribers: true,
        settings,
        ...(administrators && { administrators: true, identifier: administrators.identifier }),
      };
      const file = join(config.data, `${customerId}.json`);
      await writeFile(file, JSON.stringify(draft), { mode: 0o600 });
      await run('connection add', { organization: customerId, file, live: true, 'as-method': true });
      await rm(file);
      if (administrators === undefined) return;
      const { user, group } = administrators;
      const where = { organization: customerId, connection };
      if (user !== undefined)
        await run('administrator add', {
          ...where,
          user: `${tenantId}.${user.id}`,
          name: user.name,
          email: user.email,
          full: true,
        });
      await run('administrator add', { ...where, group: group.id, name: group.name, permission: group.permissions });
    },
    async addCitrixAdministrator() {
      const { email, name } = citrixAdministrator;
      return (await run('identity create', { email, name, 'terms-accepted': true, 'password-stdin': true })) as {
        totpKey: string;
      };
    },
    async letCitrixAdministrator({ customerId }) {
      await run('administrator add', { organization: customerId, email: citrixAdministrator.email, full: true });
    },
    close: () => installation.database.close(),
  };
}
