import { profiles } from "../../../common.config";
import { type Profile, resolveProfile, UnknownProfileError } from "../../../modules/config/profiles";
import { UserError } from "../../terminal/user-error";

/**
 * The profile whose images are those below `dockerfiles/`: the one that was chosen, or `target` as long as the active
 * profile runs the legacy images.
 *
 * @param explicit value of `--profile`
 * @param env where `LGTM_PROFILE` is looked for
 * @throws UserError (exit "badInput") when there is no such profile or it has other images
 */
export function profileOfImages(explicit: string | undefined, env: NodeJS.ProcessEnv = process.env): Profile {
  const profile = resolved(explicit, env);
  if (profile.config.serviceConfigs === "dockerfiles") return profile;
  const isChosen = explicit !== undefined || (env.LGTM_PROFILE ?? "") !== "";
  if (!isChosen) return { name: "target", config: profiles.target };
  throw new UserError({
    what: `Profile ${profile.name} runs the legacy images, whose configs are not in this repository.`,
    where: "--profile or LGTM_PROFILE",
    mend: "name the profile that runs the images below dockerfiles/: --profile target",
    exit: "badInput",
  });
}

function resolved(explicit: string | undefined, env: NodeJS.ProcessEnv): Profile {
  try {
    return resolveProfile(explicit, env);
  } catch (error) {
    if (!(error instanceof UnknownProfileError)) throw error;
    throw new UserError(
      { what: error.message, where: "--profile or LGTM_PROFILE", mend: "name one of them", exit: "badInput" },
      { cause: error },
    );
  }
}
