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

/** Services behind the load balancer, in the order of the table. */
export const SMOKE_SERVICES = ["grafana", "mimir", "loki", "tempo", "pyroscope"] as const satisfies ServiceName[];

/** A service that can be tested from outside. */
export type SmokeService = (typeof SMOKE_SERVICES)[number];

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
  /** Whether nothing failed. */
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
    const rows = (await Promise.all(services.map(async (service) => testService(service, context, options)))).flat();
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

async function testService(
  { service, checks }: ServiceChecks,
  context: SmokeContext,
  options: SmokeOptions,
): Promise<readonly SmokeRow[]> {
  const left = options.skip.get(service);
  if (left !== undefined) {
    const row: SmokeRow = { service, state: "skipped", tested: "everything", reason: left };
    options.onRow?.(row);
    return [row];
  }
  const rows: SmokeRow[] = [];
  for (const check of checks) {
    const row = await testOne(service, check, rows, context, options);
    rows.push(row);
    options.onRow?.(row);
  }
  return rows;
}

async function testOne(
  service: ServiceName,
  check: Check,
  before: readonly SmokeRow[],
  context: SmokeContext,
  options: SmokeOptions,
): Promise<SmokeRow> {
  const { tested } = check;
  const reason = reasonToSkip(check, before, options);
  if (reason !== undefined) return { service, state: "skipped", tested, reason };
  const started = performance.now();
  try {
    const { latencyMs } = await check.run(context);
    return { service, state: "ok", tested, latencyMs, ...waited(started, latencyMs) };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    return { service, state: "failed", tested, reason: error.message, ...routed(error, options.explain) };
  }
}

function reasonToSkip(check: Check, before: readonly SmokeRow[], { skip }: SmokeOptions): string | undefined {
  const leftOut = check.needsServices?.find((needed) => skip.has(needed));
  if (leftOut !== undefined) return `${leftOut} is left out`;
  const [first] = before;
  const needed = before.find(({ tested }) => tested === check.needs) ?? first;
  return [first, needed].find((row) => row !== undefined && row.state !== "ok") === undefined
    ? undefined
    : `needs "${(first?.state === "ok" ? needed : first)?.tested ?? ""}", which did not succeed`;
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
