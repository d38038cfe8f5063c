/** A real SMTP server on loopback that keeps what it is given, for tests to read. */
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  autoSubmitted: string | undefined;
}

export interface MailServer {
  /** `smtp://127.0.0.1:<port>` */
  url: string;
  received: readonly ReceivedMail[];
  /** The oldest mail to this address, out of the list. Throws when there is none. */
  take(to: string): ReceivedMail;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      simpleParser(stream).then((mail) => {
        for (const { address } of session.envelope.rcptTo)
          received.push({
            to: address,
            from: mail.from?.text ?? '',
            subject: mail.subject ?? '',
            text: mail.text ?? '',
            html: mail.html || '',
            autoSubmitted: mail.headers.get('auto-submitted') as string | undefined,
          });
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    take(to) {
      const index = received.findIndex((mail) => mail.to === to);
      const [mail] = index < 0 ? [] : received.splice(index, 1);
      if (!mail) throw new Error(`no mail to ${to} has arrived`);
      return mail;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
