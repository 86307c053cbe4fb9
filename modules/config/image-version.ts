/**
 * Version of an upstream image, without a leading `v`, as in `FROM grafana/tempo:2.9.0`: the Dockerfile's `ARG VERSION`.
 * A released tag (`2.9.0-20260116-043000`) or `latest` does not compile here.
 */
export type UpstreamVersion = `${number}.${number}.${number}`;

/** Tag of an image that we built: upstream version, date and time (UTC) of the build, `2.9.0-20260116-043000`. */
export type ReleasedTag = `${UpstreamVersion}-${number}-${number}`;

/** The form of {@link UpstreamVersion}, for values that no compiler has seen. */
export const UPSTREAM_VERSION = /^\d+\.\d+\.\d+$/;

/** The form of {@link ReleasedTag}, for values that no compiler has seen. */
export const RELEASED_TAG = /^\d+\.\d+\.\d+-\d{8}-\d{6}$/;

/**
 * Gives the second tag of an image that was released: a lifecycle rule keeps the images that have one.
 *
 * @param tag the image's first tag
 */
export function keptTag(tag: ReleasedTag): string {
  return `released-${tag}`;
}
