import { GetObjectCommand, NoSuchBucket, NoSuchKey } from "@aws-sdk/client-s3";
import { connectToAws } from "../aws/clients";
import { onAws } from "../aws/errors";
import { parseState, type StateFile } from "./state-file";
import type { StackFacts } from "../layers/stack-file";

/** A layer's state as it lies in its bucket. */
export type StoredState =
  /** The state, byte for byte and read. */
  | { readonly kind: "state"; readonly text: string; readonly file: StateFile }
  /** The bucket is there, the layer was never applied. */
  | { readonly kind: "none" }
  /** Not even the bucket is there. */
  | { readonly kind: "no bucket" };

/** Reads the state of a layer, without Terraform and without its lock. */
export type StateReader = (facts: Pick<StackFacts, "layer" | "bucket" | "key" | "region">) => Promise<StoredState>;

/**
 * Makes the reader of states for an environment.
 *
 * @param env where the endpoint of a mock and the credentials are looked for
 */
export function stateReader(env: NodeJS.ProcessEnv): StateReader {
  return async ({ layer, bucket, key, region }) => {
    const { s3 } = connectToAws(region, env);
    const permissions = ["s3:GetObject", "s3:ListBucket"];
    try {
      return await onAws({ doing: `read the state of ${layer}`, permissions }, async () => {
        const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const text = (await object.Body?.transformToString("utf8")) ?? "";
        return { kind: "state", text, file: parseState(text, `s3://${bucket}/${key}`) } as const;
      });
    } catch (error) {
      const cause: unknown = error instanceof Error ? error.cause : undefined;
      if (cause instanceof NoSuchKey) return { kind: "none" };
      if (cause instanceof NoSuchBucket || (cause instanceof Error && cause.name === "NoSuchBucket"))
        return { kind: "no bucket" };
      throw error;
    } finally {
      s3.destroy();
    }
  };
}
