import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SERVICE_NAMES } from "../../../modules/services/service-name";
import { REVERSE_MOVES_FILE, reverseMoves } from "../../../tools/layers/reverse-moves";
import { ensureTerraform } from "../../../tools/terraform/binary";
import { mockEnvironment } from "../../../tools/layers/environment";
import { lockFile, setUpProvider } from "../../../tools/terraform/provider";
import { endProviders } from "../../../tools/mock/provider-process";
import { sharedProvider } from "../../../tools/terraform/shared-provider";
import { Terraform } from "../../../tools/terraform/terraform";
import { addressesOf } from "../../support/addresses";
import { stateFilePath } from "../../support/existing-state";
import { LEGACY_LOGS_MODULE, LEGACY_LOGS_OUTPUTS } from "../../support/legacy-logs";
import { baseline, preparePlatform, present } from "../../support/platform";

const LAYER = "05-cloudwatch-logs";

/** Lets the provider plan without an account: with -refresh=false it has nothing to ask AWS. */
const OFFLINE = {
  region: baseline.region,
  access_key: "none",
  secret_key: "none",
  skip_credentials_validation: true,
  skip_requesting_account_id: true,
  skip_metadata_api_check: "true",
  default_tags: [{ tags: { Project: "lgtm", Environment: "prod", ManagedBy: "Terraform" } }],
};

const VERSIONS = { required_providers: { aws: { source: "hashicorp/aws", version: "~> 5.0" } } };

const OLD_ROOT = {
  terraform: VERSIONS,
  provider: { aws: [OFFLINE] },
  module: { cloudwatch_logs: { source: "./cloudwatch-logs" } },
  output: LEGACY_LOGS_OUTPUTS,
};

/** What the test looks at in `terraform show -json`. */
interface Plan {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly previous_address?: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
  readonly output_changes: Readonly<Record<string, { readonly actions: readonly string[] }>>;
}

/** Nothing answers there, and nothing is asked: it says that this is no account, so that one provider may serve all runs. */
const endpoint = "http://127.0.0.1:9";
const root = mkdtempSync(join(tmpdir(), "lgtm-reverse-moves-"));
afterAll(async () => {
  await endProviders(endpoint);
  rmSync(root, { recursive: true });
});

/** A folder with files, the lock file and a state. */
function makeFolder(name: string, files: Readonly<Record<string, unknown>>, state: string): string {
  const folder = join(root, name);
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, file);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  }
  copyFileSync(lockFile, join(folder, ".terraform.lock.hcl"));
  copyFileSync(state, join(folder, "terraform.tfstate"));
  return folder;
}

async function terraformIn(folder: string): Promise<Terraform> {
  const found = await ensureTerraform();
  const { environment, packageFolder } = await setUpProvider(found);
  const env = { ...mockEnvironment({ AWS_ENDPOINT_URL: endpoint }, root), ...environment };
  const shared = sharedProvider({ packageFolder, settings: OFFLINE, env, logFolder: root });
  const logFile = join(folder, "log");
  const sharing = shared === undefined ? {} : { sharedProvider: shared };
  const terraform = new Terraform({ binary: found.path, layer: LAYER, folder, env, logFile, ...sharing });
  await terraform.init();
  return terraform;
}

async function planOf(terraform: Terraform): Promise<Plan> {
  await terraform.plan({ out: "plan", refresh: false });
  return JSON.parse(await terraform.show("plan")) as Plan;
}

const oldFiles = { "main.tf.json": OLD_ROOT, "cloudwatch-logs/main.tf.json": LEGACY_LOGS_MODULE };
const wayBack = present(reverseMoves(LAYER, present(addressesOf(baseline)[LAYER], LAYER)), "moves");

/** Folder in which the layer of this project has applied its moves on the committed state. */
let moved: string;

beforeAll(async () => {
  // As synthesized, but for where the state is and who the provider asks.
  const layer = { ...preparePlatform().json(LAYER), terraform: VERSIONS, provider: { aws: [OFFLINE] } };
  const files = { "cdk.tf.json": layer };
  moved = makeFolder("new", files, stateFilePath(LAYER));
  const terraform = await terraformIn(moved);
  await terraform.plan({ out: "plan", refresh: false });
  await terraform.apply("plan");
}, 180_000);

test("GIVEN the moves were applied THEN the state has the new addresses", () => {
  const { resources } = JSON.parse(readFileSync(join(moved, "terraform.tfstate"), "utf8")) as {
    resources: readonly { module?: string; type: string; name: string }[];
  };
  expect(resources.map(({ module, type, name }) => [module, type, name]).sort()).toEqual(
    SERVICE_NAMES.map((name) => [undefined, "aws_cloudwatch_log_group", name]).sort(),
  );
});

test("GIVEN the old HCL beside the reverse moves THEN it plans every log group as a no-op that moves back", async () => {
  const state = join(moved, "terraform.tfstate");
  const folder = makeFolder("old", { ...oldFiles, [REVERSE_MOVES_FILE]: wayBack }, state);
  const { resource_changes: changes, output_changes: outputs } = await planOf(await terraformIn(folder));

  expect(changes.map(({ address, previous_address: from, change }) => [address, from, change.actions])).toEqual(
    [...SERVICE_NAMES]
      .sort()
      .map((name) => [
        `module.cloudwatch_logs.aws_cloudwatch_log_group.services["${name}"]`,
        `aws_cloudwatch_log_group.${name}`,
        ["no-op"],
      ]),
  );
  for (const { actions } of Object.values(outputs)) expect(actions).toEqual(["no-op"]);
}, 180_000);

test("GIVEN the old HCL without them THEN it would make every log group anew", async () => {
  const folder = join(root, "without");
  cpSync(join(root, "old"), folder, { recursive: true, verbatimSymlinks: true });
  rmSync(join(folder, REVERSE_MOVES_FILE));
  const { resource_changes: changes } = await planOf(await terraformIn(folder));

  expect(changes.flatMap(({ change }) => change.actions).sort()).toEqual([
    ...SERVICE_NAMES.map(() => "create"),
    ...SERVICE_NAMES.map(() => "delete"),
  ]);
}, 180_000);
