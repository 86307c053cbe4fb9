import { isPlainObject, leavesOf, valueAt } from "../plain-object";
import type { Finding } from "../../modules/config/config-error";
import type { ServiceSources, YamlFile } from "../service-sources";

interface Datasource {
  readonly file: string;
  readonly key: string;
  readonly raw: unknown;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A datasource of each of these types, with its URL in this variable. */
const URL_VARIABLES: Readonly<Record<string, string>> = {
  prometheus: "MIMIR_DATASOURCE_URL",
  loki: "LOKI_DATASOURCE_URL",
  tempo: "TEMPO_DATASOURCE_URL",
  "grafana-pyroscope-datasource": "PYROSCOPE_DATASOURCE_URL",
};

const TENANT_HEADER = "X-Scope-OrgID";

/**
 * Finds mistakes in Grafana's provisioned datasources.
 *
 * @param sources Grafana's files
 */
export function datasourceFindings(sources: ServiceSources): readonly Finding[] {
  const datasources = sources.yamlFiles.flatMap(datasourcesIn);
  const uids = new Set(datasources.map(({ value }) => value.uid));
  return [
    ...missingTypes(sources, datasources),
    ...datasources.flatMap((datasource) => [
      ...uidFindings(datasource),
      ...linkFindings(datasource, uids),
      ...urlFindings(datasource, sources),
      ...tenantFindings(datasource, sources),
    ]),
  ];
}

function datasourcesIn({ file, raw, value }: YamlFile): readonly Datasource[] {
  const list = valueAt(value, "datasources");
  if (!Array.isArray(list)) return [];
  return list.filter(isPlainObject).map((datasource, index) => ({
    file: file.path,
    key: `datasources.${index}`,
    raw: valueAt(raw, `datasources.${index}`),
    value: datasource,
  }));
}

function missingTypes({ service }: ServiceSources, datasources: readonly Datasource[]): readonly Finding[] {
  const types = new Set(datasources.map(({ value }) => value.type));
  return Object.entries(URL_VARIABLES)
    .filter(([type]) => !types.has(type))
    .map(([type, variable]) => ({
      rule: "grafana-datasource-missing",
      file: `dockerfiles/${service}`,
      key: type,
      value: undefined,
      instead: `provision a datasource of type ${type} with url: \${${variable}}`,
    }));
}

function uidFindings({ file, key, value }: Datasource): readonly Finding[] {
  if (typeof value.uid === "string" && value.uid !== "") return [];
  return [
    {
      rule: "grafana-datasource-uid",
      file,
      key: `${key}.uid`,
      value: value.uid,
      instead: `write a fixed uid for ${String(value.name)}, like mimir: Grafana makes one up otherwise, and links to the datasource lead nowhere`,
    },
  ];
}

/** Links name a datasource by a key that ends in `datasourceUid` or `alertmanagerUid`. */
function linkFindings({ file, key, value }: Datasource, uids: ReadonlySet<unknown>): readonly Finding[] {
  return leavesOf(value)
    .filter(({ path, value: uid }) => /(?:datasource|alertmanager)Uid$/i.test(path.at(-1) ?? "") && !uids.has(uid))
    .map(({ path, value: uid }) => ({
      rule: "grafana-link-to-unknown-uid",
      file,
      key: [key, ...path].join("."),
      value: uid,
      instead: `name the uid of a provisioned datasource: ${[...uids].filter((known) => typeof known === "string").join(", ")}`,
    }));
}

function urlFindings({ file, key, value }: Datasource, { environment }: ServiceSources): readonly Finding[] {
  const variable = URL_VARIABLES[String(value.type)];
  if (variable === undefined || value.url === environment[variable]) return [];
  return [
    {
      rule: "grafana-datasource-url",
      file,
      key: `${key}.url`,
      value: value.url,
      instead: `write \${${variable}}: the catalog knows the service's port and path`,
    },
  ];
}

/** Grafana sends a header `httpHeaderName<n>` with the secret value `httpHeaderValue<n>`. */
function tenantFindings(
  { file, key, raw, value }: Datasource,
  { environment, platform }: ServiceSources,
): readonly Finding[] {
  if (URL_VARIABLES[String(value.type)] === undefined) return [];
  const names = Object.entries(isPlainObject(value.jsonData) ? value.jsonData : {});
  const number = names
    .find(([name, header]) => name.startsWith("httpHeaderName") && header === TENANT_HEADER)?.[0]
    .slice(14);
  const valueKey = `secureJsonData.httpHeaderValue${number ?? "1"}`;
  const isRight =
    number !== undefined &&
    valueAt(value, valueKey) === environment.LGTM_TENANT_ID &&
    !String(valueAt(raw, valueKey)).includes(platform.tenants.platform);
  if (isRight) return [];
  return [
    {
      rule: "grafana-datasource-tenant",
      file,
      key: `${key}.${valueKey}`,
      value: valueAt(raw, valueKey),
      instead: `write jsonData.httpHeaderName${number ?? "1"}: ${TENANT_HEADER} and ${valueKey}: \${LGTM_TENANT_ID}: the tenant has one source, and without it every query is refused`,
      incident: "I28",
    },
  ];
}
