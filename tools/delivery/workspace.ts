import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Profile } from "../../modules/config/profiles";
import type { Layer } from "../layers/layers";
import { makeRunFolder } from "../terminal/paths";
import type { ProgressMode } from "../terminal/progress";
import type { StateSession } from "../state/session";
import { synthesize } from "../layers/synth";
import { ensureTerraform, type TerraformBinary } from "../terraform/binary";
import { accountEnvironment } from "../layers/environment";
import { setUpProvider, type ProviderSetup } from "../terraform/provider";
import { acceptedVersions } from "../layers/stack-file";
import { sha256Of } from "./manifest";
import { currentSource, type Source } from "./source";

/** Options that plan, apply and drift share. */
export interface DeliveryOptions {
  /** @default - LGTM_PROFILE, then `activeProfile` */
  readonly profile?: string | undefined;
  /** Number of layers at the same time. */
  readonly parallel: number;
  readonly mode: ProgressMode;
  /** The app to synthesize. @default - main.ts of the project */
  readonly app?: string | undefined;
  /** Environment of the children, without the provider's part. @default - the user's own */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Tells which commit this is. @default - asks Git */
  readonly source?: (() => Promise<Source>) | undefined;
  /** Told what belongs to no layer. @default - standard error, unless silent */
  readonly note?: ((text: string) => void) | undefined;
}

/** Workspace of plan, apply and drift: synthesized layers, programs, an open session on the account or mock. */
export interface Workspace {
  readonly runFolder: string;
  readonly profile: Profile;
  readonly layers: readonly Layer[];
  readonly terraform: TerraformBinary;
  readonly providerSetup: ProviderSetup;
  /** Version of the AWS provider that the lock file names. */
  readonly provider: string;
  /** The whole environment of every child. */
  readonly env: NodeJS.ProcessEnv;
  readonly session: StateSession;
  readonly source: Source;
  readonly note: (text: string) => void;
}

/** Called before a layer is planned or applied; what it throws stops the layer and all that come after it. */
export type BeforeLayer = (layer: Layer, workspace: Workspace) => Promise<void>;

/** Loads when it is used: the AWS clients take longer to load than most commands to run. */
const load = createRequire(__filename);

/**
 * Opens the account or mock, synthesizes and finds the programs.
 *
 * @param command name of the command, for the run's folder
 * @param options what was asked for
 * @param writes whether something will be changed
 * @throws UserError when something is missing, refused, or may not be changed with this profile
 */
export async function openWorkspace(command: string, options: DeliveryOptions, writes: boolean): Promise<Workspace> {
  const { openSession } = load("../state/session") as typeof import("../state/session");
  const note = options.note ?? noteFor(options.mode);
  const base = options.env ?? accountEnvironment();
  const session = await openSession({ profile: options.profile, writes, report: note, env: base });
  const runFolder = makeRunFolder(command);
  const { layers } = await synthesize({
    outFolder: join(runFolder, "out"),
    profile: session.profile.name,
    app: options.app,
    say: () => undefined,
  });
  const terraform = await ensureTerraform({ constraint: acceptedVersions(layers), report: note });
  const providerSetup = await setUpProvider(terraform, { report: note });
  return {
    runFolder,
    profile: session.profile,
    layers,
    terraform,
    providerSetup,
    provider: providerVersion(layers),
    env: { ...base, ...providerSetup.environment },
    session,
    source: await (options.source ?? currentSource)(),
    note,
  };
}

function noteFor(mode: ProgressMode): (text: string) => void {
  return (text) => {
    if (mode !== "silent") process.stderr.write(`${text}\n`);
  };
}

function providerVersion([first]: readonly Layer[]): string {
  if (first === undefined) return "none";
  const lock = readFileSync(join(first.folder, ".terraform.lock.hcl"), "utf8");
  return /hashicorp\/aws"\s*{[^}]*?version\s*=\s*"([^"]+)"/.exec(lock)?.[1] ?? "none";
}

/** SHA-256 of a layer's configuration. */
export function configurationHash(layer: Layer): string {
  return sha256Of(readFileSync(layer.file));
}
