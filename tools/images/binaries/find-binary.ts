import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { PlatformConfig } from "../../../modules/config/platform-config";
import { deployedService } from "../../../modules/services/catalog";
import type { ServiceName } from "../../../modules/services/service-name";
import type { ServiceProgram } from "../../../modules/services/service-image";
import { UserError } from "../../terminal/user-error";
import { acceptedVersions, type AcceptedVersion } from "./accepted-versions";
import { binaryFolder } from "./binary-cache";
import { copyOutOfImage } from "./image-copy";
import { programVersion } from "./program-version";

/** A service's program that was found. */
export interface ServiceBinary {
  readonly service: ServiceName;
  /** Absolute path of the program. */
  readonly path: string;
  /** Version that it reports, `2.16.0`. */
  readonly version: string;
  /** Place where it was found, for people. */
  readonly foundIn: string;
  /** The version in `imageVersions`, and why another one is good enough. @default - it is that version */
  readonly standsFor?: AcceptedVersion;
  /** Folder that holds `conf/`, which Grafana needs to start. @default - the program is one file */
  readonly home?: string;
}

/** Options of a search. */
export interface BinarySearch {
  readonly service: ServiceName;
  /** The platform, whose `imageVersions` says which version runs. */
  readonly platform: PlatformConfig;
  /** @default - the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * True if the program may be copied out of its image, which may have to be pulled.
   * @default true
   */
  readonly mayCopy?: boolean;
}

interface Candidate {
  readonly path: string;
  readonly foundIn: string;
}

/**
 * Finds a service's program: in the folder that `LGTM_BINARIES` names, in the project's folder in the user's cache, on
 * PATH, and at last in the official image, where a Docker engine runs.
 * @throws UserError (exit "missing") that says what was seen and how to get the program
 */
export async function findBinary(search: BinarySearch): Promise<ServiceBinary> {
  const env = search.env ?? process.env;
  const seen: string[] = [];
  for (const candidate of candidates(search, env)) {
    const found = await examine(candidate, search, seen);
    if (found !== undefined) return found;
  }
  const { version: wanted, image } = deployedService(search.platform, search.service);
  if (search.mayCopy === false) throw notFound(search, seen, env);
  const folder = binaryFolder(search.service, wanted, env);
  const copy = await copyOutOfImage(imageOf(search), image.program, folder, env);
  const copied = copy.copied
    ? await examine({ path: join(folder, image.program.name), foundIn: `image ${imageOf(search)}` }, search, seen)
    : undefined;
  if (copied !== undefined) return copied;
  if (!copy.copied) seen.push(`image ${imageOf(search)}: ${copy.reason}`);
  throw notFound(search, seen, env);
}

/**
 * Tests if a program of the service's name lies in one of the places, of whatever version; quicker than to find it.
 */
export function mayHaveBinary(search: BinarySearch): boolean {
  return candidates(search, search.env ?? process.env).length > 0;
}

/** The official image of a service at the version that runs. */
function imageOf({ service, platform }: BinarySearch): string {
  const { image, version } = deployedService(platform, service);
  return `${image.upstream}:${image.tagPrefix ?? ""}${version}`;
}

function candidates(search: BinarySearch, env: NodeJS.ProcessEnv): readonly Candidate[] {
  const { service, platform } = search;
  const { image, version: wanted } = deployedService(platform, service);
  const { name } = image.program;
  const versions = [wanted, ...standIns(search).map(({ accepted }) => accepted)];
  const given = env.LGTM_BINARIES ?? "";
  const fromGiven = [
    join(given, name),
    ...versions.map((version) => join(given, service, version, name)),
    join(given, service, name),
  ];
  const cached = versions.map((version) => join(binaryFolder(service, version, env), name));
  const onPath = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [
    ...(given === "" ? [] : fromGiven.map((path) => ({ path, foundIn: "LGTM_BINARIES" }))),
    ...cached.map((path) => ({ path, foundIn: "the project's folder" })),
    ...onPath.map((folder) => ({ path: join(folder, name), foundIn: "PATH" })),
  ].filter(({ path }) => isProgram(path));
}

/** The program there if it is of a version that may be used; else what it is goes into the list of what was seen. */
async function examine(
  { path, foundIn }: Candidate,
  search: BinarySearch,
  seen: string[],
): Promise<ServiceBinary | undefined> {
  const { service, platform } = search;
  const { image, version: wanted } = deployedService(platform, service);
  const version = await programVersion(path, image.program);
  const standsFor = standIns(search).find(({ accepted }) => accepted === version);
  const home = homeOf(path, image.program);
  if (version === undefined) {
    seen.push(`${path} does not say its version`);
  } else if (version !== wanted && standsFor === undefined) {
    seen.push(`${path} is ${version}`);
  } else if (home === "missing") {
    seen.push(`${path} lies in no folder with conf/, without which it does not start`);
  } else {
    return {
      service,
      path,
      version,
      foundIn,
      ...(standsFor === undefined ? {} : { standsFor }),
      ...(home === undefined ? {} : { home }),
    };
  }
  return undefined;
}

function standIns({ service, platform }: BinarySearch): readonly AcceptedVersion[] {
  const { version } = deployedService(platform, service);
  return acceptedVersions.filter((entry) => entry.service === service && entry.wanted === version);
}

/** Grafana's program lies in its home or in `bin/` below it. */
function homeOf(path: string, program: ServiceProgram): string | undefined {
  if (program.home === undefined) return undefined;
  const folder = dirname(path);
  return [folder, dirname(folder)].find((home) => existsSync(join(home, "conf", "defaults.ini"))) ?? "missing";
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function notFound(search: BinarySearch, seen: readonly string[], env: NodeJS.ProcessEnv): UserError {
  const { service, platform } = search;
  const { version, image } = deployedService(platform, service);
  const { name, home, releases } = image.program;
  const folder = binaryFolder(service, version, env);
  const what = home === undefined ? name : `${name} and its home folder (with conf/)`;
  return new UserError({
    what: `There is no ${service} ${version} on this machine.`,
    ...(seen.length === 0 ? {} : { where: seen.join("; ") }),
    mend:
      `put ${what} of version ${version} into ${folder}, or name a folder that holds it in LGTM_BINARIES; ` +
      `where Docker runs, it is copied out of ${imageOf(search)}; releases: ${releases}`,
    exit: "missing",
  });
}
