import { GetObjectCommand, NoSuchKey } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import type { LayerId } from "../../stacks/outputs";
import { stateLocation, type StateLocation } from "../../stacks/state-location";
import { onAws, type AwsCall } from "../aws/errors";
import { readLockRow, type Lock, type LockRow } from "./lock-table";
import type { StateSession } from "./session";
import { parseState, type StateFile } from "./state-file";

/** A state as it lies in its bucket. */
export interface StoredState {
  /** The object, byte for byte. */
  readonly text: string;
  /** MD5 of the bytes, hexadecimal. */
  readonly md5: string;
  /** Time of the last write; undefined when S3 does not say. */
  readonly writtenAt: Date | undefined;
  readonly file: StateFile;
}

/**
 * Comparison of the state with the lock table's digest: `none` is what a state has that no Terraform with this lock table wrote;
 * on `differs` Terraform refuses to work.
 */
export type DigestStatus = "matches" | "differs" | "none";

/** All that is stored of one layer's state. */
export interface LayerState {
  readonly layer: LayerId;
  readonly location: StateLocation;
  /** Undefined: the layer was never applied. */
  readonly stored: StoredState | undefined;
  readonly lock: Lock | undefined;
  /** True if there is a lock table: layer 00 has none, and before layer 00 is applied there is none. */
  readonly lockTable: boolean;
  readonly digest: DigestStatus;
}

/**
 * Reads the states of layers side by side. Nothing is written.
 * @throws UserError when a bucket is absent, or something may not be read or is no state
 */
export async function readLayerStates(
  session: StateSession,
  layers: readonly LayerId[],
): Promise<readonly LayerState[]> {
  const results = await Promise.allSettled(layers.map((layer) => readLayerState(session, layer)));
  // Of several failures the first layer's is told, whichever came first.
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

/**
 * Reads the state of one layer.
 * @throws UserError see `readLayerStates`
 */
export async function readLayerState(session: StateSession, layer: LayerId): Promise<LayerState> {
  const location = stateLocation(session.profile.config, layer);
  const [stored, row] = await Promise.all([
    readObject(session, layer, location),
    readLockRow(session.clients, location),
  ]);
  return { layer, location, stored, lock: row.lock, lockTable: row.table, digest: digestStatus(stored, row) };
}

function digestStatus(stored: StoredState | undefined, { digest }: LockRow): DigestStatus {
  // Terraform takes an empty digest for none.
  if (digest === undefined || digest === "") return "none";
  return stored?.md5 === digest ? "matches" : "differs";
}

/** The call that is made on a state's bucket, for messages. */
export function stateCall(layer: LayerId, { bucket }: StateLocation, doing: string, permission: string): AwsCall {
  return {
    doing: `${doing} of ${layer}`,
    bucket,
    madeBy:
      layer === "00-bootstrap"
        ? "run `./lgtm state bootstrap`"
        : "run `./lgtm state bootstrap`, then apply 00-bootstrap",
    // S3 answers "denied" for an absent key to those who may not list the bucket.
    permissions: [`s3:${permission}`, "s3:ListBucket"],
  };
}

async function readObject(
  { clients }: StateSession,
  layer: LayerId,
  location: StateLocation,
): Promise<StoredState | undefined> {
  const { bucket, key } = location;
  return onAws(stateCall(layer, location, "read the state", "GetObject"), async () => {
    try {
      const object = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const text = (await object.Body?.transformToString("utf8")) ?? "";
      return {
        text,
        md5: md5Of(text),
        writtenAt: object.LastModified,
        file: parseState(text, `s3://${bucket}/${key}`),
      };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  });
}

/** MD5 of a text in UTF-8, hexadecimal, as the lock table records it. */
export function md5Of(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}
