import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { redact } from "../../terminal/redact";
import type { TargetFacts } from "./service-diagnosis";

/** Needed permissions. */
export const TARGETS_ACTIONS = ["elasticloadbalancing:DescribeTargetHealth"] as const;

/**
 * Reads the health of the targets of target groups.
 *
 * @param client connection to Elastic Load Balancing
 * @param targetGroupArns ARNs of the target groups
 */
export async function readTargets(
  client: ElasticLoadBalancingV2Client,
  targetGroupArns: readonly string[],
): Promise<readonly TargetFacts[]> {
  const groups = await Promise.all(targetGroupArns.map((arn) => readGroup(client, arn)));
  return groups.flat();
}

async function readGroup(client: ElasticLoadBalancingV2Client, arn: string): Promise<readonly TargetFacts[]> {
  const { TargetHealthDescriptions: targets = [] } = await client.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: arn }),
  );
  return targets.map(({ Target, TargetHealth = {} }) => ({
    targetGroup: arn.split("/").at(-2) ?? arn,
    target: `${Target?.Id ?? "unknown"}:${Target?.Port ?? ""}`,
    state: TargetHealth.State ?? "unknown",
    reason: redact([TargetHealth.Reason, TargetHealth.Description].filter((text) => text !== undefined).join(": ")),
  }));
}
