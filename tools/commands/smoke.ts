import { InvalidArgumentError, type Command } from "commander";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { exitCodes } from "../terminal/exit-codes";
import type { SmokeRow } from "../smoke/check";
import type { RouteTable } from "../smoke/route-table";
import { SMOKE_SERVICES, type SmokeService } from "../smoke/smoke-services";
import { count } from "../terminal/format";
import { progressMode, startProgress, type Progress } from "../terminal/progress";
import { UserError } from "../terminal/user-error";
import { jsonOption, positiveInteger, profileOption } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly url?: string;
  readonly profile?: string;
  readonly tenant?: string;
  readonly skip: ReadonlyMap<SmokeService, string>;
  readonly wait: number;
  readonly rules?: string;
  readonly caFile?: string;
  readonly json?: true;
}

/** `./lgtm smoke`: whether what is behind a load balancer works. */
export function register(program: Command): void {
  addCommand(program, "smoke")
    .description(
      "Writes and reads back metrics, logs, traces and profiles through the front door of a load balancer, the " +
        "emulated or the real one, and looks after Grafana, its data sources and the tenants.",
    )
    .option(
      "--url <url>",
      "http(s)://… of the load balancer (default: LGTM_URL, then the name of the one that 50-alb made)",
      readUrl,
    )
    .addOption(profileOption())
    .option("--tenant <id>", "tenant to write to and read from (default: the platform's tenant of the profile)")
    .option(
      "--skip <service[=reason]>",
      `leave a service out: ${SMOKE_SERVICES.join(", ")}; may be repeated`,
      collectSkipped,
      new Map<SmokeService, string>(),
    )
    .option("--wait <seconds>", "time for a service to be ready, and for data to be readable", positiveInteger, 120)
    .option("--rules <file>", "JSON with the listener's rules, for messages (default: those of the profile)")
    .option("--ca-file <file>", "PEM file with a certificate to trust, for one that was self-made")
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action(runSmokeCommand);
}

const HELP = `
Grafana's password comes from LGTM_GRAFANA_PASSWORD or GF_SECURITY_ADMIN_PASSWORD, else from the secret that the
profile names (with the AWS credentials of the environment).

Example:
  $ ./lgtm smoke --url https://lgtm.example.com --profile target --skip pyroscope="not released yet"

Ends with 3 if a check failed.`;

async function runSmokeCommand(options: Options): Promise<void> {
  const { loadProfile } = load("../layers/profile") as typeof import("../layers/profile");
  const { deployedUrl } = load("../smoke/deployed-url") as typeof import("../smoke/deployed-url");
  const { grafanaPassword } = load("../smoke/grafana-password") as typeof import("../smoke/grafana-password");
  const { renderSmokeReport } = load("../smoke/report") as typeof import("../smoke/report");
  const { explainByRules } = load("../smoke/route-explainer") as typeof import("../smoke/route-explainer");
  const { routeTableOf } = load("../smoke/route-table") as typeof import("../smoke/route-table");
  const { runSmoke } = load("../smoke/run-smoke") as typeof import("../smoke/run-smoke");
  const loaded = loadProfile(options.profile);
  const { name: profile, config } = loaded;
  // Files before credentials: the address may have to be asked for at AWS.
  const ca = options.caFile === undefined ? undefined : readText(options.caFile, "certificate");
  const table = options.rules === undefined ? routeTableOf(config) : readRules(options.rules);
  const url = options.url ?? deployed(await deployedUrl(loaded));
  const progress = startProgress(SMOKE_SERVICES, progressMode({ json: options.json }));
  const report = await runSmoke({
    url,
    ca,
    tenant: options.tenant ?? config.tenants.platform,
    waitSeconds: options.wait,
    skip: options.skip,
    grafanaUser: grafanaUser(config),
    grafanaPassword: async () => grafanaPassword(config),
    explain: explainByRules(table),
    onRow: (row) => {
      progress.step(row.service, stepOf(row));
    },
  });
  endProgress(progress, report.rows);
  await progress.close();
  const text =
    options.json === true ? JSON.stringify({ profile, ...report }, undefined, 2) : renderSmokeReport(report, profile);
  process.stdout.write(`${text}\n`);
  if (!report.ok) process.exitCode = exitCodes.negative;
}

function grafanaUser({ grafana }: PlatformConfig): string {
  const given = process.env.GF_SECURITY_ADMIN_USER;
  return given === undefined || given === "" ? grafana.adminUser : given;
}

function stepOf({ state, tested }: SmokeRow): string {
  return `${tested}: ${state}`;
}

function endProgress(progress: Progress, rows: readonly SmokeRow[]): void {
  for (const service of SMOKE_SERVICES) {
    const own = rows.filter((row) => row.service === service);
    const failed = own.filter(({ state }) => state === "failed").length;
    if (failed > 0) progress.failed(service, `${failed} of ${count(own.length, "check")} failed`);
    else if (own.every(({ state }) => state === "skipped")) progress.skipped(service, own[0]?.reason ?? "");
    else progress.done(service, count(own.length, "check"));
  }
}

function readRules(file: string): RouteTable {
  const mend = 'write {"rules": [{"priority", "paths", "targetGroup", "port"}], "default": {"targetGroup", "port"}}';
  let json: unknown;
  try {
    json = JSON.parse(readText(file, "rules"));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({ what: "The file with the rules is no JSON.", where: file, mend, exit: "badInput" });
  }
  const { routeTableSchema } = load("../smoke/route-table") as typeof import("../smoke/route-table");
  const parsed = routeTableSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const what = `The file with the rules has another shape: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
  throw new UserError({ what, where: file, mend, exit: "badInput" });
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError({
      what: `The file with the ${what} cannot be read: ${(error as Error).message}`,
      where: file,
      mend: "name a file that exists and is readable",
      exit: "badInput",
    });
  }
}

/** LGTM_URL is held to the same rules as --url. */
function deployed(value: string): string {
  try {
    return readUrl(value);
  } catch (error) {
    const what = `LGTM_URL is no address: ${error instanceof Error ? error.message : String(error)}`;
    throw new UserError({ what, where: "environment", mend: "set it to http(s)://… or unset it", exit: "badInput" });
  }
}

function readUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new InvalidArgumentError("It must be http://… or https://….");
  if (url.username !== "" || url.password !== "")
    throw new InvalidArgumentError("It must hold no user and no password: others on this machine could see them.");
  return url.origin;
}

function collectSkipped(value: string, previous: ReadonlyMap<SmokeService, string>): ReadonlyMap<SmokeService, string> {
  const [name = "", ...reason] = value.split("=");
  const service = SMOKE_SERVICES.find((known) => known === name);
  if (service === undefined) throw new InvalidArgumentError(`It must be one of ${SMOKE_SERVICES.join(", ")}.`);
  return new Map([...previous, [service, reason.length === 0 ? "left out by --skip" : reason.join("=")]]);
}
