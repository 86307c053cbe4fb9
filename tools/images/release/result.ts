import type { Release } from "../../../modules/services/releases";
import type { ServiceName } from "../../../modules/services/service-name";

/** Result of a release. */
export interface ReleaseResult {
  readonly service: ServiceName;
  readonly environment: string;
  /** `built` but not pushed, `released`, `rolled back`, or `recorded` without a build. */
  readonly did: "built" | "released" | "rolled back" | "recorded";
  /** Reference of the image with its tag. */
  readonly image: string;
  readonly tag: string;
  /** The entry in the release file; null when nothing is recorded. */
  readonly recorded: Release | null;
  /** Path of the release file; null when nothing is recorded. */
  readonly file: string | null;
}
