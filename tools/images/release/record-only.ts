import type { ReleasedTag } from "../../../modules/config/image-version";
import type { ImageDigest } from "../../../modules/services/releases";
import { UserError } from "../../terminal/user-error";
import { recorded } from "./release";
import type { ReleaseResult } from "./result";
import { openRelease, type ReleaseTarget } from "./session";

/** Options of a recording. */
export interface RecordOptions extends ReleaseTarget {
  readonly tag: ReleasedTag;
  /** Digest that the tag must have. @default - its digest in ECR */
  readonly digest?: ImageDigest | undefined;
}

/**
 * Records an image that is in ECR already. No Docker is needed.
 *
 * @param options what is recorded
 * @throws UserError (exit "negative") if ECR has no such tag, or it names another image
 */
export async function recordOnly(options: RecordOptions): Promise<ReleaseResult> {
  const session = await openRelease(options);
  const { repository } = session;
  const digest = await repository.digestOf({ imageTag: options.tag });
  if (digest === undefined || (options.digest !== undefined && options.digest !== digest)) {
    throw new UserError({
      what:
        digest === undefined
          ? `ECR has no image ${repository.name}:${options.tag}; nothing is recorded.`
          : `${repository.name}:${options.tag} is ${digest}, not ${options.digest ?? ""}; nothing is recorded.`,
      mend: "look at `aws ecr describe-images`, and name tag and digest of one image",
      exit: "negative",
    });
  }
  return recorded(session, "recorded", `${await repository.uri()}:${options.tag}`, options.tag, digest);
}
