import type { PlatformConfig } from "./platform-config";

/**
 * Beginning of names that must be unique in the account: `lgtm-prod`.
 *
 * @param config the platform
 */
export function namePrefix({ projectName, environment }: PlatformConfig): string {
  return `${projectName}-${environment}`;
}
