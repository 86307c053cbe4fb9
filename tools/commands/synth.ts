import type { Command } from "commander";
import { createRequire } from "node:module";
import { relative, resolve } from "node:path";
import { count, formatSeconds } from "../terminal/format";
import { defaultOutFolder } from "../terminal/paths";
import { jsonOption, profileOption } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly hcl?: true;
  readonly out?: string;
  readonly json?: true;
}

/** `./lgtm synth`: the layers as Terraform configuration. */
export function register(program: Command): void {
  addCommand(program, "synth")
    .description("Validates the configuration and writes every layer as Terraform JSON, or HCL with --hcl.")
    .addOption(profileOption())
    .option("--hcl", "write formatted HCL (cdk.tf) instead of JSON (cdk.tf.json)")
    .option("--out <folder>", "output folder (default: cdktf.out of the project)")
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm synth --hcl --profile baseline --out /tmp/hcl")
    .action(runSynth);
}

async function runSynth(options: Options): Promise<void> {
  const { synthesize } = load("../layers/synth") as typeof import("../layers/synth");
  const { ensureTerraform } = load("../terraform/binary") as typeof import("../terraform/binary");
  const outFolder = options.out === undefined ? defaultOutFolder : resolve(options.out);
  const hclWith = options.hcl === true ? (await ensureTerraform()).path : undefined;
  const { layers, seconds } = await synthesize({ outFolder, profile: options.profile, hclWith });
  if (options.json === true) {
    const written = layers.map(({ id, file, dependencies }) => ({ id, file, dependencies }));
    process.stdout.write(`${JSON.stringify({ outFolder, seconds, layers: written }, undefined, 2)}\n`);
    return;
  }
  for (const layer of layers) process.stdout.write(`${layer.id.padEnd(20)} ${relative(process.cwd(), layer.file)}\n`);
  process.stdout.write(`${count(layers.length, "layer")} synthesized in ${formatSeconds(seconds)}\n`);
}
