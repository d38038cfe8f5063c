/** What an administrator tells us about a SAML connection (SML-2, SML-3, SML-9), and how it is explained. */
import { z } from 'zod';
import { CertificateError, parseCertificates } from '../../certs/x509.ts';
import { type IdpMetadata, readIdpMetadata } from '../../metadata/idp-metadata.ts';
import { MetadataError } from '../../metadata/metadata-error.ts';
import { signaturePolicies } from '../protocols/saml/expectations.ts';
import type { SettingDescription } from '../provider.ts';

const attributeName = z.string().trim().min(1).max(256);
const defaultAttributes = {
  displayName: 'displayName',
  givenName: 'givenName',
  familyName: 'familyName',
  sid: 'cip_sid',
  upn: 'cip_upn',
  email: 'cip_email',
  oid: 'cip_oid',
  groups: 'cip_groups',
};
const attributes = z.strictObject({
  displayName: attributeName.default(defaultAttributes.displayName),
  givenName: attributeName.default(defaultAttributes.givenName),
  familyName: attributeName.default(defaultAttributes.familyName),
  sid: attributeName.default(defaultAttributes.sid),
  upn: attributeName.default(defaultAttributes.upn),
  email: attributeName.default(defaultAttributes.email),
  oid: attributeName.default(defaultAttributes.oid),
  groups: attributeName.default(defaultAttributes.groups),
});

/**
 * The browser is sent there; a script or file address would run in or read from it. Plain http is let through, because
 * intranets have it: the answer's signature does not depend on the way, and the import of metadata warns.
 */
const endpoint = z.string().trim().max(2048).refine(isEndpoint, 'must be an https URL without user name and fragment');
const entityId = z.string().trim().min(1).max(1024);
const certificate = z.string().check((context) => {
  const message = certificateProblem(context.value);
  if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
});

const written = z
  .strictObject({
    metadata: z
      .string()
      .max(10 * 1024 * 1024)
      .optional(),
    entityId: entityId.optional(),
    singleSignOnUrl: endpoint.optional(),
    binding: z.enum(['post', 'redirect']).optional(),
    signRequests: z.boolean().default(true),
    signatures: z.enum(signaturePolicies).default('either'),
    certificates: z.array(certificate).min(1).max(20).optional(),
    certificateExpiry: z.enum(['warn', 'refuse']).default('warn'),
    encryption: z.enum(['refuse', 'accept', 'require']).default('refuse'),
    context: z
      .strictObject({ class: z.string().trim().min(1).max(256), comparison: z.enum(['minimum', 'exact']) })
      .optional(),
    logoutUrl: endpoint.optional(),
    attributes: attributes.default(defaultAttributes),
  })
  .check(
    requiredWithoutMetadata('entityId'),
    requiredWithoutMetadata('singleSignOnUrl'),
    requiredWithoutMetadata('certificates'),
  );
type Written = z.output<typeof written>;

export type SamlSettings = Omit<Written, 'metadata' | 'entityId' | 'singleSignOnUrl' | 'binding' | 'certificates'> & {
  entityId: string;
  singleSignOnUrl: string;
  binding: 'post' | 'redirect';
  /** PEM, one certificate each, without doubles. */
  certificates: string[];
};

/** Pasted metadata fills what is not written beside it; what is written wins. The result holds no metadata. */
export const samlSettings: z.ZodType<SamlSettings> = written.transform((input, context): SamlSettings => {
  const { metadata, ...settings } = input;
  const described = metadata === undefined ? undefined : readDocument(metadata, input.entityId);
  if (typeof described === 'string') return problem(context, 'metadata', described);
  const binding = chooseBinding(input, described);
  const singleSignOnUrl = input.singleSignOnUrl ?? described?.singleSignOn[binding];
  if (singleSignOnUrl === undefined || !isEndpoint(singleSignOnUrl)) {
    return problem(context, 'singleSignOnUrl', `is not in the metadata for the binding ${binding}`);
  }
  const pem = input.certificates?.flatMap(parseCertificates) ?? described?.certificates ?? [];
  const logoutUrl = input.logoutUrl ?? described?.singleLogout.redirect;
  return {
    ...settings,
    entityId: input.entityId ?? described?.entityId ?? '',
    singleSignOnUrl,
    binding,
    certificates: [...new Set(pem.map((one) => one.pem))],
    ...(logoutUrl !== undefined && isEndpoint(logoutUrl) ? { logoutUrl } : {}),
  };
});

/** HTTP-POST where there is a choice (SML-9). */
function chooseBinding(input: Written, described: IdpMetadata | undefined): 'post' | 'redirect' {
  if (input.binding !== undefined) return input.binding;
  const offered = input.singleSignOnUrl === undefined ? described?.singleSignOn : undefined;
  return offered !== undefined && offered.post === undefined ? 'redirect' : 'post';
}

/** Runs beside all other checks and not after them, so that every problem is reported at once. */
function requiredWithoutMetadata(key: 'entityId' | 'singleSignOnUrl' | 'certificates') {
  return z.refine<Written>((input) => input.metadata !== undefined || input[key] !== undefined, {
    path: [key],
    error: 'is required (or give the metadata of the identity provider)',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });
}

function problem(context: z.RefinementCtx, key: string, message: string): never {
  context.addIssue({ code: 'custom', path: [key], message });
  return z.NEVER;
}

/** The description, or what is wrong with it. */
function readDocument(document: string, wanted: string | undefined): IdpMetadata | string {
  try {
    return readIdpMetadata(document, wanted === undefined ? {} : { entityId: wanted });
  } catch (error) {
    if (error instanceof MetadataError) return error.message;
    throw error;
  }
}

function certificateProblem(text: string): string | undefined {
  try {
    parseCertificates(text);
    return undefined;
  } catch (error) {
    if (error instanceof CertificateError) return error.message;
    throw error;
  }
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '';
}

const prefix = 'urn:oasis:names:tc:SAML:2.0:ac:classes:';
const contextClasses = [
  'PasswordProtectedTransport',
  'Password',
  'Kerberos',
  'X509',
  'TLSClient',
  'Smartcard',
  'SmartcardPKI',
  'TimeSyncToken',
  'MobileTwoFactorContract',
];

export const samlDescriptions: readonly SettingDescription[] = [
  {
    key: 'metadata',
    label: 'Identity provider metadata',
    help: 'Paste the whole XML document; it fills entity ID, URLs and certificates.',
    multiline: true,
  },
  { key: 'entityId', label: 'Entity ID', help: 'Of the identity provider, exactly as it signs it in Issuer.' },
  { key: 'singleSignOnUrl', label: 'Single sign-on URL', help: 'Where people are sent to sign in.' },
  {
    key: 'binding',
    label: 'Binding',
    help: 'How the request travels.',
    choices: [
      { value: 'post', label: 'HTTP-POST' },
      { value: 'redirect', label: 'HTTP-Redirect' },
    ],
  },
  { key: 'signRequests', label: 'Sign authentication requests', help: 'With SHA-256 and the key in our metadata.' },
  {
    key: 'signatures',
    label: 'Required signatures',
    help: 'A response that is not signed like this is refused.',
    choices: [
      { value: 'either', label: 'Response or assertion' },
      { value: 'response', label: 'Response' },
      { value: 'assertion', label: 'Assertion' },
      { value: 'both', label: 'Response and assertion' },
    ],
  },
  {
    key: 'certificates',
    label: 'Signing certificates',
    help: 'PEM. Several during a rollover; each is tried.',
    multiline: true,
  },
  {
    key: 'certificateExpiry',
    label: 'Expired certificates',
    help: 'The key is trusted because you entered it; choose whether its dates count as well.',
    choices: [
      { value: 'warn', label: 'Accept and warn' },
      { value: 'refuse', label: 'Refuse' },
    ],
  },
  {
    key: 'encryption',
    label: 'Encrypted assertions',
    help: 'AES-GCM with RSA-OAEP, in a signed response. Give the provider our metadata that has the encryption key.',
    choices: [
      { value: 'refuse', label: 'Refuse' },
      { value: 'accept', label: 'Accept' },
      { value: 'require', label: 'Require' },
    ],
  },
  {
    key: 'context.class',
    label: 'Authentication context',
    help: 'Leave empty for unspecified: nothing is asked for.',
    choices: contextClasses.map((name) => ({ value: prefix + name, label: name })),
  },
  {
    key: 'context.comparison',
    label: 'Comparison',
    help: 'Minimum is asked for; exact is asked for and enforced.',
    choices: [
      { value: 'minimum', label: 'Minimum' },
      { value: 'exact', label: 'Exact' },
    ],
  },
  {
    key: 'logoutUrl',
    label: 'Logout URL',
    help: 'Optional; the browser goes there with a LogoutRequest after signing out here.',
  },
  { key: 'attributes.sid', label: 'SID attribute', help: 'Name of the attribute with objectSid.' },
  { key: 'attributes.upn', label: 'UPN attribute', help: 'Name of the attribute with userPrincipalName.' },
  { key: 'attributes.oid', label: 'Object ID attribute', help: 'Name of the attribute with objectGUID.' },
  { key: 'attributes.email', label: 'Email attribute', help: 'Name of the attribute with mail.' },
  { key: 'attributes.displayName', label: 'Display name attribute', help: 'Optional.' },
  { key: 'attributes.givenName', label: 'Given name attribute', help: 'Optional.' },
  { key: 'attributes.familyName', label: 'Family name attribute', help: 'Optional.' },
  { key: 'attributes.groups', label: 'Groups attribute', help: 'Optional; group SIDs, one value each.' },
];
