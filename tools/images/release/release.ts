import { deployedService } from "../../../modules/services/catalog";
import type { ReleasedTag } from "../../../modules/config/image-version";
import { readReleaseFile, type ImageDigest } from "../../../modules/services/releases";
import { UserError } from "../../terminal/user-error";
import { verifyService } from "../verify/verify";
import { Docker } from "./docker";
import { recordRelease } from "./record-release";
import { keptTag } from "../../../modules/config/image-version";
import { releaseTag } from "./release-tag";
import type { ReleaseResult } from "./result";
import { openRelease, type ReleaseSession, type ReleaseTarget } from "./session";
import { withReleaseFile } from "./with-release-file";
import { committedSources } from "./unchanged-sources";

/** Options of a release. */
export interface ReleaseOptions extends ReleaseTarget {
  /** Architecture of Fargate's tasks: `linux/amd64`, or `linux/arm64` where task definitions ask for it. */
  readonly platform: string;
  /** True if files that are not committed may go into the image. @default false */
  readonly allowDirty?: boolean;
  /** True to stop before the push, for a scan. @default false */
  readonly buildOnly?: boolean;
  /** An image that was built before (`buildOnly`) and is still in this engine. @default - built now */
  readonly built?: ReleasedTag | undefined;
  /** Time of the build. @default - now */
  readonly now?: Date;
}

/**
 * Builds a service's image, lets its own program judge the config in it, pushes it under two tags and records tag and
 * digest. Nothing is recorded unless every step before it succeeded.
 *
 * @param options what is released
 * @throws UserError: exit "missing" without Docker, "negative" if the sources are not committed or the config is refused
 */
export async function release(options: ReleaseOptions): Promise<ReleaseResult> {
  const session = await openRelease(options);
  const say = options.say ?? (() => undefined);
  // A file that is not as it should be is found out before the build, not after the push.
  withReleaseFile(() => readReleaseFile(session.file));
  const docker = new Docker(session.env, say);
  const { version } = deployedService(session.profile.config, session.service);
  const tag = options.built ?? releaseTag(version, options.now ?? new Date());
  const commit =
    options.built === undefined ? await committedSources(session.service, options.allowDirty ?? false) : undefined;
  await docker.require();
  const image = `${await session.repository.uri()}:${tag}`;
  if (options.built === undefined) {
    const labels = commit === undefined ? {} : { "org.opencontainers.image.revision": commit };
    await docker.build({ service: session.service, image, platform: options.platform, version, labels });
  } else if (!(await docker.has(image))) throw notBuilt(image);
  await verify(session, image, say);
  if (options.buildOnly === true) return result(session, "built", image, tag);
  const digest = await push(session, docker, image, tag);
  return recorded(session, "released", image, tag, digest);
}

async function verify(
  { profile, service, env }: ReleaseSession,
  image: string,
  say: (line: string) => void,
): Promise<void> {
  const verification = await verifyService(service, { platform: profile.config, image, env });
  if (verification.result === "refused") {
    throw new UserError({
      what: `${service} refuses the config in its image; nothing was pushed or recorded.`,
      where: `dockerfiles/${service}`,
      mend: `change the config until \`./lgtm verify ${service}\` is content`,
      detail: verification.detail,
      exit: "negative",
    });
  }
  if (verification.result === "missing") {
    throw new UserError({
      what: `The config in ${image} could not be verified.`,
      mend: verification.detail,
      exit: "missing",
    });
  }
  say(`verified: ${verification.checked === "" ? "no check of its own" : verification.checked}`);
}

async function push(
  { repository }: ReleaseSession,
  docker: Docker,
  image: string,
  tag: ReleasedTag,
): Promise<ImageDigest> {
  const registry = image.slice(0, image.indexOf("/"));
  const kept = `${image.slice(0, -tag.length)}${keptTag(tag)}`;
  await docker.whileLoggedIn(registry, await repository.login(), async () => {
    await docker.push(image);
    await docker.tag(image, kept);
    await docker.push(kept);
  });
  const [digest, keptDigest] = await Promise.all([
    repository.digestOf({ imageTag: tag }),
    repository.digestOf({ imageTag: keptTag(tag) }),
  ]);
  if (digest !== undefined && digest === keptDigest) return digest;
  throw new UserError({
    what: `ECR does not show the image that was pushed under both tags (${digest ?? "none"}, ${keptDigest ?? "none"}); nothing is recorded.`,
    where: `${repository.name}:${tag}`,
    mend: "look at the repository; then run the command again, which makes a new image",
  });
}

function notBuilt(image: string): UserError {
  return new UserError({
    what: `This Docker engine does not hold ${image}.`,
    mend: "build it first, on this machine: `./lgtm release <service> --build-only` names its tag",
    exit: "badInput",
  });
}

function result(
  { service, profile }: ReleaseSession,
  did: ReleaseResult["did"],
  image: string,
  tag: string,
): ReleaseResult {
  return { service, environment: profile.config.environment, did, image, tag, recorded: null, file: null };
}

/** Writes the release file; the last step of each way to a release. */
export function recorded(
  session: ReleaseSession,
  did: ReleaseResult["did"],
  image: string,
  tag: ReleasedTag,
  digest: ImageDigest,
): ReleaseResult {
  const { file, service, profile } = session;
  const entry = withReleaseFile(() => recordRelease(file, profile.config.environment, service, { tag, digest }));
  return { ...result(session, did, image, tag), recorded: entry, file };
}
