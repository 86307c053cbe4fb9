import { relative, join } from "node:path";
import type { RehearsalRecord } from "./record";

/**
 * What a person needs to know of a mock that was left running: that it runs, how to work on it, how to end it.
 *
 * @param record the kept rehearsal
 * @param cutShort whether it was cut short instead of kept on purpose
 */
export function explainKept(record: RehearsalRecord, cutShort: boolean): string {
  const run = record.runFolder.split("/").at(-1) ?? "";
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
    `  npx cdktf diff ${layer} --app 'true' --output ${out} --ignore-missing-stack-dependencies`,
    "  aws ecs list-services --cluster lgtm-prod-cluster",
    "  ./lgtm state",
    `To end it: ./lgtm rehearse --stop ${run}`,
  ].join("\n");
}
