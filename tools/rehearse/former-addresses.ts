import { createHash } from "node:crypto";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { z } from "zod";
import type { Layer } from "../layers/layers";
import { dynamoDbClient, s3Client } from "../mock/s3";
import type { Mock } from "../mock/server";
import { readStack, readStackFacts } from "../layers/stack-file";

const instanceSchema = z.looseObject({ dependencies: z.array(z.string()).optional() });
const resourceSchema = z.looseObject({
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  module: z.string().optional(),
  instances: z.array(instanceSchema),
});
const stateSchema = z.looseObject({ serial: z.number(), resources: z.array(resourceSchema) });

type Resource = z.infer<typeof resourceSchema>;
/** A Terraform state, as far as its resources' addresses go. */
export type AddressedState = z.infer<typeof stateSchema>;

/**
 * Gives every resource of an applied layer's state the address that it had in the legacy Terraform: the `moved` blocks of the layer,
 * backwards. State and digest on the mock are replaced; what the resources are stays as it is.
 *
 * @param mock the mock
 * @param layer an applied layer, synthesized as JSON
 */
export async function takeBackToFormerAddresses(mock: Mock, layer: Layer): Promise<void> {
  const { bucket, key, lockTable } = readStackFacts(layer);
  const { moved } = readStack(layer);
  if (moved.length === 0) return;
  const s3 = s3Client(mock);
  const dynamoDb = dynamoDbClient(mock);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const state = stateSchema.parse(JSON.parse((await Body?.transformToString()) ?? ""));
    const text = JSON.stringify(withFormerAddresses(state, moved), undefined, 2);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
    if (lockTable === undefined) return;
    const digest = createHash("md5").update(text).digest("hex");
    const Item = { LockID: { S: `${bucket}/${key}-md5` }, Digest: { S: digest } };
    await dynamoDb.send(new PutItemCommand({ TableName: lockTable, Item }));
  } finally {
    s3.destroy();
    dynamoDb.destroy();
  }
}

/**
 * A state with each resource at its former address, and dependencies renamed likewise.
 *
 * @param state a state with today's addresses
 * @param moved the layer's `moved` blocks
 * @throws Error if a former address is not one of a resource inside one module
 */
export function withFormerAddresses(
  state: AddressedState,
  moved: readonly { readonly from: string; readonly to: string }[],
): AddressedState {
  const formerOf = new Map(moved.map(({ from, to }) => [to, parseAddress(from)]));
  const rename = (dependency: string): string => {
    const former = formerOf.get(dependency);
    return former === undefined ? dependency : `${former.module}.${former.type}.${former.name}`;
  };
  const resources = new Map<string, Resource>();
  for (const resource of state.resources) {
    const former = formerOf.get(`${resource.type}.${resource.name}`);
    const isMoved = resource.mode === "managed" && resource.module === undefined && former !== undefined;
    const { module, name } = isMoved ? former : resource;
    const place = `${resource.mode}.${module ?? ""}.${resource.type}.${name}`;
    const instances = resource.instances.map(({ dependencies = [], ...instance }) => ({
      ...instance,
      ...(isMoved && former.key !== undefined ? { index_key: former.key } : {}),
      dependencies: [...new Set(dependencies.map(rename))].sort(),
    }));
    const known = resources.get(place);
    resources.set(place, {
      ...resource,
      ...(module === undefined ? {} : { module }),
      name,
      instances: [...(known?.instances ?? []), ...instances],
    });
  }
  return { ...state, serial: state.serial + 1, resources: [...resources.values()] };
}

interface FormerAddress {
  readonly module: string;
  readonly type: string;
  readonly name: string;
  /** Of `count` a number, of `for_each` a text. */
  readonly key: number | string | undefined;
}

function parseAddress(address: string): FormerAddress {
  const match = /^(module\.\w+)\.(\w+)\.(\w+)(?:\[(?:(\d+)|"([^"]+)")\])?$/.exec(address);
  const [, module, type, name, count, each] = match ?? [];
  if (module === undefined || type === undefined || name === undefined) {
    throw new Error(`not an address of a resource inside one module: ${address}`);
  }
  return { module, type, name, key: count === undefined ? each : Number(count) };
}
