import type { PolicyStatement } from "../../../modules/policy-document";
import type { PlatformResources } from "./resources";
import { allow, inRegion } from "./statement";

/**
 * What a plan reads, and so do `drift`, `preflight` and `diagnose`: states, settings of the layers' resources, and the log lines
 * of the tasks; neither objects of the data bucket nor values of secrets.
 *
 * @param resources of the platform
 */
export function readingStatements(resources: PlatformResources): readonly PolicyStatement[] {
  return [...readStates(resources), ...readResources(resources)];
}

function readStates({ states, stateBuckets, lockTable, plans }: PlatformResources): readonly PolicyStatement[] {
  return [
    allow("ReadStates", ["s3:GetObject"], [...states, plans]),
    allow("ListStates", ["s3:ListBucket"], stateBuckets),
    allow(
      "ReadLocks",
      ["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Describe*", "dynamodb:ListTagsOfResource"],
      lockTable,
    ),
  ];
}

function readResources(resources: PlatformResources): readonly PolicyStatement[] {
  const { region, dataBucket, stateBuckets, roles, cacheServiceLinkedRole, repositories, logGroups, secrets } =
    resources;
  return [
    allow(
      "ReadBucketSettings",
      [
        "s3:GetAccelerateConfiguration",
        "s3:GetBucket*",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
      ],
      [dataBucket, ...stateBuckets],
    ),
    allow(
      "ReadRoles",
      [
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
      ],
      [...roles, cacheServiceLinkedRole],
    ),
    allow(
      "ReadRepositories",
      ["ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:ListTagsForResource"],
      repositories,
    ),
    allow("ReadLogs", ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:ListTagsForResource"], logGroups),
    allow("DescribeSecrets", ["secretsmanager:DescribeSecret"], secrets),
    allow(
      "DescribeInRegion",
      [
        "ec2:Describe*",
        "ecs:Describe*",
        "ecs:List*",
        "elasticache:Describe*",
        "elasticache:ListTagsForResource",
        "elasticloadbalancing:Describe*",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "servicediscovery:Get*",
        "servicediscovery:List*",
        "servicequotas:Get*",
        "servicequotas:List*",
      ],
      "*",
      inRegion(region),
    ),
  ];
}
