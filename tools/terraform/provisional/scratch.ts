import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Layer } from "../../layers/layers";
import { readStack } from "../../layers/stack-file";
import { outputsState } from "./outputs-state";
import type { PlannedOutputs } from "./planned-outputs";

/** Inputs of a scratch copy. */
export interface ScratchOptions {
  readonly layer: Layer;
  /** Folder that becomes the copy; it must not exist. */
  readonly folder: string;
  /** The layer's real state, byte for byte; undefined when it has none. */
  readonly state: string | undefined;
  /** Planned outputs to read in place of a remote state, by the name of the `data.terraform_remote_state`. */
  readonly reads: Readonly<Record<string, PlannedOutputs>>;
}

interface StackJson {
  terraform: { backend?: unknown };
  data?: { terraform_remote_state?: Record<string, unknown> };
}

/**
 * Copies a synthesized layer to where it can be planned on what its upstream will put out. The copy keeps its state in a
 * file of its own that holds a copy of the real one: whatever is done in it cannot reach the real state or its lock. The
 * files hold secrets and are readable by this user only.
 */
export function makeScratch({ layer, folder, state, reads }: ScratchOptions): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stack = structuredClone<StackJson>(readStack(layer).json);
  stack.terraform.backend = { local: { path: "terraform.tfstate" } };
  const remoteStates = stack.data?.terraform_remote_state ?? {};
  for (const [name, outputs] of Object.entries(reads)) {
    const path = join(folder, `outputs-${outputs.layer}.tfstate`);
    writePrivate(path, outputsState(outputs));
    remoteStates[name] = { backend: "local", config: { path } };
  }
  writePrivate(join(folder, "cdk.tf.json"), JSON.stringify(stack, undefined, 2));
  if (state !== undefined) writePrivate(join(folder, "terraform.tfstate"), state);
  const lock = join(layer.folder, ".terraform.lock.hcl");
  if (existsSync(lock)) copyFileSync(lock, join(folder, ".terraform.lock.hcl"));
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}
