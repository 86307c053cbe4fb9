import { SERVICE_NAMES } from "../../modules/services/service-name";

/** The module of layer 05 in the legacy Terraform, as its state shows it; in JSON syntax, which Terraform reads as well. */
export const LEGACY_LOGS_MODULE = {
  resource: {
    aws_cloudwatch_log_group: {
      services: {
        for_each: `\${toset(${JSON.stringify(SERVICE_NAMES)})}`,
        name: "/ecs/lgtm-prod/${each.key}",
        retention_in_days: 0,
        tags: {
          CostCenter: "Engineering",
          Owner: "DevOps",
          Environment: "prod",
          Name: "/ecs/lgtm-prod/${each.key}",
          Service: "${each.key}",
        },
      },
    },
  },
  output: {
    names: { value: "${{ for key, group in aws_cloudwatch_log_group.services : key => group.name }}" },
    arns: { value: "${{ for key, group in aws_cloudwatch_log_group.services : key => group.arn }}" },
  },
};

/** What the root of that layer puts out. */
export const LEGACY_LOGS_OUTPUTS = {
  log_group_names: { value: "${module.cloudwatch_logs.names}" },
  log_group_arns: { value: "${module.cloudwatch_logs.arns}" },
};
