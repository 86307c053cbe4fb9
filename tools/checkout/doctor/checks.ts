import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { SERVICE_NAMES } from "../../../modules/services/service-name";
import { findBinary } from "../../images/binaries/find-binary";
import { projectRoot } from "../../terminal/paths";
import { run, type RunResult } from "../../terminal/process";
import { findTerraform } from "../../terraform/binary";
import { checkConfigFile } from "../../layers/config-file";
import { quietEnvironment } from "../../layers/environment";
import { platform } from "../../terraform/platform";
import { lockedVersion, lookForMirror } from "../../terraform/provider";
import { archiveUrl, pinnedTerraformVersion, releasesUrl } from "../../terraform/release";
import { parseVersion } from "../../terraform/version";
import { UserError } from "../../terminal/user-error";

/** Loads the configuration when it is looked at: it may be broken, which is one of the findings. */
const load = createRequire(__filename);

/** Answer of one check. */
export interface Finding {
  /** Subject of the check. */
  readonly name: string;
  /** `lacking`: commands will fail; `absent`: only what `neededFor` names does not work. */
  readonly status: "ok" | "lacking" | "absent";
  /** Version, place or reason. */
  readonly found: string;
  /** Purpose for which it is needed. */
  readonly neededFor: string;
  /** The command or link that mends a lack; empty when there is none. */
  readonly mend: string;
}

/** One check; it never throws for what it looks for. */
export type Check = (env: NodeJS.ProcessEnv) => Promise<Finding>;

/** Runs a program for its version; undefined when it is not there or does not answer in time. */
async function ask(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<RunResult | undefined> {
  try {
    const result = await run(program, args, { env, timeoutSeconds: 15, graceSeconds: 1 });
    return result.timedOut ? undefined : result;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

const node: Check = () => {
  const pinned = readFileSync(join(projectRoot, ".nvmrc"), "utf8").trim();
  const [major] = process.versions.node.split(".");
  const supported = Number(major) >= 20 && Number(major) < 25;
  return Promise.resolve({
    name: "Node",
    status: supported ? "ok" : "lacking",
    found: `${process.versions.node} (tests run with ${pinned})`,
    neededFor: "everything",
    mend: supported ? "" : "`nvm install` in the project, or https://nodejs.org/en/download",
  });
};

const packages: Check = () => {
  // The launcher has installed and compared them before this line can run.
  const there = existsSync(join(projectRoot, "node_modules", ".package-lock.json"));
  return Promise.resolve({
    name: "npm packages",
    status: there ? "ok" : "lacking",
    found: there ? "as in package-lock.json" : "not installed by npm",
    neededFor: "everything",
    mend: there ? "" : "`npm ci`",
  });
};

const checkout: Check = () => {
  const base = { name: "checkout", neededFor: "everything but help" };
  try {
    accessSync(projectRoot, constants.W_OK);
    return Promise.resolve({ ...base, status: "ok", found: "can be written", mend: "" });
  } catch (error) {
    const found = `cannot be written (${(error as NodeJS.ErrnoException).code ?? "no reason given"})`;
    const mend = "clone the project into a folder that you may write to: commands write .lgtm and cdktf.out";
    return Promise.resolve({ ...base, status: "lacking", found, mend });
  }
};

const configuration: Check = () => {
  const base = { name: "common.config.ts", neededFor: "everything but doctor, test, lint" };
  try {
    checkConfigFile();
    return Promise.resolve({ ...base, status: "ok", found: "can be loaded", mend: "" });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const found = [error.what, error.where].join(" ");
    return Promise.resolve({ ...base, status: "lacking", found, mend: error.mend });
  }
};

const terraform: Check = async (env) => {
  const base = { name: "Terraform", neededFor: "every plan and rehearsal, synth --hcl" };
  try {
    const found = await findTerraform(undefined, env);
    return {
      ...base,
      status: "ok",
      found: `${found.version}, ${found.path} (tests run with ${pinnedTerraformVersion})`,
      mend: "",
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!(await answers(archiveUrl(pinnedTerraformVersion, platform(), env)))) {
      const found = `${error.what} It cannot be downloaded either: ${releasesUrl(env)} does not answer.`;
      return { ...base, status: "lacking", found, mend: error.mend };
    }
    const found = `${error.what} ${pinnedTerraformVersion} is downloaded from ${releasesUrl(env)} when it is first needed.`;
    return { ...base, status: "ok", found, mend: "" };
  }
};

const provider: Check = async (env) => {
  const version = lockedVersion();
  const base = { name: `AWS provider ${version}`, neededFor: "every plan and rehearsal" };
  try {
    const mirror = lookForMirror({ env });
    if (mirror !== undefined)
      return { ...base, status: "ok", found: `mirror folder ${mirror.folder} (${mirror.layout})`, mend: "" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...base, status: "lacking", found: error.what, mend: error.mend };
  }
  if (await answers("https://registry.terraform.io/.well-known/terraform.json")) {
    return {
      ...base,
      status: "ok",
      found: "the Terraform registry answers; the first plan downloads it once",
      mend: "",
    };
  }
  return {
    ...base,
    status: "lacking",
    found: "no mirror folder, and the Terraform registry does not answer",
    mend: "check network and proxy, or name a folder made with `terraform providers mirror` in LGTM_PROVIDER_MIRROR",
  };
};

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** Oldest Python that the pinned moto runs on. */
const oldestPython = "3.11.0";

const python: Check = async (env) => {
  const base = { name: "Python", neededFor: "the mock of AWS: rehearse, dev, --fixtures, tests" };
  const mend =
    "install Python 3.11 or newer with venv (Debian and Ubuntu: `apt install python3-venv`), https://www.python.org/downloads";
  for (const program of ["python3", "python"]) {
    const version = await ask(program, ["-c", "import sys, venv, ensurepip; print(sys.version.split()[0])"], env);
    if (version === undefined) continue;
    if (version.code !== 0) return { ...base, status: "lacking", found: `${program} lacks the venv module`, mend };
    const parsed = parseVersion(firstLine(version.stdout));
    const supported = parsed !== undefined && parsed.compare(oldestPython) >= 0;
    return {
      ...base,
      status: supported ? "ok" : "lacking",
      found: firstLine(version.stdout),
      mend: supported ? "" : mend,
    };
  }
  return { ...base, status: "lacking", found: "not found", mend };
};

const docker: Check = async (env) => {
  const base = { name: "Docker", neededFor: "building images" };
  const mend = "https://docs.docker.com/get-docker/, and start it";
  const version = await ask("docker", ["version", "--format", "{{.Server.Version}}"], env);
  if (version === undefined) return { ...base, status: "absent", found: "not found", mend };
  if (version.code !== 0)
    return { ...base, status: "absent", found: `no engine answers: ${firstLine(version.stderr)}`, mend };
  return { ...base, status: "ok", found: `engine ${firstLine(version.stdout)}`, mend: "" };
};

const credentials: Check = async (env) => {
  const base = { name: "AWS credentials", neededFor: "commands on an account" };
  const mend = "set AWS_PROFILE (after `aws sso login`), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  const source = credentialSource(env);
  if (source === undefined) return { ...base, status: "absent", found: "none in the environment or in ~/.aws", mend };
  const identity = await ask("aws", ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"], env);
  if (identity === undefined)
    return { ...base, status: "ok", found: `${source}; not tried (no aws command, or no answer)`, mend: "" };
  if (identity.code !== 0)
    return { ...base, status: "absent", found: `${source}, refused: ${firstLine(identity.stderr)}`, mend };
  return { ...base, status: "ok", found: `${source}: ${firstLine(identity.stdout)}`, mend: "" };
};

/** Source of credentials; values are never read into a message. */
function credentialSource(env: NodeJS.ProcessEnv): string | undefined {
  if (env.AWS_ACCESS_KEY_ID !== undefined && env.AWS_SECRET_ACCESS_KEY !== undefined) return "AWS_ACCESS_KEY_ID";
  if (env.AWS_PROFILE !== undefined) return `AWS_PROFILE=${env.AWS_PROFILE}`;
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE !== undefined) return "AWS_WEB_IDENTITY_TOKEN_FILE";
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI !== undefined) return "container credentials";
  const folder = join(env.HOME ?? homedir(), ".aws");
  return ["credentials", "config"].map((name) => join(folder, name)).find((file) => existsSync(file));
}

const serviceChecks: readonly Check[] = SERVICE_NAMES.map((service) => async (env) => {
  const base = { name: `${service} program`, neededFor: "verify: the service's config judged by its own program" };
  if ((await configuration(env)).status !== "ok")
    return { ...base, status: "absent", found: "not looked for: common.config.ts cannot be loaded", mend: "" };
  try {
    const { profiles } = load("../../../common.config") as typeof import("../../../common.config");
    const platform = profiles.target;
    const { deployedServices } = load(
      "../../../modules/services/catalog",
    ) as typeof import("../../../modules/services/catalog");
    if (!deployedServices(platform).includes(service))
      return { ...base, status: "ok", found: "not needed: target does not deploy it", mend: "" };
    const { version, path, standsFor } = await findBinary({ service, platform, env, mayCopy: false });
    const shown = standsFor === undefined ? version : `${version} in place of ${standsFor.wanted}`;
    return { ...base, status: "ok", found: `${shown}, ${path}`, mend: "" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...base, status: "absent", found: [error.what, error.where].join(" ").trim(), mend: error.mend };
  }
});

/** All checks, in the order in which the table shows them. */
export const checks: readonly Check[] = [
  node,
  packages,
  checkout,
  configuration,
  terraform,
  provider,
  python,
  docker,
  credentials,
  ...serviceChecks,
];

/** Runs all checks side by side, with the user's environment. */
export async function examineMachine(env: NodeJS.ProcessEnv = process.env): Promise<readonly Finding[]> {
  const quiet = quietEnvironment(env);
  return Promise.all(checks.map((check) => check(quiet)));
}
