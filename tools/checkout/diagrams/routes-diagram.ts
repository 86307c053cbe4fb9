import type { Routing } from "../../../checks/routing";

/**
 * Draws the routes as a Mermaid flowchart: listener, rules in order of priority, container ports.
 *
 * @param routing the routing that the checks look at
 */
export function routesDiagram({ listener, rules, defaultTarget, targets }: Routing): string {
  return [
    "flowchart LR",
    `  listener(["${listener.protocol} :${listener.port}"])`,
    ...[...rules]
      .sort((a, b) => a.priority - b.priority)
      .flatMap(({ priority, paths, target }) => [
        `  listener -->|${priority}| R${priority}["${paths.join("<br/>")}"]`,
        `  R${priority} --> G${target.id}`,
      ]),
    `  listener -->|default| G${defaultTarget.id}`,
    ...targets.map(({ id, port }) => `  G${id}["${id} :${port}"]`),
  ].join("\n");
}
