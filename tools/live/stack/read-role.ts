import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { parsePolicyDocument, type PolicyDocument } from "../aws/iam/policy-document";
import type { LiveRole } from "./live-stack";

/**
 * Reads a role with all its policies, inline and attached.
 *
 * @param iam connection to the mock
 * @param arn the role's ARN
 */
export async function readRole(iam: IAMClient, arn: string): Promise<LiveRole> {
  const RoleName = arn.slice(arn.lastIndexOf("/") + 1);
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const inline = PolicyNames.map(async (PolicyName) => {
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    return parsePolicyDocument(PolicyDocument ?? "");
  });
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const attached = AttachedPolicies.map(({ PolicyArn }) => readAttached(iam, PolicyArn ?? ""));
  return { name: RoleName, policies: await Promise.all([...inline, ...attached]) };
}

async function readAttached(iam: IAMClient, PolicyArn: string): Promise<PolicyDocument> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return parsePolicyDocument(PolicyVersion?.Document ?? "");
}
