import type { Layer } from "../layers/layers";
import { readStackFacts } from "../layers/stack-file";
import { stateReader, type StateReader } from "../state/stored-state";
import { UserError } from "../terminal/user-error";
import { parseManifest, sha256Of, type Manifest, type ManifestLayer } from "./manifest";
import type { PlanStore } from "./plan-store";
import { configurationHash, type Workspace } from "./workspace";

/** A manifest that was read and is the approved one. */
export interface ApprovedPlans {
  readonly manifest: Manifest;
  readonly store: PlanStore;
  /** Content of the stored files, by name: what is applied is what was verified. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Layers whose state is not the planned one any more, when an apply that stopped half way is taken up again. */
  readonly begun: ReadonlySet<string>;
}

/**
 * Reads the manifest and holds it against the approved hash.
 * @throws UserError (exit "negative") when it is absent, another one, or cannot be read
 */
export async function readApproved(store: PlanStore, name: string, sha256: string): Promise<Manifest> {
  const where = `${store.place}/${name}`;
  const bytes = await store.read(name);
  if (bytes === undefined) {
    throw new UserError({
      what: "There is no such manifest. Nothing was applied.",
      where,
      mend: "name the manifest that `./lgtm plan` printed; plans in the state bucket expire, so plan again if it is old",
      exit: "negative",
    });
  }
  const actual = sha256Of(bytes);
  if (actual === sha256.trim().toLowerCase()) return parseManifest(Buffer.from(bytes).toString("utf8"), where);
  throw new UserError({
    what: `The manifest is not the approved one: its SHA-256 is ${actual}, approved was ${sha256}. Nothing was applied.`,
    where,
    mend: "take the hash from the report that was approved, not from where the manifest lies; if it was changed since, plan again and have that approved",
    exit: "negative",
  });
}

/**
 * Verifies that all that was planned still holds: commit, profile, tools, configuration, files and states.
 *
 * @param manifest the approved manifest
 * @param store where its files lie
 * @param workspace what would be applied
 * @param resume whether states may have moved on since an apply of these plans stopped half way
 * @throws UserError (exit "negative") with every reason at once; nothing was applied
 */
export async function verifyManifest(
  manifest: Manifest,
  store: PlanStore,
  workspace: Workspace,
  resume: boolean,
): Promise<ApprovedPlans> {
  const files = new Map<string, Uint8Array>();
  const begun = new Set<string>();
  const readState = stateReader(workspace.env);
  const reasons = [
    ...sourceReasons(manifest, workspace),
    ...toolReasons(manifest, workspace),
    ...layerReasons(manifest, workspace.layers),
    ...(await fileReasons(manifest, store, files)),
    ...(await stateReasons(manifest, workspace.layers, readState, resume ? begun : undefined)),
  ];
  if (reasons.length === 0) return { manifest, store, files, begun };
  const [first = ""] = reasons;
  throw new UserError({
    what:
      reasons.length === 1
        ? `${first} Nothing was applied.`
        : "The approved plans no longer hold. Nothing was applied.",
    where: store.place,
    mend:
      "run `./lgtm plan` again here, and have the new plans approved; if an apply of these very plans stopped half way, " +
      "run it again with --resume",
    detail: reasons.length === 1 ? "" : reasons.join("\n"),
    exit: "negative",
  });
}

function sourceReasons(manifest: Manifest, { source, profile, session }: Workspace): readonly string[] {
  const isAccount = session.clients.target.kind === "account";
  const reasons: string[] = [];
  if (manifest.profile !== profile.name) {
    reasons.push(`The plans are of profile ${manifest.profile}, but ${profile.name} would be applied (--profile).`);
  }
  if (manifest.commit !== source.commit) {
    reasons.push(`The plans are of commit ${manifest.commit}, but this checkout is at ${source.commit}.`);
  }
  if (isAccount && manifest.dirty) reasons.push("The plans were made with files that were not committed.");
  if (isAccount && source.dirty) reasons.push("This checkout has files that are not committed.");
  return reasons;
}

function toolReasons({ tools }: Manifest, { terraform, provider }: Workspace): readonly string[] {
  const reasons: string[] = [];
  if (tools.terraform !== terraform.version) {
    reasons.push(`The plans were made by Terraform ${tools.terraform}, but ${terraform.version} is here.`);
  }
  if (tools.provider !== provider) {
    reasons.push(`The plans were made with AWS provider ${tools.provider}, but ${provider} is locked here.`);
  }
  return reasons;
}

function layerReasons(manifest: Manifest, layers: readonly Layer[]): readonly string[] {
  const planned = new Set(manifest.layers.map(({ id }) => id));
  const missing = manifest.scope === "all" ? layers.filter(({ id }) => !planned.has(id)) : [];
  return [
    ...missing.map(({ id }) => `Layer ${id} is missing in the manifest, which is said to hold all layers.`),
    ...manifest.layers.flatMap((layer) => {
      const isSplit = manifest.order.steps.some((step) => step.layer === layer.id && step.part !== "all");
      return reasonsOfLayer(layer, planned, layers, isSplit);
    }),
  ];
}

function reasonsOfLayer(
  planned: ManifestLayer,
  ids: ReadonlySet<string>,
  layers: readonly Layer[],
  isSplit: boolean,
): readonly string[] {
  const layer = layers.find(({ id }) => id === planned.id);
  if (layer === undefined) return [`Layer ${planned.id} was planned, but does not exist here.`];
  const reasons: string[] = [];
  if (configurationHash(layer) !== planned.configurationSha256) {
    reasons.push(
      `Layer ${planned.id} is synthesized otherwise here than it was planned (configuration, releases or commit).`,
    );
  }
  const facts = readStackFacts(layer);
  if (facts.bucket !== planned.state.bucket || facts.key !== planned.state.key) {
    reasons.push(`Layer ${planned.id} has its state in another place than it was planned with.`);
  }
  const absent = (planned.provisional?.upstream ?? []).filter((id) => !ids.has(id));
  if (absent.length > 0) {
    reasons.push(`Layer ${planned.id} stands on ${absent.join(", ")}, which the manifest does not hold.`);
  }
  if ((planned.plan === null) !== (planned.provisional !== null || isSplit)) {
    reasons.push(`Layer ${planned.id} has no plan that could be applied, and is neither provisional nor split.`);
  }
  return reasons;
}

async function fileReasons(
  manifest: Manifest,
  store: PlanStore,
  files: Map<string, Uint8Array>,
): Promise<readonly string[]> {
  const reasons: string[] = [];
  for (const { id, plan, json } of manifest.layers) {
    for (const { file, sha256 } of [json, ...(plan === null ? [] : [plan])]) {
      const content = await store.read(file);
      if (content === undefined) reasons.push(`Layer ${id} is missing: its file ${file} is not there.`);
      else if (sha256Of(content) !== sha256)
        reasons.push(`The file ${file} of layer ${id} was changed after it was planned.`);
      else files.set(file, content);
    }
  }
  return reasons;
}

async function stateReasons(
  manifest: Manifest,
  layers: readonly Layer[],
  readState: StateReader,
  /** Takes the layers whose state moved on; undefined: a state may not. */
  begun: Set<string> | undefined,
): Promise<readonly string[]> {
  const reasons = await Promise.all(
    manifest.layers.map(async ({ id, state: planned }) => {
      const layer = layers.find((one) => one.id === id);
      if (layer === undefined) return [];
      const state = await readState(readStackFacts(layer));
      const [lineage, serial] = state.kind === "state" ? [state.file.lineage, state.file.serial] : [null, null];
      if (lineage === planned.lineage && serial === planned.serial) return [];
      if (lineage !== planned.lineage && lineage !== null && planned.lineage !== null) {
        return [`The state of ${id} is another one (lineage ${lineage}, planned on ${planned.lineage}).`];
      }
      if (begun !== undefined && serial !== null) {
        begun.add(id);
        return [];
      }
      return [`The state of ${id} moved on: it is ${serialText(serial)}, planned on ${serialText(planned.serial)}.`];
    }),
  );
  return reasons.flat();
}

function serialText(serial: number | null): string {
  return serial === null ? "absent" : `at serial ${serial}`;
}
