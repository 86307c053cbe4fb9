import { readFileSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../../common.config";
import { clientCallsOf } from "../../checks/client-calls";
import { serviceCatalog } from "../../modules/services/catalog";

const TEXT = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8");

const pathOf = (target: string): string => target.split("?")[0] ?? target;
const calls = clientCallsOf(serviceCatalog(profiles.target));
const known = new Set(calls.map(({ method, target }) => `${method} ${pathOf(target)}`));

/** Rows of the table of settings: the URL that a client is given, and the request that it makes. */
const ROWS = [...TEXT.matchAll(/= `http:\/\/LB([^`]*)`[^|]*\|\s*`(\w+) ([^`]+)`/g)].map(
  ([, base = "", method = "", path = ""]) => ({ base, method, path }),
);

describe("GIVEN the client settings in docs/operations.md", () => {
  test("THEN each leads to a request that the routes are checked for", () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(6);
    expect(ROWS.filter(({ method, path }) => !known.has(`${method} ${path}`))).toEqual([]);
  });

  test("THEN each URL is the beginning of its request's path", () => {
    expect(ROWS.filter(({ base, path }) => !path.startsWith(base))).toEqual([]);
  });

  test("THEN each way to write that the routes are checked for is named", () => {
    const writes = ["Prometheus remote write", "Loki push", "Pyroscope push of an SDK", "Pyroscope push by Connect"];
    const paths = calls
      .filter(({ purpose }) => writes.includes(purpose) || purpose.startsWith("OTLP"))
      .map(({ method, target }) => `\`${method} ${pathOf(target)}\``);
    expect(paths.length).toBeGreaterThanOrEqual(8);
    expect(paths.filter((path) => !TEXT.includes(path))).toEqual([]);
  });

  test("THEN each URL in an example is one of a setting, or the base of a query API", () => {
    const urls = [...TEXT.matchAll(/http:\/\/LB([\w/.]*)/g)].map(([, path = ""]) => path.replace(/\/$/, ""));
    const bases = ["", "/otlp", "/prometheus", "/loki/api/v1", "/tempo", ...ROWS.map(({ base }) => base)];
    expect(urls.filter((url) => !bases.includes(url))).toEqual([]);
  });

  test("THEN the tenant is the platform's", () => {
    const tenants = [...TEXT.matchAll(/(?:X-Scope-OrgID"? ?[=:] ?"?|tenant_id ?[=:] "?|TenantID: ")([\w-]+)/g)];
    expect(tenants.length).toBeGreaterThanOrEqual(6);
    expect([...new Set(tenants.map(([, tenant]) => tenant))]).toEqual([profiles.target.tenants.platform]);
  });
});

describe("GIVEN what docs/operations.md says of retention", () => {
  test.each(Object.entries(profiles.target.retention))("THEN %s is %s in the configuration too", (key, days) => {
    expect(TEXT).toMatch(new RegExp(`\`${key}\` +\\| ${days} +\\|`));
  });
});
