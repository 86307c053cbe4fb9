import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { SERVICE_NAMES, type ServiceName } from "./service-name";
import { ConfigError, type Finding } from "../config/config-error";
import { RELEASED_TAG, type ReleasedTag } from "../config/image-version";

/** File that records the releases: environment -> service -> release. Written by `./lgtm release`, by pull request. */
const RELEASES_FILE = join(__dirname, "../../releases.json");

/** Digest of an image, `sha256:` and 64 hexadecimal digits. */
export type ImageDigest = `sha256:${string}`;

/** An image of ours that was pushed. */
export interface ReleasedImage {
  readonly tag: ReleasedTag;
  /** Names the image for good, where a tag can be moved. @default - the tag is deployed */
  readonly digest?: ImageDigest;
}

/** The image of a service that may be deployed. */
export interface Release extends ReleasedImage {
  /** Image that was recorded before it, for `./lgtm release --rollback`. @default - nothing was */
  readonly previous?: ReleasedImage;
}

/** The released image of each service that has one. */
export type Releases = Readonly<Partial<Record<ServiceName, Release>>>;

const releasedImage = z.strictObject({
  tag: z.custom<ReleasedTag>(
    (value) => typeof value === "string" && RELEASED_TAG.test(value),
    "must be a released tag, <version>-<yyyymmdd>-<hhmmss>, like 2.9.0-20260116-043000",
  ),
  digest: z
    .custom<ImageDigest>(
      (value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value),
      "must be an image digest, sha256: and 64 hexadecimal digits",
    )
    .exactOptional(),
});

const release = releasedImage.extend({ previous: releasedImage.exactOptional() });

const releasesSchema = z.record(z.string(), z.partialRecord(z.enum(SERVICE_NAMES), release));

/**
 * The releases of an environment.
 *
 * @param environment name of the environment
 * @param processEnvironment where `LGTM_RELEASES` may name another file, as rehearsals do
 * @throws ConfigError if the file is not as it should be
 */
export function readReleases(environment: string, processEnvironment: NodeJS.ProcessEnv = process.env): Releases {
  return readReleaseFile(releaseFile(processEnvironment))[environment] ?? {};
}

/**
 * The file with the releases.
 *
 * @param processEnvironment where `LGTM_RELEASES` may name another file, as rehearsals do
 */
export function releaseFile(processEnvironment: NodeJS.ProcessEnv = process.env): string {
  return processEnvironment.LGTM_RELEASES ?? RELEASES_FILE;
}

/**
 * The releases of all environments.
 *
 * @param file path of the release file
 * @throws ConfigError if the file is not as it should be
 */
export function readReleaseFile(file: string): Readonly<Record<string, Releases>> {
  const { data, error } = releasesSchema.safeParse(parseJsonFile(file));
  if (error !== undefined) {
    throw new ConfigError(
      `The release file ${file}`,
      error.issues.map(({ path, message }) => releaseFinding(path.join("."), message)),
    );
  }
  // Zod's optional keys may hold undefined, ours may not; JSON has no undefined.
  return data;
}

function parseJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`The release file ${file}`, [
      releaseFinding("(file)", `must be a readable JSON file: ${reason}`),
    ]);
  }
}

function releaseFinding(key: string, instead: string): Finding {
  return { rule: "release-form", file: "releases.json", key, value: undefined, instead };
}
