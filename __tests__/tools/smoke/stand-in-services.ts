import { uncompress } from "snappyjs";

/** Password that the stand-in for Grafana takes. */
export const PASSWORD = "correct horse";

/** A request as the stand-ins see it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly tenant: string | undefined;
  readonly body: Buffer;
  readonly cookie: string;
}

/** An answer. */
export interface Given {
  readonly status: number;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What answers on one port. */
export type Service = (asked: Asked) => Given;

type TenantsService = (asked: Asked & { readonly tenant: string }) => Given;

const NOT_FOUND: Given = { status: 404, body: "404 page not found" };

/** In place of each port of the platform: keeps what it is sent, by tenant, and shows it to who asks for it. */
export function standInServices(): ReadonlyMap<number, Service> {
  const traces = new Kept();
  return new Map<number, Service>([
    [3000, grafana],
    [8080, refusing(401, mimir(new Kept(), traces))],
    [3100, refusing(401, loki(new Kept()))],
    [3200, refusing(401, tempo(traces))],
    [4318, refusing(503, otlpTraces("/v1/traces", traces))],
    [4319, refusing(503, otlpTraces("/otlp/v1/traces", traces))],
    [4040, refusing(401, pyroscope(new Kept()))],
  ]);
}

/** What was sent, by tenant. */
class Kept {
  private readonly all: { readonly tenant: string; readonly text: string }[] = [];

  add(tenant: string, text: string): Given {
    this.all.push({ tenant, text });
    return { status: 200, body: {} };
  }

  /** What a tenant sent that holds all of the parts. */
  find(tenant: string, ...parts: readonly string[]): readonly string[] {
    return this.all
      .filter((kept) => kept.tenant === tenant && parts.every((part) => kept.text.includes(part)))
      .map(({ text }) => text);
  }
}

function refusing(status: number, service: TenantsService): Service {
  return (asked) => {
    const { tenant } = asked;
    return tenant === undefined ? { status, body: "no org id" } : service({ ...asked, tenant });
  };
}

function grafana({ path, method, body, cookie }: Asked): Given {
  if (path === "/api/health") return { status: 200, body: { database: "ok" } };
  if (path === "/login" && method === "POST") {
    const { password } = JSON.parse(body.toString()) as { password: string };
    if (password !== PASSWORD) return { status: 401, body: { message: "Invalid username or password" } };
    return { status: 200, headers: { "set-cookie": "grafana_session=abc; Path=/" }, body: {} };
  }
  if (!cookie.includes("grafana_session=abc")) return { status: 302, headers: { location: "/login" } };
  return /^\/api\/datasources\/uid\/\w+\/health$/.test(path) ? { status: 200, body: { status: "OK" } } : NOT_FOUND;
}

function mimir(metrics: Kept, traces: Kept): TenantsService {
  return ({ path, query, body, tenant }) => {
    if (path === "/otlp/v1/metrics") return metrics.add(tenant, `otlp ${body.toString()}`);
    if (path === "/api/v1/push")
      return metrics.add(tenant, Buffer.from(uncompress(new Uint8Array(body))).toString("latin1"));
    if (path !== "/prometheus/api/v1/query") return NOT_FOUND;
    const [, name = "", label] = /^(\w+)\{\w+="(.*)"\}$/.exec(query.get("query") ?? "") ?? [];
    if (label === undefined) return vector([]);
    if (name.startsWith("traces_")) return vector(traces.find(tenant, label).length > 0 ? ["1"] : []);
    const isOtlp = name === "lgtm_smoke_otlp";
    const found = metrics.find(tenant, name, label).filter((text) => text.startsWith("otlp ") === isOtlp);
    return vector(found.slice(0, 1).map(() => (isOtlp ? "43" : "42")));
  };
}

/** Answer to an instant query. */
export function vector(values: readonly string[]): Given {
  return { status: 200, body: { data: { result: values.map((value) => ({ metric: {}, value: [1.5, value] })) } } };
}

function loki(logs: Kept): TenantsService {
  return ({ path, query, body, tenant }) => {
    if (path === "/loki/api/v1/push" || path === "/otlp/v1/logs") {
      logs.add(tenant, `${path} ${body.toString()}`);
      return { status: 204 };
    }
    if (path === "/loki/api/v1/labels") return { status: 200, body: { status: "success" } };
    if (path === "/loki/api/v1/label/run/values") {
      const runs = logs.find(tenant, "/loki/").map((text) => /"run":"([^"]+)"/.exec(text)?.[1] ?? "");
      return { status: 200, body: { data: runs } };
    }
    if (path !== "/loki/api/v1/query_range") return NOT_FOUND;
    const expression = query.get("query") ?? "";
    const isOtlp = expression.includes("service_name");
    const line = `smoke test ${/run="(.*)"/.exec(expression)?.[1] ?? ""}${isOtlp ? " by OTLP" : ""}`;
    const found = logs.find(tenant, isOtlp ? "/otlp/" : "/loki/", `${line}"`).slice(0, 1);
    return { status: 200, body: { data: { result: found.map(() => ({ stream: {}, values: [["1", line]] })) } } };
  };
}

function otlpTraces(at: string, traces: Kept): TenantsService {
  return ({ path, body, tenant }) => (path === at ? traces.add(tenant, body.toString()) : NOT_FOUND);
}

function tempo(traces: Kept): TenantsService {
  return ({ path, query, tenant }) => {
    if (path === "/tempo/api/search/tags") return { status: 200, body: { tagNames: [] } };
    if (path === "/tempo/api/search") {
      const run = /= "(.*)"/.exec(query.get("q") ?? "")?.[1] ?? "";
      const found = traces.find(tenant, run).map((text) => ({ traceID: /"traceId":"(\w+)"/.exec(text)?.[1] }));
      return { status: 200, body: { traces: found } };
    }
    const id = /^\/tempo\/api\/traces\/(\w+)$/.exec(path)?.[1];
    if (id === undefined) return NOT_FOUND;
    const [text] = traces.find(tenant, id);
    return text === undefined ? { status: 404 } : { status: 200, body: text };
  };
}

function pyroscope(kept: Kept): TenantsService {
  return ({ path, query, body, tenant }) => {
    if (path === "/ingest") return kept.add(tenant, `smoke_ingest ${query.get("name") ?? ""}`);
    if (path === "/push.v1.PusherService/Push") return kept.add(tenant, `smoke_connect ${body.toString()}`);
    if (path === "/querier.v1.QuerierService/ProfileTypes") return { status: 200, body: {} };
    const asked = path === "/pyroscope/render" ? (query.get("query") ?? "") : body.toString();
    const run = /run=\\?"([^"\\]+)/.exec(asked)?.[1] ?? "";
    const names = ["total", ...kept.find(tenant, run).map((text) => text.split(" ")[0] ?? "")];
    if (path === "/pyroscope/render") return { status: 200, body: { flamebearer: { names } } };
    if (path === "/querier.v1.QuerierService/SelectMergeStacktraces")
      return { status: 200, body: { flamegraph: { names } } };
    return NOT_FOUND;
  };
}
