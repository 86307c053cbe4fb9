import { formatAge } from "../terminal/format";
import { renderTable } from "../terminal/table";
import type { AddressDiff } from "./addresses";
import type { LayerSummary, LockSummary } from "./overview";
import type { StateFile, StateOutput } from "./state-file";

/** Text shown in place of a sensitive value. */
export const masked = "(sensitive)";

/** The states of all layers as a table, and below it what deserves attention. */
export function renderOverview(layers: readonly LayerSummary[]): string {
  const table = renderTable(
    [
      { title: "layer" },
      { title: "serial", align: "right" },
      { title: "terraform" },
      { title: "written", align: "right" },
      { title: "resources", align: "right" },
      { title: "outputs", align: "right" },
      { title: "lock" },
    ],
    layers.map(overviewRow),
    layers.length === 1 ? undefined : ["", "", "", "", total(layers, "resources"), total(layers, "outputs"), ""],
  );
  return [table, ...remarks(layers)].join("\n");
}

function overviewRow({ layer, state, lock, lockTable }: LayerSummary): readonly (string | number)[] {
  const held = lock === null ? (lockTable ? "free" : "no lock table") : `${lock.who}, ${ageText(lock.ageSeconds)}`;
  if (state === null) return [layer, "-", "not applied", "-", 0, 0, held];
  const { serial, terraformVersion, ageSeconds, resources, outputs } = state;
  return [
    layer,
    serial,
    terraformVersion,
    ageSeconds === null ? "-" : `${formatAge(ageSeconds)} ago`,
    resources,
    outputs,
    held,
  ];
}

function total(layers: readonly LayerSummary[], count: "resources" | "outputs"): number {
  return layers.reduce((sum, { state }) => sum + (state?.[count] ?? 0), 0);
}

function ageText(seconds: number | null): string {
  return seconds === null ? "since an unknown time" : `for ${formatAge(seconds)}`;
}

function remarks(layers: readonly LayerSummary[]): readonly string[] {
  const locks = layers.flatMap(({ layer, lock }) => (lock === null ? [] : [lockRemark(layer, lock)]));
  const digests = layers
    .filter(({ digest }) => digest === "differs")
    .map(
      ({ layer, bucket, key }) =>
        `${layer}: the state is not the one that the lock table recorded, so Terraform refuses to read it. If it was written a ` +
        `moment ago, look again; else restore a backup (\`./lgtm state restore\`) or an earlier version of s3://${bucket}/${key}.`,
    );
  return [...locks, ...digests];
}

function lockRemark(layer: string, lock: LockSummary): string {
  return (
    `${layer} is locked by ${lock.who} ${ageText(lock.ageSeconds)} (${lock.operation}). If that process is certainly gone: ` +
    `\`./lgtm state unlock ${layer} --id ${lock.id}\``
  );
}

/** A lock in words: holder, age, operation and id. */
export function describeLock(lock: LockSummary): string {
  const since = lock.created === null ? "" : `, since ${lock.created}`;
  return `${lock.who} ${ageText(lock.ageSeconds)}${since} (${lock.operation}, lock id ${lock.id})`;
}

/** Resources and outputs of one state. */
export function renderLayerState(file: StateFile): string {
  const managed = file.resources.filter(({ mode }) => mode === "managed");
  const resources = renderTable(
    [{ title: "resource" }, { title: "id" }],
    managed.map(({ address, id }) => [address, id ?? "-"]),
  );
  const outputs = renderTable(
    [{ title: "output" }, { title: "value" }],
    file.outputs.map((output) => [output.name, outputText(output)]),
  );
  return [managed.length === 0 ? "No resources." : resources, file.outputs.length === 0 ? "No outputs." : outputs].join(
    "\n",
  );
}

function outputText(output: StateOutput): string {
  const shown = shownValue(output);
  return typeof shown === "string" ? shown : JSON.stringify(shown, undefined, 2);
}

/** The value of an output as it may be shown: sensitive ones are masked. */
export function shownValue({ sensitive, value }: StateOutput): unknown {
  return sensitive ? masked : value;
}

/** Renders the differences between states and synthesized layers; layers that do not differ take one line. */
export function renderDiff(diffs: readonly AddressDiff[]): string {
  return diffs
    .map((diff) => {
      const counts = `${diff.missing.length} missing, ${diff.extra.length} extra, ${diff.moved.length} to move`;
      return [
        `${diff.layer.padEnd(20)} ${isSame(diff) && diff.moved.length === 0 ? "same addresses" : counts}`,
        ...diff.missing.map((address) => `  missing  ${address}`),
        ...diff.extra.map((address) => `  extra    ${address}`),
        ...diff.moved.map(({ from, to }) => `  moved    ${from} -> ${to}`),
      ].join("\n");
    })
    .join("\n");
}

/** Tests that an apply would neither create nor destroy anything because of addresses. */
export function isSame({ missing, extra }: AddressDiff): boolean {
  return missing.length === 0 && extra.length === 0;
}
