import { join } from "node:path";
import type { Layer } from "../layers/layers";
import { withDependencies } from "../layers/layers";
import type { Progress } from "../terminal/progress";
import type { TerraformBinary } from "./binary";
import type { ProviderSetup } from "./provider";
import { sharedProvider } from "./shared-provider";
import { readStackFacts, upstreamOf } from "../layers/stack-file";
import { Terraform } from "./terraform";

/** Options of a plan of layers. */
export interface PlanLayersOptions {
  /** All layers of the output folder. */
  readonly all: readonly Layer[];
  /** The layers to plan. */
  readonly selected: readonly Layer[];
  readonly terraform: TerraformBinary;
  readonly providerSetup: Pick<ProviderSetup, "packageFolder">;
  /** The whole environment of the children. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder that gets one log file a layer. */
  readonly logFolder: string;
  /** Number of layers at the same time. */
  readonly parallel: number;
  /** True if the real resources are read first. */
  readonly refresh: boolean;
  readonly progress: Progress;
}

/**
 * Makes the Terraform of each layer, with what is needed to explain its errors. It runs in the layer's folder unless told
 * of another one. On a mock, all runs with the same provider settings share one running provider.
 */
export function terraformOfLayers(
  options: Pick<PlanLayersOptions, "all" | "terraform" | "providerSetup" | "env" | "logFolder">,
): (layer: Layer, folder?: string) => Terraform {
  const facts = new Map(options.all.map((layer) => [layer.id, readStackFacts(layer)]));
  return (layer, folder = layer.folder) => {
    const own = facts.get(layer.id);
    const { env, logFolder } = options;
    const { packageFolder } = options.providerSetup;
    const shared = sharedProvider({ packageFolder, settings: own?.awsProvider, env, logFolder });
    return new Terraform({
      binary: options.terraform.path,
      layer: layer.id,
      folder,
      env,
      logFile: join(logFolder, `${layer.id}.log`),
      ...(shared === undefined ? {} : { sharedProvider: shared }),
      firstLayers: firstLayersBefore(options.all, layer),
      upstream: own === undefined ? {} : upstreamOf(own, [...facts.values()]),
    });
  };
}

/** The layers without dependencies that this one needs, directly or not; none for such a layer itself. */
function firstLayersBefore(all: readonly Layer[], layer: Layer): readonly string[] {
  return withDependencies(all, [layer.id])
    .filter((other) => other.id !== layer.id && other.dependencies.length === 0)
    .map((other) => other.id);
}
