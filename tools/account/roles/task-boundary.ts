import type { PolicyStatement } from "../../../modules/services/policy-document";
import type { PlatformResources } from "./resources";
import { allow } from "./statement";

/**
 * Most that any role of the platform's may ever do, for `iam.permissionsBoundary`: what ECS needs to start tasks, and what the
 * tasks do. Whoever writes a role's policy cannot go beyond.
 *
 * @param resources of the platform
 */
export function taskBoundary(resources: PlatformResources): readonly PolicyStatement[] {
  const { dataBucket, secrets, projectSecrets } = resources;
  return [
    allow("Data", ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"], `${dataBucket}/*`),
    allow("ListData", ["s3:ListBucket"], dataBucket),
    allow("Secrets", ["secretsmanager:GetSecretValue"], [...secrets, projectSecrets]),
    allow(
      "StartTasks",
      [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
      ],
      "*",
    ),
    allow(
      "ReadMetricsAndLogs",
      [
        "cloudwatch:Describe*",
        "cloudwatch:Get*",
        "cloudwatch:List*",
        "ec2:DescribeInstances",
        "ec2:DescribeRegions",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "iam:ListAccountAliases",
        "logs:Describe*",
        "logs:FilterLogEvents",
        "logs:Get*",
        "logs:StartQuery",
        "logs:StopQuery",
        "rds:DescribeDBInstances",
        "tag:GetResources",
      ],
      "*",
    ),
  ];
}
