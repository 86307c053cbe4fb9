import { join } from "node:path";
import { workFolder } from "../terminal/paths";

/** SHA-256 of one platform's release, hexadecimal. */
export interface ReleaseHashes {
  /** Of the archive that is downloaded. */
  readonly archive: string;
  /** Of the program in it: what is unpacked and what is there already are compared with it before use. */
  readonly program: string;
}

/** A release of Terraform that may be downloaded, with the hashes that it must have. */
export interface PinnedRelease {
  readonly version: string;
  /** By Terraform's name of the platform, for example `linux_amd64`. A platform that is missing gets no download. */
  readonly hashes: Readonly<Record<string, ReleaseHashes>>;
}

/**
 * Release that is downloaded when no Terraform is installed: the one that all tests run with.
 *
 * Each hash of an archive was found alike in sources of different people, read on 2026-11-27: the formula of
 * hashicorp/homebrew-tap (all four), the module that installs Terraform in a published Python package (all four), a Nix
 * flake (linux_amd64, linux_arm64, darwin_arm64), the cask terraform-1-11-4 of Yleisradio/homebrew-terraforms (both of
 * darwin), and the packages of Arch Linux and Chromebrew (linux_amd64). The hashes of the programs are from that Python
 * module; linux_amd64 is that of an official copy on a developer's machine too, and darwin_arm64 is in an allow list of
 * macOS programs. A wrong one could let nothing through: the program of every download is compared with it, and what the
 * archive holds is fixed by the archive's hash.
 *
 * To bump: take the hashes of the archives from the release's SHA256SUMS after `gpg --verify` with HashiCorp's key, and
 * `sha256sum` of the program in each archive.
 */
export const pinnedTerraform: PinnedRelease = {
  version: "1.11.4",
  hashes: {
    darwin_amd64: {
      archive: "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
      program: "4ffae9d5e9429aa0c3ee96053eaea6770f1fe1886cc508f3c70e54c629aa4245",
    },
    darwin_arm64: {
      archive: "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
      program: "a451c0fbbb7cd5004e9aadf9ba6e2f5083a4530da99da1a460ee176ee9308c47",
    },
    linux_amd64: {
      archive: "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
      program: "268000fca5c61021c6396893d9483007ba589ad9d0aaccbd7dfa8c78bf7dbe23",
    },
    linux_arm64: {
      archive: "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
      program: "377f01172f4a267672e0d0284c5c5589d477cba2f53b21e44e4bda30027d25b9",
    },
  },
};

/** Version of `pinnedTerraform`. */
export const pinnedTerraformVersion = pinnedTerraform.version;

/** HashiCorp's own release host. */
const officialReleases = "https://releases.hashicorp.com/terraform";

/** Folder in which a downloaded release lies; git-ignored. */
export function downloadFolder(version: string = pinnedTerraformVersion): string {
  return join(workFolder, "terraform", version);
}

/** Name of the program on this system. */
export const terraformProgram = process.platform === "win32" ? "terraform.exe" : "terraform";

/** Address that releases are downloaded from: LGTM_TERRAFORM_RELEASES names a mirror of the same layout. No slash at the end. */
export function releasesUrl(env: NodeJS.ProcessEnv = process.env): string {
  const mirror = env.LGTM_TERRAFORM_RELEASES;
  return (mirror === undefined || mirror === "" ? officialReleases : mirror).replace(/\/+$/, "");
}

/**
 * Address of the archive of one platform.
 *
 * @param version of the release
 * @param system Terraform's name of the platform
 */
export function archiveUrl(version: string, system: string, env: NodeJS.ProcessEnv = process.env): string {
  return `${releasesUrl(env)}/${version}/terraform_${version}_${system}.zip`;
}
