import { ConfigError } from "../../../modules/config/config-error";
import { UserError } from "../../terminal/user-error";

/**
 * Does something with the release file.
 *
 * @param work reads or writes it
 * @throws UserError (exit "badInput") if the file is not as it should be, and what the work throws
 */
export function withReleaseFile<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [what = "", ...findings] = error.message.split("\n");
    throw new UserError(
      {
        what,
        where: "releases.json (LGTM_RELEASES names another file)",
        mend: "put right what is named below, or take the last committed version of the file",
        detail: findings.join("\n"),
        exit: "badInput",
      },
      { cause: error },
    );
  }
}
