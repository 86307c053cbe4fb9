import { join } from "node:path";
import { workFolder } from "../terminal/paths";

/** The release that is meant when none is installed: the one all tests run with. */
export const pinnedTerraformVersion = "1.11.4";

/** HashiCorp's own release host. */
const officialReleases = "https://releases.hashicorp.com/terraform";

/** Folder in which a downloaded release lies; git-ignored. */
export function downloadFolder(version: string = pinnedTerraformVersion): string {
  return join(workFolder, "terraform", version);
}

/** Name of the program on this system. */
export const terraformProgram = process.platform === "win32" ? "terraform.exe" : "terraform";

/** Where releases are downloaded from: LGTM_TERRAFORM_RELEASES names a mirror of the same layout. No slash at the end. */
export function releasesUrl(env: NodeJS.ProcessEnv = process.env): string {
  const mirror = env.LGTM_TERRAFORM_RELEASES;
  return (mirror === undefined || mirror === "" ? officialReleases : mirror).replace(/\/+$/, "");
}

/** URL of the file with the SHA-256 of each archive of a release. */
export function checksumsUrl(version: string, env: NodeJS.ProcessEnv = process.env): string {
  return `${releasesUrl(env)}/${version}/terraform_${version}_SHA256SUMS`;
}
