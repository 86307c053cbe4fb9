import { activeProfile, deployments, profiles } from "../../common.config";
import type { PlatformConfig } from "./platform-config";

/** A configuration with its name. */
export interface Profile {
  readonly name: string;
  readonly config: PlatformConfig;
}

/** The name given is not the name of a profile. */
export class UnknownProfileError extends Error {
  /** @param given the name that no profile has */
  constructor(readonly given: string) {
    super(`Unknown profile "${given}". common.config.ts defines: ${Object.keys(profiles).join(", ")}.`);
    this.name = "UnknownProfileError";
  }
}

/**
 * The profile to work on.
 *
 * @param explicit name given on the command line; wins over the environment
 * @param environment where to look for `LGTM_PROFILE`, which wins over `activeProfile` of common.config.ts
 * @throws UnknownProfileError if no profile has the name
 */
export function resolveProfile(explicit?: string, environment: NodeJS.ProcessEnv = process.env): Profile {
  const fromEnvironment = environment.LGTM_PROFILE === "" ? undefined : environment.LGTM_PROFILE;
  const name = explicit ?? fromEnvironment ?? activeProfile;
  const config = Object.entries<PlatformConfig>(profiles).find(([known]) => known === name)?.[1];
  if (config === undefined) throw new UnknownProfileError(name);
  return { name, config };
}

/** All that common.config.ts says about environments: the profiles, and which of them is deployed where. */
export interface Environments {
  readonly profiles: readonly Profile[];
  /** Environment name -> profile that is deployed there. The compiler checks the names; a running program does not. */
  readonly deployments: Readonly<Record<string, { readonly profile: string }>>;
}

/** Reads all environments from common.config.ts. */
export function configuredEnvironments(): Environments {
  const all = Object.entries<PlatformConfig>(profiles).map(([name, config]) => ({ name, config }));
  return { profiles: all, deployments };
}
