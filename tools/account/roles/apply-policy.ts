import type { PlatformConfig } from "../../../modules/config/platform-config";
import { EXECUTION_POLICY_ARN } from "../../../modules/config/names";
import type { PolicyStatement } from "../../../modules/services/policy-document";
import type { PlatformResources } from "./resources";
import { allow, inRegion } from "./statement";

/**
 * Permissions of the role that applies, beside reading. It applies, and destroys what is not kept for good: it makes, changes and removes what the layers
 * declare, by the names that they give. It can remove neither the buckets of the states nor the table of their locks, and
 * touches no role beside the platform's, its own among them.
 *
 * @param resources of the platform
 * @param config the platform
 */
export function applyPolicy(resources: PlatformResources, config: PlatformConfig): readonly PolicyStatement[] {
  return [
    ...states(resources),
    ...buckets(resources, config),
    ...roles(resources, config),
    ...named(resources),
    ...tasks(resources),
    ...serviceDiscovery(resources),
  ];
}

function states({ states: objects, plans, lockTable, lockItems }: PlatformResources): readonly PolicyStatement[] {
  return [
    allow("WriteStates", ["s3:PutObject"], [...objects, plans]),
    allow("LockAndSealStates", ["dynamodb:PutItem", "dynamodb:DeleteItem"], lockTable, {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": lockItems },
    }),
  ];
}

/** Calls that make something and tag it at once: only within them may anything be tagged that does not bear the tags yet. */
const TAGGING_CALLS = [
  "AllocateAddress",
  "AuthorizeSecurityGroupEgress",
  "AuthorizeSecurityGroupIngress",
  "CreateInternetGateway",
  "CreateNatGateway",
  "CreateNetworkInterface",
  "CreateRouteTable",
  "CreateSecurityGroup",
  "CreateSubnet",
  "CreateVpc",
  "CreateVpcEndpoint",
];

/**
 * Permissions of the role that applies on parts of a network. EC2 knows no names, so what may be removed is told by the tags that
 * the provider gives to all it makes.
 *
 * @param resources of the platform
 */
export function networkStatements({ region, tags }: PlatformResources): readonly PolicyStatement[] {
  const tagged = Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
  return [
    allow(
      "Network",
      [
        "ec2:AllocateAddress",
        "ec2:AssociateRouteTable",
        "ec2:AttachInternetGateway",
        "ec2:AuthorizeSecurityGroup*",
        "ec2:CreateInternetGateway",
        "ec2:CreateNatGateway",
        // ElastiCache makes its interfaces in the name of who makes the cluster.
        "ec2:CreateNetworkInterface",
        "ec2:CreateRoute",
        "ec2:CreateRouteTable",
        "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet",
        "ec2:CreateVpc",
        "ec2:CreateVpcEndpoint",
        "ec2:DeleteNetworkInterface",
        "ec2:DeleteRoute",
        "ec2:DetachInternetGateway",
        "ec2:DisassociateAddress",
        "ec2:DisassociateRouteTable",
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:ReplaceRoute",
        "ec2:ReplaceRouteTableAssociation",
        "ec2:RevokeSecurityGroup*",
        "ec2:UpdateSecurityGroupRuleDescriptions*",
      ],
      "*",
      inRegion(region),
    ),
    // Whoever could tag anything could make it his own and remove it by the next statement.
    allow(
      "TagNewNetwork",
      ["ec2:CreateTags"],
      "*",
      inRegion(region, { StringEquals: { "ec2:CreateAction": TAGGING_CALLS } }),
    ),
    allow(
      "OwnNetwork",
      [
        "ec2:CreateTags",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteNatGateway",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteTags",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:ReleaseAddress",
      ],
      "*",
      inRegion(region, { StringEquals: tagged }),
    ),
  ];
}

function buckets(resources: PlatformResources, { dataBucket }: PlatformConfig): readonly PolicyStatement[] {
  const { stateBucket, dataBucket: bucket, lockTable } = resources;
  return [
    allow(
      "BucketSettings",
      [
        "s3:CreateBucket",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
      ],
      [bucket, stateBucket],
    ),
    allow("RemoveDataBucket", ["s3:DeleteBucket"], bucket),
    ...(dataBucket.destroyWithObjects
      ? [
          allow("EmptyDataBucket", ["s3:ListBucketVersions"], bucket),
          allow("RemoveData", ["s3:DeleteObject", "s3:DeleteObjectVersion"], `${bucket}/*`),
        ]
      : []),
    allow(
      "LockTableSettings",
      ["dynamodb:CreateTable", "dynamodb:TagResource", "dynamodb:UntagResource", "dynamodb:UpdateTable"],
      lockTable,
    ),
  ];
}

/** Service-linked roles: AWS's services act in this account under roles that are made with the first load balancer, cluster, cache. */
const SERVICES_WITH_ROLES = ["ecs.amazonaws.com", "elasticache.amazonaws.com", "elasticloadbalancing.amazonaws.com"];

function roles({ roles: own, cacheServiceLinkedRole }: PlatformResources, { iam }: PlatformConfig) {
  const bounded = iam.permissionsBoundary === undefined ? {} : { "iam:PermissionsBoundary": iam.permissionsBoundary };
  const onlyBounded = iam.permissionsBoundary === undefined ? undefined : { StringEquals: bounded };
  return [
    // With a boundary, a role that lacks it gets no permissions, and nobody can take the boundary away.
    allow(
      "GivePermissions",
      ["iam:CreateRole", "iam:PutRolePolicy", ...(onlyBounded === undefined ? [] : ["iam:PutRolePermissionsBoundary"])],
      own,
      onlyBounded,
    ),
    allow(
      "Roles",
      [
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
      ],
      own,
    ),
    allow("AttachPolicy", ["iam:AttachRolePolicy"], own, {
      ArnEquals: { "iam:PolicyARN": EXECUTION_POLICY_ARN },
      ...onlyBounded,
    }),
    allow("DetachPolicy", ["iam:DetachRolePolicy"], own, { ArnEquals: { "iam:PolicyARN": EXECUTION_POLICY_ARN } }),
    allow("PassRoles", ["iam:PassRole"], own, {
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }),
    allow("ServiceLinkedRoles", ["iam:CreateServiceLinkedRole"], "*", {
      StringEquals: { "iam:AWSServiceName": SERVICES_WITH_ROLES },
    }),
    allow(
      "CacheServiceLinkedRole",
      [
        "iam:DeleteServiceLinkedRole",
        "iam:GetServiceLinkedRoleDeletionStatus",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateRoleDescription",
      ],
      cacheServiceLinkedRole,
    ),
  ];
}

/** Resources that have a name of the platform. */
function named({ repositories, logGroups, loadBalancing, cache }: PlatformResources): readonly PolicyStatement[] {
  return [
    allow(
      "Repositories",
      [
        "ecr:BatchDeleteImage",
        "ecr:CreateRepository",
        "ecr:DeleteLifecyclePolicy",
        "ecr:DeleteRepository",
        "ecr:PutImageScanningConfiguration",
        "ecr:PutImageTagMutability",
        "ecr:PutLifecyclePolicy",
        "ecr:TagResource",
        "ecr:UntagResource",
      ],
      repositories,
    ),
    allow(
      "LogGroups",
      [
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
      ],
      logGroups,
    ),
    allow(
      "LoadBalancing",
      ["AddTags", "Create*", "Delete*", "Modify*", "RemoveTags", "Set*"].map((name) => `elasticloadbalancing:${name}`),
      loadBalancing,
    ),
    allow(
      "Cache",
      ["AddTagsToResource", "Create*", "Delete*", "Modify*", "Reboot*", "RemoveTagsFromResource", "Reset*"].map(
        (name) => `elasticache:${name}`,
      ),
      cache,
    ),
  ];
}

function tasks(resources: PlatformResources): readonly PolicyStatement[] {
  const { region, cluster, ecsServices, taskDefinitions, secrets } = resources;
  return [
    // These know no resource.
    allow(
      "TaskDefinitions",
      ["ecs:CreateCluster", "ecs:DeregisterTaskDefinition", "ecs:RegisterTaskDefinition"],
      "*",
      inRegion(region),
    ),
    allow(
      "Cluster",
      ["ecs:DeleteCluster", "ecs:PutClusterCapacityProviders", "ecs:UpdateCluster", "ecs:UpdateClusterSettings"],
      cluster,
    ),
    allow("Services", ["ecs:CreateService", "ecs:DeleteService", "ecs:UpdateService"], ecsServices),
    allow("TagTasks", ["ecs:TagResource", "ecs:UntagResource"], [cluster, ecsServices, ...taskDefinitions]),
    // Before the tasks, an apply looks whether the secret has the key that they are given; the smoke test logs in with it.
    allow("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets),
  ];
}

/** Cloud Map's ids are made up by AWS, and it makes the hosted zone in the name of who makes the namespace. */
function serviceDiscovery({ region }: PlatformResources): readonly PolicyStatement[] {
  return [
    allow(
      "ServiceDiscovery",
      [
        "servicediscovery:CreatePrivateDnsNamespace",
        "servicediscovery:CreateService",
        "servicediscovery:DeleteNamespace",
        "servicediscovery:DeleteService",
        "servicediscovery:TagResource",
        "servicediscovery:UntagResource",
        "servicediscovery:UpdatePrivateDnsNamespace",
        "servicediscovery:UpdateService",
      ],
      "*",
      inRegion(region),
    ),
    allow("HostedZone", ["route53:CreateHostedZone", "route53:GetHostedZone", "route53:ListHostedZonesByName"], "*"),
  ];
}
