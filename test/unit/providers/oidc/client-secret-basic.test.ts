import { describe, expect, it } from 'vitest';
import { clientSecretBasic } from '../../../../providers/protocols/oidc/client-secret-basic.ts';

function sentFor(id: string, secret: string): string {
  const headers = new Headers();
  clientSecretBasic(secret)({ issuer: 'https://op.example' }, { client_id: id }, new URLSearchParams(), headers);
  return Buffer.from(headers.get('authorization')!.replace('Basic ', ''), 'base64').toString();
}

describe('HTTP Basic with the client’s secret', () => {
  it('is the same to a provider that decodes and to one that does not, where nothing must be encoded', () => {
    expect(sentFor('sekisho-1', 'only_for~this.test')).toBe('sekisho-1:only_for~this.test');
  });

  it('keeps id and secret apart, whatever they hold', () => {
    const [id, secret] = sentFor('a:b c', 'p:ä+&%').split(':');
    const decode = (text: string) => new URLSearchParams(`x=${text}`).get('x');
    expect([decode(id!), decode(secret!)]).toEqual(['a:b c', 'p:ä+&%']);
  });
});
