/** The operator's applications at a simulated Entra. */
import type { AzureAdApplication, AzureAdInstallation, AzureAdUse } from '../../../../providers/provider.ts';

/** One registration for all, except those that are given. `url`: of the simulator. */
export function azureAdInstallation(
  url: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  others: Partial<Record<AzureAdUse, AzureAdApplication>> = {},
): AzureAdInstallation {
  const application = { clientId, credential: { secret: clientSecret } };
  const applications = { subscribers: application, directory: application, administrators: application, ...others };
  return { authority: url, graphUrl: url, applications };
}
