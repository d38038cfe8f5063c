/** Which of our SAML certificates an identity provider is known to have, and which key signs for it. */
import { X509Certificate } from 'node:crypto';
import type { SigningKey } from '../../../certs/signing-keys.ts';
import type { Sites } from '../../config/sites.ts';
import { AppError } from '../../core/errors.ts';
import { type ConnectionStates, unknownHealth } from '../../directory/connections/connection-states.ts';
import type { Connection, Connections } from '../../directory/connections/connections.ts';
import type { SamlRollover } from '../../directory/connections/saml-rollover.ts';
import type { Csrf } from '../../http/csrf.ts';
import { samlMetadataUrlFor } from '../../http/saml-metadata-url.ts';
import type { MetadataAddresses } from '../../signin/metadata-addresses.ts';
import { authorityOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { headOf } from './connection.ts';
import { connectionPath, requireOwnConnection } from './own-connection.ts';
import { type RolloverPage, rolloverPage, type ShownKey } from './rollover-page.ts';

export interface RolloverOptions {
  sites: Sites;
  connections: Pick<Connections, 'find'>;
  connectionStates: Pick<ConnectionStates, 'healthOf'>;
  samlRollover: Pick<SamlRollover, 'stateOf' | 'choose'>;
  metadataAddresses: Pick<MetadataAddresses, 'markOf'>;
  keys(): readonly SigningKey[];
  csrf: Csrf;
  show: Show;
}

export function rolloverRoutes(options: RolloverOptions) {
  const { sites, connections, connectionStates, samlRollover, metadataAddresses, keys, csrf, show } = options;

  async function requireSaml(visit: Visit): Promise<Connection> {
    const connection = await requireOwnConnection(connections, visit);
    if (connection.kind !== 'saml') throw new AppError('not_found');
    return connection;
  }

  const showPage: Handler = async (visit) => {
    const connection = await requireSaml(visit);
    const { dueAt, choice, sightings } = await samlRollover.stateOf(connection.id);
    const health = (await connectionStates.healthOf([connection.id])).get(connection.id) ?? unknownHealth;
    const ours = keys().filter(({ use, state }) => use === 'saml' && state !== 'retired');
    const signing = ours.find(({ kid }) => kid === choice?.kid) ?? ours.find(({ state }) => state === 'current');
    const shown = ours.flatMap(({ kid, state, certificatePem }): ShownKey[] => {
      if (certificatePem === undefined) return [];
      const { fingerprint256, validTo } = new X509Certificate(certificatePem);
      const seen = sightings.find((each) => each.kid === kid);
      return [
        {
          isNext: state === 'next',
          signs: kid === signing?.kid,
          fingerprint: fingerprint256,
          notAfter: Date.parse(validTo),
          hintedAt: seen?.hintedAt ?? null,
          fetchedAt: seen?.fetchedAt ?? null,
          usedAt: seen?.usedAt ?? null,
        },
      ];
    });
    const model: RolloverPage = {
      ...headOf(visit, connection, health),
      isDraft: connection.state === 'draft',
      signsRequests: connection.settings.signRequests === true,
      keys: shown.sort((one, other) => Number(one.isNext) - Number(other.isNext)),
      dueAt,
      metadataUrl: samlMetadataUrlFor(sites, connection, metadataAddresses.markOf(connection.id)),
      action: visit.url(connectionPath(connection.id, '/rollover')),
      csrf: csrf.tokenFor(visit.state.session.uid),
    };
    show(visit, (context, frame) => rolloverPage(context, frame, model));
  };

  const choose: Handler = async (visit) => {
    const { id } = await requireSaml(visit);
    const to = visit.form.key === 'next' ? 'next' : 'current';
    await samlRollover.choose(authorityOf(visit), visit.organization.id, id, to);
    finish(visit, connectionPath(id, '/rollover'), 'saved');
  };

  return {
    'GET /connections/:connectionId/rollover': showPage,
    'POST /connections/:connectionId/rollover': choose,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
