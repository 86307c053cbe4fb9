/** Stands for a value of an upstream layer that nobody knows before that layer is applied. */
export interface Placeholder {
  /** The layer that will give the value. */
  readonly layer: string;
  readonly output: string;
  /** Place in the output: `["mimir"]` in a map, `[0]` in a list; empty for the output itself. */
  readonly path: readonly (string | number)[];
  /** Placeholder in the provisional plan. */
  readonly value: string | number;
}

/** Kind of value that a placeholder stands for. */
export type PlaceholderKind = "text" | "number";

/** A port that Terraform's providers take and that nothing of this platform uses, so that it is told apart. */
const NUMBER = 64_999;

/** Ranges that RFC 5737 keeps for documentation: a provider takes them as CIDR blocks, and no network has them. */
const CIDR_BLOCKS = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"] as const;

/**
 * Makes the placeholder of one value. Providers check some values while planning, ARNs and CIDR blocks above all, so the
 * output's name decides on the form.
 *
 * @param layer the layer that will give the value
 * @param output name of the output
 * @param path where in the output
 * @param kind text or number
 */
export function placeholderOf(
  layer: string,
  output: string,
  path: readonly (string | number)[],
  kind: PlaceholderKind,
): Placeholder {
  return { layer, output, path, value: kind === "number" ? NUMBER : textValue(layer, output, path) };
}

function textValue(layer: string, output: string, path: readonly (string | number)[]): string {
  const mark = `__unknown__${placeholderName({ layer, output, path })}__`;
  if (/_arns?$/.test(output)) return `arn:aws:unknown:::${mark}`;
  if (/_cidrs?$/.test(output)) {
    const index = typeof path.at(-1) === "number" ? Number(path.at(-1)) : 0;
    return CIDR_BLOCKS[index % CIDR_BLOCKS.length] ?? CIDR_BLOCKS[0];
  }
  return mark;
}

/** A placeholder's name as people read it: `20-iam.task_role_arns[mimir]`. */
export function placeholderName({ layer, output, path }: Omit<Placeholder, "value">): string {
  return `${layer}.${output}${path.map((key) => `[${key}]`).join("")}`;
}
