import { z } from "zod";
import { parseJson } from "../terminal/parse-json";
import { UserError } from "../terminal/user-error";

/** One instance of a resource or data source in a state. */
export interface StateResource {
  /** Full address, `module.vpc.aws_subnet.public[0]`. */
  readonly address: string;
  /** The same without the instance's key: what a configuration declares. */
  readonly declared: string;
  readonly mode: "managed" | "data";
  /** The provider's id; undefined when the resource has none. */
  readonly id: string | undefined;
  /** Name in AWS, of a bucket or task-definition family too. @default - it has none */
  readonly name?: string;
  /** Tags, those that the provider adds to all resources included. @default - it has none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Everything that the provider says of it, in clear. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One output value in a state. */
export interface StateOutput {
  readonly name: string;
  readonly sensitive: boolean;
  /** The value in clear, also when it is sensitive. */
  readonly value: unknown;
}

/** Parts of a Terraform state that are read. */
export interface StateFile {
  /** Grows by one with each write. */
  readonly serial: number;
  /** Made once with the state: two states with different lineages have nothing to do with each other. */
  readonly lineage: string;
  /** Terraform that wrote it last. */
  readonly terraformVersion: string;
  readonly resources: readonly StateResource[];
  readonly outputs: readonly StateOutput[];
}

const tagsSchema = z.record(z.string(), z.string()).nullish().catch(undefined);
const nameSchema = z.string().nullish().catch(undefined);

const instanceSchema = z.object({
  index_key: z.union([z.string(), z.number()]).optional(),
  deposed: z.string().optional(),
  attributes: z
    .looseObject({
      id: z.unknown().optional(),
      tags: tagsSchema,
      tags_all: tagsSchema,
      name: nameSchema,
      bucket: nameSchema,
      family: nameSchema,
    })
    .nullish(),
});

const stateSchema = z.object({
  version: z.literal(4),
  terraform_version: z.string(),
  serial: z.number(),
  lineage: z.string(),
  outputs: z.record(z.string(), z.object({ value: z.unknown(), sensitive: z.boolean().optional() })).default({}),
  resources: z
    .array(
      z.object({
        module: z.string().optional(),
        mode: z.enum(["managed", "data"]),
        type: z.string(),
        name: z.string(),
        instances: z.array(instanceSchema),
      }),
    )
    .default([]),
});

type RawResource = z.infer<typeof stateSchema>["resources"][number];

/**
 * Reads a Terraform state, format version 4 (Terraform 0.12 and later).
 *
 * @param text the file
 * @param where bucket and key or file name, for the message
 * @throws UserError when it is no such state
 */
export function parseState(text: string, where: string): StateFile {
  const state = stateSchema.safeParse(parseJson(text));
  if (!state.success) {
    throw new UserError({
      what: "This is not a Terraform state of format 4.",
      where,
      mend: "put an earlier version of the object back (the bucket is versioned), or restore a backup with `./lgtm state restore`",
      detail: z.prettifyError(state.error),
    });
  }
  const { serial, lineage, terraform_version: terraformVersion, outputs, resources } = state.data;
  return {
    serial,
    lineage,
    terraformVersion,
    resources: resources.flatMap(instancesOf),
    outputs: Object.entries(outputs).map(([name, { value, sensitive }]) => ({
      name,
      value,
      sensitive: sensitive === true,
    })),
  };
}

function instancesOf(resource: RawResource): readonly StateResource[] {
  const { module, mode, type, name, instances } = resource;
  const base = `${module === undefined ? "" : `${module}.`}${mode === "data" ? "data." : ""}${type}.${name}`;
  return instances.map(({ index_key: key, deposed, attributes }) => {
    const id = attributes?.id;
    const name = attributes?.name ?? attributes?.bucket ?? attributes?.family;
    const tags = attributes?.tags_all ?? attributes?.tags;
    return {
      address: `${base}${indexText(key)}${deposed === undefined ? "" : ` (deposed ${deposed})`}`,
      declared: base,
      mode,
      id: typeof id === "string" || typeof id === "number" ? String(id) : undefined,
      ...(typeof name === "string" ? { name } : {}),
      ...(tags === null || tags === undefined ? {} : { tags }),
      attributes: attributes ?? {},
    };
  });
}

function indexText(key: string | number | undefined): string {
  if (key === undefined) return "";
  return `[${typeof key === "number" ? key : JSON.stringify(key)}]`;
}
