import { readFileSync } from "node:fs";
import { z } from "zod";
import type { LayerJson } from "../../stacks/platform-json";
import type { Layer } from "./layers";

/** Facts that the tools read from a layer's `cdk.tf.json`: the place of its state and the states that it reads. */
export interface StackFacts {
  readonly layer: string;
  /** Bucket of the layer's state. */
  readonly bucket: string;
  /** Key of the layer's state. */
  readonly key: string;
  readonly region: string;
  /** DynamoDB table of the lock; the first layer has none. */
  readonly lockTable: string | undefined;
  /** The Terraform versions that the layer accepts; undefined: any. */
  readonly requiredVersion: string | undefined;
  /** Settings of the layer's one AWS provider; undefined when it has none, or several. */
  readonly awsProvider?: unknown;
  /** Bucket and key of each `data.terraform_remote_state`, by its name. */
  readonly reads: Readonly<Record<string, { readonly bucket: string; readonly key: string }>>;
  /** Tags that the provider adds to every resource; they name the project and the environment. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

const stateSchema = z.object({ bucket: z.string(), key: z.string() });

const providerSchema = z.looseObject({
  default_tags: z.array(z.object({ tags: z.record(z.string(), z.string()) })).default([]),
});

const stackSchema = z.object({
  terraform: z.object({
    required_version: z.string().optional(),
    backend: z.object({
      s3: stateSchema.extend({ region: z.string(), dynamodb_table: z.string().optional() }),
    }),
  }),
  data: z
    .object({ terraform_remote_state: z.record(z.string(), z.object({ config: stateSchema })).default({}) })
    .default({ terraform_remote_state: {} }),
  provider: z.object({ aws: z.array(providerSchema).default([]) }).default({ aws: [] }),
});

/** A resource that a layer declares. */
export interface StackResource {
  /** `aws_lb.main`; without instance keys, which only Terraform knows. */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A synthesized layer in its JSON form. */
export interface Stack {
  /** The file, word for word. */
  readonly text: string;
  readonly json: LayerJson;
  readonly resources: readonly StackResource[];
  readonly moved: readonly { readonly from: string; readonly to: string }[];
}

const declaredSchema = z.looseObject({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  moved: z.array(z.object({ from: z.string(), to: z.string() })).default([]),
});

/**
 * Reads a synthesized layer in its JSON form. Whatever tools look at in `cdk.tf.json`, they get from here.
 * @throws z.ZodError when the file has another form
 */
export function readStack({ file }: Pick<Layer, "file">): Stack {
  const text = readFileSync(file, "utf8");
  const parsed: unknown = JSON.parse(text);
  const { resource, moved } = declaredSchema.parse(parsed);
  const resources = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, body]) => ({ address: `${type}.${name}`, type, name, body })),
  );
  return { text, json: parsed as LayerJson, resources, moved };
}

/**
 * Reads where a synthesized layer keeps its state and whose states it reads.
 * @throws z.ZodError when it has no S3 backend or another form
 */
export function readStackFacts(layer: Layer): StackFacts {
  const stack = stackSchema.parse(readStack(layer).json);
  const { s3 } = stack.terraform.backend;
  return {
    layer: layer.id,
    bucket: s3.bucket,
    key: s3.key,
    region: s3.region,
    lockTable: s3.dynamodb_table,
    requiredVersion: stack.terraform.required_version,
    awsProvider: stack.provider.aws.length === 1 ? stack.provider.aws[0] : undefined,
    reads: Object.fromEntries(
      Object.entries(stack.data.terraform_remote_state).map(([name, { config }]) => [name, config]),
    ),
    defaultTags: Object.fromEntries(
      stack.provider.aws.flatMap((aws) => aws.default_tags.flatMap(({ tags }) => Object.entries(tags))),
    ),
  };
}

/** For one layer, the layer behind each remote state it reads, found by bucket and key. */
export function upstreamOf(facts: StackFacts, all: readonly StackFacts[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, read] of Object.entries(facts.reads)) {
    const owner = all.find((other) => other.bucket === read.bucket && other.key === read.key);
    if (owner !== undefined) found[name] = owner.layer;
  }
  return found;
}

/** The constraint that satisfies every layer's `required_version`; undefined when no layer names one. */
export function acceptedVersions(layers: readonly Layer[]): string | undefined {
  const constraints = layers.map((layer) => readStackFacts(layer).requiredVersion).filter((text) => text !== undefined);
  return constraints.length === 0 ? undefined : [...new Set(constraints)].join(", ");
}
