import { profiles } from "../../../../common.config";
import { readServiceFiles } from "../../../../checks/source-file";
import { SERVICE_NAMES, type ServiceName } from "../../../../modules/services/service-name";
import { mayHaveBinary } from "../../../../tools/images/binaries/find-binary";
import { verifyService } from "../../../../tools/images/verify/verify";
import { type Edit, replacing, withKey } from "../../../support/service-files";

const { target } = profiles;

/** A mistake that the program itself refuses, and what it says. */
const REFUSED: readonly (readonly [what: string, service: ServiceName, edit: Edit, message: RegExp])[] = [
  ["I04: storage.prefix", "pyroscope", withKey("storage.prefix", "pyroscope/"), /field prefix not found/],
  ["I05: storage.s3.prefix", "pyroscope", withKey("storage.s3.prefix", "pyroscope/"), /field prefix not found/],
  ["an unknown field", "mimir", withKey("blocks_storage.tsdb.nonsense", 1), /nonsense/],
  ["equal prefixes", "mimir", withKey("ruler_storage.storage_prefix", "${MIMIR_BLOCKS_PREFIX}"), /prefix|storage/],
  ["a prefix with a slash", "loki", withKey("storage_config.object_store.storage_prefix", "loki/"), /prefix/],
  ["an unknown field", "loki", withKey("ingester.nonsense", 1), /nonsense/],
  ["an unknown field", "tempo", withKey("storage.trace.nonsense", 1), /nonsense/],
  [
    "an unknown argument",
    "alloy",
    replacing("config.alloy", 'scrape_interval = "1m"', 'scrape_intervall = "1m"'),
    /scrape_intervall/,
  ],
];

/** A mistake that the program itself takes, so that only a rule stops it. */
const TAKEN: readonly (readonly [what: string, service: ServiceName, edit: Edit, rule: string])[] = [
  ["I02: http_path_prefix", "tempo", withKey("server.http_path_prefix", "/tempo"), "http-path-prefix"],
  ["I02: http_path_prefix", "pyroscope", withKey("server.http_path_prefix", "/pyroscope"), "http-path-prefix"],
  ["I06: multitenancy off", "pyroscope", withKey("multitenancy_enabled", false), "multitenancy-on"],
  ["I08: runtime config on S3", "mimir", withKey("runtime_config.file", "s3://b/c"), "mimir-runtime-config-local"],
  ["I20: three replicas", "mimir", withKey("ingester.ring.replication_factor", 3), "replication-factor"],
  [
    "a reference to nothing",
    "alloy",
    replacing("config.alloy", "[prometheus.remote_write.mimir.receiver]", "[prometheus.remote_write.gone.receiver]"),
    "alloy-reference",
  ],
];

/** A test that needs a service's program, and says so in its name where there is none. */
function testWith(service: ServiceName, name: string, body: () => Promise<void>): void {
  const isHere = mayHaveBinary({ service, platform: target });
  const title = isHere ? name : `${name} (skipped: no ${service} on this machine; see ./lgtm verify ${service})`;
  (isHere ? test : test.skip)(title, body, 60_000);
}

describe.each(SERVICE_NAMES)("GIVEN the baked config of %s", (service) => {
  testWith(service, "THEN its own program takes it", async () => {
    const { result, detail } = await verifyService(service, { platform: target });
    if (service === "grafana") expect(result).toBe("unchecked");
    else expect([result, detail]).toEqual(["ok", ""]);
  });
});

describe.each(REFUSED)("GIVEN %s in the config of %s", (_what, service, edit, message) => {
  testWith(service, "THEN its own program refuses it", async () => {
    const files = edit(readServiceFiles(service));
    const { result, detail } = await verifyService(service, { platform: target, files });
    expect(result).toBe("refused");
    // What the project's own rules say comes after it.
    expect(detail.split("\ndockerfiles/")[0]).toMatch(message);
  });
});

describe.each(TAKEN)("GIVEN %s in the config of %s", (_what, service, edit, rule) => {
  testWith(service, `THEN its own program takes it, and the rule ${rule} does not`, async () => {
    const files = edit(readServiceFiles(service));
    const { result, detail } = await verifyService(service, { platform: target, files });
    expect(result).toBe("refused");
    expect(detail).toMatch(new RegExp(`^dockerfiles/.*\\[${rule}[,\\]]`));
  });
});
