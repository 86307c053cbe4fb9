import type { PolicyStatement } from "../../../modules/services/policy-document";
import type { PlatformResources } from "./resources";
import { allow, inRegion } from "./statement";

/**
 * Permissions to read what every plan reads: states, and settings of the layers' resources. No saved plan, no line of a log,
 * no object of the data bucket, no value of a secret.
 *
 * @param resources of the platform
 */
export function readingStatements(resources: PlatformResources): readonly PolicyStatement[] {
  return [...readStates(resources), ...readResources(resources)];
}

/**
 * Permissions to read what `apply`, `preflight` and `diagnose` read beside: saved plans, log lines of the tasks, quotas.
 *
 * @param resources of the platform
 */
export function operatingStatements({ plans, logGroups, region }: PlatformResources): readonly PolicyStatement[] {
  return [
    allow("ReadPlans", ["s3:GetObject"], plans),
    allow("ReadLogs", ["logs:FilterLogEvents", "logs:GetLogEvents"], logGroups),
    allow(
      "DescribeOperation",
      ["logs:DescribeLogStreams", "servicequotas:Get*", "servicequotas:List*"],
      "*",
      inRegion(region),
    ),
  ];
}

function readStates({ states, stateBuckets, lockTable }: PlatformResources): readonly PolicyStatement[] {
  return [
    allow("ReadStates", ["s3:GetObject"], states),
    allow("ListStates", ["s3:ListBucket"], stateBuckets),
    allow("ReadLocks", ["dynamodb:GetItem", "dynamodb:Describe*", "dynamodb:ListTagsOfResource"], lockTable),
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
    allow("ReadLogGroups", ["logs:ListTagsForResource"], logGroups),
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
        "servicediscovery:Get*",
        "servicediscovery:List*",
      ],
      "*",
      inRegion(region),
    ),
  ];
}
