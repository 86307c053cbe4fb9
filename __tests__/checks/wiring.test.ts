import { profiles } from "../../common.config";
import { agreementFindings, catalogFindings } from "../../checks/agreement";
import { settingsIn } from "../../checks/served-paths";
import { serviceSources } from "../../checks/service-sources";
import { readServiceFiles } from "../../checks/source-file";
import { expandVariables, variablesIn } from "../../checks/variables";
import { wiringFindings } from "../../checks/wiring";
import { deployedService, deployedServices, serviceCatalog } from "../../modules/services/catalog";
import type { ServiceConfig } from "../../modules/services/service-image";
import { findingsWith, replacing, withKey } from "../support/service-files";

const { target } = profiles;

describe("variables of a config", () => {
  test.each<readonly [ServiceConfig["variables"], string, string, readonly string[]]>([
    ["braced", "config.yaml", "a: ${A}\nb: ${B:-x} # ${C}\n# ${D}\ne: '# ${E}'\nf: $F\n", ["A", "B", "E"]],
    ["mimir", "config.yaml", "a: ${A}\nb: ${B:x}\nf: $F # $G\n", ["A", "B", "F"]],
    ["grafana", "ds.yaml", "a: $A\nb: ${B}\nc: $$C\nd: $${__value.raw}\ne: $__env{E}\n", ["A", "B", "E"]],
    ["grafana", "dashboard.json", '{"query": "$job"}', []],
    ["alloy", "config.alloy", 'a = sys.env("A") // env("B")\nu = "http://x" + env("C") /* sys.env("D") */', ["A", "C"]],
    ["braced", "default.conf", "a ${A};\n# ${B}\n", ["A"]],
    ["none", "default.conf", "a ${A} $B;\n", []],
  ])("written as %s in %s are found, and those in comments are not", (syntax, path, text, names) => {
    expect(variablesIn(syntax, { path, text }).map(({ name }) => name)).toEqual(names);
  });

  test.each<readonly [ServiceConfig["variables"], string, string]>([
    ["braced", "${A} ${B:-x} ${B} $A", "1 x  $A"],
    ["mimir", "${A} ${B:x} ${B:-x} $A", "1 x -x 1"],
    ["grafana", "$A ${A} $$A $__env{A}", "1 1 $A 1"],
    ["none", "$A ${A}", "$A ${A}"],
  ])("written as %s are put in as the program does it", (syntax, text, expanded) => {
    expect(expandVariables(syntax, text, { A: "1" })).toBe(expanded);
  });
});

test.each(deployedServices(target))("GIVEN target THEN %s reads what is injected, and nothing else", (service) => {
  expect(wiringFindings(serviceSources(target, service))).toEqual([]);
});

test("GIVEN a variable that nothing injects THEN it is named, with where to add it (I26)", () => {
  expect(findingsWith("loki", withKey("storage_config.object_store.s3.bucket_name", "${LOKI_BUCKET}"))).toEqual([
    expect.objectContaining({ rule: "variable-not-injected", key: "LOKI_BUCKET", incident: "I26" }),
    expect.objectContaining({ rule: "variable-not-read", key: "environment.LOKI_S3_BUCKET" }),
  ]);
});

test("GIVEN a config that stops using the cache THEN its endpoint is injected in vain (I16)", () => {
  const found = findingsWith("tempo", withKey("cache", undefined));
  expect(found).toContainEqual(
    expect.objectContaining({ rule: "variable-not-read", key: "environment.MEMCACHED_ENDPOINT", incident: "I16" }),
  );
});

test("GIVEN a variable that is only left in a comment THEN it is not read", () => {
  const found = findingsWith("mimir", replacing("config.yaml", "target: all", "target: all # ${X}"));
  expect(found).toEqual([]);
  const commented = findingsWith(
    "tempo",
    replacing("config.yaml", "  join_members:\n    - dns+${TEMPO_HOST}", "  #join_members:\n    #- dns+${TEMPO_HOST}"),
  );
  expect(commented.map(({ key }) => key)).toContain("environment.TEMPO_HOST");
});

describe("the catalog against the programs", () => {
  const catalog = serviceCatalog(target);
  const tempo = deployedService(target, "tempo");
  const settings = settingsIn(deployedServices(target).map((name) => serviceSources(target, name)));

  test("GIVEN target THEN readiness paths and internal URLs are right", () => {
    expect(catalogFindings(target, catalog, settings)).toEqual([]);
  });

  test.each(["/tempo/ready", "/-/ready"])("GIVEN the readiness path %s THEN it is refused (I03)", (path) => {
    const wrong = { ...catalog, tempo: { ...tempo, readiness: { path, port: "http" } } };
    expect(catalogFindings(target, wrong, settings)).toEqual([
      expect.objectContaining({
        rule: "readiness-path",
        incident: "I03",
        instead: expect.stringContaining("says that it is ready") as string,
      }),
    ]);
  });

  test("GIVEN a Tempo image without the API prefix THEN Grafana's URL is refused (I01)", () => {
    expect(catalogFindings(target, catalog, settingsIn([]))).toEqual([
      expect.objectContaining({ rule: "internal-url", key: "environment.TEMPO_DATASOURCE_URL", incident: "I01" }),
    ]);
  });

  test("GIVEN a URL with a port that tasks cannot reach THEN it is refused (I18)", () => {
    const ports = { ...tempo.ports, "otlp-http": { number: 4318, label: "x", reachableFromTasks: false } };
    const found = catalogFindings(target, { ...catalog, tempo: { ...tempo, ports } }, settings);
    expect(found).toEqual([expect.objectContaining({ key: "environment.TEMPO_OTLP_URL", incident: "I18" })]);
  });

  test("GIVEN a URL of a service that is not deployed THEN it is refused", () => {
    const others = Object.fromEntries(Object.entries(catalog).filter(([name]) => name !== "pyroscope"));
    expect(catalogFindings(target, others, settings)).toEqual([
      expect.objectContaining({
        key: "environment.PYROSCOPE_DATASOURCE_URL",
        instead: expect.stringContaining("a service that this profile deploys") as string,
      }),
    ]);
  });

  test("GIVEN two services with one memberlist label THEN it is refused", () => {
    const sources = deployedServices(target).map((service) => {
      const edit = withKey("memberlist.cluster_label", "lgtm-loki");
      const files = readServiceFiles(service);
      return serviceSources(target, service, service === "loki" || service === "mimir" ? edit(files) : files);
    });
    expect(agreementFindings(sources)).toEqual([
      expect.objectContaining({ rule: "memberlist-cluster-label", file: "dockerfiles/loki/config.yaml" }),
    ]);
  });
});
