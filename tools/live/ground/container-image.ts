import { parseDockerfile } from "../../../checks/dockerfile";
import { imageFiles } from "../../../checks/image-files";
import type { SourceFile } from "../../../checks/source-file";
import type { ServiceName } from "../../../modules/config/service-name";
import { servicePrograms } from "../../images/binaries/service-program";
import { HOME_IN_CONTAINER, type ContainerFile } from "./container";

/** Settings of containers that come from the image. */
export interface ContainerImage {
  /** Arguments of the program. */
  readonly command: readonly string[];
  readonly files: readonly ContainerFile[];
  /** Empty folders in which the program writes. */
  readonly folders: readonly string[];
  /** Variables that the image itself sets. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Builds a service's image, without its program.
 *
 * @param service the service
 * @param sources files of its folder below `dockerfiles/`
 */
export function containerImage(service: ServiceName, sources: readonly SourceFile[]): ContainerImage {
  const dockerfile = parseDockerfile(sources.find(({ path }) => path.endsWith("/Dockerfile"))?.text ?? "");
  const isGrafana = service === "grafana";
  return {
    command: isGrafana ? grafanaCommand() : dockerfile.command,
    files: imageFiles(service, dockerfile, sources).map(({ path, file }) => ({ path, text: file.text })),
    folders: servicePrograms[service].writableFolders ?? [],
    environment: {
      ...(isGrafana ? GRAFANA_IMAGE_VARIABLES : {}),
      ...Object.fromEntries(dockerfile.environment),
    },
  };
}

/** Environment that Grafana's image sets; source: Dockerfile of grafana/grafana. */
const GRAFANA_IMAGE_VARIABLES = {
  GF_PATHS_CONFIG: "/etc/grafana/grafana.ini",
  GF_PATHS_DATA: "/var/lib/grafana",
  GF_PATHS_LOGS: "/var/log/grafana",
  GF_PATHS_PLUGINS: "/var/lib/grafana/plugins",
  GF_PATHS_PROVISIONING: "/etc/grafana/provisioning",
};

/** Command that `/run.sh` of Grafana's image starts; source: packaging/docker/run.sh of grafana/grafana. Its home is at another path here. */
function grafanaCommand(): readonly string[] {
  const { GF_PATHS_CONFIG, GF_PATHS_DATA, GF_PATHS_LOGS, GF_PATHS_PLUGINS, GF_PATHS_PROVISIONING } =
    GRAFANA_IMAGE_VARIABLES;
  return [
    "server",
    `--homepath=${HOME_IN_CONTAINER}`,
    `--config=${GF_PATHS_CONFIG}`,
    "--packaging=docker",
    "cfg:default.log.mode=console",
    `cfg:default.paths.data=${GF_PATHS_DATA}`,
    `cfg:default.paths.logs=${GF_PATHS_LOGS}`,
    `cfg:default.paths.plugins=${GF_PATHS_PLUGINS}`,
    `cfg:default.paths.provisioning=${GF_PATHS_PROVISIONING}`,
  ];
}
