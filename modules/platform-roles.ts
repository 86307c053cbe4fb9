import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Construct } from "constructs";
import type { IamConfig } from "./config/platform-config";
import { EcsRole, type InlinePolicy } from "./ecs-role";
import { identify } from "./identity";
import { EXECUTION_POLICY_ARN, platformRoleName } from "./config/platform-role-names";
import { policyDocument, type PolicyStatement } from "./policy-document";
import type { ServiceDefinition } from "./services/service-definition";
import { byService, type ServiceName } from "./config/service-name";

/** What a service does with objects; uploads in parts need no action of their own until one is given up. */
const OBJECT_ACTIONS = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"];

/** Properties of {@link PlatformRoles}. */
export interface PlatformRolesProps {
  readonly projectName: string;
  readonly namePrefix: string;
  readonly region: string;
  readonly accountId: string;
  readonly dataBucketName: string;
  readonly iam: IamConfig;
  readonly services: Readonly<Record<ServiceName, ServiceDefinition>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** The role under which ECS starts tasks, and the roles that the tasks themselves have. */
export class PlatformRoles extends Construct {
  readonly taskExecution: EcsRole;
  /** Of Mimir, Loki, Tempo and Pyroscope, unless each has its own. */
  readonly lgtmTask: EcsRole;
  readonly alloyTask: EcsRole;
  readonly grafanaTask: EcsRole;
  /** The role of each service, where each has its own. */
  readonly perService: Readonly<Record<ServiceName, EcsRole>> | undefined;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link PlatformRolesProps}
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: PlatformRolesProps,
  ) {
    super(scope, id);
    this.taskExecution = this.createRole("task-execution", this.secretsPolicy());
    this.attachExecutionPolicy();
    this.lgtmTask = this.createRole("task", this.sharedBucketPolicy(), "lgtm_task");
    this.alloyTask = this.createRole("alloy-task", this.alloyPolicy());
    this.grafanaTask = this.createRole("grafana-task", this.grafanaPolicy());
    this.perService = this.hasRolePerService ? byService((service) => this.roleOf(service)) : undefined;
  }

  private get hasRolePerService(): boolean {
    return this.props.iam.taskRoles === "per-service";
  }

  private roleOf(service: ServiceName): EcsRole {
    if (service === "alloy") return this.alloyTask;
    if (service === "grafana") return this.grafanaTask;
    return this.createRole(`${service}-task`, this.ownPrefixesPolicy(this.props.services[service]));
  }

  private createRole(name: string, policy: InlinePolicy, logicalId = name.replaceAll("-", "_")): EcsRole {
    const roleName = platformRoleName(this.props.namePrefix, name);
    const { iam, tags } = this.props;
    return new EcsRole(this, name, { roleName, logicalId, policy, permissionsBoundary: iam.permissionsBoundary, tags });
  }

  private attachExecutionPolicy(): void {
    const attachment = new IamRolePolicyAttachment(this, "execution-policy", {
      role: this.taskExecution.role.name,
      policyArn: EXECUTION_POLICY_ARN,
    });
    identify(attachment, "task_execution", "module.iam.aws_iam_role_policy_attachment.task_execution");
  }

  /** What ECS reads to inject secrets: any of the project's or, with roles per service, those of the catalog by name. */
  private secretsPolicy(): InlinePolicy {
    return {
      name: "secrets-access",
      logicalId: "task_execution_secrets",
      document: policyDocument([
        {
          Effect: "Allow",
          Action: ["secretsmanager:GetSecretValue"],
          Resource: this.hasRolePerService
            ? this.secretArns()
            : `arn:aws:secretsmanager:*:*:secret:${this.props.projectName}/*`,
        },
      ]),
    };
  }

  /** Secrets Manager appends a dash and six characters to a secret's name. */
  private secretArns(): readonly string[] {
    const { region, accountId, services } = this.props;
    const names = Object.values(services).flatMap(({ secrets }) => Object.values(secrets ?? {}));
    return [...new Set(names.map(({ secretName }) => secretName))].map(
      (name) => `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-??????`,
    );
  }

  private get bucketArn(): string {
    return `arn:aws:s3:::${this.props.dataBucketName}`;
  }

  private sharedBucketPolicy(): InlinePolicy {
    return {
      name: "s3-access",
      logicalId: "lgtm_s3_access",
      document: policyDocument([
        {
          Effect: "Allow",
          Action: [...OBJECT_ACTIONS, "s3:ListBucket"],
          Resource: [this.bucketArn, `${this.bucketArn}/*`],
        },
      ]),
    };
  }

  private ownPrefixesPolicy({ name, storagePrefixes }: ServiceDefinition): InlinePolicy {
    return {
      name: "s3-own-prefixes",
      logicalId: `${name}_s3_access`,
      document: policyDocument([
        allow(
          "OwnObjects",
          [...OBJECT_ACTIONS, "s3:AbortMultipartUpload"],
          storagePrefixes.map((prefix) => `${this.bucketArn}/${prefix}/*`),
        ),
        {
          ...allow("ListOwnPrefixes", ["s3:ListBucket"], this.bucketArn),
          Condition: { StringLike: { "s3:prefix": storagePrefixes.flatMap((prefix) => [prefix, `${prefix}/*`]) } },
        },
      ]),
    };
  }

  private alloyPolicy(): InlinePolicy {
    const { region, accountId } = this.props;
    return {
      name: "cloudwatch-access",
      logicalId: "alloy_cloudwatch_access",
      document: policyDocument([
        allow("CloudWatchMetricsReadOnly", [
          "cloudwatch:GetMetricData",
          "cloudwatch:GetMetricStatistics",
          "cloudwatch:ListMetrics",
        ]),
        allow(
          "CloudWatchLogsReadOnly",
          ["logs:GetLogEvents", "logs:FilterLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
          [this.logGroups],
        ),
        DESCRIBE_EC2,
        allow("RDSDescribeReadOnly", ["rds:DescribeDBInstances"], [`arn:aws:rds:${region}:${accountId}:db:*`]),
        allow("ELBDescribeReadOnly", [
          "elasticloadbalancing:DescribeLoadBalancers",
          "elasticloadbalancing:DescribeTargetGroups",
        ]),
        READ_TAGS,
        ...(this.hasRolePerService ? [READ_ACCOUNT_NAME] : []),
      ]),
    };
  }

  private grafanaPolicy(): InlinePolicy {
    return {
      name: "cloudwatch-readonly",
      logicalId: "grafana_cloudwatch_access",
      document: policyDocument([
        allow("CloudWatchMetricsReadOnly", [
          "cloudwatch:DescribeAlarmsForMetric",
          "cloudwatch:DescribeAlarmHistory",
          "cloudwatch:DescribeAlarms",
          "cloudwatch:ListMetrics",
          "cloudwatch:GetMetricData",
          "cloudwatch:GetMetricStatistics",
        ]),
        allow(
          "CloudWatchLogsReadOnly",
          [
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:GetLogEvents",
            "logs:GetLogRecord",
            "logs:GetQueryResults",
            "logs:StartQuery",
            "logs:StopQuery",
          ],
          [this.logGroups],
        ),
        DESCRIBE_EC2,
        READ_TAGS,
      ]),
    };
  }

  /** All log groups of the account or, with roles per service, the platform's own. */
  private get logGroups(): string {
    const { region, accountId, namePrefix } = this.props;
    return `arn:aws:logs:${region}:${accountId}:log-group:${this.hasRolePerService ? `/ecs/${namePrefix}/*` : "*"}`;
  }
}

function allow(sid: string, actions: readonly string[], resources: string | readonly string[] = "*"): PolicyStatement {
  return { Action: actions, Effect: "Allow", Resource: resources, Sid: sid };
}

const DESCRIBE_EC2 = allow("EC2DescribeReadOnly", ["ec2:DescribeInstances", "ec2:DescribeRegions"]);
const READ_TAGS = allow("TagResourcesReadOnly", ["tag:GetResources"]);
/** The CloudWatch exporter labels each metric with the account's name; without it, it logs a refusal every five minutes. */
const READ_ACCOUNT_NAME = allow("AccountNameReadOnly", ["iam:ListAccountAliases"]);
