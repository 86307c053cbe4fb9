import { parameter } from "./operation";
import { byName, regionalArn, type AwsPlace, type Resources, type ServiceTable } from "./service-table";

const logGroupArn = (name: string, place: AwsPlace) => regionalArn("logs", place, `log-group:${name}`);

/** AWS asks for the streams of a group, without their names. */
const streamsOf =
  (name: string): Resources =>
  (operation, place) => [`${logGroupArn(parameter(operation, name) ?? "", place)}:log-stream:`];

const streamOf: Resources = (operation, place) => [
  `${streamsOf("logGroupName")(operation, place)[0] ?? ""}${parameter(operation, "logStreamName") ?? ""}`,
];

/** Secrets Manager appends a dash and six characters to a name; which ones only it knows. */
const secretOf: Resources = byName("SecretId", (name, place) =>
  regionalArn("secretsmanager", place, `secret:${name}-000000`),
);

/** The services that tasks read from, by the name that signatures give them. */
export const READING_SERVICES: Readonly<Record<string, ServiceTable>> = {
  monitoring: { prefix: "cloudwatch" },
  tagging: { prefix: "tag" },
  sts: {
    prefix: "sts",
    free: ["GetCallerIdentity"],
    resources: { AssumeRole: byName("RoleArn", (name) => name) },
  },
  logs: {
    prefix: "logs",
    resources: {
      // The beginning of the names stands in place of a group's name.
      DescribeLogGroups: streamsOf("logGroupNamePrefix"),
      DescribeLogStreams: streamsOf("logGroupName"),
      FilterLogEvents: streamsOf("logGroupName"),
      StartQuery: streamsOf("logGroupName"),
      GetLogEvents: streamOf,
      PutLogEvents: streamOf,
      CreateLogStream: streamOf,
      CreateLogGroup: byName("logGroupName", logGroupArn),
      DeleteLogGroup: byName("logGroupName", logGroupArn),
      PutRetentionPolicy: byName("logGroupName", logGroupArn),
      DeleteRetentionPolicy: byName("logGroupName", logGroupArn),
      ListTagsForResource: byName("resourceArn", (name) => name),
      TagResource: byName("resourceArn", (name) => name),
      UntagResource: byName("resourceArn", (name) => name),
    },
  },
  rds: {
    prefix: "rds",
    resources: {
      DescribeDBInstances: (operation, place) => [
        regionalArn("rds", place, `db:${parameter(operation, "DBInstanceIdentifier") ?? "*"}`),
      ],
    },
  },
  secretsmanager: {
    prefix: "secretsmanager",
    resources: { GetSecretValue: secretOf, DescribeSecret: secretOf },
  },
};
