/**
 * Stands in for main.ts: writes the layers of the file that LGTM_TEST_LAYERS names, each with a state in S3. Most hold
 * `terraform_data` only, which needs no provider, so that the real Terraform plans and applies them in a moment.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bucket, lockTable, region, stateKeyOf, type SmallLayer } from "./small-layers";

const out = process.env.CDKTF_OUTDIR ?? "";
const layers = JSON.parse(readFileSync(process.env.LGTM_TEST_LAYERS ?? "", "utf8")) as Readonly<
  Record<string, SmallLayer>
>;

function stackOf(id: string, { reads = {}, resource = {}, aws, data = {}, output = {} }: SmallLayer): object {
  const remoteStates = Object.entries(reads).map(([name, upstream]) => [
    name,
    { backend: "s3", config: { bucket, key: stateKeyOf(upstream), region } },
  ]);
  const resources = { ...(Object.keys(resource).length === 0 ? {} : { terraform_data: resource }), ...aws };
  const sources = {
    ...(remoteStates.length === 0 ? {} : { terraform_remote_state: Object.fromEntries(remoteStates) as object }),
    ...data,
  };
  return {
    terraform: {
      required_version: ">= 1.11.0",
      ...(aws === undefined ? {} : { required_providers: { aws: { source: "hashicorp/aws", version: "~> 5.0" } } }),
      backend: { s3: { bucket, key: stateKeyOf(id), region, dynamodb_table: lockTable } },
    },
    ...(aws === undefined ? {} : { provider: { aws: [{ region }] } }),
    ...(Object.keys(sources).length === 0 ? {} : { data: sources }),
    ...(Object.keys(resources).length === 0 ? {} : { resource: resources }),
    ...(Object.keys(output).length === 0
      ? {}
      : { output: Object.fromEntries(Object.entries(output).map(([name, value]) => [name, { value }])) as object }),
  };
}

const stacks = Object.entries(layers).map(([id, layer]) => {
  const workingDirectory = `stacks/${id}`;
  const synthesizedStackPath = `${workingDirectory}/cdk.tf.json`;
  mkdirSync(join(out, workingDirectory), { recursive: true });
  writeFileSync(join(out, synthesizedStackPath), JSON.stringify(stackOf(id, layer), undefined, 2));
  const lock = join(out, workingDirectory, ".terraform.lock.hcl");
  if (layer.aws === undefined) writeFileSync(lock, "# no provider\n");
  else copyFileSync(join(__dirname, "../../provider/terraform.lock.hcl"), lock);
  const dependencies = Object.values(layer.reads ?? {});
  return [id, { name: id, dependencies, workingDirectory, synthesizedStackPath }] as const;
});
writeFileSync(join(out, "manifest.json"), JSON.stringify({ stacks: Object.fromEntries(stacks) }));
console.error(`Synthesized profile "${process.env.LGTM_PROFILE ?? "none"}" (environment test) to ${out}`);
