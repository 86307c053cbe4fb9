import type { ServiceName } from "../../../modules/config/service-name";

/** A service's program, as it is found on a machine and in the upstream image. */
export interface ServiceProgram {
  /** File name of the program. */
  readonly name: string;
  /** Arguments that make it print its version and end. */
  readonly versionArguments: readonly string[];
  /** Its path in the upstream image. */
  readonly pathInImage: string;
  /** Beginning of the upstream image's tags before the version. */
  readonly tagPrefix: string;
  /**
   * Folders of the image in which the program writes.
   * @default - none but those that it makes itself
   */
  readonly writableFolders?: readonly string[];
  /**
   * Folder of the image without which the program does not start (Grafana's home).
   * @default - the program is one file
   */
  readonly homeInImage?: string;
}

/** The program of each service; the services are separate programs, none is a dependency of this project. */
export const servicePrograms: Readonly<Record<ServiceName, ServiceProgram>> = {
  mimir: { name: "mimir", versionArguments: ["-version"], pathInImage: "/bin/mimir", tagPrefix: "" },
  loki: {
    name: "loki",
    versionArguments: ["-version"],
    pathInImage: "/usr/bin/loki",
    tagPrefix: "",
    writableFolders: ["/loki"],
  },
  tempo: {
    name: "tempo",
    versionArguments: ["-version"],
    pathInImage: "/tempo",
    tagPrefix: "",
    writableFolders: ["/var/tempo"],
  },
  pyroscope: {
    name: "pyroscope",
    versionArguments: ["-version"],
    pathInImage: "/usr/bin/pyroscope",
    tagPrefix: "",
    writableFolders: ["/data", "/data-compactor"],
  },
  grafana: {
    name: "grafana",
    versionArguments: ["--version"],
    pathInImage: "/usr/share/grafana/bin/grafana",
    tagPrefix: "",
    homeInImage: "/usr/share/grafana",
  },
  alloy: { name: "alloy", versionArguments: ["--version"], pathInImage: "/bin/alloy", tagPrefix: "v" },
};
