import type { ServiceName } from "../modules/services/service-name";
import type { Finding } from "../modules/config/config-error";
import { alloyFindings } from "./service-configs/alloy-rules";
import { datasourceFindings } from "./service-configs/grafana-rules";
import { imageFindings } from "./service-configs/image-rules";
import { applyRules, type LintRule } from "./service-configs/lint-rule";
import { lokiRules } from "./service-configs/loki-rules";
import { mimirRules } from "./service-configs/mimir-rules";
import { pyroscopeRules } from "./service-configs/pyroscope-rules";
import { tempoRules } from "./service-configs/tempo-rules";
import type { ServiceSources } from "./service-sources";

/** Rules of one service's own files, beside those that hold for the files of all. */
const OWN_RULES: Readonly<Partial<Record<ServiceName, (sources: ServiceSources) => readonly Finding[]>>> = {
  mimir: (sources) => configFindings(sources, mimirRules),
  loki: (sources) => configFindings(sources, lokiRules),
  tempo: (sources) => configFindings(sources, tempoRules),
  pyroscope: (sources) => configFindings(sources, pyroscopeRules),
  grafana: datasourceFindings,
  alloy: alloyFindings,
};

/**
 * All that is wrong or dangerous in the files of a service's image.
 *
 * @param sources the service
 */
export function lintFindings(sources: ServiceSources): readonly Finding[] {
  if (sources.files.length === 0) {
    const file = `dockerfiles/${sources.service}`;
    return [
      {
        rule: "image-files",
        file,
        key: "Dockerfile",
        value: undefined,
        instead: "write the image's Dockerfile and config",
      },
    ];
  }
  return [...unreadable(sources), ...imageFindings(sources), ...(OWN_RULES[sources.service]?.(sources) ?? [])];
}

function unreadable({ yamlFiles }: ServiceSources): readonly Finding[] {
  return yamlFiles.flatMap(({ file, error }) =>
    error === undefined
      ? []
      : [{ rule: "yaml", file: file.path, key: "(file)", value: undefined, instead: `must be valid YAML: ${error}` }],
  );
}

function configFindings(sources: ServiceSources, rules: readonly LintRule[]): readonly Finding[] {
  const config = sources.yamlFiles.find(({ file }) => file === sources.configFile);
  if (config === undefined || config.error !== undefined) return [];
  return applyRules(rules, sources, config);
}
