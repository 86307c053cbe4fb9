import { GetRoleCommand, NoSuchEntityException } from "@aws-sdk/client-iam";
import type { ResourceFinder } from "./existing-resource";

/** The service-linked role of ElastiCache; ElastiCache makes it by itself with an account's first cluster. */
export const cacheRole: ResourceFinder = {
  kind: "service-linked role",
  layer: "20-iam",
  actions: ["iam:GetRole"],
  find: async ({ clients }) => {
    try {
      const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName: "AWSServiceRoleForElastiCache" }));
      const type = "aws_iam_service_linked_role";
      return [{ type, argument: "aws_service_name", name: "elasticache.amazonaws.com", id: Role?.Arn ?? "" }];
    } catch (error) {
      if (error instanceof NoSuchEntityException) return [];
      throw error;
    }
  },
};
