import { paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { namePrefix } from "../../../../modules/config/names";
import type { ExistingResource, ResourceFinder } from "./existing-resource";

/** Log groups, which outlive what logged into them. */
export const logGroups: ResourceFinder = {
  kind: "log group",
  layer: "05-cloudwatch-logs",
  actions: ["logs:DescribeLogGroups"],
  find: async ({ clients, session }) => {
    const found: ExistingResource[] = [];
    const logGroupNamePrefix = `/ecs/${namePrefix(session.profile.config)}/`;
    for await (const page of paginateDescribeLogGroups({ client: clients.logs }, { logGroupNamePrefix })) {
      const names = (page.logGroups ?? []).map(({ logGroupName = "" }) => logGroupName);
      found.push(...names.map((name) => ({ type: "aws_cloudwatch_log_group", argument: "name", name, id: name })));
    }
    return found;
  },
};
