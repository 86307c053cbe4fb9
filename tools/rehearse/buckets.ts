import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import type { Layer } from "../layers/layers";
import { emptyBucket, s3Client } from "../mock/s3";
import type { Mock } from "../mock/server";
import { readStackFacts } from "../layers/stack-file";
import { UserError } from "../terminal/user-error";
import type { BeforeLayer } from "./apply";
import { dataBucketOf, type SynthesizedDataBucket } from "./synthesized";

/** A bucket that was emptied by API, since Terraform deletes none that holds objects. */
export interface Emptied {
  readonly bucket: string;
  /** Versions of objects that were removed. */
  readonly versions: number;
  readonly deleteMarkers: number;
}

/**
 * Empties the buckets of the mock at the right moment of a destroy: the data bucket before 15-s3, the state bucket
 * before the layer that made it.
 *
 * @param mock the mock
 * @param layers the layers that are destroyed
 * @param emptied gets what was removed
 */
export function emptyBucketsBefore(mock: Mock, layers: readonly Layer[], emptied: Emptied[]): BeforeLayer {
  const data = dataBucketOf(layers);
  const stateBucket = layers.map(readStackFacts).find(({ lockTable }) => lockTable !== undefined)?.bucket;
  return async ({ id }) => {
    const bucket = id === "15-s3" ? data?.name : id === "00-bootstrap" ? stateBucket : undefined;
    if (bucket === undefined) return;
    const s3 = s3Client(mock);
    try {
      emptied.push({ bucket, ...(await emptyBucket(s3, bucket)) });
    } finally {
      s3.destroy();
    }
  };
}

/**
 * Refuses a destroy that would fail half way: when the data bucket holds objects and the configuration does not let
 * Terraform delete it with them.
 *
 * @throws UserError if the destroy must not begin; nothing was touched
 */
export async function refuseDestroyOfData(mock: Mock, bucket: SynthesizedDataBucket): Promise<void> {
  if (bucket.destroyWithObjects) return;
  const s3 = s3Client(mock);
  try {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket.name, MaxKeys: 1 }),
    );
    if (Versions.length + DeleteMarkers.length === 0) return;
    throw new UserError({
      what: `The data bucket ${bucket.name} holds objects (${Versions[0]?.Key ?? "deleted ones, whose versions are kept"} …), and the configuration does not let destroy delete them. Nothing was touched.`,
      where: "common.config.ts, dataBucket.destroyWithObjects",
      mend: "empty the bucket, all versions; or set destroyWithObjects: true, apply 15-s3, and destroy again",
      exit: "negative",
    });
  } finally {
    s3.destroy();
  }
}
