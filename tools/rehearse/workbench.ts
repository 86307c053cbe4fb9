import { join } from "node:path";
import type { Expected } from "../images/expected";
import type { Layer } from "../layers/layers";
import type { Mock } from "../mock/server";
import type { Progress, ProgressMode } from "../terminal/progress";
import { startProgress } from "../terminal/progress";
import type { TerraformBinary } from "../terraform/binary";
import { mockEnvironment } from "../layers/environment";
import { terraformOfLayers } from "../terraform/plan-layers";
import type { ProviderSetup } from "../terraform/provider";
import type { Terraform } from "../terraform/terraform";

/** Workbench of all steps of a rehearsal. */
export interface Workbench {
  readonly runFolder: string;
  /** All layers of the output folder. */
  readonly all: readonly Layer[];
  /** The layers that are rehearsed; whatever they need is among them. */
  readonly selected: readonly Layer[];
  readonly mock: Mock;
  readonly terraform: TerraformBinary;
  readonly providerSetup: ProviderSetup;
  /** The whole environment of every child. */
  readonly env: NodeJS.ProcessEnv;
  /** Images and the secret that the tasks need; on the mock, stand-ins supply them. */
  readonly expected: Expected;
  /** Number of layers at the same time. */
  readonly parallel: number;
  readonly mode: ProgressMode;
  /** Told what belongs to no layer. */
  readonly note: (text: string) => void;
  /** Terraform of a layer, with its log file. */
  readonly terraformOf: (layer: Layer) => Terraform;
}

/** Parts of a workbench. */
export type WorkbenchParts = Omit<Workbench, "env" | "terraformOf">;

/** Puts together what the steps need: the environment that cannot reach AWS, and a Terraform for each layer. */
export function makeWorkbench(parts: WorkbenchParts): Workbench {
  const { all, terraform, providerSetup } = parts;
  const env = { ...mockEnvironment(parts.mock.environment, parts.runFolder), ...providerSetup.environment };
  const logFolder = logFolderOf(parts.runFolder);
  const terraformOf = terraformOfLayers({ all, terraform, providerSetup, env, logFolder });
  return { ...parts, env, terraformOf };
}

/** Folder of a run that holds a log file for each layer. */
export function logFolderOf(runFolder: string): string {
  return join(runFolder, "logs");
}

/** Starts the progress display of one step; its lines begin with the steps' ids. */
export function stepProgress(
  { mode, note }: Pick<Workbench, "mode" | "note">,
  title: string,
  steps: readonly { readonly id: string }[],
): Progress {
  note(title);
  return startProgress(
    steps.map(({ id }) => id),
    mode,
  );
}
