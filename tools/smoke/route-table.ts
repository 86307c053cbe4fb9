import { z } from "zod";
import { firstMatchingRule } from "../../checks/listener-rules";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { targetGroupName } from "../../modules/config/names";
import { serviceCatalog } from "../../modules/services/catalog";
import { targetGroupsOf } from "../../modules/services/target-groups";

const DESTINATION = { targetGroup: z.string(), port: z.number().int() };

/** Shape of a file for `--rules`. */
export const routeTableSchema = z.object({
  rules: z.array(z.object({ priority: z.number().int(), paths: z.array(z.string()), ...DESTINATION })),
  default: z.object(DESTINATION),
});

/** Routes of a listener: rules, and the target of the rest. */
export type RouteTable = z.output<typeof routeTableSchema>;

/**
 * The rules that a configuration makes.
 *
 * @param config the platform
 */
export function routeTableOf(config: PlatformConfig): RouteTable {
  const namePrefix = `${config.projectName}-${config.environment}`;
  const groups = Object.values(serviceCatalog(config)).flatMap((service) => targetGroupsOf(service));
  const destination = (key: string, port: number): RouteTable["default"] => ({
    targetGroup: targetGroupName(namePrefix, key),
    port,
  });
  const fallback = groups.find(({ isDefault }) => isDefault);
  if (fallback === undefined) throw new Error("No service takes the requests that match no rule");
  return {
    rules: groups.flatMap(({ key, port, rules }) =>
      rules.map(({ priority, paths }) => ({ priority, paths: [...paths], ...destination(key, port) })),
    ),
    default: destination(fallback.key, fallback.port),
  };
}

/**
 * Names the route of a request: rule, target group and port.
 *
 * @param table the rules
 * @param requestTarget path of the request, with or without its query
 */
export function routeOf(table: RouteTable, requestTarget: string): string {
  const rule = firstMatchingRule(table.rules, requestTarget);
  const { targetGroup, port } = rule ?? table.default;
  const name = rule === undefined ? "default rule" : `rule ${rule.priority} (${rule.paths.join(", ")})`;
  return `${name} -> ${targetGroup}, port ${port}`;
}
