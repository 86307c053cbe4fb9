import { parameter, readOperation, type Operation } from "./operation";
import type { AwsRequest } from "./aws-request";
import type { Needed } from "./needed";

/** Where resources are, for ARNs. */
export interface AwsPlace {
  readonly accountId: string;
  readonly region: string;
}

/** Resources of an operation, by its parameters. */
type Resources = (operation: Operation, place: AwsPlace) => readonly string[];

interface ServiceTable {
  /** First part of the service's actions in IAM. */
  readonly prefix: string;
  /** Operations that need no permission. */
  readonly free?: readonly string[];
  /**
   * ARNs that an operation asks for.
   * @default - `*`: then only statements on all resources match, as for actions that know no resource
   */
  readonly resources?: Readonly<Record<string, Resources>>;
}

const logGroup: Resources = (operation, place) => [logGroupArn(place, parameter(operation, "logGroupName") ?? "")];
const logStreams: Resources = (operation, place) => [
  `${logGroupArn(place, parameter(operation, "logGroupName") ?? "")}:log-stream:${parameter(operation, "logStreamName") ?? ""}`,
];

/** AWS asks for the stream below the group in both, with the prefix of the names as the group's. */
const describedGroups: Resources = (operation, place) => [
  `${logGroupArn(place, parameter(operation, "logGroupNamePrefix") ?? "")}:log-stream:`,
];

function logGroupArn({ region, accountId }: AwsPlace, name: string): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}

/**
 * Services by the name that signatures give them, with the action of each operation that bears another name or asks for single
 * resources; every other operation of these services is the action of its own name.
 */
const SERVICES: Readonly<Record<string, ServiceTable>> = {
  monitoring: { prefix: "cloudwatch" },
  tagging: { prefix: "tag" },
  ec2: { prefix: "ec2" },
  elasticloadbalancing: { prefix: "elasticloadbalancing" },
  sts: {
    prefix: "sts",
    free: ["GetCallerIdentity"],
    resources: { AssumeRole: (operation) => [parameter(operation, "RoleArn") ?? ""] },
  },
  logs: {
    prefix: "logs",
    resources: {
      DescribeLogGroups: describedGroups,
      DescribeLogStreams: (operation, place) => [`${logGroup(operation, place)[0] ?? ""}:log-stream:`],
      FilterLogEvents: (operation, place) => [`${logGroup(operation, place)[0] ?? ""}:log-stream:`],
      StartQuery: (operation, place) => [`${logGroup(operation, place)[0] ?? ""}:log-stream:`],
      GetLogEvents: logStreams,
      PutLogEvents: logStreams,
      CreateLogStream: logStreams,
    },
  },
  rds: {
    prefix: "rds",
    resources: {
      DescribeDBInstances: (operation, { region, accountId }) => [
        `arn:aws:rds:${region}:${accountId}:db:${parameter(operation, "DBInstanceIdentifier") ?? "*"}`,
      ],
    },
  },
  secretsmanager: {
    prefix: "secretsmanager",
    resources: {
      GetSecretValue: (operation, place) => [secretArn(parameter(operation, "SecretId") ?? "", place)],
      DescribeSecret: (operation, place) => [secretArn(parameter(operation, "SecretId") ?? "", place)],
    },
  },
};

/** Secrets Manager appends a dash and six characters to a name; which ones only it knows. */
function secretArn(id: string, { region, accountId }: AwsPlace): string {
  return id.startsWith("arn:") ? id : `arn:aws:secretsmanager:${region}:${accountId}:secret:${id}-000000`;
}

/**
 * What a request to a service other than S3 needs.
 *
 * @param request its head
 * @param body its body
 * @param place for ARNs
 * @returns undefined for a service that this table has no entry for, or a protocol that it does not know
 */
export function neededForService(request: AwsRequest, body: string, place: AwsPlace): Needed | undefined {
  const service = SERVICES[request.signature?.service ?? ""];
  const operation = readOperation(request, body);
  if (service === undefined || operation === undefined) return undefined;
  const name = `${service.prefix}:${operation.name}`;
  if (service.free?.includes(operation.name) === true) return { operation: name, permissions: [] };
  const resources = service.resources?.[operation.name]?.(operation, place) ?? ["*"];
  return { operation: name, permissions: resources.map((resource) => ({ action: name, resource })) };
}
