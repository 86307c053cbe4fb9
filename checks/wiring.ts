import type { ServiceName } from "../modules/services/service-name";
import type { Finding } from "../modules/config/config-error";
import type { ServiceSources } from "./service-sources";
import { variablesIn } from "./variables";

/**
 * Variables that may be injected although no config names them, beside those that a definition says its program reads: the
 * AWS SDK takes its region from the one, Go's runtime and the C library the local time zone from the other.
 */
const KNOWN_TO_PROGRAMS = ["AWS_REGION", "TZ"];

/**
 * Variables that a service's config reads and its task definition does not inject, and the other way round.
 *
 * @param sources the service
 */
export function wiringFindings(sources: ServiceSources): readonly Finding[] {
  return [...notInjected(sources), ...notRead(sources)];
}

function notInjected({ service, definition, files, injected, dockerfile }: ServiceSources): readonly Finding[] {
  return files.flatMap((file) => {
    const missing = variablesIn(definition.image.config.variables, file).filter(
      ({ name, fallback }) => fallback === undefined && !injected.has(name) && !dockerfile.environment.has(name),
    );
    return [...new Map(missing.map((use) => [use.name, use])).values()].map(({ name, text }): Finding => ({
      rule: "variable-not-injected",
      file: file.path,
      key: name,
      value: text,
      instead: `add ${name} to the environment in modules/services/${service}.ts, or remove it here: the service would read an empty text`,
      incident: name.includes("BUCKET") ? "I26" : "I16",
    }));
  });
}

function notRead({ service, definition, files, injected }: ServiceSources): readonly Finding[] {
  const { variables, readsByItself } = definition.image.config;
  const read = new Set(files.flatMap((file) => variablesIn(variables, file)).map(({ name }) => name));
  return [...injected]
    .filter((name) => !read.has(name) && !KNOWN_TO_PROGRAMS.includes(name) && readsByItself?.test(name) !== true)
    .map((name) => notReadFinding(service, name));
}

/**
 * The finding for a variable that is injected and that nothing reads.
 *
 * @param service the service
 * @param name the variable
 */
export function notReadFinding(service: ServiceName, name: string): Finding {
  return {
    rule: "variable-not-read",
    file: `modules/services/${service}.ts`,
    key: `environment.${name}`,
    value: name,
    instead: `use \${${name}} in the service's config, or stop injecting it; if the program reads it by itself, say so in readsByItself of its definition`,
    incident: "I16",
  };
}
