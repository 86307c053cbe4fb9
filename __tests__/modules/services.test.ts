import { profiles } from "../../common.config";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { deployedService, serviceCatalog } from "../../modules/services/catalog";
import { retentionHours, tempoRetentionHours } from "../../modules/services/retention";
import type { ServiceName } from "../../modules/services/service-name";

const { baseline, target } = profiles;
const environmentOf = (config: PlatformConfig, service: ServiceName) =>
  deployedService(config, service).environment({ memcachedEndpoint: "cache:11211" });

describe("retention", () => {
  test("is given in hours", () => {
    expect(retentionHours(7)).toBe("168h");
    expect(tempoRetentionHours(7)).toBe("168h");
  });

  test("forever is 0 for all but Tempo, to which 0 means at once", () => {
    expect(retentionHours("forever")).toBe("0s");
    expect(tempoRetentionHours("forever")).toBe("876000h");
  });

  test("stays on target what it is today, and reaches the task definitions", () => {
    expect(target.retention).toEqual(baseline.retention);
    expect(environmentOf(target, "mimir").MIMIR_RETENTION).toBe("8760h");
    expect(environmentOf(target, "loki").LOKI_RETENTION).toBe("0s");
    expect(environmentOf(target, "tempo").TEMPO_RETENTION).toBe("168h");
    expect(environmentOf(target, "pyroscope").PYROSCOPE_RETENTION).toBe("0s");
  });

  test("a change shows in the task definition", () => {
    const changed: PlatformConfig = { ...target, retention: { ...target.retention, logsDays: 30 } };
    expect(environmentOf(changed, "loki").LOKI_RETENTION).toBe("720h");
  });

  test("the original configs read none of it", () => {
    const variables = Object.values(serviceCatalog(baseline)).flatMap((service) =>
      Object.keys(service.environment({ memcachedEndpoint: "cache:11211" })),
    );
    expect(variables.filter((name) => /RETENTION|CLUSTER_LABEL/.test(name))).toEqual([]);
  });
});

describe("OTLP into Alloy", () => {
  const isReachable = (config: PlatformConfig) =>
    ["otlp-grpc", "otlp-http"].map((name) => deployedService(config, "alloy").ports[name]?.reachableFromTasks);

  test("is closed unless asked for: the receivers listen on the task's loopback", () => {
    expect(environmentOf(target, "alloy").ALLOY_OTLP_LISTEN_ADDRESS).toBe("127.0.0.1");
    expect(isReachable(target)).toEqual([false, false]);
  });

  test("on request it listens on all addresses and other tasks may connect", () => {
    const open: PlatformConfig = { ...target, alloy: { acceptOtlp: true } };
    expect(environmentOf(open, "alloy").ALLOY_OTLP_LISTEN_ADDRESS).toBe("0.0.0.0");
    expect(isReachable(open)).toEqual([true, true]);
  });
});

test("readiness paths are those that the programs were seen to answer with 200", () => {
  const paths = Object.values(serviceCatalog(target)).map(({ name, readiness }) => [name, readiness.path]);
  expect(paths).toEqual([
    ["mimir", "/ready"],
    ["loki", "/ready"],
    ["tempo", "/ready"],
    ["pyroscope", "/ready"],
    ["grafana", "/api/health"],
    ["alloy", "/-/ready"],
  ]);
});

test("all services get the tenant from one value", () => {
  const other: PlatformConfig = { ...target, tenants: { platform: "other" } };
  expect(environmentOf(other, "grafana").LGTM_TENANT_ID).toBe("other");
  expect(environmentOf(other, "alloy").TENANT_ID).toBe("other");
});

test("ports that nothing uses are gone from our configs", () => {
  expect(Object.keys(deployedService(baseline, "alloy").ports)).toContain("metrics");
  expect(Object.keys(deployedService(target, "alloy").ports)).not.toContain("metrics");
  expect(Object.keys(deployedService(target, "pyroscope").ports)).not.toContain("grpc");
});
