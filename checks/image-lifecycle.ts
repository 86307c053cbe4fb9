import type { ImageLifecycleRule, PlatformConfig } from "../modules/config/platform-config";
import { keptTag } from "../modules/config/image-version";

/** The three kinds of images that a repository holds, each with all its tags. */
export interface PushedImages {
  /** Pushed once, when the platform is first set up. */
  readonly upstream: readonly string[];
  /** Built, and not released yet. */
  readonly build: readonly string[];
  /** Built and released: it carries both tags. */
  readonly released: readonly string[];
}

/**
 * Gives examples of the images that are pushed.
 *
 * @param config the platform
 */
export function pushedImages({ imageVersions }: PlatformConfig): PushedImages {
  const [version = "1.0.0"] = Object.values(imageVersions);
  const tag = `${version}-20260116-043000` as const;
  return { upstream: [version], build: [tag], released: [tag, keptTag(tag)] };
}

/**
 * Tells if a lifecycle rule selects an image. With several prefixes, ECR wants a tag for each of them on the same image:
 * "only the images with all specified tags are selected".
 * Source: "Lifecycle policy parameters in Amazon ECR".
 *
 * @param rule the rule
 * @param tags all tags of the image
 */
export function selects(rule: ImageLifecycleRule, tags: readonly string[]): boolean {
  if ("tagPrefixes" in rule) return rule.tagPrefixes.every((prefix) => tags.some((tag) => tag.startsWith(prefix)));
  if (!("tagPattern" in rule)) return tags.length === 0;
  const [first = "", ...rest] = rule.tagPattern.split("*");
  return tags.some((tag) => tag.startsWith(first) && matchesRest(tag.slice(first.length), rest));
}

/** Matches what follows the first asterisk: each text somewhere after the one before it, the last one at the end. */
function matchesRest(text: string, [next, ...others]: readonly string[]): boolean {
  if (next === undefined) return text === "";
  if (others.length === 0) return text.endsWith(next);
  const index = text.indexOf(next);
  return index !== -1 && matchesRest(text.slice(index + next.length), others);
}
