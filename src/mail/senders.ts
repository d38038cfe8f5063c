/** How a mail leaves: by SMTP, or, where none is configured on a developer's machine, into a folder. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface MailSender {
  /** Throws when the mail was not taken; it is tried again then. */
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}

/** Told to robots that answer mails by themselves (RFC 3834). */
const headers = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** `url`: `smtp://` (STARTTLS where the server offers it) or `smtps://`, with user and password. */
export async function createSmtpSender({ url, from }: { url: string; from: string }): Promise<MailSender> {
  // Only who sends waits for it to load: a twentieth of the start.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport(
    { url, pool: true, maxConnections: 2, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 },
    // Nothing that a mail holds may make nodemailer read a file or fetch a URL.
    { from, headers, disableFileAccess: true, disableUrlAccess: true },
  );
  return {
    async send({ to, ...mail }) {
      // As an object: a display name or a list in the text of an address would be parsed otherwise.
      await transport.sendMail({ ...mail, to: { name: '', address: to } });
    },
    async close() {
      transport.close();
    },
  };
}

/** At most so many are kept. */
const keptInFolder = 200;

/** Files `<time>-<id>.json` of `Mail`, for the development page (`accounts/development-mails.ts`). */
export function createFolderSender(folder: string): MailSender {
  return {
    async send(mail) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const name = `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID()}.json`;
      const draft = join(folder, `.${name}`);
      await writeFile(draft, JSON.stringify(mail, null, 2), { mode: 0o600 });
      await rename(draft, join(folder, name));
      const names = (await readdir(folder)).filter((each) => /^\d.*\.json$/.test(each)).sort();
      for (const old of names.slice(0, -keptInFolder)) await rm(join(folder, old), { force: true });
    },
    async close() {},
  };
}
