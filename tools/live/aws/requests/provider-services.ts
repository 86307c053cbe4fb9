import { parameter, type Operation } from "./operation";
import { arnsIn, byName, each, regionalArn, type AwsPlace, type Resources, type ServiceTable } from "./service-table";

const roleArn = (name: string, { accountId }: AwsPlace) => `arn:aws:iam::${accountId}:role/${pathOfRole(name)}${name}`;

/** Service-linked roles are the only ones here that have a path. Terraform makes ElastiCache's; the mock spells it in its own way. */
function pathOfRole(name: string): string {
  return /^AWSServiceRoleForElastiCache$/i.test(name) ? CACHE_ROLE_PATH : "";
}

const CACHE_ROLE_PATH = "aws-service-role/elasticache.amazonaws.com/";

/** AWS's id of a deletion is `task/`, path and name of the role, and a number; the mock's a number alone. */
function roleOfDeletion(id: string, { accountId }: AwsPlace): string {
  const role = id.startsWith("task/") ? id.slice("task/".length).replace(/\/[^/]*$/, "") : `${CACHE_ROLE_PATH}unknown`;
  return `arn:aws:iam::${accountId}:role/${role}`;
}

const clusterArn = (name: string, place: AwsPlace) => regionalArn("ecs", place, `cluster/${name}`);
const repositoryArn = (name: string, place: AwsPlace) => regionalArn("ecr", place, `repository/${name}`);
const tableArn = (name: string, place: AwsPlace) => regionalArn("dynamodb", place, `table/${name}`);
const cacheArn = (kind: string) => (name: string, place: AwsPlace) =>
  regionalArn("elasticache", place, `${kind}:${name}`);
const mapArn = (kind: string) => (id: string, place: AwsPlace) =>
  regionalArn("servicediscovery", place, `${kind}/${id}`);
const balancingArn = (kind: string) => (name: string, place: AwsPlace) =>
  regionalArn("elasticloadbalancing", place, `${kind}/${name}/*`);

/** A service by its name or ARN, in the cluster that the request names likewise. */
const ecsService: Resources = (operation, place) => {
  const cluster = (parameter(operation, "cluster") ?? "default").replace(/^.*cluster\//, "");
  const { service, services, serviceName } = operation.parameters;
  const names = [service, serviceName, services].flat().filter((name): name is string => typeof name === "string");
  return names.map((name) =>
    name.startsWith("arn:") ? name : regionalArn("ecs", place, `service/${cluster}/${name}`),
  );
};

const ecsClusters: Resources = ({ parameters: { cluster, clusters } }, place) =>
  [cluster, clusters]
    .flat()
    .filter((name): name is string => typeof name === "string")
    .map((name) => (name.startsWith("arn:") ? name : clusterArn(name, place)));

const repositories: Resources = ({ parameters: { repositoryNames } }, place) =>
  Array.isArray(repositoryNames) ? repositoryNames.map((name) => repositoryArn(String(name), place)) : ["*"];

/** Cluster, parameter group and subnet group, as far as the request names them. */
const cacheCluster: Resources = (operation, place) => {
  const kinds = [
    ["CacheClusterId", "cluster"],
    ["CacheParameterGroupName", "parametergroup"],
    ["CacheSubnetGroupName", "subnetgroup"],
  ] as const;
  return kinds.flatMap(([name, kind]) => {
    const value = parameter(operation, name);
    return value === undefined ? [] : [cacheArn(kind)(value, place)];
  });
};

/** Roles that a task definition passes to ECS. */
function passedRoles({ name, parameters: { taskRoleArn, executionRoleArn } }: Operation) {
  if (name !== "RegisterTaskDefinition") return [];
  return [taskRoleArn, executionRoleArn]
    .filter((arn): arn is string => typeof arn === "string")
    .map((resource) => ({
      action: "iam:PassRole",
      resource,
      context: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }));
}

/** The partition key of an item; the lock table's is `LockID`. */
function leadingKey({ parameters: { Key, Item } }: Operation): string | undefined {
  const attributes = (Key ?? Item) as Readonly<Record<string, { readonly S?: string }>> | undefined;
  return attributes?.LockID?.S;
}

/** The services that Terraform's provider and the command line call for the layers, by the name that signatures give them. */
export const PROVIDER_SERVICES: Readonly<Record<string, ServiceTable>> = {
  ec2: { prefix: "ec2" },
  iam: {
    prefix: "iam",
    resources: {
      ...each(
        [
          "AttachRolePolicy",
          "CreateRole",
          "DeleteRole",
          "DeleteRolePolicy",
          "DeleteServiceLinkedRole",
          "DetachRolePolicy",
          "GetRole",
          "GetRolePolicy",
          "ListAttachedRolePolicies",
          "ListInstanceProfilesForRole",
          "ListRolePolicies",
          "ListRoleTags",
          "PutRolePolicy",
          "TagRole",
          "UntagRole",
          "UpdateAssumeRolePolicy",
          "UpdateRole",
          "UpdateRoleDescription",
        ],
        byName("RoleName", roleArn),
      ),
      CreateServiceLinkedRole: byName(
        "AWSServiceName",
        (service, { accountId }) => `arn:aws:iam::${accountId}:role/aws-service-role/${service}/*`,
      ),
      GetServiceLinkedRoleDeletionStatus: byName("DeletionTaskId", roleOfDeletion),
    },
    context: (operation) => ({
      "iam:PolicyARN": parameter(operation, "PolicyArn"),
      "iam:AWSServiceName": parameter(operation, "AWSServiceName"),
    }),
  },
  dynamodb: {
    prefix: "dynamodb",
    resources: {
      ...each(
        [
          "CreateTable",
          "DeleteItem",
          "DeleteTable",
          "DescribeContinuousBackups",
          "DescribeTable",
          "DescribeTimeToLive",
          "GetItem",
          "PutItem",
          "Scan",
          "UpdateTable",
        ],
        byName("TableName", tableArn),
      ),
      ...each(["ListTagsOfResource", "TagResource", "UntagResource"], arnsIn("ResourceArn")),
    },
    context: (operation) => ({ "dynamodb:LeadingKeys": leadingKey(operation) }),
  },
  ecs: {
    prefix: "ecs",
    resources: {
      ...each(["DescribeClusters", "UpdateCluster", "DeleteCluster", "PutClusterCapacityProviders"], ecsClusters),
      ...each(["CreateService", "DeleteService", "DescribeServices", "UpdateService"], ecsService),
      ...each(["ListTagsForResource", "TagResource", "UntagResource"], arnsIn("resourceArn")),
    },
    further: passedRoles,
  },
  ecr: {
    prefix: "ecr",
    resources: {
      ...each(
        [
          "BatchGetImage",
          "CreateRepository",
          "DeleteLifecyclePolicy",
          "DeleteRepository",
          "DescribeImages",
          "GetLifecyclePolicy",
          "PutImage",
          "PutImageScanningConfiguration",
          "PutImageTagMutability",
          "PutLifecyclePolicy",
        ],
        byName("repositoryName", repositoryArn),
      ),
      DescribeRepositories: repositories,
      ...each(["ListTagsForResource", "TagResource", "UntagResource"], arnsIn("resourceArn")),
    },
  },
  elasticloadbalancing: {
    prefix: "elasticloadbalancing",
    resources: {
      CreateLoadBalancer: byName("Name", balancingArn("loadbalancer/app")),
      CreateTargetGroup: byName("Name", balancingArn("targetgroup")),
      CreateListener: arnsIn("LoadBalancerArn"),
      CreateRule: arnsIn("ListenerArn"),
      ...each(
        ["DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "SetSecurityGroups", "SetSubnets"],
        arnsIn("LoadBalancerArn"),
      ),
      ...each(["DeleteTargetGroup", "ModifyTargetGroup", "ModifyTargetGroupAttributes"], arnsIn("TargetGroupArn")),
      ...each(["DeleteListener", "ModifyListener", "ModifyListenerAttributes"], arnsIn("ListenerArn")),
      ...each(["DeleteRule", "ModifyRule"], arnsIn("RuleArn")),
      ...each(["AddTags", "RemoveTags"], arnsIn("ResourceArns")),
    },
  },
  elasticache: {
    prefix: "elasticache",
    resources: {
      ...each(
        [
          "CreateCacheCluster",
          "ModifyCacheCluster",
          "DeleteCacheCluster",
          "RebootCacheCluster",
          "DescribeCacheClusters",
        ],
        cacheCluster,
      ),
      ...each(
        [
          "CreateCacheParameterGroup",
          "DeleteCacheParameterGroup",
          "DescribeCacheParameterGroups",
          "DescribeCacheParameters",
          "ModifyCacheParameterGroup",
          "ResetCacheParameterGroup",
        ],
        byName("CacheParameterGroupName", cacheArn("parametergroup")),
      ),
      ...each(
        ["CreateCacheSubnetGroup", "DeleteCacheSubnetGroup", "DescribeCacheSubnetGroups", "ModifyCacheSubnetGroup"],
        byName("CacheSubnetGroupName", cacheArn("subnetgroup")),
      ),
      ...each(["AddTagsToResource", "ListTagsForResource", "RemoveTagsFromResource"], arnsIn("ResourceName")),
    },
  },
  servicediscovery: {
    prefix: "servicediscovery",
    resources: {
      ...each(["GetNamespace", "DeleteNamespace", "UpdatePrivateDnsNamespace"], byName("Id", mapArn("namespace"))),
      ...each(["GetService", "DeleteService", "UpdateService"], byName("Id", mapArn("service"))),
      ...each(["ListInstances", "DeregisterInstance"], byName("ServiceId", mapArn("service"))),
      CreateService: (operation, place) => [mapArn("namespace")(namespaceOf(operation), place)],
      ...each(["ListTagsForResource", "TagResource", "UntagResource"], arnsIn("ResourceARN")),
    },
  },
};

function namespaceOf({ parameters: { NamespaceId, DnsConfig } }: Operation): string {
  const inDns = (DnsConfig as { readonly NamespaceId?: string } | undefined)?.NamespaceId;
  return typeof NamespaceId === "string" ? NamespaceId : (inDns ?? "");
}
