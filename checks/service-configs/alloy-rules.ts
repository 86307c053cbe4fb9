import { portOf } from "../../modules/services/target-groups";
import type { Finding } from "../../modules/config/config-error";
import type { SourceFile } from "../source-file";
import type { ServiceSources } from "../service-sources";
import { withoutComments } from "../variables";

/**
 * Finds mistakes in Alloy's config, which is a language of its own and is read as text.
 *
 * @param sources Alloy's files
 */
export function alloyFindings(sources: ServiceSources): readonly Finding[] {
  return [
    ...sources.files.filter(({ path }) => path.endsWith(".alloy")).flatMap((file) => textFindings(sources, file)),
    ...commandFindings(sources),
  ];
}

function textFindings({ platform }: ServiceSources, file: SourceFile): readonly Finding[] {
  const text = withoutComments(file);
  const deprecated = [...text.matchAll(/(?<!sys\.)\benv\("(\w+)"\)/g)].map(([written, name = ""]): Finding => ({
    rule: "alloy-env",
    file: file.path,
    key: name,
    value: written,
    instead: `write sys.env("${name}"): env is deprecated`,
  }));
  const literals: readonly (readonly [rule: string, text: string, what: string])[] = [
    ["region-literal", platform.region, "the region"],
    ["namespace-literal", platform.serviceDiscovery.namespace, "the Cloud Map name"],
    ["tenant-literal", platform.tenants.platform, "the tenant"],
  ];
  const written = literals
    .filter(([, literal]) => text.includes(literal))
    .map(([rule, literal, what]): Finding => ({
      rule,
      file: file.path,
      key: literal,
      value: literal,
      instead: `read ${what} with sys.env: common.config.ts is its one source`,
      ...(rule === "tenant-literal" ? { incident: "I28" } : {}),
    }));
  return [...deprecated, ...written, ...danglingReferences(file, text)];
}

/** Alloy's own check takes a reference to a component that is not there, and the start fails. */
function danglingReferences(file: SourceFile, text: string): readonly Finding[] {
  const declared = [...text.matchAll(/^\s*([a-z_]+(?:\.[a-z_]+)+)\s+"(\w+)"\s*\{/gm)].map(
    ([, type = "", label = ""]) => `${type}.${label}.`,
  );
  const code = text.replace(/"(?:\\.|[^"\\\n])*"/g, '""');
  const references = [...code.matchAll(/(?<![\w.])[a-z_]+(?:\.\w+){3,}(?![\w.]|\s*"|\()/g)].map(
    ([reference]) => reference,
  );
  return references
    .filter((reference) => !declared.some((component) => reference.startsWith(component)))
    .map((reference) => ({
      rule: "alloy-reference",
      file: file.path,
      key: reference,
      value: reference,
      instead: "declare the component that it names, or name one that is declared: Alloy does not start otherwise",
    }));
}

function commandFindings({ dockerfile, dockerfilePath, definition }: ServiceSources): readonly Finding[] {
  const { number } = portOf(definition, definition.readiness.port);
  const wanted = [
    {
      rule: "alloy-listen-address",
      flag: `--server.http.listen-addr=0.0.0.0:${number}`,
      why: "by default Alloy listens on loopback alone, where no health check reaches it",
    },
    {
      rule: "usage-reporting-off",
      flag: "--disable-reporting",
      why: "otherwise Alloy reports its usage",
    },
  ];
  return wanted
    .filter(({ flag }) => !dockerfile.command.includes(flag) && !dockerfile.command.includes(`${flag}=true`))
    .map(({ rule, flag, why }) => ({
      rule,
      file: dockerfilePath,
      key: "CMD",
      value: dockerfile.command,
      instead: `add ${flag}: ${why}`,
    }));
}
