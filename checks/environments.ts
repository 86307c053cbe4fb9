import { isIPv4CidrBlock, overlaps } from "../modules/config/cidr";
import { ConfigError, type Finding } from "../modules/config/config-error";
import { namePrefix } from "../modules/config/names";
import type { PlatformConfig } from "../modules/config/platform-config";
import { configuredEnvironments, type Environments, type Profile } from "../modules/config/profiles";
import { configSchema } from "./config-schema";
import { applyRules, problem, type Problem, type Rules } from "./finding";

/**
 * Refuses profiles that could touch each other's environment: profiles of different environments share nothing, profiles of
 * one environment share the place of its states, and a deployment names a profile of its own environment. Every command
 * looks at all profiles, whichever it works on: a profile that was copied and not finished must not wait for its first use.
 *
 * @param environments all profiles and deployments; those of common.config.ts if left out
 * @returns warnings, which refuse nothing
 * @throws ConfigError with all findings at once
 */
export function validateEnvironments(environments: Environments = configuredEnvironments()): readonly Finding[] {
  const findings = environmentFindings(environments);
  if (findings.length > 0) throw new ConfigError("common.config.ts", findings);
  return applyRules(WARNINGS, environments);
}

/**
 * Finds all that environments share and must not share.
 *
 * @param environments all profiles and deployments
 */
export function environmentFindings(environments: Environments): readonly Finding[] {
  return applyRules(RULES, environments);
}

/** A value that two environments must not share. */
interface Shared {
  /** Path of the value in the profile. */
  readonly key: string;
  readonly value: unknown;
  /** Values are compared within a kind: a state bucket must be no data bucket of another environment either. */
  readonly kind: string;
  /** Reason that a shared value does harm. */
  readonly harm: string;
}

/** Kind of the names that exist once in the world. */
const BUCKET = "bucket";

/** Names that exist once in the world. */
function globalNames({ state, dataBucket }: PlatformConfig): readonly Shared[] {
  const kind = BUCKET;
  return [
    {
      key: "state.bootstrapBucket",
      value: state.bootstrapBucket,
      kind,
      harm: "both would write one state of layer 00",
    },
    { key: "state.bucket", value: state.bucket, kind, harm: "both would plan changes of one set of states" },
    { key: "dataBucket.name", value: dataBucket.name, kind, harm: "both would own one bucket" },
  ];
}

/** Names that exist once in an account. */
function accountNames(config: PlatformConfig): readonly Shared[] {
  const { state, serviceDiscovery, imageRepositories, grafana, cache } = config;
  const names: [key: string, value: unknown, harm: string][] = [
    ["state.lockTable", state.lockTable, "both would make one table, and one's destroy would take the other's locks"],
    ["serviceDiscovery.namespace", serviceDiscovery.namespace, "tasks could reach those of the other environment"],
    ["imageRepositories.namePrefix", imageRepositories.namePrefix, "both would own the same repositories and families"],
    ["grafana.adminPasswordSecret.name", grafana.adminPasswordSecret.name, "one password would open both"],
    ["environment", namePrefix(config), "all names that begin with projectName and environment would be the same"],
  ];
  const made = cache.createServiceLinkedRole
    ? [
        {
          key: "cache.createServiceLinkedRole",
          value: true,
          harm: "the account has the role once, and one must not make it",
        },
      ]
    : [];
  return [...names.map(([key, value, harm]) => ({ key, value, harm })), ...made].map((name) => ({
    ...name,
    kind: name.key,
  }));
}

/** Profiles of one environment differ in what they make of it, never in where it is. */
function sameEnvironment(one: PlatformConfig, other: PlatformConfig): boolean {
  return (
    one.projectName === other.projectName && one.environment === other.environment && !differentAccounts(one, other)
  );
}

function differentAccounts({ accountId: one }: PlatformConfig, { accountId: other }: PlatformConfig): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** Profiles whose values have the right form. One that has not is refused by itself, before it can touch anything. */
function wellFormed({ profiles }: Environments): readonly Profile[] {
  return profiles.filter(({ config }) => configSchema.safeParse(config).success);
}

/** Each profile with those before it, which are right if two do not fit together. */
function withEarlier(
  environments: Environments,
): readonly { readonly profile: Profile; readonly earlier: readonly Profile[] }[] {
  return wellFormed(environments).map((profile, index, all) => ({ profile, earlier: all.slice(0, index) }));
}

const environmentsShareNothing = (environments: Environments): readonly Problem[] =>
  withEarlier(environments).flatMap(({ profile, earlier }) => {
    const taken = earlier
      .filter(({ config }) => !sameEnvironment(config, profile.config))
      .flatMap((other) => takenNames(profile.config, other.config).map((name) => ({ ...name, other })));
    const own = [...globalNames(profile.config), ...accountNames(profile.config)];
    return own.flatMap(({ key, value, kind, harm }) => {
      const first = taken.find((name) => name.kind === kind && name.value === value);
      return first === undefined
        ? []
        : [
            problem(
              keyOf(profile, key),
              value,
              `must differ from ${keyOf(first.other, first.key)}, since ${describe(profile)} and ${describe(first.other)} are different environments: ${harm}${adviceFor(kind)}`,
            ),
          ];
    });
  });

/** Names of another environment that must not be used: those of its account count if it may be the same account. */
function takenNames(config: PlatformConfig, other: PlatformConfig): readonly Shared[] {
  return [...globalNames(other), ...(differentAccounts(config, other) ? [] : accountNames(other))];
}

/** The way out for names that exist once in an account, and none for buckets. */
function adviceFor(kind: string): string {
  return kind === BUCKET ? "" : "; if they are in different accounts, name these in the accountId of both";
}

/** A typo here plans everything as new, beside what runs under the same names. */
const profilesOfOneEnvironmentAgree = (environments: Environments): readonly Problem[] =>
  withEarlier(environments).flatMap(({ profile, earlier }) => {
    const first = earlier.find(({ config }) => sameEnvironment(config, profile.config));
    if (first === undefined) return [];
    const right = new Map(placeOfStates(first.config));
    return placeOfStates(profile.config)
      .filter(([key, value]) => right.get(key) !== value)
      .map(([key, value]) =>
        problem(
          keyOf(profile, key),
          value,
          `must be "${right.get(key) ?? ""}" as in ${keyOf(first, key)}: both are ${namePrefix(profile.config)}, which has its states in one place`,
        ),
      );
  });

function placeOfStates({ region, state }: PlatformConfig): readonly (readonly [key: string, value: string])[] {
  return [
    ["region", region],
    ["state.bootstrapBucket", state.bootstrapBucket],
    ["state.bucket", state.bucket],
    ["state.keyPrefix", state.keyPrefix],
    ["state.lockTable", state.lockTable],
  ];
}

const deploymentsNameTheirProfile = ({ profiles, deployments }: Environments): readonly Problem[] =>
  Object.entries(deployments).flatMap(([environment, { profile: name }]) => {
    const profile = profiles.find((candidate) => candidate.name === name);
    const key = `deployments.${environment}.profile`;
    if (profile === undefined) {
      return [problem(key, name, `must name a profile: ${profiles.map((candidate) => candidate.name).join(", ")}`)];
    }
    return profile.config.environment === environment
      ? []
      : [
          problem(
            key,
            name,
            `must name a profile of the environment "${environment}"; ${name} is one of "${profile.config.environment}"`,
          ),
        ];
  });

const networksOverlap = (environments: Environments): readonly Problem[] =>
  withEarlier(environments).flatMap(({ profile, earlier }) => {
    const { vpcCidr } = profile.config.network;
    const other = earlier.find(
      ({ config }) =>
        !sameEnvironment(config, profile.config) &&
        [vpcCidr, config.network.vpcCidr].every(isIPv4CidrBlock) &&
        overlaps(vpcCidr, config.network.vpcCidr),
    );
    return other === undefined
      ? []
      : [
          problem(
            keyOf(profile, "network.vpcCidr"),
            vpcCidr,
            `overlaps ${keyOf(other, "network.vpcCidr")} (${other.config.network.vpcCidr}): the two networks can never be connected`,
          ),
        ];
  });

const RULES: Rules<Environments> = {
  "environments-apart": environmentsShareNothing,
  "one-place-of-states": profilesOfOneEnvironmentAgree,
  "deployment-of-environment": deploymentsNameTheirProfile,
};

const WARNINGS: Rules<Environments> = { "networks-overlap": networksOverlap };

function keyOf({ name }: Profile, key: string): string {
  return `profiles.${name}.${key}`;
}

function describe({ name, config }: Profile): string {
  return `${name} (${namePrefix(config)})`;
}
