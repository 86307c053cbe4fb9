import type { Command } from "commander";
import { relative, resolve } from "node:path";
import { defaultOutFolder } from "../terminal/paths";
import { jsonOption, profileOption } from "./options";
import { synthesize } from "../layers/synth";
import { ensureTerraform } from "../terraform/binary";

interface Options {
  readonly profile?: string;
  readonly hcl?: true;
  readonly out?: string;
  readonly json?: true;
}

/** `./lgtm synth`: the layers as Terraform configuration. */
export function registerSynth(program: Command): void {
  program
    .command("synth")
    .summary("write all layers as Terraform configuration")
    .description("Validates the configuration and writes every layer as Terraform JSON, or HCL with --hcl.")
    .addOption(profileOption())
    .option("--hcl", "write formatted HCL (cdk.tf) instead of JSON (cdk.tf.json)")
    .option("--out <folder>", "output folder (default: cdktf.out of the project)")
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm synth --hcl --profile baseline --out /tmp/hcl")
    .action(runSynth);
}

async function runSynth(options: Options): Promise<void> {
  const outFolder = options.out === undefined ? defaultOutFolder : resolve(options.out);
  const hclWith = options.hcl === true ? (await ensureTerraform()).path : undefined;
  const { layers, seconds } = await synthesize({ outFolder, profile: options.profile, hclWith });
  if (options.json === true) {
    const written = layers.map(({ id, file, dependencies }) => ({ id, file, dependencies }));
    process.stdout.write(`${JSON.stringify({ outFolder, seconds, layers: written }, undefined, 2)}\n`);
    return;
  }
  for (const layer of layers) process.stdout.write(`${layer.id.padEnd(20)} ${relative(process.cwd(), layer.file)}\n`);
  process.stdout.write(`${layers.length} layers synthesized in ${seconds.toFixed(1)} s\n`);
}
