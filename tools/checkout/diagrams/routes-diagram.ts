import { z } from "zod";

const targetGroup = z.object({ name: z.string(), port: z.number() });
const rule = z.object({
  priority: z.number(),
  condition: z.tuple([z.object({ path_pattern: z.object({ values: z.array(z.string()) }) })]),
  action: z.tuple([z.object({ target_group_arn: z.string() })]),
});
const listener = z.object({
  port: z.number(),
  protocol: z.string(),
  default_action: z.tuple([z.object({ type: z.string(), target_group_arn: z.string().optional() })]),
});

const loadBalancerLayer = z.object({
  resource: z.object({
    aws_lb_listener: z.record(z.string(), listener),
    aws_lb_listener_rule: z.record(z.string(), rule),
    aws_lb_target_group: z.record(z.string(), targetGroup),
  }),
});

/**
 * The routes as a Mermaid flowchart: listener, rules in order of priority, container ports.
 *
 * @param stack the synthesized layer 50-alb as JSON
 * @throws z.ZodError if the layer has another form than ours has
 */
export function routesDiagram(stack: unknown): string {
  const { resource } = loadBalancerLayer.parse(stack);
  const listeners = Object.values(resource.aws_lb_listener);
  const main = listeners.find(({ default_action: [action] }) => action.type === "forward");
  if (main === undefined) throw new Error("no listener forwards to a target group");
  const groups = Object.entries(resource.aws_lb_target_group);
  const rules = Object.values(resource.aws_lb_listener_rule).sort((a, b) => a.priority - b.priority);
  return [
    "flowchart LR",
    `  listener(["${main.protocol} :${main.port}"])`,
    ...rules.flatMap(({ priority, condition: [{ path_pattern }], action: [{ target_group_arn }] }) => [
      `  listener -->|${priority}| R${priority}["${path_pattern.values.join("<br/>")}"]`,
      `  R${priority} --> ${groupNode(target_group_arn)}`,
    ]),
    `  listener -->|default| ${groupNode(main.default_action[0].target_group_arn ?? "")}`,
    ...groups.map(([id, { port }]) => `  G${id}["${id} :${port}"]`),
  ].join("\n");
}

/** Node of the target group that `${aws_lb_target_group.tempo.arn}` names. */
function groupNode(reference: string): string {
  return `G${reference.split(".")[1] ?? reference}`;
}
