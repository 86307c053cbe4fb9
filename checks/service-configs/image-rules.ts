import type { Finding } from "../../modules/config/config-error";
import type { DeployedService } from "../../modules/services/catalog";
import type { ServiceSources } from "../service-sources";

/**
 * Finds a health check that a service's image cannot run.
 *
 * @param service the service
 */
export function healthCheckFindings({ name, image, healthCheck }: DeployedService): readonly Finding[] {
  if (healthCheck === undefined) return [];
  const { shellCommand } = healthCheck;
  const program = shellCommand.trim().split(/\s+/)[0] ?? "";
  const { hasShell, healthCheckPrograms: programs } = image;
  if (hasShell && programs.includes(program)) return [];
  const holds = !hasShell
    ? "has no shell"
    : programs.length === 0
      ? "is not known to have the program"
      : `is known to have ${programs.join(", ")} alone`;
  return [
    {
      rule: "health-check-program",
      file: `modules/services/${name}.ts`,
      key: "healthCheck.shellCommand",
      value: shellCommand,
      instead: `remove it: the image ${holds}, and every task would count as unhealthy; the load balancer's health check on the readiness path is enough`,
      incident: "I19",
    },
  ];
}

/**
 * Finds mistakes in a service's Dockerfile.
 *
 * @param sources the service
 */
export function imageFindings(sources: ServiceSources): readonly Finding[] {
  return [
    ...baseFindings(sources),
    ...instructionFindings(sources),
    ...commandFindings(sources),
    ...portFindings(sources),
    ...healthCheckFindings(sources.definition),
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
  const { dockerfile, definition } = sources;
  const from = `${definition.image.upstream}:${definition.image.tagPrefix ?? ""}\${VERSION}`;
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
  const { dockerfile, definition } = sources;
  const { hasShell } = definition.image;
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
  const { dockerfile, definition, configPath, configFile } = sources;
  const { command } = dockerfile;
  const { location, variables } = definition.image.config;
  const isFixed = location.startsWith("/");
  const findings: Finding[] = [];
  if (isFixed && command.length > 0) {
    const instead = "remove it: the image's own entrypoint starts the program, and would take CMD as its arguments";
    findings.push(problem(sources, "image-command", "CMD", command, instead));
  }
  if (configPath === undefined || configFile === undefined) {
    const instead = isFixed
      ? `COPY the config to ${location}: otherwise the service starts with the image's own config`
      : "name the config's path in CMD, and COPY it there: otherwise the service starts with the image's own config";
    return [...findings, problem(sources, "image-config", isFixed ? "COPY" : "CMD", command, instead)];
  }
  const isExpanded = command.some((word) => /^--?config\.expand-env(?:=true)?$/.test(word));
  if (location === "-config.file" && variables !== "none" && !isExpanded) {
    const instead = "add -config.expand-env=true: otherwise ${…} in the config is text";
    findings.push(problem(sources, "image-expand-env", "CMD", command, instead));
  }
  return findings;
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
