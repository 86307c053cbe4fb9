import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Construct } from "constructs";
import { EcsRole, type InlinePolicy } from "./ecs-role";
import { identify } from "./identity";
import { policyDocument, type PolicyStatement } from "./policy-document";

/** Policy by which ECS pulls images and writes logs. */
const EXECUTION_POLICY_ARN = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

/** Properties of {@link PlatformRoles}. */
export interface PlatformRolesProps {
  readonly namePrefix: string;
  readonly region: string;
  readonly accountId: string;
  readonly dataBucketName: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The role under which ECS starts tasks, and the roles that the tasks themselves have. */
export class PlatformRoles extends Construct {
  readonly taskExecution: EcsRole;
  /** Of Mimir, Loki, Tempo and Pyroscope. */
  readonly lgtmTask: EcsRole;
  readonly alloyTask: EcsRole;
  readonly grafanaTask: EcsRole;

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
    this.lgtmTask = this.createRole("task", this.dataBucketPolicy(), "lgtm_task");
    this.alloyTask = this.createRole("alloy-task", this.alloyPolicy());
    this.grafanaTask = this.createRole("grafana-task", this.grafanaPolicy());
  }

  private createRole(name: string, policy: InlinePolicy, logicalId = name.replaceAll("-", "_")): EcsRole {
    const roleName = `${this.props.namePrefix}-${name}-role`;
    return new EcsRole(this, name, { roleName, logicalId, policy, tags: this.props.tags });
  }

  private attachExecutionPolicy(): void {
    const attachment = new IamRolePolicyAttachment(this, "execution-policy", {
      role: this.taskExecution.role.name,
      policyArn: EXECUTION_POLICY_ARN,
    });
    identify(attachment, "task_execution", "module.iam.aws_iam_role_policy_attachment.task_execution");
  }

  private secretsPolicy(): InlinePolicy {
    return {
      name: "secrets-access",
      logicalId: "task_execution_secrets",
      document: policyDocument([
        {
          Effect: "Allow",
          Action: ["secretsmanager:GetSecretValue"],
          Resource: "arn:aws:secretsmanager:*:*:secret:lgtm/*",
        },
      ]),
    };
  }

  private dataBucketPolicy(): InlinePolicy {
    const bucketArn = `arn:aws:s3:::${this.props.dataBucketName}`;
    return {
      name: "s3-access",
      logicalId: "lgtm_s3_access",
      document: policyDocument([
        {
          Effect: "Allow",
          Action: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"],
          Resource: [bucketArn, `${bucketArn}/*`],
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

  private get logGroups(): string {
    return `arn:aws:logs:${this.props.region}:${this.props.accountId}:log-group:*`;
  }
}

function allow(sid: string, actions: readonly string[], resources: string | readonly string[] = "*"): PolicyStatement {
  return { Action: actions, Effect: "Allow", Resource: resources, Sid: sid };
}

const DESCRIBE_EC2 = allow("EC2DescribeReadOnly", ["ec2:DescribeInstances", "ec2:DescribeRegions"]);
const READ_TAGS = allow("TagResourcesReadOnly", ["tag:GetResources"]);
