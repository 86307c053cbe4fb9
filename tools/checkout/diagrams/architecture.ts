import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readRouting } from "../../../checks/routing";
import type { LayerId } from "../../../stacks/outputs";
import type { Layer } from "../../layers/layers";
import { projectRoot } from "../../terminal/paths";
import { readStack, readStackFacts } from "../../layers/stack-file";
import { replaceSection } from "../generated/generated-section";
import { layersDiagram } from "./layers-diagram";
import { routesDiagram } from "./routes-diagram";

/** The document that holds the pictures. */
export const ARCHITECTURE = join(projectRoot, "docs/architecture.md");

/**
 * Builds docs/architecture.md with pictures of the given layers.
 *
 * @param baseline the layers of `baseline`, synthesized as JSON
 * @param target the layers of `target`, synthesized as JSON
 */
export function architectureDocument(baseline: readonly Layer[], target: readonly Layer[]): string {
  const sections: [string, string][] = [
    ["layers", layersDiagram(baseline, baseline.map(readStackFacts))],
    ["routes baseline", routesOf(baseline)],
    ["routes target", routesOf(target)],
  ];
  return sections.reduce(
    (document, [name, diagram]) => replaceSection(document, name, `\`\`\`mermaid\n${diagram}\n\`\`\``),
    readFileSync(ARCHITECTURE, "utf8"),
  );
}

function routesOf(layers: readonly Layer[]): string {
  const json = (id: LayerId): unknown => {
    const layer = layers.find((candidate) => candidate.id === id);
    if (layer === undefined) throw new Error(`there is no layer ${id}`);
    return readStack(layer).json;
  };
  return routesDiagram(
    readRouting({ securityGroups: json("30-security-groups"), loadBalancer: json("50-alb"), ecs: json("60-ecs") }),
  );
}
