import type { ServiceName } from "../../../modules/services/service-name";

/** A version that may stand for another one. */
export interface AcceptedVersion {
  readonly service: ServiceName;
  /** The version in `imageVersions`. */
  readonly wanted: string;
  /** The version that is taken where the wanted one is not there. */
  readonly accepted: string;
  readonly reason: string;
}

/** Every version that is used in place of the one that runs; tables mark what was checked with one. */
export const acceptedVersions: readonly AcceptedVersion[] = [
  {
    service: "grafana",
    wanted: "12.1.0",
    accepted: "12.4.0",
    reason: "reads the same provisioning; 12.1.0 is published as an image only",
  },
];
