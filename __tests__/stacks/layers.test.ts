import { profiles } from "../../common.config";
import { LAYER_OUTPUTS, type LayerId } from "../../stacks/outputs";
import { existingState, LAYER_IDS } from "../support/existing-state";
import { type Platform, preparePlatform } from "../support/platform";

/** Who reads whose outputs, as in the HCL. */
const READS: Readonly<Partial<Record<LayerId, readonly LayerId[]>>> = {
  "30-security-groups": ["01-vpc"],
  "35-elasticache": ["01-vpc", "30-security-groups"],
  "40-cloudmap": ["01-vpc"],
  "50-alb": ["01-vpc", "30-security-groups"],
  "60-ecs": [
    "01-vpc",
    "05-cloudwatch-logs",
    "10-ecr",
    "20-iam",
    "30-security-groups",
    "35-elasticache",
    "40-cloudmap",
    "50-alb",
  ],
};

/** What must come first although no output shows it. */
const ORDER: Readonly<Partial<Record<LayerId, readonly LayerId[]>>> = {
  "35-elasticache": ["20-iam"],
  "60-ecs": ["15-s3"],
};

const platform = preparePlatform();
const profile = { target: preparePlatform(profiles.target), staging: preparePlatform(profiles.staging) };

test("GIVEN baseline THEN the layers are those of the existing state, in order", () => {
  expect(platform.layers.map(({ id }) => id)).toEqual(LAYER_IDS);
});

describe.each(LAYER_IDS)("layer %s", (layer) => {
  const { terraform, provider, output, data } = platform.json(layer);
  const reads = READS[layer] ?? [];

  test("THEN its state is where it is today", () => {
    const isBootstrap = layer === "00-bootstrap";
    expect(terraform.backend).toEqual({
      s3: {
        bucket: isBootstrap ? "jsj-lgtm-terraform-bootstrap" : "jsj-lgtm-terraform-state-prod",
        key: isBootstrap ? "bootstrap/terraform.tfstate" : `lgtm-ecs/prod/${layer}/terraform.tfstate`,
        region: "ap-northeast-2",
        encrypt: true,
        // The lock table is made by layer 00.
        ...(isBootstrap ? {} : { dynamodb_table: "jsj-lgtm-terraform-lock-prod" }),
      },
    });
  });

  test("THEN Terraform and the provider are bounded", () => {
    expect(terraform.required_version).toBe(">= 1.11.0, < 2.0.0");
    expect(terraform.required_providers).toEqual({ aws: { source: "hashicorp/aws", version: "~> 5.0" } });
  });

  test("THEN there is one provider, with region and default tags, for any account", () => {
    expect(provider).toEqual({
      aws: [
        {
          region: "ap-northeast-2",
          default_tags: [{ tags: { Project: "lgtm", Environment: "prod", ManagedBy: "Terraform" } }],
        },
      ],
    });
  });

  test("THEN its outputs are those of the existing state and those that every configuration has", () => {
    const contract = Object.entries(LAYER_OUTPUTS[layer]).filter(([, { always }]) => always);
    const names = new Set([...contract.map(([name]) => name), ...Object.keys(existingState(layer).outputs)]);
    expect(Object.keys(output).sort()).toEqual([...names].sort());
    for (const name of names) expect(LAYER_OUTPUTS[layer]).toHaveProperty(name);
  });

  test("THEN it reads the states of the layers that the HCL read, and no other", () => {
    const states = Object.values(data?.terraform_remote_state ?? {});
    expect(states.map(({ backend, config }) => ({ backend, config }))).toHaveLength(reads.length);
    for (const upstream of reads)
      expect(states).toContainEqual(
        expect.objectContaining({
          backend: "s3",
          config: {
            bucket: "jsj-lgtm-terraform-state-prod",
            key: `lgtm-ecs/prod/${upstream}/terraform.tfstate`,
            region: "ap-northeast-2",
          },
        }),
      );
  });

  test("THEN it comes after what it reads, after 00, and after what it needs without reading", () => {
    const { dependencies } = platform.layers.find(({ id }) => id === layer) ?? { dependencies: [] };
    const before = layer === "00-bootstrap" ? [] : ["00-bootstrap"];
    expect([...dependencies].sort()).toEqual([...before, ...reads, ...(ORDER[layer] ?? [])].sort());
  });
});

describe("GIVEN an account id", () => {
  const guarded = preparePlatform({ accountId: "210987654321" });

  test("THEN the provider of each layer refuses every other account", () => {
    for (const { json } of guarded.layers)
      expect(json.provider.aws?.[0]?.allowed_account_ids).toEqual(["210987654321"]);
  });

  test("THEN no ARN contains it", () => {
    for (const { json } of guarded.layers) expect(JSON.stringify(json.resource)).not.toContain("210987654321");
  });
});

describe("GIVEN an environment that has no states of the HCL", () => {
  const fresh = preparePlatform({ adoptsHclState: false });

  test("THEN nothing moves, and the addresses are the same", () => {
    for (const { id, json } of fresh.layers) {
      expect(json.moved).toBeUndefined();
      expect(Object.keys(json.resource).sort()).toEqual(Object.keys(platform.json(id).resource).sort());
    }
  });
});

describe.each(["target", "staging"] as const)("GIVEN the profile %s", (name) => {
  const other = profile[name];

  test("THEN it has every output of baseline, with the same sensitivity", () => {
    for (const { id, json } of platform.layers)
      for (const [output, { sensitive }] of Object.entries(json.output)) {
        expect(other.json(id).output).toHaveProperty(output);
        expect(other.json(id).output[output]?.sensitive).toBe(sensitive);
      }
  });
});

test("GIVEN prod and staging THEN no name, bucket, key or network is in both", () => {
  const named = ["name", "bucket", "cluster_id", "family", "name_prefix", "cidr_block"];
  const names = ({ layers }: Platform) =>
    layers.flatMap(({ id, json }) => [
      JSON.stringify(json.terraform.backend),
      ...Object.entries(json.resource).flatMap(([type, resources]) =>
        Object.values(resources).flatMap((resource) =>
          named
            .map((key) => [key, resource[key]] as const)
            .filter(([, value]) => typeof value === "string" && !value.startsWith("${"))
            .map(([key, value]) => `${id} ${type} ${key} ${String(value)}`),
        ),
      ),
    ]);
  const staging = new Set(names(profile.staging));
  const shared = names(profile.target).filter((name) => staging.has(name));

  // Names inside a cluster, a namespace or a role of their own, and what is no name.
  const scoped =
    / aws_ecs_service name | aws_service_discovery_service name | aws_iam_role_policy name| aws_elasticache_parameter_group family /;
  expect(shared.filter((name) => !scoped.test(name))).toEqual([]);
});
