import { createHash } from "node:crypto";
import { z } from "zod";
import { parseJson } from "../terminal/parse-json";
import { UserError } from "../terminal/user-error";

/** Names the form of a manifest; another form is another word. */
export const manifestFormat = "lgtm-plan/2";

const sha256Text = z.string().regex(/^[0-9a-f]{64}$/);
const storedFile = z.object({ file: z.string(), sha256: sha256Text });
const path = z.array(z.union([z.string(), z.number()]));

const layerFields = z.object({
  /** Part of the names of its files, so it leads nowhere else. */
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be the id of a layer"),
  /** Ids of the layers that come before it. */
  dependencies: z.array(z.string()),
  /** Of the synthesized `cdk.tf.json`: whoever applies must come to the same one. */
  configurationSha256: sha256Text,
  /** The state that the plan stands on; nulls: there was none. */
  state: z.object({
    bucket: z.string(),
    key: z.string(),
    lineage: z.string().nullable(),
    serial: z.number().nullable(),
  }),
  /** Null: the plan is final. */
  provisional: z
    .object({
      upstream: z.array(z.string()),
      unapplied: z.array(z.string()),
      placeholders: z.array(
        z.object({ layer: z.string(), output: z.string(), path, value: z.union([z.string(), z.number()]) }),
      ),
      noBucket: z.boolean(),
    })
    .nullable(),
  /** True if there is anything to apply: changes, moves or outputs. */
  applyable: z.boolean(),
  /** The saved plan; null for one that is provisional or applied in two steps, which cannot be applied as it is. */
  plan: storedFile.nullable(),
  /** `terraform show -json` of the plan: what is approved, in a form that can be compared. */
  json: storedFile,
});

/** Names of the files of a layer beside the manifest: no manifest can name others, in another folder or of another layer. */
export function planFiles(layer: string): { readonly plan: string; readonly json: string } {
  return { plan: `${layer}.tfplan`, json: `${layer}.plan.json` };
}

const layerSchema = layerFields.superRefine(({ id, plan, json }, context) => {
  const names = planFiles(id);
  const wrong = [
    ...(json.file === names.json ? [] : [{ path: ["json", "file"], wanted: names.json, input: json.file }]),
    ...(plan === null || plan.file === names.plan
      ? []
      : [{ path: ["plan", "file"], wanted: names.plan, input: plan.file }]),
  ];
  for (const { path: where, wanted, input } of wrong) {
    context.addIssue({ code: "custom", path: where, input, message: `must be ${wanted}` });
  }
});

/** The order in which the layers, or parts of them, are applied; see `ChangeOrder`. */
const orderSchema = z.object({
  steps: z.array(
    z.object({
      id: z.string(),
      layer: z.string(),
      part: z.enum(["all", "all but deletions", "deletions"]),
      after: z.array(z.string()),
      because: z.array(z.string()),
    }),
  ),
  warnings: z.array(z.object({ layer: z.string(), text: z.string() })),
  notes: z.array(z.object({ layer: z.string(), text: z.string() })),
});

const leftOutSchema = z.object({
  layer: z.string(),
  dependencies: z.array(z.string()),
  status: z.enum(["not selected", "not planned", "not tried"]),
  reason: z.string(),
});

const manifestSchema = z
  .object({
    format: z.literal(manifestFormat),
    /** Purpose of the plans. */
    purpose: z.enum(["apply", "destroy"]),
    createdAt: z.string(),
    /** Commit that was planned, and whether files differed from it. */
    commit: z.string(),
    dirty: z.boolean(),
    profile: z.string(),
    /** True if all layers were planned, or only some that were named. */
    scope: z.enum(["all", "some"]),
    tools: z.object({ terraform: z.string(), provider: z.string() }),
    order: orderSchema,
    layers: z
      .array(layerSchema)
      .refine((layers) => new Set(layers.map(({ id }) => id)).size === layers.length, "must name each layer once"),
    /** Layers without a plan, for the report. */
    leftOut: z.array(leftOutSchema),
  })
  .refine(isWhole, { path: ["order"], message: "must hold each layer once, each step after those that it waits for" });

type Steps = z.infer<typeof orderSchema>["steps"];

function isWhole({
  order: { steps },
  layers,
}: {
  readonly order: { readonly steps: Steps };
  readonly layers: readonly { readonly id: string }[];
}): boolean {
  const partsOf = (id: string): string => steps.flatMap(({ layer, part }) => (layer === id ? [part] : [])).join();
  const isKnown = ({ layer, after }: Steps[number], index: number): boolean =>
    layers.some(({ id }) => id === layer) &&
    after.every((id) => steps.slice(0, index).some((earlier) => earlier.id === id));
  return steps.every(isKnown) && layers.every(({ id }) => ["all", "all but deletions,deletions"].includes(partsOf(id)));
}

/** Plans, and all that must still hold when they are applied. Its own SHA-256 is what is approved. */
export type Manifest = z.infer<typeof manifestSchema>;

/** One planned layer in a manifest. */
export type ManifestLayer = Manifest["layers"][number];

/** SHA-256 of bytes or of a text in UTF-8, hexadecimal. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The manifest as it is stored; its SHA-256 is taken of exactly this text. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/**
 * Reads a manifest.
 *
 * @param text the file
 * @param where its name, for the message
 * @throws UserError (exit "negative") when it is no manifest of this form
 */
export function parseManifest(text: string, where: string): Manifest {
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new UserError({
    what: "This is not a manifest that `./lgtm plan` of this version wrote. Nothing was applied.",
    where,
    mend: "name the manifest.json that `./lgtm plan` printed, or plan again with this version",
    detail: z.prettifyError(parsed.error),
    exit: "negative",
  });
}
