import type { Layer } from "../../layers/layers";
import { type StackFacts, upstreamOf } from "../../layers/stack-file";

/**
 * The layers as a Mermaid flowchart: a solid arrow where a layer reads another's outputs, a dotted one where it only
 * comes after it. Layer 00, which every layer comes after, has arrows to the first wave alone.
 *
 * @param layers the synthesized layers
 * @param facts what the layers' files say, in any order
 */
export function layersDiagram(layers: readonly Layer[], facts: readonly StackFacts[]): string {
  const reads = new Map(facts.map((fact) => [fact.layer, new Set(Object.values(upstreamOf(fact, facts)))]));
  const arrows = layers.flatMap(({ id, dependencies }) =>
    dependencies
      .filter((dependency) => dependency !== FIRST_LAYER || dependencies.length === 1)
      .map((dependency) => `  ${node(dependency)} ${reads.get(id)?.has(dependency) ? "-->" : "-.->"} ${node(id)}`),
  );
  return ["flowchart TD", ...layers.map(({ id }) => `  ${node(id)}["${id}"]`), ...arrows].join("\n");
}

const FIRST_LAYER = "00-bootstrap";

/** Mermaid takes no dash-separated number as the beginning of a node's id. */
function node(layer: string): string {
  return `L${layer.replaceAll("-", "_")}`;
}
