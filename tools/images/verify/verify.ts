import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describeFinding, type Finding } from "../../../modules/config/config-error";
import { lintFindings } from "../../../checks/service-configs";
import { readServiceFiles, type SourceFile } from "../../../checks/source-file";
import { serviceSources, type ServiceSources } from "../../../checks/service-sources";
import { wiringFindings } from "../../../checks/wiring";
import type { PlatformConfig } from "../../../modules/config/platform-config";
import type { ServiceName } from "../../../modules/services/service-name";
import type { DeployedService } from "../../../modules/services/catalog";
import { findBinary, type ServiceBinary } from "../binaries/find-binary";
import { run, type RunResult } from "../../terminal/process";
import { UserError } from "../../terminal/user-error";
import { imageProgram } from "./image-program";
import { withConfigAt } from "./strict-check";

/** Check of a service's config, and its result. */
export interface Verification {
  readonly service: ServiceName;
  /** Version of the program that judged; empty if none did. */
  readonly version: string;
  /** Source of the program; empty if there is none. */
  readonly program: string;
  /** Set when the program is not of the version that runs: why it may stand for it. */
  readonly standsFor?: { readonly wanted: string; readonly reason: string };
  /** Subject of the check. */
  readonly checked: string;
  /**
   * `ok`; `refused` by the program or by a rule; `unchecked`: the program has no check of its own and the rules found
   * nothing; `missing`: the program is not on this machine.
   */
  readonly result: "ok" | "refused" | "unchecked" | "missing";
  /** Message of the program or the rules, or the way to get the program; empty if all is well. */
  readonly detail: string;
}

/** Options of a verification. */
export interface VerifyOptions {
  readonly platform: PlatformConfig;
  /** An image of ours, whose own program and config are used. @default - a program of this machine */
  readonly image?: string | undefined;
  /** @default - the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** The service's files. @default - those below `dockerfiles/` */
  readonly files?: readonly SourceFile[];
}

/** A program that can be run with arguments and an environment. */
interface Judge {
  readonly version: string;
  readonly program: string;
  readonly standsFor?: Verification["standsFor"];
  readonly judge: (args: readonly string[], environment: Readonly<Record<string, string>>) => Promise<RunResult>;
  /** Returns the path at which the judge finds the config that the Dockerfile puts at the given path. */
  readonly place: (sources: ServiceSources) => string;
}

/**
 * Lets a service's own program judge the config in its image, with the environment that the task definition injects;
 * values that only other layers know are placeholders. The rules of the project are applied as well.
 */
export async function verifyService(service: ServiceName, options: VerifyOptions): Promise<Verification> {
  const { platform, image, env = process.env } = options;
  const sources = serviceSources(platform, service, options.files ?? readServiceFiles(service));
  const findings = [...lintFindings(sources), ...wiringFindings(sources)];
  const folder = mkdtempSync(join(tmpdir(), "lgtm-verify-"));
  try {
    const judge =
      image === undefined
        ? localJudge(await findBinary({ service, platform, env }), folder)
        : await imageJudge(sources.definition, image, env);
    return withFindings(await judged(sources, judge), findings);
  } catch (error) {
    if (!(error instanceof UserError && error.exit === "missing")) throw error;
    const detail = `${error.what} ${error.mend}`;
    return withFindings({ service, version: "", program: "", checked: "", result: "missing", detail }, findings);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function judged(sources: ServiceSources, judge: Judge): Promise<Verification> {
  const { service, dockerfile, environment } = sources;
  const { version, program, standsFor } = judge;
  const base = { service, version, program, ...(standsFor === undefined ? {} : { standsFor }) };
  const check = sources.definition.image.config.strictCheck;
  if (check === undefined) {
    const detail = `${service} has no check of its own: whether it starts with this config, only a start shows`;
    return { ...base, checked: "", result: "unchecked", detail };
  }
  if (sources.configFile === undefined)
    return { ...base, checked: "", result: "refused", detail: "no config to check" };
  const args = withConfigAt(check.argumentsFor(dockerfile.command), sources, judge.place(sources));
  const result = await judge.judge(args, environment);
  const checked = `${check.checks} (${check.name})`;
  if (result.timedOut) return { ...base, checked, result: "refused", detail: "it did not end within a minute" };
  if (result.code === 0) return { ...base, checked, result: "ok", detail: "" };
  return { ...base, checked, result: "refused", detail: lastLines(result) };
}

function localJudge({ path, version, foundIn, standsFor }: ServiceBinary, folder: string): Judge {
  return {
    version,
    program: foundIn,
    ...(standsFor === undefined ? {} : { standsFor }),
    // Nothing of the user's environment: the container has none of it either.
    judge: (args, environment) =>
      run(path, args, { cwd: folder, env: environment, timeoutSeconds: 60, graceSeconds: 2 }),
    place: ({ configFile }) => {
      const place = join(folder, basename(configFile?.path ?? "config"));
      writeFileSync(place, configFile?.text ?? "");
      return place;
    },
  };
}

async function imageJudge(
  { name, image: { program: facts }, version: wanted }: DeployedService,
  image: string,
  env: NodeJS.ProcessEnv,
): Promise<Judge> {
  const program = imageProgram(facts, image, env);
  const version = await program.version();
  if (version !== wanted) {
    throw new UserError({
      what: `The image holds ${name} ${version ?? "of a version that it does not say"}, not ${wanted}.`,
      where: image,
      mend: `build it with --build-arg VERSION=${wanted}, as imageVersions in common.config.ts says`,
      exit: "negative",
    });
  }
  return { version, program: image, judge: program.run, place: ({ configPath = "" }) => configPath };
}

/** The rules look at what the program cannot judge: variables, routes, what is valid and dangerous. */
function withFindings(verification: Verification, findings: readonly Finding[]): Verification {
  const rules = "variables, lint rules";
  const checked = verification.checked === "" ? rules : `${verification.checked}; ${rules}`;
  if (findings.length === 0) return { ...verification, checked };
  const detail = [verification.detail, ...findings.map(describeFinding)].filter((text) => text !== "").join("\n");
  return { ...verification, checked, result: "refused", detail };
}

function lastLines({ stdout, stderr }: RunResult): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "" && !line.includes("maxprocs"));
  return lines.slice(-12).join("\n");
}
