import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fixturesFolder } from "../../tools/delivery/adoption/fixtures";

/** The parts of a Terraform state that tests change. */
export interface State {
  terraform_version: string;
  outputs: Record<string, unknown>;
  resources: StateResource[];
}

/** A resource in a state. */
export interface StateResource {
  module?: string;
  mode: string;
  type: string;
  name: string;
  instances: { attributes: Record<string, unknown> }[];
}

/** A copy of the committed state files, to be changed and put into a mock. */
export function copyStates(): string {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-states-"));
  cpSync(fixturesFolder, folder, { recursive: true });
  return folder;
}

/** Changes the state of one layer in such a copy. */
export function changeState(folder: string, layer: string, change: (state: State) => void): void {
  const key = layer === "00-bootstrap" ? "bootstrap" : join("lgtm-ecs", "prod", layer);
  const file = join(folder, key, "terraform.tfstate");
  const state = JSON.parse(readFileSync(file, "utf8")) as State;
  change(state);
  writeFileSync(file, JSON.stringify(state));
}

/** Attributes of all instances of a type in a state. */
export function attributesOf(state: State, type: string): Record<string, unknown>[] {
  const found = state.resources.filter((resource) => resource.type === type);
  return found.flatMap((resource) => resource.instances.map((instance) => instance.attributes));
}
