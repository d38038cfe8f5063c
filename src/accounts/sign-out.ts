/** A sign-out that does not say whose: which of this browser's sessions? (ARCHITECTURE §5 "Realms") */
import type { Request, Response } from 'express';
import { administratorsRealm, isAppsRealm } from '../sessions/policy.ts';
import type { AccountsContext } from './context.ts';
import { realmsPage } from './views/sign-out-pages.ts';

/** Lists the sessions that this browser holds; each leads to that realm's own confirmation. */
export async function showRealms(context: AccountsContext, request: Request, response: Response): Promise<void> {
  const prefix = context.cookies.session('');
  const realms = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim().split('=')[0] ?? '')
    .filter((name) => name.startsWith(prefix) && /^[a-z0-9-]+$/.test(name.slice(prefix.length)))
    .map((name) => name.slice(prefix.length));
  const held = await Promise.all(
    [...new Set(realms)].slice(0, 50).map((realm) => context.op.sessionOf(request, realm)),
  );
  const sessions = held.filter((state) => state !== undefined).map(({ session }) => session);
  const rows = await Promise.all(
    sessions.map(async (session) => {
      const [first] = session.organizationIds;
      const isAdministrator = session.realm === administratorsRealm;
      const organization = isAdministrator || first === undefined ? undefined : await context.organizations.find(first);
      const person = session.claims.name ?? session.claims.cip_email ?? '';
      return {
        person: String(person),
        href: `${context.sites.issuer}/connect/endsession?realm=${session.realm}`,
        ...(organization && { organization: organization.name, apps: isAppsRealm(session.realm) }),
      };
    }),
  );
  context.responder.send(request, response, (page) => realmsPage(page, { realms: rows }));
}
