import type { ServiceName } from "../modules/config/service-name";
import type { Finding } from "../modules/config/config-error";
import type { ServiceSources } from "./service-sources";
import { variablesIn } from "./variables";

/** A variable that a program reads by itself, without being named in its config. */
interface KnownToProgram {
  readonly variable: RegExp;
  readonly services: readonly ServiceName[] | "all";
  readonly reason: string;
}

/** The only variables that may be injected although no config names them. */
const KNOWN_TO_PROGRAM: readonly KnownToProgram[] = [
  { variable: /^AWS_REGION$/, services: "all", reason: "the AWS SDK takes its region from it" },
  { variable: /^TZ$/, services: "all", reason: "Go's runtime and the C library take the local time zone from it" },
  {
    variable: /^GF_[A-Z0-9_]+$/,
    services: ["grafana"],
    reason: "Grafana takes each setting of grafana.ini from GF_<SECTION>_<KEY>",
  },
];

/**
 * Variables that a service's config reads and its task definition does not inject, and the other way round.
 *
 * @param sources the service
 */
export function wiringFindings(sources: ServiceSources): readonly Finding[] {
  return [...notInjected(sources), ...notRead(sources)];
}

function notInjected({ service, files, injected, dockerfile }: ServiceSources): readonly Finding[] {
  return files.flatMap((file) => {
    const missing = variablesIn(service, file).filter(
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

function notRead({ service, files, injected }: ServiceSources): readonly Finding[] {
  const read = new Set(files.flatMap((file) => variablesIn(service, file)).map(({ name }) => name));
  return [...injected]
    .filter((name) => !read.has(name) && !isKnownToProgram(service, name))
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
    instead: `use \${${name}} in the service's config, or stop injecting it; if the program reads it by itself, say so in checks/wiring.ts`,
    incident: "I16",
  };
}

function isKnownToProgram(service: ServiceName, name: string): boolean {
  return KNOWN_TO_PROGRAM.some(
    ({ variable, services }) => variable.test(name) && (services === "all" || services.includes(service)),
  );
}
