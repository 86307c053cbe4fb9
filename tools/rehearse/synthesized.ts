import { z } from "zod";
import type { Layer } from "../layers/layers";
import { readStack } from "../layers/stack-file";

/**
 * The addresses of a layer's resources, sorted.
 *
 * @param layer a layer synthesized as JSON
 */
export function addressesOf(layer: Layer): readonly string[] {
  return readStack(layer)
    .resources.map(({ address }) => address)
    .sort();
}

/** The data bucket as layer 15 declares it. */
export interface SynthesizedDataBucket {
  readonly name: string;
  /** True if Terraform may delete it together with its objects. */
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
  const declared = readStack(layer).resources.find(({ address }) => address === "aws_s3_bucket.lgtm_data");
  const bucket = bucketSchema.parse(declared?.body);
  return { name: bucket.bucket, destroyWithObjects: bucket.force_destroy };
}
