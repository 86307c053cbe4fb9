import { ConfigError } from "../../modules/config/config-error";
import { resolveProfile, UnknownProfileError, type Profile } from "../../modules/config/profiles";
import { validateEnvironments } from "../../checks/environments";
import { validateConfig } from "../../checks/validate";
import { UserError } from "../terminal/user-error";

/**
 * The profile that a command works on, for commands that do not synthesize.
 *
 * @param explicit value of `--profile`
 * @throws UserError (exit "badInput") when there is no such profile or its configuration is refused
 */
export function loadProfile(explicit?: string, env: NodeJS.ProcessEnv = process.env): Profile {
  try {
    const profile = resolveProfile(explicit, env);
    validateConfig(profile);
    validateEnvironments();
    return profile;
  } catch (error) {
    if (!(error instanceof UnknownProfileError || error instanceof ConfigError)) throw error;
    const [what = "", ...rest] = error.message.split("\n");
    throw new UserError({
      what,
      where: "common.config.ts",
      mend: rest.length === 0 ? "name one of these with --profile or LGTM_PROFILE" : "change what the findings name",
      detail: rest.join("\n"),
      exit: "badInput",
    });
  }
}
