import type { PlannedOutputs } from "./planned-outputs";

/**
 * A local state that holds nothing but outputs, for `terraform_remote_state` with the local backend to read.
 *
 * @param outputs the outputs of one layer
 * @returns the file's text, format version 4
 */
export function outputsState({ values, sensitive }: Pick<PlannedOutputs, "values" | "sensitive">): string {
  const outputs = Object.entries(values).map(([name, value]) => [
    name,
    { value, type: typeOf(value), ...(sensitive.has(name) ? { sensitive: true } : {}) },
  ]);
  const state = {
    version: 4,
    terraform_version: OLDEST_ACCEPTED,
    serial: 1,
    lineage: "provisional",
    outputs: Object.fromEntries(outputs) as Record<string, unknown>,
    resources: [],
    check_results: null,
  };
  return JSON.stringify(state, undefined, 2);
}

/** Terraform refuses states that a newer one wrote. */
const OLDEST_ACCEPTED = "1.0.0";

/** The type of a value as states spell it: a tuple and an object say nothing that the value itself does not say. */
function typeOf(value: unknown): unknown {
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "bool";
  if (Array.isArray(value)) return ["tuple", value.map(typeOf)];
  if (typeof value === "object" && value !== null) {
    return ["object", Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typeOf(inner)]))];
  }
  return "string";
}
