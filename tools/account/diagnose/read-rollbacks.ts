import { ListServiceDeploymentsCommand, type ECSClient } from "@aws-sdk/client-ecs";
import { redact } from "../../terminal/redact";
import type { RollbackFacts } from "./service-diagnosis";

/** Needed permissions. */
export const ROLLBACKS_ACTIONS = ["ecs:ListServiceDeployments"] as const;

/** Oldest deployment that is read: a failed apply is examined within days. */
const DAYS = 3;

/**
 * The deployments of the last three days that did not end well, newest first: once a rollback is complete, the service
 * itself shows nothing of it.
 *
 * @param ecs connection to ECS
 * @param cluster name of the cluster
 * @param service name of the service
 * @param now the end of the three days
 */
export async function readRollbacks(
  ecs: ECSClient,
  cluster: string,
  service: string,
  now: Date,
): Promise<readonly RollbackFacts[]> {
  const after = new Date(now.getTime() - DAYS * 86_400_000);
  const { serviceDeployments = [] } = await ecs.send(
    new ListServiceDeploymentsCommand({
      cluster,
      service,
      createdAt: { after },
      status: ["ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS", "STOPPED"],
    }),
  );
  return serviceDeployments.map(({ status = "", statusReason = "", finishedAt }) => ({
    status,
    reason: redact(statusReason),
    finished: finishedAt?.toISOString() ?? null,
  }));
}
