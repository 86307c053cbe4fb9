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
  const texts = rule.tagPattern.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${texts.join(".*")}$`);
  return tags.some((tag) => pattern.test(tag));
}
