import { DeleteItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import type { Layer } from "../layers/layers";
import { dynamoDbClient } from "../mock/s3";
import type { Mock } from "../mock/server";
import { readStackFacts } from "../layers/stack-file";
import { readAppliedState } from "./applied-state";

/** Repairs that were made before an interrupted rehearsal goes on. */
export interface Recovered {
  /** States whose lock was left behind. */
  readonly locks: readonly string[];
  /** Resources of the mock that no state knows: made by a Terraform that died before it could write them down. */
  readonly orphans: readonly string[];
}

/**
 * Makes a mock whose Terraform died fit for the next apply: releases locks, whose holders are gone, and removes what was
 * made but never written into a state. On an account, that would be a matter of `./lgtm state unlock` and imports.
 *
 * @param mock the mock
 * @param layers all layers
 */
export async function recover(mock: Mock, layers: readonly Layer[]): Promise<Recovered> {
  const locks = await releaseLocks(mock, layers);
  // The bucket of layer 00's own state is in no state.
  const stateBuckets = layers.map((layer) => readStackFacts(layer).bucket);
  const known = [...stateBuckets, ...(await Promise.all(layers.map((layer) => knownIds(mock, layer)))).flat()];
  const answer = await fetch(`${mock.url}/_lgtm/forget-unknown`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ known }),
  });
  if (!answer.ok) throw new Error(`the mock could not forget what no state knows: HTTP ${answer.status}`);
  const { forgotten } = z.object({ forgotten: z.array(z.string()) }).parse(await answer.json());
  return { locks, orphans: forgotten };
}

async function releaseLocks(mock: Mock, layers: readonly Layer[]): Promise<readonly string[]> {
  const table = layers.map(readStackFacts).find(({ lockTable }) => lockTable !== undefined)?.lockTable;
  if (table === undefined) return [];
  const dynamoDb = dynamoDbClient(mock);
  try {
    const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName: table }));
    // Items without Info are digests of states, which stay.
    const held = Items.flatMap(({ LockID, Info }) => (Info === undefined || LockID?.S === undefined ? [] : [LockID.S]));
    for (const id of held) {
      await dynamoDb.send(new DeleteItemCommand({ TableName: table, Key: { LockID: { S: id } } }));
    }
    return held;
  } catch (error) {
    // Interrupted before layer 00 made the table: there are no locks.
    if (error instanceof Error && error.name === "ResourceNotFoundException") return [];
    throw error;
  } finally {
    dynamoDb.destroy();
  }
}

/** Every text by which a state may know a resource: its id, ARN or name. */
async function knownIds(mock: Mock, layer: Layer): Promise<readonly string[]> {
  const state = await readAppliedState(mock, layer);
  return (state?.resources ?? [])
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ attributes: { id, arn, name } }) => [id, arn, name])
    .filter((text) => typeof text === "string");
}
