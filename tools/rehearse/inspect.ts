import { GetObjectCommand } from "@aws-sdk/client-s3";
import { z } from "zod";
import type { Layer } from "../layers/layers";
import { s3Client } from "../mock/s3";
import type { Mock } from "../mock/server";
import { readStackFacts } from "../layers/stack-file";
import { addressesOf } from "./synthesized";

const stateSchema = z.object({
  serial: z.number(),
  resources: z.array(z.object({ mode: z.string(), module: z.string().optional(), type: z.string(), name: z.string() })),
  outputs: z.record(z.string(), z.unknown()),
});

/** What an applied layer's state holds, held against the synthesized layer. */
export interface Inspection {
  readonly layer: string;
  readonly serial: number;
  readonly resources: number;
  readonly outputs: number;
  /** Addresses that the layer declares and its state lacks. */
  readonly missing: readonly string[];
  /** Addresses that the state holds and the layer does not declare. */
  readonly extra: readonly string[];
}

/**
 * Reads the state of an applied layer from the mock and compares its addresses with the synthesized ones.
 *
 * @param mock the mock
 * @param layer the layer
 */
export async function inspectLayer(mock: Mock, layer: Layer): Promise<Inspection> {
  const { bucket, key } = readStackFacts(layer);
  const s3 = s3Client(mock);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const state = stateSchema.parse(JSON.parse((await Body?.transformToString()) ?? ""));
    const held = state.resources
      .filter(({ mode }) => mode === "managed")
      .map(({ module, type, name }) => (module === undefined ? `${type}.${name}` : `${module}.${type}.${name}`));
    const declared = addressesOf(layer);
    return {
      layer: layer.id,
      serial: state.serial,
      resources: held.length,
      outputs: Object.keys(state.outputs).length,
      missing: declared.filter((address) => !held.includes(address)),
      extra: held.filter((address) => !declared.includes(address)),
    };
  } finally {
    s3.destroy();
  }
}
