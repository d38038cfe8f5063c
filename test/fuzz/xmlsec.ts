/**
 * xmlsec1 (the Debian package, in C on libxml2 and OpenSSL): the second opinion about signatures, and a signer that
 * shares nothing with us. A process per question is slow, so questions are asked in bundles.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IdpKey } from '../support/upstreams/saml/sign-xml.ts';

export const hasXmlsec = existsSync('/usr/bin/xmlsec1');
export const noXmlsec = 'xmlsec1 is not installed';

export type SignedElement = 'Response' | 'Assertion';
export interface Question {
  xml: Uint8Array | string;
  element: SignedElement;
}

const identifiers = [
  ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:protocol:Response'],
  ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:assertion:Assertion'],
].flat();
const paths: Record<SignedElement, string> = {
  Response: "/*/*[local-name()='Signature']",
  Assertion: "/*/*[local-name()='Assertion']/*[local-name()='Signature']",
};

/** For each question whether the signature of that element verifies with the certificate (PEM), and no other key. */
export function askXmlsec(questions: readonly Question[], certificate: string): boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-xmlsec-'));
  try {
    const key = join(folder, 'key.pem');
    writeFileSync(key, certificate);
    const answers = questions.map(() => false);
    for (const element of ['Response', 'Assertion'] as const) {
      const open = questions.flatMap((question, index) => (question.element === element ? [index] : []));
      for (const index of open) writeFileSync(join(folder, `${index}.xml`), questions[index]!.xml);
      const options = ['--verify', '--enabled-key-data', 'key-name', '--pubkey-cert-pem', key, ...identifiers];
      // It stops at the first file that does not verify: that one is answered, the rest is asked again.
      while (open.length > 0) {
        const bundle = open.slice(0, 200);
        const files = bundle.map((index) => join(folder, `${index}.xml`));
        const { stdout, stderr } = spawnSync('xmlsec1', [...options, '--node-xpath', paths[element], ...files], {
          encoding: 'utf8',
          maxBuffer: 1 << 26,
        });
        const failed = /failed to verify file ".*\/(\d+)\.xml"/.exec(stderr);
        const passed = failed ? bundle.indexOf(Number(failed[1])) : bundle.length;
        if (!failed && stdoutCount(stderr, stdout) < bundle.length) throw new Error(`xmlsec1: ${stderr}`);
        for (const index of bundle.slice(0, passed)) answers[index] = true;
        open.splice(0, passed + (failed ? 1 : 0));
      }
    }
    return answers;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** It says OK on the one stream or the other, depending on its version. */
function stdoutCount(...outputs: string[]): number {
  return [...outputs.join('\n').matchAll(/^OK$/gm)].length;
}

/** Signs by a template with an empty digest and value; the prefix list is that of OpenSAML. */
export function signByXmlsec(
  xml: string,
  element: SignedElement,
  key: IdpKey,
  digest: 'sha256' | 'sha384',
  prefixes = 'xs',
): string {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-xmlsec-'));
  try {
    const id = new RegExp(`<[\\w:]*${element}[^>]*\\sID=["']([^"']*)`).exec(xml)?.[1] ?? '';
    const issuer = xml.indexOf(`Issuer>`, xml.indexOf('</', xml.indexOf(`${element} `)) - 1) + 7;
    writeFileSync(join(folder, 'key.pem'), key.privateKey);
    writeFileSync(join(folder, 'in.xml'), xml.slice(0, issuer) + template(id, digest, prefixes) + xml.slice(issuer));
    const parameters = ['--sign', '--privkey-pem', join(folder, 'key.pem'), ...identifiers];
    return execFileSync('xmlsec1', [...parameters, '--node-xpath', paths[element], join(folder, 'in.xml')], {
      encoding: 'utf8',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function template(id: string, digest: 'sha256' | 'sha384', prefixes: string): string {
  const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
  const algorithm = {
    sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
    sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  }[digest];
  return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${exclusive}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-${digest}"/>
<ds:Reference URI="#${id}"><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="${exclusive}"><ec:InclusiveNamespaces xmlns:ec="${exclusive}" PrefixList="${prefixes}"/></ds:Transform>
</ds:Transforms><ds:DigestMethod Algorithm="${algorithm}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
<ds:SignatureValue/><ds:KeyInfo><ds:KeyName/></ds:KeyInfo></ds:Signature>`;
}
