import type { Command } from "commander";
import { createRequire } from "node:module";
import { progressMode } from "../terminal/progress";
import { gitHubOption, jsonOption, parallelOption, profileOption, sha256 } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly manifest: string;
  readonly sha256: string;
  readonly confirm: string;
  readonly profile?: string;
  readonly parallel: number;
  readonly resume?: true;
  readonly github?: true;
  readonly json?: true;
}

/** `./lgtm destroy`: exactly what was approved to go, in reverse order. */
export function register(program: Command): void {
  addCommand(program, "destroy")
    .description(
      "Carries out plans of `./lgtm plan --destroy`, after the same checks as `./lgtm apply`: the layers that stand on others go " +
        "first. What holds data (buckets, image repositories, the lock table) is in such a plan only if it was named there. " +
        "Ends with 3 when something was refused.",
    )
    .requiredOption(
      "--manifest <file>",
      "the manifest that `./lgtm plan --destroy` wrote: a file, or s3://bucket/…/manifest.json",
    )
    .requiredOption("--sha256 <hash>", "the manifest's SHA-256 from the approved report", sha256)
    .requiredOption("--confirm <phrase>", 'the words "destroy <environment>"')
    .option("--resume", "take up a destruction of these plans that stopped half way")
    .addOption(profileOption())
    .addOption(parallelOption())
    .addOption(gitHubOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      '\nExample:\n  $ ./lgtm destroy --manifest plans/manifest.json --sha256 9f86d081884c7d65… --confirm "destroy staging"',
    )
    .action(runDestroy);
}

async function runDestroy(options: Options): Promise<void> {
  if (options.github === true) {
    const { checkJobProtection } = load(
      "../delivery/github/protection",
    ) as typeof import("../delivery/github/protection");
    await checkJobProtection(options.profile);
  }
  const { applyPlan } = load("../delivery/apply-plan") as typeof import("../delivery/apply-plan");
  const { renderApply } = load("../delivery/apply-report") as typeof import("../delivery/apply-report");
  const { checkDestroyPhrase } = load("../delivery/destruction") as typeof import("../delivery/destruction");
  const { loadProfile } = load("../layers/profile") as typeof import("../layers/profile");
  checkDestroyPhrase(options.confirm, loadProfile(options.profile).config.environment);
  const result = await applyPlan({
    manifest: options.manifest,
    sha256: options.sha256,
    profile: options.profile,
    parallel: options.parallel,
    mode: progressMode(options),
    resume: options.resume === true,
    purpose: "destroy",
  });
  const { printApplied } = load("./print-applied") as typeof import("./print-applied");
  printApplied(result, renderApply(result), options);
}
