import type { SmokeRow } from "../../../tools/smoke/check";
import { renderSmokeReport } from "../../../tools/smoke/report";
import type { SmokeReport } from "../../../tools/smoke/run-smoke";
import { StandInPlatform, type Fault } from "./stand-in-platform";
import { vector } from "./stand-in-services";

jest.setTimeout(90_000);

let platform: StandInPlatform | undefined;

afterEach(async () => {
  await platform?.stop();
  platform = undefined;
});

async function startPlatform(fault?: Fault): Promise<StandInPlatform> {
  platform = await StandInPlatform.start(fault);
  return platform;
}

function failed({ rows }: SmokeReport): readonly string[] {
  return rows.filter(({ state }) => state === "failed").map(({ service, tested }) => `${service}: ${tested}`);
}

function rowOf({ rows }: SmokeReport, tested: string): SmokeRow | undefined {
  return rows.find((row) => row.tested === tested);
}

test("a platform without faults passes every check", async () => {
  const running = await startPlatform();
  const report = await running.smoke();
  expect(report.rows.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(report.ok).toBe(true);
  expect(report.rows).toHaveLength(46);
  expect(new Set(report.rows.map(({ service }) => service)).size).toBe(5);
  // Everything that is written carries the run label. What is refused is not written.
  const written = running.asked.filter(
    ({ path, tenant }) => tenant !== undefined && /push|ingest|v1\/(traces|logs|metrics)$/i.test(path),
  );
  expect(written).toHaveLength(8);
  for (const { path, body, query } of written)
    expect([path, `${body.toString("latin1")} ${query.toString()}`]).toEqual([
      path,
      expect.stringContaining(report.run),
    ]);
});

/** Faults that the run waits for in vain take a short wait; those that are wrong at once must not need it. */
const FAULTS: readonly {
  readonly fault: string;
  readonly make: Fault;
  readonly failing: readonly string[];
  readonly reason: RegExp;
  readonly route?: RegExp;
  readonly waitSeconds?: number;
}[] = [
  {
    fault: "Tempo does not serve the prefix (I01)",
    make: ({ path }, port) => (port === 3200 && path.startsWith("/tempo/") ? { status: 404 } : undefined),
    failing: ["tempo: search API is ready"],
    reason: /GET \/tempo\/api\/search\/tags answered 404 instead of 200/,
    route: /^rule 30 -> lgtm-prod-tempo-tg, target 10\.0\.11\.5, port 3200, answered 404$/,
  },
  {
    fault: "Grafana's database is broken",
    make: ({ path }) => (path === "/api/health" ? { status: 200, body: { database: "failing" } } : undefined),
    failing: ["grafana: health, database"],
    reason: /the database is failing/,
    route: /^default rule -> lgtm-prod-grafana-tg/,
  },
  {
    fault: "a data source does not work",
    make: ({ path }) =>
      path.endsWith("/tempo/health") ? { status: 200, body: { status: "ERROR", message: "404 Not Found" } } : undefined,
    failing: ["grafana: data source tempo"],
    reason: /says ERROR: 404 Not Found/,
  },
  {
    fault: "remote write is refused once: it is not repeated",
    make: onFirst("/api/v1/push", { status: 500, body: "at least 1 live replicas required" }),
    failing: ["mimir: remote write"],
    reason: /answered 500 instead of 200: at least 1 live replicas required/,
    route: /^rule 10 -> lgtm-prod-mimir-tg/,
  },
  {
    fault: "written metrics never become readable",
    make: ({ query, tenant }) =>
      tenant === "tenant-one" && query.get("query")?.startsWith("lgtm_smoke{") === true ? vector([]) : undefined,
    failing: ["mimir: query after remote write"],
    reason: /does not show lgtm_smoke \(waited 1 s\)/,
    waitSeconds: 1,
  },
  {
    fault: "metrics come back with another value",
    make: ({ query, tenant }) =>
      tenant === "tenant-one" && query.get("query")?.startsWith("lgtm_smoke{") === true ? vector(["41"]) : undefined,
    failing: ["mimir: query after remote write"],
    reason: /shows 41 instead of 42/,
  },
  {
    fault: "multitenancy is off (I06)",
    make: ({ tenant }, port) => (port === 8080 && tenant === undefined ? { status: 200, body: {} } : undefined),
    failing: [
      "mimir: remote write without tenant refused",
      "mimir: OTLP write without tenant refused",
      "mimir: query without tenant refused",
    ],
    reason: /answered 200 instead of 401/,
  },
  {
    fault: "every tenant sees all metrics",
    make: ({ tenant, path }, port) =>
      port === 8080 && path.includes("query") && tenant === "tenant-one-nobody" ? vector(["42"]) : undefined,
    failing: ["mimir: another tenant sees nothing"],
    reason: /shows another tenant's metrics/,
  },
  {
    fault: "Loki accepts with another status",
    make: onFirst("/loki/api/v1/push", { status: 200 }),
    failing: ["loki: push"],
    reason: /answered 200 instead of 204/,
  },
  {
    fault: "Loki does not know the label",
    make: ({ path }) => (path.includes("/label/") ? { status: 200, body: { status: "success" } } : undefined),
    failing: ["loki: labels"],
    reason: /does not show the label of this run/,
    waitSeconds: 1,
  },
  {
    fault: "the connection breaks while Loki is asked",
    make: ({ path, tenant }) => (path.endsWith("query_range") && tenant === "tenant-one" ? "reset" : undefined),
    failing: ["loki: query after push", "loki: query after OTLP write"],
    reason: /GET \/loki\/api\/v1\/query_range answered 502 instead of 200: 502 Bad Gateway/,
    route: /^rule 20 -> lgtm-prod-loki-tg, target 10\.0\.11\.5, port 3100, the target failed: ECONNRESET$/,
  },
  {
    fault: "the load balancer's own 503 looks like Tempo's refusal",
    make: ({ path, tenant }) =>
      path === "/v1/traces" && tenant === undefined ? { status: 503, headers: { server: "awselb/2.0" } } : undefined,
    failing: ["tempo: POST /v1/traces without tenant refused"],
    reason: /answered 503 by the load balancer, not by the service/,
  },
  {
    fault: "search finds traces of others",
    make: ({ path }) =>
      path === "/tempo/api/search" ? { status: 200, body: { traces: [{ traceID: "b".repeat(32) }] } } : undefined,
    failing: ["tempo: search"],
    reason: /not this run's: b{32}/,
  },
  {
    fault: "Tempo's metrics do not reach Mimir",
    make: ({ query }) => (query.get("query")?.startsWith("traces_spanmetrics") === true ? vector([]) : undefined),
    failing: ["tempo: metrics from spans arrive in Mimir"],
    reason: /does not show the span's metrics/,
    waitSeconds: 1,
  },
  {
    fault: "Pyroscope's Connect route leads to Grafana",
    make: ({ path }) =>
      path.startsWith("/push.v1") ? { status: 302, headers: { location: "/login" }, body: "Found" } : undefined,
    failing: ["pyroscope: push by Connect", "pyroscope: push by Connect without tenant refused"],
    reason: /answered 302 instead of 200 \(to \/login\)/,
    route: /^rule 40 -> lgtm-prod-pyroscope-tg/,
  },
  {
    fault: "an answer is no JSON",
    make: ({ path }) =>
      path === "/pyroscope/render" ? { status: 200, body: "<html><body>Explore</body></html>" } : undefined,
    failing: ["pyroscope: render"],
    reason: /with what is no JSON: Explore/,
  },
];

/** The first request to a path, with a tenant, gets another answer. */
function onFirst(path: string, given: ReturnType<Fault>): Fault {
  let count = 0;
  return (asked) => (asked.path === path && (count += 1) === 1 ? given : undefined);
}

test.each(FAULTS)("$fault: the right check fails", async ({ make, failing, reason, route, waitSeconds }) => {
  const running = await startPlatform(make);
  const report = await running.smoke(waitSeconds === undefined ? {} : { waitSeconds });
  expect(failed(report)).toEqual(failing);
  const [row] = report.rows.filter(({ state }) => state === "failed");
  expect(row?.reason).toMatch(reason);
  if (route !== undefined) expect(row?.route).toMatch(route);
  expect(report.ok).toBe(false);
});

test("a port that nothing listens on is named (I18)", async () => {
  const running = await startPlatform();
  await running.stopPort(4318);
  const report = await running.smoke();
  expect(failed(report)).toEqual(["tempo: OTLP write to /v1/traces"]);
  expect(rowOf(report, "OTLP write to /v1/traces")?.route).toBe(
    "rule 31 -> lgtm-prod-tempo-otlp-http-tg, target 10.0.11.5, port 4318, the target failed: ECONNREFUSED",
  );
  expect(rowOf(report, "trace by id after /otlp/v1/traces")?.state).toBe("ok");
  expect(rowOf(report, "search")).toMatchObject({
    state: "skipped",
    reason: 'needs "OTLP write to /v1/traces", which did not succeed',
  });
});

test("a wrong password fails the login, and skips what needs it", async () => {
  const running = await startPlatform();
  const report = await running.smoke({ grafanaPassword: async () => Promise.resolve("wrong") });
  expect(failed(report)).toEqual(["grafana: login"]);
  expect(rowOf(report, "data source loki")?.state).toBe("skipped");
  expect(JSON.stringify(report)).not.toContain("wrong");
});

test("services that are still starting are waited for, by those that ask them too", async () => {
  const counts = new Map<number, number>();
  const running = await startPlatform((asked, port) => {
    if (asked.path.startsWith("/api/datasources/uid/loki") && (counts.get(3100) ?? 0) < 20)
      return { status: 400, body: { status: "ERROR", message: "Loki is not there yet" } };
    const count = (counts.get(port) ?? 0) + 1;
    counts.set(port, count);
    if (port === 3100 && count < 20) return count % 2 === 0 ? "reset" : { status: 503, body: "Ingester not ready" };
    return undefined;
  });
  const report = await running.smoke();
  expect(failed(report)).toEqual([]);
  expect(running.asked.filter(({ path }) => path === "/loki/api/v1/labels").length).toBeGreaterThan(19);
});

test("a service that does not become ready fails once, and nothing else is tried on it", async () => {
  const running = await startPlatform((_asked, port) =>
    port === 8080 ? { status: 503, body: "empty ring" } : undefined,
  );
  const report = await running.smoke({ waitSeconds: 1 });
  expect(failed(report)).toEqual(["mimir: query API is ready"]);
  expect(rowOf(report, "query API is ready")?.reason).toMatch(/still answers 503 \(waited 1 s\)/);
  expect(rowOf(report, "data source mimir")?.reason).toBe("mimir is not ready");
  expect(rowOf(report, "metrics from spans arrive in Mimir")?.reason).toBe("mimir is not ready");
  expect(running.asked.filter(({ path }) => path === "/api/v1/push")).toEqual([]);
});

test("what is left out is in the table with its reason, and what needs it", async () => {
  const running = await startPlatform();
  const report = await running.smoke({ skip: new Map([["mimir", "its binary is missing"]]) });
  expect(failed(report)).toEqual([]);
  const skipped = report.rows.filter(({ state }) => state === "skipped");
  expect(skipped.map(({ service, tested, reason }) => `${service}: ${tested}: ${reason ?? ""}`)).toEqual([
    "grafana: data source mimir: mimir is left out",
    "mimir: everything: its binary is missing",
    "tempo: metrics from spans arrive in Mimir: mimir is left out",
  ]);
  expect(renderSmokeReport(report, "target")).toContain("skipped: mimir: its binary is missing");
});

test("a load balancer that cannot be reached is one failure a service", async () => {
  const running = await startPlatform();
  await running.stop();
  const report = await running.smoke({ waitSeconds: 0 });
  expect(failed(report)).toHaveLength(5);
  expect(report.rows[0]?.reason).toMatch(/GET \/api\/health: connect ECONNREFUSED/);
});

test("the report says each failure with its route", async () => {
  const running = await startPlatform(({ path }) => (path === "/ingest" ? { status: 404 } : undefined));
  const text = renderSmokeReport(await running.smoke(), "target");
  expect(text).toMatch(/│ pyroscope │ FAILED {2}│ push by \/ingest/);
  expect(text).toContain("FAILED: pyroscope, push by /ingest: POST /ingest answered 404 instead of 200: no text");
  expect(text).toContain("  route: rule 40 -> lgtm-prod-pyroscope-tg, target 10.0.11.5, port 4040, answered 404");
  expect(text).toMatch(/ok, \d+ failed, \d+ skipped in .* profile target, tenant tenant-one, run label /);
});
