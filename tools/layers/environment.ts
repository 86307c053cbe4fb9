import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Set for every child that runs cdktf or terraform: no telemetry, no version check, both of which stall offline. */
const quiet = { CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1", TF_IN_AUTOMATION: "1" } as const;

/** Variables of the user that change what Terraform does behind the command's back. */
const interfering =
  /^(TF_VAR_.*|TF_CLI_ARGS.*|TF_WORKSPACE|TF_DATA_DIR|TF_INPUT|TF_PLUGIN_CACHE_DIR|TF_REATTACH_PROVIDERS|TF_TARGET.*)$/;

/**
 * What a run on the mock keeps of the user's environment. A list of what stays, not of what goes: a variable that points
 * at AWS and that no one thought of cannot slip through.
 */
const harmless =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TEMP|TMP|TERM|SYSTEMROOT|XDG_.*|TF_CLI_CONFIG_FILE|TF_LOG.*)$/;

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
 */
export function accountEnvironment(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return quietEnvironment(base);
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
