/** One person as Active Directory would describe them through SAML; the values are well-formed and invented. */
import type { SamlUser } from './saml-idp.ts';

export const samlUser: SamlUser = {
  username: 'suzuki',
  password: 'Konbini-24',
  nameId: 'b1f7c0de-suzuki',
  attributes: {
    displayName: 'Suzuki Ichirō',
    givenName: 'Ichirō',
    familyName: 'Suzuki',
    cip_sid: 'S-1-5-21-3623811015-3361044348-30300820-1013',
    cip_upn: 'suzuki@corp.example.test',
    cip_email: 'ichiro.suzuki@example.test',
    cip_oid: '0f8fad5b-d9cb-469f-a165-70867728950e',
    cip_groups: ['S-1-5-21-3623811015-3361044348-30300820-513', 'S-1-5-21-3623811015-3361044348-30300820-1200'],
  },
};
