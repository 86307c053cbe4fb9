import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Layer } from "../layers/layers";

const layerSchema = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
});

/**
 * The addresses of a layer's resources, sorted.
 *
 * @param layer a layer synthesized as JSON
 */
export function addressesOf(layer: Layer): readonly string[] {
  const { resource } = layerSchema.parse(JSON.parse(readFileSync(layer.file, "utf8")));
  return Object.entries(resource)
    .flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`))
    .sort();
}

/** The data bucket as layer 15 declares it. */
export interface SynthesizedDataBucket {
  readonly name: string;
  /** Whether Terraform may delete it together with its objects. */
  readonly destroyWithObjects: boolean;
}

const bucketSchema = z.object({ bucket: z.string(), force_destroy: z.boolean().default(false) });

/**
 * The data bucket of the synthesized layers.
 *
 * @param layers the layers
 * @returns undefined if layer 15 is not among them
 */
export function dataBucketOf(layers: readonly Layer[]): SynthesizedDataBucket | undefined {
  const layer = layers.find(({ id }) => id === "15-s3");
  if (layer === undefined) return undefined;
  const { resource } = layerSchema.parse(JSON.parse(readFileSync(layer.file, "utf8")));
  const bucket = bucketSchema.parse(resource.aws_s3_bucket?.lgtm_data);
  return { name: bucket.bucket, destroyWithObjects: bucket.force_destroy };
}
