import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { Layer } from "../layers/layers";
import { readStackFacts } from "../layers/stack-file";
import { s3Client } from "../mock/s3";
import type { Mock } from "../mock/server";
import { parseState, type StateFile } from "../state/state-file";

/**
 * Reads a layer's state from the mock.
 * @returns undefined while the layer was not applied, or its bucket is not there
 */
export async function readAppliedState(mock: Mock, layer: Layer): Promise<StateFile | undefined> {
  const { bucket, key } = readStackFacts(layer);
  const s3 = s3Client(mock);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return parseState((await Body?.transformToString()) ?? "", `s3://${bucket}/${key}`);
  } catch (error) {
    if (error instanceof Error && ["NoSuchKey", "NoSuchBucket"].includes(error.name)) return undefined;
    throw error;
  } finally {
    s3.destroy();
  }
}
