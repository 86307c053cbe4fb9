import type { Command } from "commander";
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ARCHITECTURE, architectureDocument } from "../checkout/diagrams/architecture";
import { exitCodes } from "../terminal/exit-codes";
import type { Layer } from "../layers/layers";
import { makeRunFolder } from "../terminal/paths";
import { synthesize } from "../layers/synth";

interface Options {
  readonly check?: true;
}

/** `./lgtm diagrams`: the pictures of docs/architecture.md, drawn from the synthesized layers. */
export function registerDiagrams(program: Command): void {
  program
    .command("diagrams")
    .summary("draw the pictures of docs/architecture.md from the layers")
    .description("Synthesizes baseline and target and redraws the Mermaid pictures in docs/architecture.md.")
    .option("--check", "change nothing; say whether the pictures are up to date")
    .addHelpText("after", "\nExample:\n  $ ./lgtm diagrams --check")
    .action(runDiagrams);
}

async function runDiagrams(options: Options): Promise<void> {
  const folder = makeRunFolder("diagrams");
  const [baseline, target] = [await layersOf("baseline", folder), await layersOf("target", folder)];
  const document = architectureDocument(baseline, target);
  const name = relative(process.cwd(), ARCHITECTURE);
  if (document === readFileSync(ARCHITECTURE, "utf8")) {
    process.stdout.write(`${name} is up to date\n`);
  } else if (options.check === true) {
    process.stdout.write(`${name} shows other layers or routes than the code has: run ./lgtm diagrams\n`);
    process.exitCode = exitCodes.negative;
  } else {
    writeFileSync(ARCHITECTURE, document);
    process.stdout.write(`${name} redrawn\n`);
  }
}

async function layersOf(profile: string, folder: string): Promise<readonly Layer[]> {
  return (await synthesize({ profile, outFolder: join(folder, profile), say: () => undefined })).layers;
}
