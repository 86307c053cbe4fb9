import { randomBytes } from "node:crypto";
import type { ServiceName } from "../../modules/services/service-name";
import type { Check, ServiceChecks, SmokeRow } from "./check";
import { CheckFailure } from "./check-failure";
import { SmokeContext } from "./context";
import { SmokeClient, type Reply } from "./http-client";
import type { RouteExplainer } from "./route-explainer";
import { grafanaChecks } from "./services/grafana";
import { lokiChecks } from "./services/loki";
import { mimirChecks } from "./services/mimir";
import { pyroscopeChecks } from "./services/pyroscope";
import { tempoChecks } from "./services/tempo";

/** A run of the smoke test. */
export interface SmokeOptions {
  /** URL of the load balancer. */
  readonly url: string;
  /**
   * Certificates to trust beside the well-known ones, PEM.
   * @default - none
   */
  readonly ca?: string | undefined;
  readonly tenant: string;
  /** Seconds that a service may take to be ready, and what was written to be readable. */
  readonly waitSeconds: number;
  /** Services that are left out, with the reason. */
  readonly skip: ReadonlyMap<ServiceName, string>;
  readonly grafanaUser: string;
  /** Reads the administrator's password; called when it is needed. */
  readonly grafanaPassword: () => Promise<string>;
  /**
   * Says which way a failed request took.
   * @default - not known
   */
  readonly explain?: RouteExplainer;
  /** Called with each row when it is known. */
  readonly onRow?: (row: SmokeRow) => void;
  /**
   * Milliseconds between two looks at what may take a while.
   * @default 500
   */
  readonly pauseMs?: number;
  /**
   * Seconds until a request without an answer is a failure.
   * @default 65, more than the load balancer's idle timeout, so that its answer is seen
   */
  readonly requestTimeoutSeconds?: number;
}

/** Result of a smoke test. */
export interface SmokeReport {
  readonly url: string;
  readonly tenant: string;
  /** Label of everything that was written. */
  readonly run: string;
  /** True if nothing failed. */
  readonly ok: boolean;
  readonly rows: readonly SmokeRow[];
  readonly seconds: number;
}

/**
 * Tests what is behind a load balancer: readiness, writing and reading back of every signal, tenants. Services are
 * tested side by side, the checks of one in order.
 */
export async function runSmoke(options: SmokeOptions): Promise<SmokeReport> {
  const started = performance.now();
  const { url, tenant } = options;
  const run = newRunLabel(new Date());
  const client = new SmokeClient({ url, ca: options.ca, requestTimeoutSeconds: options.requestTimeoutSeconds ?? 65 });
  try {
    const context = new SmokeContext({ ...options, client, run });
    const services = [grafanaChecks(), mimirChecks(), lokiChecks(), tempoChecks(), pyroscopeChecks()];
    const runner = new Runner(context, options, services);
    const rows = (await Promise.all(services.map(async (service) => runner.test(service)))).flat();
    const seconds = (performance.now() - started) / 1000;
    return { url, tenant, run, ok: rows.every(({ state }) => state !== "failed"), rows, seconds };
  } finally {
    client.close();
  }
}

/** Letters, digits and dashes only: it becomes a label value, a part of a span's name and of a query. */
function newRunLabel(now: Date): string {
  return `${now.toISOString().replace(/[-:]/g, "").slice(0, 15).toLowerCase()}-${randomBytes(3).toString("hex")}`;
}

class Runner {
  /** Tests if a service is ready, once that is known: checks of other services may wait for it. */
  private readonly readiness: ReadonlyMap<ServiceName, Deferred>;

  constructor(
    private readonly context: SmokeContext,
    private readonly options: SmokeOptions,
    services: readonly ServiceChecks[],
  ) {
    this.readiness = new Map(services.map(({ service }) => [service, deferred()]));
  }

  async test({ service, checks }: ServiceChecks): Promise<readonly SmokeRow[]> {
    const rows: SmokeRow[] = [];
    const leftOut = this.options.skip.get(service);
    const add = (row: SmokeRow): void => {
      rows.push(row);
      this.options.onRow?.(row);
      this.readiness.get(service)?.resolve(row.state === "ok");
    };
    if (leftOut !== undefined) add({ service, state: "skipped", tested: "everything", reason: leftOut });
    else for (const check of checks) add(await this.testOne(service, check, rows));
    return rows;
  }

  private async testOne(service: ServiceName, check: Check, before: readonly SmokeRow[]): Promise<SmokeRow> {
    const { tested } = check;
    const reason = missingBefore(check, before) ?? (await this.missingElsewhere(check));
    if (reason !== undefined) return { service, state: "skipped", tested, reason };
    const started = performance.now();
    try {
      const { latencyMs } = await check.run(this.context);
      return { service, state: "ok", tested, latencyMs, ...waited(started, latencyMs) };
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      return { service, state: "failed", tested, reason: error.message, ...routed(error, this.options.explain) };
    }
  }

  private async missingElsewhere({ needsServices = [] }: Check): Promise<string | undefined> {
    for (const service of needsServices) {
      if (this.options.skip.has(service)) return `${service} is left out`;
      if ((await this.readiness.get(service)?.promise) === false) return `${service} is not ready`;
    }
    return undefined;
  }
}

function missingBefore({ needs }: Check, before: readonly SmokeRow[]): string | undefined {
  const [first] = before;
  const needed = before.find(({ tested }) => tested === needs);
  const missing = [first, needed].find((row) => row !== undefined && row.state !== "ok");
  return missing === undefined ? undefined : `needs "${missing.tested}", which did not succeed`;
}

interface Deferred {
  readonly promise: Promise<boolean>;
  /** Only the first call counts. */
  readonly resolve: (value: boolean) => void;
}

function deferred(): Deferred {
  let resolve: Deferred["resolve"] = () => undefined;
  const promise = new Promise<boolean>((settle) => (resolve = settle));
  return { promise, resolve };
}

function waited(started: number, latencyMs: Reply["latencyMs"]): Pick<SmokeRow, "waitedSeconds"> {
  const seconds = (performance.now() - started - latencyMs) / 1000;
  // Less is the time of the check itself.
  return seconds < 0.3 ? {} : { waitedSeconds: Number(seconds.toFixed(1)) };
}

function routed({ request }: CheckFailure, explain: RouteExplainer | undefined): Pick<SmokeRow, "route"> {
  const route = request === undefined ? undefined : explain?.(request);
  return route === undefined ? {} : { route };
}
