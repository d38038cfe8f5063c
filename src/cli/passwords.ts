/** `passwords …`: the offline list of compromised passwords. */
import { buildCompromisedPasswordsFile } from '../directory/compromised-passwords-build.ts';
import { openCompromisedPasswordsFile, PasswordFileError } from '../directory/compromised-passwords-file.ts';
import { type Command, columns } from './command.ts';
import { RefusedError } from './refused-error.ts';

const build: Command = {
  name: 'passwords build',
  summary: 'Build the file of compromised passwords from a published list of hashes',
  notes:
    'The list has a line <SHA-1>:<count> for each password, as the Pwned Passwords downloader writes it. Ordered by hash it\nis copied through; in any other order it is sorted first, beside the file. Needs 8 bytes a password. Then set\nSEKISHO_COMPROMISED_PASSWORDS_FILE and start the server again.',
  options: {
    from: { value: 'LIST', help: 'Published list of hashes', required: true },
    to: { value: 'FILE', help: 'File to make or to replace', required: true },
  },
  async run(values) {
    const to = values.required('to');
    const header = await refusing(() =>
      buildCompromisedPasswordsFile({ from: values.required('from'), to, now: Date.now() }),
    );
    return outcome(to, header);
  },
};

const verify: Command = {
  name: 'passwords verify',
  summary: 'Read the whole file of compromised passwords and compare it with its checksum',
  options: { file: { value: 'FILE', help: 'Made by "passwords build"', required: true } },
  async run(values) {
    const path = values.required('file');
    const header = await refusing(() => {
      const file = openCompromisedPasswordsFile(path);
      try {
        file.verify();
        return file.header;
      } finally {
        file.close();
      }
    });
    return outcome(path, header);
  },
};

function outcome(path: string, header: { count: number; builtAt: number; sha256: string }) {
  const builtAt = new Date(header.builtAt).toISOString();
  const rows = [
    ['Passwords', String(header.count)],
    ['Built', builtAt],
    ['SHA-256', header.sha256],
  ];
  return { json: { file: path, ...header, builtAt }, text: `${path}\n${columns(rows)}` };
}

/** What is wrong with a file is the operator's to put right, and no failure of ours. */
async function refusing<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isForeseen = error instanceof PasswordFileError || (error as NodeJS.ErrnoException).syscall !== undefined;
    if (isForeseen) throw new RefusedError((error as Error).message);
    throw error;
  }
}

export const passwordsCommands: readonly Command[] = [build, verify];
