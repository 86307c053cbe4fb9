import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { awsTarget } from "../aws/target";
import { UserError } from "../terminal/user-error";

/** Set for every child that runs cdktf or terraform: no telemetry, no version check, both of which stall offline. */
const quiet = { CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1", TF_IN_AUTOMATION: "1" } as const;

/** Variables of the user that change what Terraform does behind the command's back. */
const interfering =
  /^(TF_VAR_.*|TF_CLI_ARGS.*|TF_WORKSPACE|TF_DATA_DIR|TF_INPUT|TF_PLUGIN_CACHE_DIR|TF_REATTACH_PROVIDERS|TF_TARGET.*)$/;

/**
 * Variables of the user's environment that a run on the mock keeps. It lists those that stay, not those that go: a variable that points
 * at AWS and that no one thought of cannot slip through.
 */
const harmless =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TEMP|TMP|TERM|SYSTEMROOT|XDG_.*|TF_CLI_CONFIG_FILE|TF_LOG.*)$/;

/**
 * Percentage by which the heap of a Go program grows before it is collected. Terraform and the provider are Go programs that
 * live for seconds and allocate most at their start; Go's own 100 costs a plan up to a quarter more processor time.
 */
const heapGrowth = "400";

/** A port at which nothing listens (RFC 863 discard): whoever tries to leave this machine by a proxy fails at once. */
const deadProxy = "http://127.0.0.1:9";

/** The user's environment, without what stalls or interferes. */
export function quietEnvironment(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(base).filter(([name]) => !interfering.test(name));
  return { ...Object.fromEntries(kept), ...quiet };
}

/**
 * The environment of children that work on a real account: the user's own, credentials included, without variables that
 * change what Terraform does (TF_VAR_*, TF_CLI_ARGS*, TF_WORKSPACE, TF_DATA_DIR, …).
 * @throws UserError (exit "badInput") when TF_REATTACH_PROVIDERS is set and the account is a real one
 */
export function accountEnvironment(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  refuseReattach(base);
  return quietEnvironment(base);
}

/** A user who sets it wants another provider than the locked one; dropping it in silence would be a surprise on an account. */
function refuseReattach(env: NodeJS.ProcessEnv): void {
  if ((env.TF_REATTACH_PROVIDERS ?? "") === "" || awsTarget(env).kind === "mock") return;
  throw new UserError({
    what: "TF_REATTACH_PROVIDERS is set: Terraform would use a running provider that it holds against no lock file.",
    where: "environment variable TF_REATTACH_PROVIDERS",
    mend: "unset it; on an account, each Terraform run starts the locked provider",
    exit: "badInput",
  });
}

/**
 * The environment of children that work on the mock and cannot reach AWS: none of the user's AWS settings, empty AWS
 * files, the metadata service off, and every proxy pointed at a dead port.
 * @param mock the variables that the mock hands out (AWS_ENDPOINT_URL, dummy keys, region)
 * @param folder where the empty AWS files are made
 */
export function mockEnvironment(
  mock: Readonly<Record<string, string>>,
  folder: string,
  base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const empty = makeEmptyFile(folder, "aws-empty");
  const kept = Object.entries(base).filter(([name]) => harmless.test(name));
  return {
    ...Object.fromEntries(kept),
    ...quiet,
    GOGC: heapGrowth,
    AWS_CONFIG_FILE: empty,
    AWS_SHARED_CREDENTIALS_FILE: empty,
    AWS_EC2_METADATA_DISABLED: "true",
    HTTP_PROXY: deadProxy,
    HTTPS_PROXY: deadProxy,
    NO_PROXY: "127.0.0.1,localhost",
    ...mock,
  };
}

function makeEmptyFile(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, "");
  return file;
}
