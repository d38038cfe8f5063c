import { describe, expect, it } from 'vitest';
import type { Text } from '../../providers/provider.ts';
import { definitionOf } from '../../providers/registry.ts';
import { createSites } from '../../src/config/sites.ts';
import type { GuidePart } from '../../src/guides/guide.ts';
import { guideOf, guides, guidesFor } from '../../src/guides/guides.ts';
import { ourValuesOf } from '../../src/http/our-values.ts';

const sites = createSites({
  publicUrl: undefined,
  domain: 'https://sekisho.test',
  listen: { host: '127.0.0.1', port: 1 },
  tlsCertificate: undefined,
});

function textsOf(part: GuidePart): Text[] {
  if ('say' in part) return [part.say];
  if ('note' in part) return [part.note];
  if ('do' in part) return [...part.do];
  if ('copy' in part) return part.copy.map(({ at }) => at);
  if ('script' in part) return [part.label];
  return [part.source, ...part.attributes.flatMap(({ from }) => (typeof from === 'string' ? [] : [from]))];
}

describe.each(guides.map((guide) => ({ id: guide.id, guide })))('The guide $id', ({ guide }) => {
  const definition = definitionOf(guide.kind)!;

  it('asks for settings that its kind of connection has, every required one among them', () => {
    const keys = definition.descriptions.map(({ key }) => key);
    for (const field of guide.fields) expect(keys).toContain(field);
    const required = definition.descriptions.filter((description) => description.required).map(({ key }) => key);
    for (const key of required) expect(guide.fields).toContain(key);
  });

  it('says everything in both languages, with its marks closed', () => {
    const texts = [
      guide.name,
      guide.bringBack,
      ...guide.steps.flatMap(({ title, parts }) => [title, ...parts.flatMap(textsOf)]),
    ];
    for (const text of texts)
      for (const said of [text.en, text.ja]) {
        expect(said.trim()).not.toBe('');
        expect(said.match(/\*\*/g)?.length ?? 0).toSatisfy((count: number) => count % 2 === 0);
        expect(said.match(/`/g)?.length ?? 0).toSatisfy((count: number) => count % 2 === 0);
      }
  });

  it('shows the addresses that the provider must know, and every attribute that a subscriber needs (SPEC §4)', () => {
    const { values, names } = ourValuesOf(sites, definition, { id: 'x', settings: {}, workspaceName: 'acme' });
    const parts = guide.steps.flatMap((step) => step.parts);
    const copied = parts.flatMap((part) => ('copy' in part ? part.copy.map(({ value }) => value) : []));
    const needed =
      guide.kind === 'saml' ? (copied.includes('metadata') ? ['metadata'] : ['entityId', 'acs']) : ['redirectUri'];
    for (const value of needed) {
      expect(copied).toContain(value);
      expect(values).toHaveProperty(value);
    }
    // Entra's come from Microsoft Graph: nothing is mapped.
    if (guide.kind === 'azure-ad') return;
    const roles = parts.flatMap((part) => ('attributes' in part ? part.attributes.map(({ role }) => role) : []));
    for (const role of ['sid', 'upn', 'oid', 'email'] as const) {
      expect(roles).toContain(role);
      expect(names[role]).toBe(`cip_${role}`);
    }
  });
});

describe('The guides', () => {
  it('are there for every kind of connection, each with a name of its own', () => {
    for (const kind of ['saml', 'azure-ad', 'okta', 'gateway', 'oidc']) expect(guidesFor(kind)).not.toEqual([]);
    expect(new Set(guides.map(({ id }) => id)).size).toBe(guides.length);
  });

  it('are found for their own kind only', () => {
    expect(guideOf('saml', 'adfs')?.id).toBe('adfs');
    expect(guideOf('oidc', 'adfs')).toBeUndefined();
    expect(guideOf('saml', null)).toBeUndefined();
  });

  it('give the connection’s own entity ID, metadata and attribute names where it has them (SML-8)', () => {
    const settings = { ownEntityId: true, encryption: 'accept', attributes: { sid: 'objectSid' } };
    const { values, names } = ourValuesOf(sites, definitionOf('saml')!, { id: 'x', settings, workspaceName: null });
    expect(values).toEqual({
      entityId: 'https://saml.sekisho.test/x',
      acs: 'https://saml.sekisho.test/saml/acs',
      metadata: 'https://saml.sekisho.test/saml/metadata/x.xml?encryption=yes',
    });
    expect(names).toMatchObject({ sid: 'objectSid', upn: 'cip_upn' });
  });

  it('write claim rules with the names of this connection', () => {
    const parts = guideOf('saml', 'adfs')!.steps.flatMap((step) => step.parts);
    const settings = { attributes: { oid: 'guid' } };
    const { names } = ourValuesOf(sites, definitionOf('saml')!, { id: 'x', settings, workspaceName: null });
    const [rules] = parts.flatMap((part) => ('script' in part ? [part.script(names)] : []));
    expect(rules).toContain('("cip_sid", "cip_upn", "guid", "cip_email", "displayName")');
    expect(rules).toContain('";objectSid,userPrincipalName,objectGUID,mail,displayName;{0}"');
  });
});
