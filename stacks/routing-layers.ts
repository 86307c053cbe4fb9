import type { LayerStack } from "./layer-stack";
import type { LayerId } from "./outputs";

/**
 * Gives what synth will write for the layers that decide where requests go.
 *
 * @param layers all layers of a platform
 */
export function routingLayers(
  layers: readonly LayerStack[],
): Readonly<Record<"securityGroups" | "loadBalancer" | "ecs", unknown>> {
  // Not prepared: layers read each other through remote states alone, and preparing costs as much as a synth.
  const json = (id: LayerId): unknown => layers.find((candidate) => candidate.layer === id)?.toTerraform();
  return { securityGroups: json("30-security-groups"), loadBalancer: json("50-alb"), ecs: json("60-ecs") };
}
