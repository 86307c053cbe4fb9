import { ECRClient } from "@aws-sdk/client-ecr";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { readReleases } from "../../modules/services/releases";
import { clientConfig } from "../aws/client-config";
import { expectedBy } from "../images/expected";
import { notReady, TASKS_LAYER, whatIsMissing } from "../images/readiness";
import type { Layer } from "../layers/layers";
import { withReleaseFile } from "../images/release/with-release-file";
import type { BeforeLayer, Workspace } from "./workspace";

/**
 * Stops before the layer of the tasks when an image or a secret that they need is missing: from nothing there are no
 * images, and tasks without images only fail slowly.
 * @throws UserError (exit "notReady") with the commands that supply what is missing
 */
export const beforeTasks: BeforeLayer = (layer, workspace) => check(layer, workspace, { withSecrets: true });

/** The same before planning, without the secrets: whoever plans may not read them. */
export const beforePlanningTasks: BeforeLayer = (layer, workspace) => check(layer, workspace, { withSecrets: false });

async function check(
  layer: Layer,
  { profile, env }: Workspace,
  { withSecrets }: { withSecrets: boolean },
): Promise<void> {
  if (layer.id !== TASKS_LAYER) return;
  const { config } = clientConfig(profile.config.region, env);
  const clients = { ecr: new ECRClient(config), secrets: new SecretsManagerClient(config) };
  try {
    const releases = withReleaseFile(() => readReleases(profile.config.environment));
    const expected = expectedBy(profile, releases);
    const missing = await whatIsMissing(clients, withSecrets ? expected : { ...expected, secrets: [] });
    if (missing.length > 0) throw notReady(missing);
  } finally {
    clients.ecr.destroy();
    clients.secrets.destroy();
  }
}
