import { writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { RehearsalRecord } from "./record";
import type { Workbench } from "./workbench";

/** Variables that a user's shell may have set and that would lead a program past the mock. */
const LEADS_ASTRAY = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];

/**
 * Writes a file for the user's shell by which `terraform`, `cdktf`, `aws` and `./lgtm` work on the mock.
 *
 * @param bench the rehearsal
 * @param profile its profile
 */
export function writeEnvironment({ env, runFolder }: Workbench, profile: string): void {
  const set = Object.entries({ ...env, LGTM_PROFILE: profile, CDKTF_OUTDIR: join(runFolder, "out") })
    .filter(([name]) =>
      /^(AWS_|TF_CLI_CONFIG_FILE$|CHECKPOINT_DISABLE$|DISABLE_VERSION_CHECK$|LGTM_|CDKTF_)/.test(name),
    )
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
  const unset = `unset ${LEADS_ASTRAY.join(" ")} $(env | sed -n 's/^\\(AWS_ENDPOINT_URL_[A-Z0-9_]*\\)=.*/\\1/p')`;
  writeFileSync(join(runFolder, "environment.sh"), [unset, ...set, ""].join("\n"));
}

/**
 * Explains a mock that was left running: that it runs, how to work on it, how to end it.
 *
 * @param record the kept rehearsal
 * @param cutShort whether it was cut short instead of kept on purpose
 */
export function explainKept(record: RehearsalRecord, cutShort: boolean): string {
  const run = basename(record.runFolder);
  const file = relative(process.cwd(), join(record.runFolder, "environment.sh"));
  const out = relative(process.cwd(), join(record.runFolder, "out"));
  const layer = record.layers.at(-1) ?? "01-vpc";
  const why = cutShort
    ? "The rehearsal was cut short. Its mock of AWS runs on, with all that was made and with every state that was written; " +
      `\`./lgtm rehearse --resume ${run}\` goes on to the end, \`./lgtm rehearse --stop ${run}\` ends the mock.`
    : `The mock of AWS runs on at http://127.0.0.1:${record.mock.port} (process ${record.mock.pid}).`;
  return [
    why,
    "To look around, in this shell:",
    `  . ${file}                       # AWS, Terraform and cdktf then work on the mock`,
    `  terraform -chdir=${out}/stacks/${layer} plan`,
    `  npx cdktf diff ${layer} --skip-synth --output ${out} --ignore-missing-stack-dependencies`,
    "  aws ecs list-services --cluster lgtm-prod-cluster",
    "  ./lgtm state",
    `To end it: ./lgtm rehearse --stop ${run}`,
  ].join("\n");
}
