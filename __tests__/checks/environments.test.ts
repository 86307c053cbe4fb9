import { environmentFindings, validateEnvironments } from "../../checks/environments";
import { deployments, profiles } from "../../common.config";
import { ConfigError } from "../../modules/config/config-error";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { configuredEnvironments } from "../../modules/config/profiles";
import { withValue } from "../support/with-value";

const configured = configuredEnvironments();
const { target, staging } = profiles;

/** The environments of common.config.ts and further profiles. */
const withProfiles = (further: Readonly<Record<string, PlatformConfig>>) => ({
  ...configured,
  profiles: [...configured.profiles, ...Object.entries(further).map(([name, config]) => ({ name, config }))],
});
const found = (further: Readonly<Record<string, PlatformConfig>>) =>
  environmentFindings(withProfiles(further)).map(({ rule, key }) => `${rule} ${key}`);

/** A copy of target that was not finished. */
const dev: PlatformConfig = { ...target, environment: "dev", adoptsHclState: false };

/** An environment with names of its own throughout. */
const qa: PlatformConfig = {
  ...staging,
  environment: "qa",
  state: {
    ...staging.state,
    bootstrapBucket: "lgtm-qa-bootstrap",
    bucket: "lgtm-qa-states",
    keyPrefix: "qa",
    lockTable: "lgtm-qa-locks",
  },
  dataBucket: { ...staging.dataBucket, name: "lgtm-qa-data" },
  imageRepositories: { ...staging.imageRepositories, namePrefix: "lgtm-qa" },
  serviceDiscovery: { ...staging.serviceDiscovery, namespace: "lgtm-qa.local" },
  grafana: { ...staging.grafana, adminPasswordSecret: { name: "lgtm-qa/grafana", jsonKey: "password" } },
  network: {
    ...staging.network,
    vpcCidr: "10.2.0.0/16",
    zones: [
      { name: "ap-northeast-2a", publicCidr: "10.2.1.0/24", privateCidr: "10.2.11.0/24" },
      { name: "ap-northeast-2c", publicCidr: "10.2.2.0/24", privateCidr: "10.2.12.0/24" },
    ],
  },
};

/** All that an unfinished copy shares. */
const SHARED = [
  "state.bootstrapBucket",
  "state.bucket",
  "dataBucket.name",
  "state.lockTable",
  "serviceDiscovery.namespace",
  "imageRepositories.namePrefix",
  "grafana.adminPasswordSecret.name",
  "cache.createServiceLinkedRole",
];

describe("the profiles of common.config.ts", () => {
  test("THEN nothing is found, and nothing is warned of", () => {
    expect(validateEnvironments()).toEqual([]);
  });

  test.each(Object.entries<PlatformConfig>(profiles))(
    "GIVEN a copy of %s under another environment THEN it is refused",
    (name, config) => {
      const copy = { ...config, environment: "copy", adoptsHclState: false };
      const shared = config.cache.createServiceLinkedRole ? SHARED : SHARED.slice(0, -1);
      expect(found({ copy })).toEqual(shared.map((key) => `environments-apart profiles.copy.${key}`));
      // The copy's own name does not matter: what it shares is found whichever profile a command works on.
      expect(() => validateEnvironments(withProfiles({ copy }))).toThrow(
        `profiles.${name}.`.replace("target", "baseline"),
      );
    },
  );

  test.each(Object.entries(deployments))(
    "THEN %s deploys a profile of its own environment",
    (environment, { profile }) => {
      expect(profiles[profile].environment).toBe(environment);
    },
  );
});

describe('GIVEN dev = { ...target, environment: "dev" }', () => {
  test("THEN every shared name is told with its value, the other profile, and the harm", () => {
    const refuse = () => validateEnvironments(withProfiles({ dev }));
    expect(refuse).toThrow(ConfigError);
    expect(refuse).toThrow(/^common\.config\.ts has 8 problems:\n/);
    expect(refuse).toThrow(
      / {2}profiles\.dev\.state\.bucket = "jsj-lgtm-terraform-state-prod": must differ from profiles\.baseline\.state\.bucket, since dev \(lgtm-dev\) and baseline \(lgtm-prod\) are different environments: both would plan changes of one set of states \[environments-apart\]\n/,
    );
  });

  test("and another region THEN the same is told", () => {
    const elsewhere = withValue(dev, "region", "us-east-1");
    expect(found({ dev: elsewhere })).toHaveLength(SHARED.length);
  });

  test("and another account, but prod's profiles name none THEN the same is told", () => {
    expect(found({ dev: { ...dev, accountId: "123456789012" } })).toHaveLength(SHARED.length);
  });

  test("and both name their accounts, which differ THEN the buckets alone are told: they exist once in the world", () => {
    const prod = { ...qa, accountId: "111111111111" };
    const other = { ...prod, environment: "dev", accountId: "222222222222" };
    expect(found({ prod, other })).toEqual(SHARED.slice(0, 3).map((key) => `environments-apart profiles.other.${key}`));
    const same = { ...other, accountId: prod.accountId };
    expect(found({ prod, other: same })).toEqual(
      SHARED.slice(0, 7).map((key) => `environments-apart profiles.other.${key}`),
    );
  });

  test("and it is repaired name by name THEN each finding goes, and the last one leaves nothing", () => {
    const repairs: Readonly<Record<string, unknown>> = {
      "state.bootstrapBucket": qa.state.bootstrapBucket,
      "state.bucket": qa.state.bucket,
      "dataBucket.name": qa.dataBucket.name,
      "state.lockTable": qa.state.lockTable,
      "serviceDiscovery.namespace": qa.serviceDiscovery.namespace,
      "imageRepositories.namePrefix": qa.imageRepositories.namePrefix,
      "grafana.adminPasswordSecret.name": qa.grafana.adminPasswordSecret.name,
      "cache.createServiceLinkedRole": false,
    };
    expect(Object.keys(repairs)).toEqual(SHARED);
    let config = dev;
    for (const [index, key] of SHARED.entries()) {
      config = withValue(config, key, repairs[key]);
      expect(found({ dev: config })).toEqual(
        SHARED.slice(index + 1).map((rest) => `environments-apart profiles.dev.${rest}`),
      );
    }
  });
});

describe("GIVEN an environment with names of its own", () => {
  test("THEN nothing is found", () => {
    expect(found({ qa })).toEqual([]);
  });

  test("but prod's data bucket holds its states THEN that is found: all buckets are compared with all", () => {
    expect(found({ qa: withValue(qa, "state.bucket", target.dataBucket.name) })).toEqual([
      "environments-apart profiles.qa.state.bucket",
    ]);
  });

  test("and another one whose two names join to the same THEN the beginning of all names is found", () => {
    const one = { ...qa, projectName: "lgtm-a", environment: "b" };
    const other = {
      ...withOwnNames(qa),
      projectName: "lgtm",
      environment: "a-b",
    };
    expect(found({ one, other })).toEqual(["environments-apart profiles.other.environment"]);
  });

  test("and a second profile of it that keeps its states elsewhere THEN each part of the place is found", () => {
    const wrong = { ...withOwnNames(qa), region: "us-east-1" };
    expect(found({ qa, wrong })).toEqual(
      ["region", "state.bootstrapBucket", "state.bucket", "state.keyPrefix", "state.lockTable"].map(
        (key) => `one-place-of-states profiles.wrong.${key}`,
      ),
    );
    expect(found({ qa, right: { ...qa, logRetentionDays: 7 } })).toEqual([]);
  });

  test("and its network overlaps prod's THEN it is a warning, which refuses nothing", () => {
    const overlapping = withValue(qa, "network.vpcCidr", "10.0.0.0/12");
    expect(validateEnvironments(withProfiles({ qa: overlapping }))).toEqual([
      expect.objectContaining({
        rule: "networks-overlap",
        key: "profiles.qa.network.vpcCidr",
        instead: expect.stringContaining("overlaps profiles.baseline.network.vpcCidr (10.0.0.0/16)") as string,
      }),
    ]);
    expect(validateEnvironments(withProfiles({ qa }))).toEqual([]);
  });

  test("and another profile without form THEN that profile is left to its own check", () => {
    expect(found({ broken: undefined as unknown as PlatformConfig, qa })).toEqual([]);
  });
});

describe("deployments", () => {
  const deployed = (profile: string, environment = "prod") =>
    environmentFindings({ ...configured, deployments: { [environment]: { profile } } });

  test.each([
    ["an unknown profile", "production", /must name a profile: baseline, target, staging/],
    ["a name that every object has", "toString", /must name a profile:/],
    ["the profile of staging", "staging", /must name a profile of the environment "prod"; staging is one of "staging"/],
  ])("GIVEN prod with %s THEN it is refused", (_name, profile, instead) => {
    expect(deployed(profile)).toEqual([
      expect.objectContaining({
        rule: "deployment-of-environment",
        key: "deployments.prod.profile",
        value: profile,
        instead: expect.stringMatching(instead) as string,
      }),
    ]);
  });

  test("GIVEN each environment with its own profile THEN nothing is found", () => {
    expect([...deployed("baseline"), ...deployed("target"), ...deployed("staging", "staging")]).toEqual([]);
  });
});

/** The same environment with other names throughout. */
function withOwnNames(config: PlatformConfig): PlatformConfig {
  return {
    ...config,
    state: { bootstrapBucket: "o-bootstrap", bucket: "o-states", keyPrefix: "o", lockTable: "o-locks" },
    dataBucket: { ...config.dataBucket, name: "o-data" },
    imageRepositories: { ...config.imageRepositories, namePrefix: "o" },
    serviceDiscovery: { ...config.serviceDiscovery, namespace: "o.local" },
    grafana: { ...config.grafana, adminPasswordSecret: { name: "o/grafana", jsonKey: "password" } },
  };
}
