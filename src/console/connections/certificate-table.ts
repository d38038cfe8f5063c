/** Certificates of a provider, as a table: whose, how long, which, and what is known of each. */
import type { Certificate } from '../../../certs/x509.ts';
import type { Html } from '../../http/views/html.ts';
import { html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, type Tone, table } from '../../http/views/values.ts';
import { metadataImportMessages } from './metadata-import-messages.ts';

type ShownCertificate = Pick<Certificate, 'subject' | 'notBefore' | 'notAfter' | 'fingerprint' | 'keyType' | 'keyBits'>;

export interface CertificateLine {
  certificate: ShownCertificate;
  state: keyof (typeof metadataImportMessages)['en']['states'];
}

const tones: Readonly<Record<CertificateLine['state'], Tone>> = {
  fresh: 'good',
  known: 'neutral',
  expired: 'bad',
  future: 'warning',
  gone: 'warning',
};

export function certificateTable(context: PageContext, lines: readonly CertificateLine[]): Html {
  const m = metadataImportMessages[context.language];
  return table(
    m.certificates,
    [
      { label: m.subject, kind: 'head' },
      { label: m.fingerprint },
      { label: m.validity, kind: 'short' },
      { label: m.state, kind: 'short' },
    ],
    lines.map(({ certificate, state }) => [
      html`${certificate.subject}<p class="hint">${certificate.keyType.toUpperCase()} ${certificate.keyBits}</p>`,
      fingerprint(certificate.fingerprint),
      html`${time(context, certificate.notBefore)} –<br>${time(context, certificate.notAfter)}`,
      badge(tones[state], m.states[state]),
    ]),
  );
}

/** `AB:CD:…`, as other consoles show it, in lines of eight. */
export function fingerprint(hex: string): Html {
  const lines = hex.toUpperCase().match(/.{1,16}/g) ?? [];
  return html`<code>${lines.map((line, index) => html`${index > 0 && html`:<wbr>`}${line.match(/../g)?.join(':')}`)}</code>`;
}
