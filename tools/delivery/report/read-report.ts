import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseJson } from "../../terminal/parse-json";
import { UserError } from "../../terminal/user-error";
import { parsePlan } from "../../terraform/plan-json";
import { summarizePlan } from "../../terraform/plan-summary";
import { manifestFormat, parseManifest, sha256Of, type Manifest } from "../manifest";
import { buildReport, type PlanReport, type ReportedPlan } from "./plan-report";

/**
 * Builds a report from files: one manifest with the plans beside it, or plans in Terraform's JSON.
 *
 * @param files paths; a plan's layer is its file's name up to the first dot
 * @throws UserError (exit "badInput") when a file is absent, is neither, or two are of one layer
 */
export function readReport(files: readonly string[]): PlanReport {
  const read = files.map((file) => ({ file, layer: layerOf(file), text: readText(file) }));
  const [first] = read;
  if (first !== undefined && read.length === 1 && isManifest(first.text)) return ofManifest(first.file, first.text);
  for (const { file, text, layer } of read) {
    if (isManifest(text)) throw refuse("A manifest is shown alone: it names its plans.", file);
    if (read.some((other) => other.file !== file && other.layer === layer)) {
      throw refuse(`Two files are of one layer, ${layer}, by their names.`, file);
    }
  }
  return buildReport(
    read.map(({ file, layer, text }) => ({ layer, dependencies: [], summary: summarizePlan(parsePlan(text, file)) })),
  );
}

function layerOf(file: string): string {
  return basename(file).split(".")[0] ?? file;
}

function isManifest(text: string): boolean {
  const parsed = parseJson(text);
  return typeof parsed === "object" && parsed !== null && "format" in parsed && parsed.format === manifestFormat;
}

function ofManifest(file: string, text: string): PlanReport {
  const manifest = parseManifest(text, file);
  const { purpose, profile, commit, dirty, order, leftOut } = manifest;
  const plans = manifest.layers.map((layer) => planOf(layer, dirname(file)));
  const facts = { purpose, profile, commit, dirty, order, manifestPlace: file, manifestSha256: sha256Of(text) };
  return buildReport(plans, facts, leftOut);
}

function planOf({ id, dependencies, provisional, json }: Manifest["layers"][number], folder: string): ReportedPlan {
  const file = join(folder, json.file);
  const text = readText(file);
  if (sha256Of(text) !== json.sha256) {
    throw new UserError({
      what: `The plan of ${id} was changed after it was planned: its SHA-256 is not the one in the manifest.`,
      where: file,
      mend: "plan again; nobody should approve this one",
      exit: "negative",
    });
  }
  return {
    layer: id,
    dependencies,
    provisional: provisional ?? undefined,
    summary: summarizePlan(parsePlan(text, file)),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw refuse("The file cannot be read.", file, error);
  }
}

function refuse(what: string, where: string, cause?: unknown): UserError {
  const mend = "name the plans of different layers, or one manifest.json";
  return new UserError({ what, where, mend, exit: "badInput" }, { cause });
}
