import type { ReleasedTag, UpstreamVersion } from "../../../modules/config/image-version";

/**
 * Tag of an image that is built now.
 *
 * @param version upstream version that it is built from
 * @param now time of the build; the tag holds it in UTC
 */
export function releaseTag(version: UpstreamVersion, now: Date): ReleasedTag {
  const [date = "", time = ""] = now
    .toISOString()
    .replace(/[-:]|\.\d+Z$/g, "")
    .split("T");
  return `${version}-${date}-${time}` as ReleasedTag;
}
