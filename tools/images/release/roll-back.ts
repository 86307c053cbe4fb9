import { readReleaseFile } from "../../../modules/services/releases";
import { UserError } from "../../terminal/user-error";
import { recorded } from "./release";
import type { ReleaseResult } from "./result";
import { withReleaseFile } from "./with-release-file";
import { openRelease, type ReleaseTarget } from "./session";

/**
 * Records again what was recorded before, after checking that ECR still has it; the release that is left becomes the
 * previous one, so that rolling back twice changes nothing. No Docker is needed.
 *
 * @param target which service, and for whom
 * @throws UserError (exit "negative") if nothing was recorded before, or ECR has it no more
 */
export async function rollBack(target: ReleaseTarget): Promise<ReleaseResult> {
  const session = await openRelease(target);
  const { file, service, repository, profile } = session;
  const releases = withReleaseFile(() => readReleaseFile(file));
  const previous = releases[profile.config.environment]?.[service]?.previous;
  if (previous === undefined) {
    throw new UserError({
      what: `No release of ${service} is recorded before the present one.`,
      where: file,
      mend: "choose one of ECR's images: `aws ecr describe-images`, then `./lgtm release <service> --record-only --tag …`",
      exit: "negative",
    });
  }
  const { tag, digest: wanted } = previous;
  const digest = await repository.digestOf(wanted === undefined ? { imageTag: tag } : { imageDigest: wanted });
  if (digest === undefined) {
    throw new UserError({
      what: `ECR no longer has the previous image ${repository.name}:${tag}; nothing is recorded.`,
      where: wanted ?? tag,
      mend: "release a new image from the former sources, or choose one of ECR's images with --record-only --tag",
      exit: "negative",
    });
  }
  return recorded(session, "rolled back", `${await repository.uri()}:${tag}`, tag, digest);
}
