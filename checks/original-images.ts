import type { ServiceName } from "../modules/config/service-name";

/** What is known of the images of the HCL, whose configs are not part of this repository. */
export interface OriginalImage {
  /** Variables that its task definition injects and its config does not read. */
  readonly unreadVariables: readonly string[];
  /** Ports that its task definition maps and on which nothing listens. */
  readonly unusedPorts: readonly string[];
}

/** Source: the work history, which tells what the configs held, and the task definitions in the existing states. */
export const ORIGINAL_IMAGES: Readonly<Partial<Record<ServiceName, OriginalImage>>> = {
  mimir: { unreadVariables: ["MEMCACHED_ENDPOINT"], unusedPorts: [] },
  loki: { unreadVariables: ["MEMCACHED_ENDPOINT"], unusedPorts: [] },
  alloy: { unreadVariables: [], unusedPorts: ["metrics"] },
};

/** Tempo's `http_api_prefix` in the image of the HCL, which had none when it was last changed. */
export const ORIGINAL_TEMPO_API_PREFIX = "";
