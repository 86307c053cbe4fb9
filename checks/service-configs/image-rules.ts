import type { ServiceName } from "../../modules/config/service-name";
import type { Finding } from "../../modules/config/config-error";
import type { ServiceSources } from "../service-sources";

/** What an upstream image holds; source: the images' Dockerfiles at the pinned versions. */
interface ImageContents {
  /** Whether `/bin/sh` is there, which CMD-SHELL health checks and shell-form instructions need. */
  readonly hasShell: boolean;
  /** Programs that a health check may call. */
  readonly programs: readonly string[];
  /** Beginning of tags before the version. */
  readonly tagPrefix: string;
}

const WITHOUT_SHELL: ImageContents = { hasShell: false, programs: [], tagPrefix: "" };

/** A busybox is there; whether a health check finds its programs nobody has seen. */
const WITH_BUSYBOX: ImageContents = { hasShell: true, programs: [], tagPrefix: "" };

const CONTENTS: Readonly<Record<ServiceName, ImageContents>> = {
  mimir: WITHOUT_SHELL,
  loki: WITH_BUSYBOX,
  tempo: WITH_BUSYBOX,
  pyroscope: WITHOUT_SHELL,
  grafana: { hasShell: true, programs: ["wget", "curl"], tagPrefix: "" },
  alloy: { hasShell: true, programs: [], tagPrefix: "v" },
};

/**
 * A health check that a service's image cannot run.
 *
 * @param service the service
 * @param shellCommand the command of its container health check
 */
export function healthCheckFindings(service: ServiceName, shellCommand: string | undefined): readonly Finding[] {
  if (shellCommand === undefined) return [];
  const program = shellCommand.trim().split(/\s+/)[0] ?? "";
  const { hasShell, programs } = CONTENTS[service];
  if (hasShell && programs.includes(program)) return [];
  const holds = !hasShell
    ? "has no shell"
    : programs.length === 0
      ? "is not known to have the program"
      : `is known to have ${programs.join(", ")} alone`;
  return [
    {
      rule: "health-check-program",
      file: `modules/services/${service}.ts`,
      key: "healthCheck.shellCommand",
      value: shellCommand,
      instead: `remove it: the image ${holds}, and every task would count as unhealthy; the load balancer's health check on the readiness path is enough`,
      incident: "I19",
    },
  ];
}

/**
 * What is wrong with a service's Dockerfile.
 *
 * @param sources the service
 */
export function imageFindings(sources: ServiceSources): readonly Finding[] {
  return [
    ...baseFindings(sources),
    ...instructionFindings(sources),
    ...commandFindings(sources),
    ...portFindings(sources),
    ...healthCheckFindings(sources.service, sources.definition.healthCheck?.shellCommand),
  ];
}

function problem(
  { dockerfilePath }: ServiceSources,
  rule: string,
  key: string,
  value: unknown,
  instead: string,
): Finding {
  return { rule, file: dockerfilePath, key, value, instead };
}

/** One value must not be both: the upstream version and the tag under which our image is pushed. */
function baseFindings(sources: ServiceSources): readonly Finding[] {
  const { dockerfile, definition, service } = sources;
  const from = `${definition.upstreamImage}:${CONTENTS[service].tagPrefix}\${VERSION}`;
  const wrongBase: Finding = {
    ...problem(
      sources,
      "image-base",
      "FROM",
      dockerfile.from,
      `write FROM ${from}: imageVersions says the upstream version, and it alone`,
    ),
    incident: "I10",
  };
  const byDefault = dockerfile.args.get("VERSION");
  return [
    ...(dockerfile.from === from ? [] : [wrongBase]),
    ...(dockerfile.args.has("VERSION") && byDefault === undefined
      ? []
      : [
          problem(
            sources,
            "image-version-argument",
            "ARG VERSION",
            byDefault,
            "write ARG VERSION without a default: a default drifts away from imageVersions in common.config.ts",
          ),
        ]),
  ];
}

function instructionFindings(sources: ServiceSources): readonly Finding[] {
  const { dockerfile, service } = sources;
  const { hasShell } = CONTENTS[service];
  return dockerfile.instructions.flatMap(({ name, words, isExecForm }) => {
    if (name === "HEALTHCHECK" && words[0] !== "NONE") {
      const instead = "remove it: ECS ignores it; a health check belongs into the service's definition";
      return [
        { ...problem(sources, "health-check-program", name, words.join(" "), instead), incident: "I19" } as const,
      ];
    }
    if (["CMD", "ENTRYPOINT"].includes(name) && !isExecForm) {
      return [
        problem(
          sources,
          "image-shell",
          name,
          words.join(" "),
          `write ${name} as a JSON array: a shell in between takes no SIGTERM, and nothing is flushed`,
        ),
      ];
    }
    if (name === "RUN" && !hasShell) {
      return [
        problem(
          sources,
          "image-shell",
          name,
          words.join(" "),
          "remove it: the image has no shell; COPY with --chown instead",
        ),
      ];
    }
    return [];
  });
}

function commandFindings(sources: ServiceSources): readonly Finding[] {
  const { dockerfile, service, configPath, configFile } = sources;
  const { command } = dockerfile;
  if (service === "grafana") {
    const instead = "remove it: the image's entrypoint /run.sh starts Grafana, and would take CMD as its arguments";
    return command.length === 0 ? [] : [problem(sources, "image-command", "CMD", command, instead)];
  }
  if (configPath === undefined || configFile === undefined) {
    return [
      problem(
        sources,
        "image-config",
        "CMD",
        command,
        "name the config's path in CMD, and COPY it there: otherwise the service starts with the image's own config",
      ),
    ];
  }
  if (service === "alloy" || command.some((word) => /^--?config\.expand-env(?:=true)?$/.test(word))) return [];
  return [
    problem(
      sources,
      "image-expand-env",
      "CMD",
      command,
      "add -config.expand-env=true: otherwise ${…} in the config is text",
    ),
  ];
}

function portFindings(sources: ServiceSources): readonly Finding[] {
  const { dockerfile, definition } = sources;
  const mapped = Object.values(definition.ports).filter((port) => port.mapped ?? true);
  const users = dockerfile.instructions.filter(({ name }) => name === "USER").map(({ words }) => words[0] ?? "");
  return [
    ...mapped
      .filter(({ number }) => !dockerfile.exposedPorts.includes(number))
      .map(({ number, label }) =>
        problem(
          sources,
          "image-ports",
          "EXPOSE",
          dockerfile.exposedPorts,
          `add ${number} (${label}), which the task definition maps, or remove the port from the catalog`,
        ),
      ),
    ...(/^(?:|root|0)(?::.*)?$/.test(users.at(-1) ?? "")
      ? [
          problem(
            sources,
            "image-user",
            "USER",
            users.at(-1),
            "name the user that the image provides: nothing here needs root",
          ),
        ]
      : []),
  ];
}
