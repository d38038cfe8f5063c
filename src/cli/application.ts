/** `application …` */
import { readFile } from 'node:fs/promises';
import type { ApplicationDraft } from '../directory/applications.ts';
import type { ClientMetadataInput } from '../directory/client-metadata.ts';
import { type Command, columns, UsageError, type Values } from './command.ts';
import { RefusedError } from './refused-error.ts';

const add: Command = {
  name: 'application add',
  summary: 'Register an application (OpenID Connect client)',
  notes:
    'The secret is shown this once and kept as a hash only. An application belongs to one organization and never sees\nanother one’s people; --every-organization makes one of the installation.',
  options: {
    name: { value: 'NAME', help: 'As shown to people', required: true },
    'redirect-uri': { value: 'URL', help: 'Compared exactly', required: true, multiple: true },
    organization: { value: 'ID', help: 'Customer id or OrgID that it belongs to' },
    'every-organization': { help: 'It belongs to the installation and serves all organizations' },
    home: { value: 'URL', help: 'Home page: where people are led back to' },
    'initiate-login-uri': { value: 'URL', help: 'Where a sign-in can be started from outside' },
    'post-logout-uri': { value: 'URL', help: 'Where sign-out may return to', multiple: true },
    'backchannel-logout-uri': { value: 'URL', help: 'Told when a session ends' },
    type: { value: 'TYPE', help: 'web (default) or native' },
    'auth-method': {
      value: 'METHOD',
      help: 'client_secret_basic (default), client_secret_post, private_key_jwt, none',
    },
    'id-token-alg': { value: 'ALG', help: 'RS256 (default) or ES256' },
    jwks: { value: 'FILE', help: 'Public keys (JWK set), for private_key_jwt' },
    'jwks-uri': { value: 'URL', help: 'The same, by URL' },
    audience: { value: 'CLIENT', help: 'Application that may introspect its access tokens', multiple: true },
    'client-id': { value: 'ID', help: 'Instead of a random one' },
  },
  async run(values, io) {
    const reference = values.text('organization');
    if ((reference === undefined) === !values.has('every-organization'))
      throw new UsageError('Give either --organization or --every-organization');
    const metadata = await readMetadata(values);
    const { applications, requireOrganization, record, sites } = await io.open();
    const organizationId = reference === undefined ? null : (await requireOrganization(reference)).id;
    const clientId = values.text('client-id');
    const draft: ApplicationDraft = { organizationId, name: values.required('name'), metadata };
    const { application, secret } = await applications.add({ ...draft, ...(clientId !== undefined && { clientId }) });
    await record({
      event: 'platform/application/create',
      organizationId,
      target: { type: 'application', id: application.clientId, name: application.name },
    });
    const { secretHash: _, ...shown } = application;
    const rows = [
      ['Client id', application.clientId],
      ...(secret === null ? [] : [['Client secret', `${secret}  (shown this once)`]]),
      ['Issuer', sites.issuer],
    ];
    return {
      json: { ...shown, clientSecret: secret, issuer: sites.issuer },
      text: `Application ${application.name}\n${columns(rows)}`,
    };
  },
};

const list: Command = {
  name: 'application list',
  summary: 'List applications, without secrets',
  options: { organization: { value: 'ID', help: 'Of this organization only (customer id or OrgID)' } },
  async run(values, io) {
    const { applications, organizations, requireOrganization } = await io.open();
    const reference = values.text('organization');
    const all = await applications.list(
      reference === undefined ? undefined : (await requireOrganization(reference)).id,
    );
    const owners = new Map((await organizations.list()).map(({ id, customerId }) => [id, customerId]));
    const rows = all.map(({ name, clientId, organizationId, metadata }) => [
      name,
      clientId,
      organizationId === null ? '(every organization)' : (owners.get(organizationId) ?? organizationId),
      metadata.redirect_uris.join(' '),
    ]);
    const text =
      all.length === 0 ? 'No applications yet.' : columns([['Name', 'Client id', 'Of', 'Redirect URIs'], ...rows]);
    return { json: all.map(({ secretHash: _, ...shown }) => shown), text };
  },
};

const remove: Command = {
  name: 'application remove',
  summary: 'Remove an application; its tokens stop with it',
  options: { 'client-id': { value: 'ID', help: 'Which', required: true } },
  async run(values, io) {
    const { applications, record } = await io.open();
    const { clientId, name, organizationId } = await applications.remove(values.required('client-id'));
    const target = { type: 'application', id: clientId, name } as const;
    await record({ event: 'platform/application/delete', organizationId, target });
    return { json: { clientId, removed: true }, text: `Removed ${name} (${clientId})` };
  },
};

/** Everything is judged by the schema; here words only find their keys. */
async function readMetadata(values: Values): Promise<ClientMetadataInput> {
  const single: Record<string, string | undefined> = {
    client_uri: values.text('home'),
    initiate_login_uri: values.text('initiate-login-uri'),
    backchannel_logout_uri: values.text('backchannel-logout-uri'),
    application_type: values.text('type'),
    token_endpoint_auth_method: values.text('auth-method'),
    id_token_signed_response_alg: values.text('id-token-alg'),
    jwks_uri: values.text('jwks-uri'),
  };
  const jwks = values.text('jwks');
  return {
    redirect_uris: values.texts('redirect-uri'),
    post_logout_redirect_uris: values.texts('post-logout-uri'),
    audiences: values.texts('audience'),
    ...Object.fromEntries(Object.entries(single).filter(([, value]) => value !== undefined)),
    ...(jwks !== undefined && { jwks: await readJwks(jwks) }),
  };
}

async function readJwks(file: string) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new RefusedError(`${file} cannot be read as JSON (${(error as NodeJS.ErrnoException).code ?? 'syntax'})`);
  }
}

export const applicationCommands: readonly Command[] = [add, list, remove];
