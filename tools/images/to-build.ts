import { profiles } from "../../common.config";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { readReleases, type Releases } from "../../modules/services/releases";
import { SERVICE_NAMES, type ServiceName } from "../../modules/services/service-name";
import { deployedService, deployedServices } from "../../modules/services/catalog";
import type { DeploymentEntry } from "../layers/deployments";
import { projectRoot } from "../terminal/paths";
import { run } from "../terminal/process";

/** One image that a workflow builds. */
export interface ImageToBuild {
  readonly environment: string;
  /** Profile whose images are those below dockerfiles/. */
  readonly profile: string;
  readonly region: string;
  /** Variable on GitHub that holds the ARN of the role that pushes. */
  readonly roleVariable: string;
  readonly service: ServiceName;
}

/** Options of a query for images. */
export interface ImagesAsked {
  readonly deployments: readonly DeploymentEntry[];
  /** Services; none means all. */
  readonly services: readonly ServiceName[];
  /** Only those that changed since this commit, or whose version is another than the released one's. @default - all */
  readonly changedSince?: string | undefined;
  /** The Git checkout. @default - the project */
  readonly root?: string;
  /** Recorded releases. @default - the committed releases */
  readonly releasesOf?: (environment: string) => Releases;
}

/**
 * The images to build. Where Git does not know the commit (the first push of a branch), all services are taken to have changed.
 */
export async function imagesToBuild(asked: ImagesAsked): Promise<readonly ImageToBuild[]> {
  const { changedSince, root = projectRoot, releasesOf = readReleases } = asked;
  const services = SERVICE_NAMES.filter((name) => asked.services.length === 0 || asked.services.includes(name));
  const changed = changedSince === undefined ? services : await changedServices(root, changedSince);
  return asked.deployments.flatMap((deployment) => {
    const profile = profileWithImages(deployment);
    if (profile === undefined) return [];
    const releases = releasesOf(deployment.environment);
    const deployed = services.filter((service) => deployedServices(profile.config).includes(service));
    const due = deployed.filter(
      (service) => changed.includes(service) || isOtherVersion(releases, profile.config, service),
    );
    const { environment, region, roleVariables } = deployment;
    const common = { environment, region, profile: profile.name, roleVariable: roleVariables.release };
    return due.map((service) => ({ ...common, service }));
  });
}

/** The deployment's own profile, or while that one runs the legacy images another one of the same environment. */
function profileWithImages({ profile, environment }: DeploymentEntry) {
  const candidates = Object.entries<PlatformConfig>(profiles)
    .map(([name, config]) => ({ name, config }))
    .filter(({ config }) => config.environment === environment && config.serviceConfigs === "dockerfiles");
  return candidates.find(({ name }) => name === profile) ?? candidates[0];
}

function isOtherVersion(releases: Releases, config: PlatformConfig, service: ServiceName): boolean {
  const tag = releases[service]?.tag;
  return tag !== undefined && !tag.startsWith(`${deployedService(config, service).version}-`);
}

async function changedServices(root: string, ref: string): Promise<readonly ServiceName[]> {
  const args = ["diff", "--name-only", "--end-of-options", ref, "--", "dockerfiles"];
  const { code, stdout } = await run("git", args, { cwd: root });
  if (code !== 0) return SERVICE_NAMES;
  return SERVICE_NAMES.filter((name) => stdout.split("\n").some((file) => file.startsWith(`dockerfiles/${name}/`)));
}
