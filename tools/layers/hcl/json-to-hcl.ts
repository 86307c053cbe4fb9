import type { BlockNames } from "./block-names";
import { literalToHcl, templateToHcl } from "./template";

type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Writes a synthesized layer, Terraform JSON, as HCL of the same meaning. The result is not formatted; `terraform fmt`
 * does that.
 * @param json a stack as CDKTF writes it to cdk.tf.json
 * @param blocks which nested names are blocks
 * @throws Error for a kind of block that no layer has used so far, rather than leaving it out
 */
export function jsonToHcl(json: string, blocks: BlockNames): string {
  const stack = JSON.parse(json) as JsonObject;
  const parts = topLevelOrder
    .filter((key) => stack[key] !== undefined)
    .map((key) => writers[key]?.(stack[key] as Json, blocks) ?? "");
  const unknown = Object.keys(stack).filter((key) => key !== "//" && !topLevelOrder.includes(key));
  if (unknown.length > 0) throw new Error(`the HCL form of ${unknown.join(", ")} is not known`);
  return parts.join("\n");
}

const topLevelOrder: readonly string[] = [
  "terraform",
  "provider",
  "locals",
  "data",
  "resource",
  "moved",
  "import",
  "output",
];

const writers: Readonly<Record<string, (value: Json, blocks: BlockNames) => string>> = {
  terraform: (value) => writeTerraform(asObject(value)),
  provider: (value, blocks) =>
    entries(value)
      .flatMap(([name, instances]) =>
        asList(instances).map((one) => writeTyped(`provider "${name}"`, one, blocks.get(`provider.${name}`))),
      )
      .join("\n"),
  locals: (value) => block("locals", attributes(asObject(value))),
  data: (value, blocks) => writeResources("data", value, blocks),
  resource: (value, blocks) => writeResources("resource", value, blocks),
  moved: (value) =>
    asList(value)
      .map((one) => block("moved", references(asObject(one), ["from", "to"])))
      .join("\n"),
  import: (value) =>
    asList(value)
      .map((one) => block("import", references(asObject(one), ["to", "provider"])))
      .join("\n"),
  output: (value) =>
    entries(value)
      .map(([name, one]) => block(`output "${name}"`, references(asObject(one), ["depends_on"])))
      .join("\n"),
};

function writeTerraform(terraform: JsonObject): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(terraform)) {
    if (name === "backend") {
      for (const [kind, settings] of entries(value))
        lines.push(block(`backend "${kind}"`, literals(asObject(settings))));
    } else if (name === "required_providers") {
      const providers = entries(value).map(
        ([provider, one]) => `${provider} = {\n${literals(asObject(one)).join("\n")}\n}`,
      );
      lines.push(block("required_providers", providers));
    } else if (name === "required_version") {
      lines.unshift(`required_version = ${expression(value, literalToHcl)}`);
    } else {
      throw new Error(`the HCL form of terraform.${name} is not known`);
    }
  }
  return block("terraform", lines);
}

function writeResources(kind: "data" | "resource", value: Json, blocks: BlockNames): string {
  const written = entries(value).flatMap(([type, instances]) =>
    entries(instances).map(([name, body]) =>
      writeTyped(`${kind} "${type}" "${name}"`, body, blocks.get(`${kind}.${type}`)),
    ),
  );
  return written.join("\n");
}

/** A block whose body follows a schema: attributes first, then nested blocks, then what Terraform itself defines. */
function writeTyped(header: string, body: Json, blockNames: ReadonlySet<string> | undefined): string {
  const own = asObject(body);
  const plain = Object.entries(own).filter(([name]) => !(name in metaArguments) && name !== "//");
  const isBlock = (name: string, value: Json): boolean => isNested(value) && (blockNames?.has(name) ?? false);
  const lines = [
    ...["provider", "count", "for_each"]
      .filter((name) => own[name] !== undefined)
      .map((name) => metaArguments[name]?.(own[name] as Json) ?? ""),
    ...plain.filter(([name, value]) => !isBlock(name, value)).map(([name, value]) => `${name} = ${expression(value)}`),
    ...plain.filter(([name, value]) => isBlock(name, value)).flatMap(([name, value]) => nested(name, value, isBlock)),
    ...["lifecycle", "depends_on"]
      .filter((name) => own[name] !== undefined)
      .map((name) => metaArguments[name]?.(own[name] as Json) ?? ""),
  ];
  return block(header, lines);
}

const metaArguments: Readonly<Record<string, (value: Json) => string>> = {
  provider: (value) => `provider = ${reference(value)}`,
  count: (value) => `count = ${expression(value)}`,
  for_each: (value) => `for_each = ${expression(value)}`,
  depends_on: (value) => `depends_on = ${reference(value)}`,
  lifecycle: (value) =>
    block(
      "lifecycle",
      asList(value).flatMap((one) => writeLifecycle(asObject(one))),
    ),
};

function writeLifecycle(lifecycle: JsonObject): readonly string[] {
  return Object.entries(lifecycle).flatMap(([name, value]) => {
    if (name === "precondition" || name === "postcondition") {
      return asList(value).map((one) => block(name, attributes(asObject(one))));
    }
    const isReference = name === "ignore_changes" || name === "replace_triggered_by";
    return [`${name} = ${isReference ? reference(value) : expression(value)}`];
  });
}

function nested(name: string, value: Json, isBlock: (name: string, value: Json) => boolean): readonly string[] {
  return asList(value).map((one) => {
    const own = Object.entries(asObject(one));
    return block(name, [
      ...own.filter(([key, inner]) => !isBlock(key, inner)).map(([key, inner]) => `${key} = ${expression(inner)}`),
      ...own.filter(([key, inner]) => isBlock(key, inner)).flatMap(([key, inner]) => nested(key, inner, isBlock)),
    ]);
  });
}

function block(header: string, lines: readonly string[]): string {
  return `${header} {\n${lines.map((line) => `${line.trimEnd()}\n`).join("")}}\n`;
}

function attributes(object: JsonObject): readonly string[] {
  return Object.entries(object).map(([name, value]) => `${name} = ${expression(value)}`);
}

function literals(object: JsonObject): readonly string[] {
  return Object.entries(object).map(([name, value]) => `${name} = ${expression(value, literalToHcl)}`);
}

/** Attributes of which some are addresses, which stand without quotes in HCL. */
function references(object: JsonObject, names: readonly string[]): readonly string[] {
  return Object.entries(object).map(
    ([name, value]) => `${name} = ${names.includes(name) ? reference(value) : expression(value)}`,
  );
}

function reference(value: Json): string {
  if (typeof value === "string") return value;
  return `[\n${asList(value)
    .map((one) => `${reference(one)},\n`)
    .join("")}]`;
}

function expression(value: Json, text: (value: string) => string = templateToHcl): string {
  if (value === null || typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "string") return text(value);
  if (isList(value))
    return value.length === 0 ? "[]" : `[\n${value.map((one) => `${expression(one, text)},\n`).join("")}]`;
  const own = Object.entries(value).map(([key, inner]) => `${objectKey(key)} = ${expression(inner, text)}\n`);
  return own.length === 0 ? "{}" : `{\n${own.join("")}}`;
}

function objectKey(key: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(key)) return key;
  const written = templateToHcl(key);
  return written.startsWith('"') ? written : `(${written})`;
}

function isNested(value: Json): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (!isList(value) || value.every((one) => isNested(one) && !isList(one)))
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function asList(value: Json): readonly Json[] {
  return isList(value) ? value : [value];
}

function asObject(value: Json): JsonObject {
  if (typeof value === "object" && value !== null && !isList(value)) return value;
  throw new Error(`an object was expected, not ${JSON.stringify(value)}`);
}

function entries(value: Json): readonly (readonly [string, Json])[] {
  return Object.entries(asObject(value));
}
