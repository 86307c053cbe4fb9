import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { manifestFormat, parseManifest, sha256Of, type Manifest } from "../manifest";
import { summarizePlan, type PlanSummary } from "../../terraform/plan-summary";
import { UserError } from "../../terminal/user-error";
import { buildReport, type PlanReport, type ReportedPlan } from "./plan-report";

/**
 * Builds a report from files: one manifest with the plans beside it, or plans in Terraform's JSON.
 *
 * @param files paths; a plan's layer is its file's name up to the first dot
 * @throws UserError (exit "badInput") when a file is absent or neither
 */
export function readReport(files: readonly string[]): PlanReport {
  const read = files.map((file) => ({ file, text: readText(file) }));
  const manifest = read.find(({ text }) => text.includes(`"${manifestFormat}"`));
  if (manifest !== undefined) return ofManifest(manifest.file, manifest.text);
  return buildReport(
    read.map(({ file, text }) => ({
      layer: basename(file).split(".")[0] ?? file,
      dependencies: [],
      summary: parseSummary(file, text),
    })),
  );
}

function ofManifest(file: string, text: string): PlanReport {
  const manifest = parseManifest(text, file);
  const { purpose, profile, commit, dirty, order } = manifest;
  const plans = manifest.layers.map((layer) => planOf(layer, dirname(file)));
  const hash = sha256Of(text);
  return buildReport(plans, { purpose, profile, commit, dirty, order, manifestPlace: file, manifestSha256: hash });
}

function planOf({ id, dependencies, provisional, json }: Manifest["layers"][number], folder: string): ReportedPlan {
  const file = join(folder, json.file);
  return {
    layer: id,
    dependencies,
    provisional: provisional ?? undefined,
    summary: parseSummary(file, readText(file)),
  };
}

function parseSummary(file: string, text: string): PlanSummary {
  try {
    return summarizePlan(text);
  } catch (error) {
    throw new UserError(
      {
        what: "This is no plan in Terraform's JSON form.",
        where: file,
        mend: "write it with `terraform show -json <saved plan>`, or name the manifest.json of `./lgtm plan`",
        exit: "badInput",
      },
      { cause: error },
    );
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      { what: "The file cannot be read.", where: file, mend: "name plan files or a manifest.json", exit: "badInput" },
      { cause: error },
    );
  }
}
