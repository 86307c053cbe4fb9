import { parseDocument } from "yaml";
import type { PlatformConfig } from "../modules/config/platform-config";
import { deployedService, type DeployedService } from "../modules/services/catalog";
import type { ServiceConfig } from "../modules/services/service-image";
import type { ServiceName } from "../modules/services/service-name";
import { parseDockerfile, type Dockerfile } from "./dockerfile";
import { imageFiles } from "./image-files";
import { PLACEHOLDER_SECRET, PLACEHOLDER_WIRING } from "./placeholder-wiring";
import { readServiceFiles, type SourceFile } from "./source-file";
import { expandVariables } from "./variables";

/** A YAML file with its values as the program sees them. */
export interface YamlFile {
  readonly file: SourceFile;
  /** With variables as they are written. */
  readonly raw: unknown;
  /** With the container's variables put in. */
  readonly value: unknown;
  /** Reason why it cannot be read. @default - it can */
  readonly error?: string;
}

/** All that is known about a service's image and the container that runs it. */
export interface ServiceSources {
  readonly service: ServiceName;
  readonly platform: PlatformConfig;
  readonly definition: DeployedService;
  readonly files: readonly SourceFile[];
  readonly dockerfile: Dockerfile;
  readonly dockerfilePath: string;
  /** Environment of the container: the image's variables, then the task definition's. */
  readonly environment: Readonly<Record<string, string>>;
  /** The variables that the task definition injects, secrets among them. */
  readonly injected: ReadonlySet<string>;
  /** Path of the config in the image, as the command names it. @default - the command names none */
  readonly configPath: string | undefined;
  /** The file at that path. @default - nothing is copied there */
  readonly configFile: SourceFile | undefined;
  /** All YAML files, the config among them. */
  readonly yamlFiles: readonly YamlFile[];
}

/**
 * Reads a service's folder below `dockerfiles/` as the image and its task would.
 *
 * @param platform the platform
 * @param service the service
 * @param files the folder's files
 */
export function serviceSources(
  platform: PlatformConfig,
  service: ServiceName,
  files: readonly SourceFile[] = readServiceFiles(service),
): ServiceSources {
  const definition = deployedService(platform, service);
  const dockerfilePath = `dockerfiles/${service}/Dockerfile`;
  const dockerfile = parseDockerfile(files.find(({ path }) => path === dockerfilePath)?.text ?? "");
  const taskVariables = taskEnvironment(definition);
  const environment = { ...Object.fromEntries(dockerfile.environment), ...taskVariables };
  const { location, variables } = definition.image.config;
  const configPath = configPathIn(dockerfile.command, location);
  return {
    service,
    platform,
    definition,
    files,
    dockerfile,
    dockerfilePath,
    environment,
    injected: new Set(Object.keys(taskVariables)),
    configPath,
    configFile: imageFiles(service, dockerfile, files).find(({ path }) => path === configPath)?.file,
    yamlFiles: files.filter(({ path }) => /\.ya?ml$/.test(path)).map((file) => readYaml(variables, file, environment)),
  };
}

/**
 * The environment that a task definition injects, with placeholders for what other layers know and for secrets.
 *
 * @param definition the service
 */
export function taskEnvironment(definition: DeployedService): Readonly<Record<string, string>> {
  const secrets = Object.keys(definition.secrets ?? {}).map((name): [string, string] => [name, PLACEHOLDER_SECRET]);
  return { ...definition.environment(PLACEHOLDER_WIRING), ...Object.fromEntries(secrets) };
}

function configPathIn(command: readonly string[], location: ServiceConfig["location"]): string | undefined {
  switch (location) {
    case "-config.file":
      return command.map((word) => /^--?config\.file=(.+)$/.exec(word)?.[1]).find((path) => path !== undefined);
    case "run":
      return command[0] === "run" ? command.slice(1).find((word) => word.startsWith("/")) : undefined;
    default:
      return location;
  }
}

function readYaml(
  syntax: ServiceConfig["variables"],
  file: SourceFile,
  environment: Readonly<Record<string, string>>,
): YamlFile {
  const raw = parseDocument(file.text);
  const expanded = parseDocument(expandVariables(syntax, file.text, environment));
  const error = expanded.errors[0]?.message ?? raw.errors[0]?.message;
  return {
    file,
    raw: raw.errors.length === 0 ? raw.toJS() : undefined,
    value: expanded.errors.length === 0 ? expanded.toJS() : undefined,
    ...(error === undefined ? {} : { error }),
  };
}
