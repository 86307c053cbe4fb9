import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  ResourceNotFoundException,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { z } from "zod";
import type { StateLocation } from "../../stacks/state-location";
import type { AwsClients } from "../aws/clients";
import { onAws, type AwsCall } from "../aws/errors";

/** Holder of a state's lock. */
export interface Lock {
  readonly id: string;
  /** `user@machine`. */
  readonly who: string;
  /** Operation, `OperationTypeApply`. */
  readonly operation: string;
  /** Since when, ISO 8601; undefined when the lock does not say. */
  readonly created: string | undefined;
  /** The text as it is in the table; releasing asks for exactly this. */
  readonly info: string;
}

/** Entry of the lock table for one state. */
export interface LockRow {
  /** False when the layer has no lock table, or the table does not exist. */
  readonly table: boolean;
  readonly lock: Lock | undefined;
  /** MD5 of the state's last content, hexadecimal, as Terraform wrote it; undefined when there is none. */
  readonly digest: string | undefined;
}

/** A location that has a lock table. */
type Lockable = StateLocation & { readonly lockTable: string };

/** The ids of the rows are the S3 backend's of Terraform (internal/backend/remote-state/s3/client.go). */
function lockKey({ bucket, key }: StateLocation): string {
  return `${bucket}/${key}`;
}

function digestKey(location: StateLocation): string {
  return `${lockKey(location)}-md5`;
}

function tableCall(location: Lockable, doing: string, permission: string): AwsCall {
  return {
    doing: `${doing} of ${lockKey(location)}`,
    table: location.lockTable,
    madeBy: "apply 00-bootstrap",
    permissions: [`dynamodb:${permission} (table ${location.lockTable})`],
  };
}

/** True if the state can be locked. */
export function isLockable(location: StateLocation): location is Lockable {
  return location.lockTable !== undefined;
}

/**
 * Reads lock and digest of a state. An absent table is an answer, not an error.
 * @throws UserError when the table cannot be read
 */
export async function readLockRow(clients: AwsClients, location: StateLocation): Promise<LockRow> {
  if (!isLockable(location)) return { table: false, lock: undefined, digest: undefined };
  try {
    const [lock, digest] = await Promise.all([
      readItem(clients, location, lockKey(location)),
      readItem(clients, location, digestKey(location)),
    ]);
    return {
      table: true,
      lock: lock === undefined ? undefined : parseLock(lock.Info?.S ?? ""),
      digest: digest?.Digest?.S,
    };
  } catch (error) {
    if (isCausedBy(error, ResourceNotFoundException)) return { table: false, lock: undefined, digest: undefined };
    throw error;
  }
}

function isCausedBy(error: unknown, kind: new (...args: never[]) => Error): boolean {
  return error instanceof Error && error.cause instanceof kind;
}

async function readItem(
  clients: AwsClients,
  location: Lockable,
  id: string,
): Promise<Record<string, AttributeValue> | undefined> {
  const answer = await onAws(tableCall(location, "read the lock", "GetItem"), () =>
    clients.dynamo.send(
      new GetItemCommand({ TableName: location.lockTable, Key: { LockID: { S: id } }, ConsistentRead: true }),
    ),
  );
  return answer.Item;
}

const infoSchema = z.object({
  ID: z.string(),
  Who: z.string().default("unknown"),
  Operation: z.string().default("unknown"),
  Created: z.string().optional(),
});

/** Id that stands for a lock whose text cannot be read. */
const unreadable = "unreadable";

function parseLock(info: string): Lock {
  try {
    const { ID: id, Who: who, Operation: operation, Created: created } = infoSchema.parse(JSON.parse(info));
    return { id, who, operation, created, info };
  } catch {
    return { id: unreadable, who: "unknown", operation: "unknown", created: undefined, info };
  }
}

/**
 * Takes the lock as Terraform does: a put that succeeds only if there is no lock.
 *
 * @param operation what is being done, for those who meet the lock
 * @returns the lock, or undefined when someone else holds it
 * @throws UserError when the table is absent or may not be written
 */
export async function acquireLock(
  clients: AwsClients,
  location: Lockable,
  operation: string,
): Promise<Lock | undefined> {
  const lock = newLock(location, operation);
  try {
    await onAws(tableCall(location, "take the lock", "PutItem"), () =>
      clients.dynamo.send(
        new PutItemCommand({
          TableName: location.lockTable,
          Item: { LockID: { S: lockKey(location) }, Info: { S: lock.info } },
          ConditionExpression: "attribute_not_exists(LockID)",
        }),
      ),
    );
    return lock;
  } catch (error) {
    if (!isCausedBy(error, ConditionalCheckFailedException)) throw error;
    // The SDK repeats a put whose answer got lost, and then meets its own lock.
    const { lock: held } = await readLockRow(clients, location);
    return held?.id === lock.id ? held : undefined;
  }
}

function newLock(location: StateLocation, operation: string): Lock {
  const id = randomUUID();
  const who = `${userInfo().username}@${hostname()}`;
  const created = new Date().toISOString();
  const info = {
    ID: id,
    Operation: operation,
    Info: "",
    Who: who,
    Version: "lgtm",
    Created: created,
    Path: lockKey(location),
  };
  return { id, who, operation, created, info: JSON.stringify(info) };
}

/**
 * Removes exactly this lock.
 * @returns false when it is no longer there, or another one is
 * @throws UserError when the table may not be written
 */
export async function releaseLock(clients: AwsClients, location: Lockable, lock: Lock): Promise<boolean> {
  try {
    await onAws(tableCall(location, "remove the lock", "DeleteItem"), () =>
      clients.dynamo.send(
        new DeleteItemCommand({
          TableName: location.lockTable,
          Key: { LockID: { S: lockKey(location) } },
          ...(lock.info === ""
            ? { ConditionExpression: "attribute_exists(LockID) AND attribute_not_exists(Info)" }
            : { ConditionExpression: "Info = :info", ExpressionAttributeValues: { ":info": { S: lock.info } } }),
        }),
      ),
    );
    return true;
  } catch (error) {
    if (isCausedBy(error, ConditionalCheckFailedException)) return false;
    throw error;
  }
}

/**
 * Records the MD5 of the state's new content, without which Terraform refuses to read it.
 * @param digest 32 hexadecimal digits
 * @throws UserError when the table may not be written
 */
export async function writeDigest(clients: AwsClients, location: Lockable, digest: string): Promise<void> {
  await onAws(tableCall(location, "record the digest", "PutItem"), () =>
    clients.dynamo.send(
      new PutItemCommand({
        TableName: location.lockTable,
        Item: { LockID: { S: digestKey(location) }, Digest: { S: digest } },
      }),
    ),
  );
}
