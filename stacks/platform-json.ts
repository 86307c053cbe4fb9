import { App } from "cdktf";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlatformConfig } from "../modules/config/platform-config";
import type { Releases } from "../modules/services/releases";
import type { LayerId } from "./outputs";
import { buildPlatform } from "./platform";

/** A layer as Terraform's JSON syntax says it, as far as it is looked at from outside. */
export interface LayerJson {
  readonly terraform: Readonly<Record<string, unknown>>;
  readonly provider: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Type -> logical id -> arguments. */
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly moved?: readonly { readonly from: string; readonly to: string }[];
}

/** A layer in memory. */
export interface SynthesizedLayer {
  readonly id: LayerId;
  readonly json: LayerJson;
  /** Ids of the layers that come before it. */
  readonly dependencies: readonly string[];
}

/**
 * Synthesizes a configuration in memory, without writing anything.
 *
 * @param config the platform
 * @param releases the released images, for a platform that deploys them
 * @returns the layers, first to last
 */
export function platformJson(config: PlatformConfig, releases: Releases): readonly SynthesizedLayer[] {
  // An app makes its output folder at once.
  const outdir = mkdtempSync(join(tmpdir(), "lgtm-platform-"));
  try {
    const layers = buildPlatform(new App({ outdir, skipValidation: true }), config, releases);
    // All first: without it, what one layer reads of another shows as if both were one.
    for (const layer of layers) layer.prepareStack();
    return layers.map((layer) => ({
      id: layer.layer,
      json: layer.toTerraform() as LayerJson,
      dependencies: layer.dependencies.map(({ node }) => node.id),
    }));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
