/**
 * Stands in for main.ts: writes what CDKTF would write, for the stacks named in FAKE_STACKS, and ends as FAKE_EXIT says. So
 * what happens around the app is tested in the time that Node needs to start.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const out = process.env.CDKTF_OUTDIR ?? "";
const isHcl = process.env.SYNTH_HCL_OUTPUT === "true";
const file = isHcl ? "cdk.tf" : "cdk.tf.json";
const names = (process.env.FAKE_STACKS ?? "").split(",");

function writeStack(name: string): void {
  const folder = join(out, "stacks", name);
  mkdirSync(folder, { recursive: true });
  const profile = process.env.LGTM_PROFILE ?? "none";
  const json = { output: { profile: { value: profile } }, terraform: { required_version: ">= 1.11.0" } };
  // CDKTF's own HCL: only the names of nested blocks are taken from it.
  writeFileSync(join(folder, file), isHcl ? 'output "profile" {\nbroken = "a"b"\n}' : JSON.stringify(json));
  if (isHcl) writeFileSync(join(folder, "metadata.json"), "{}");
  writeFileSync(join(folder, ".terraform.lock.hcl"), "# lock");
}

function stackEntry(name: string): readonly [string, object] {
  const workingDirectory = `stacks/${name}`;
  return [name, { name, dependencies: [], workingDirectory, synthesizedStackPath: `${workingDirectory}/${file}` }];
}

for (const name of names) writeStack(name);
if (process.env.FAKE_EXIT === undefined) {
  writeFileSync(join(out, "manifest.json"), JSON.stringify({ stacks: Object.fromEntries(names.map(stackEntry)) }));
  console.log(`Synthesized profile "${process.env.LGTM_PROFILE ?? "none"}" (environment test) to ${out}`);
} else {
  console.error("network.vpcCidr: 10.0.0.0/99 is no CIDR block");
  process.exitCode = Number(process.env.FAKE_EXIT);
}
