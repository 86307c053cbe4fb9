import { UserError } from "../terminal/user-error";

/** Facts about a Terraform command that failed. */
export interface Failure {
  /** The layer it ran in. */
  readonly layer: string;
  /** For example `init` or `plan`. */
  readonly command: string;
  /** Everything it wrote. */
  readonly output: string;
  readonly logFile: string;
  /** The layers that come before all others: they make the bucket and lock table of the rest. Empty for these themselves. */
  readonly firstLayers: readonly string[];
  /** Layer id of each `data.terraform_remote_state` in this layer, by its name in the configuration. */
  readonly upstream: Readonly<Record<string, string>>;
}

type Explanation = (failure: Failure) => UserError | undefined;

/**
 * Translates what Terraform wrote into what is wrong and what to do. The first rule that recognizes it wins; what no
 * rule knows is shown as Terraform said it.
 */
export function explainFailure(failure: Failure): UserError {
  const rules: readonly Explanation[] = [
    stateLocked,
    planStale,
    stateBucketAbsent,
    lockTableAbsent,
    upstreamNotApplied,
    versioningCannotBeDisabled,
    wrongAccount,
    credentialsExpired,
    credentialsAbsent,
    endpointGone,
    providerNotAsLocked,
  ];
  for (const rule of rules) {
    const explained = rule(failure);
    if (explained !== undefined) return explained;
  }
  return new UserError({
    what: `terraform ${failure.command} failed in ${failure.layer}.`,
    where: failure.logFile,
    mend: "read Terraform's message below; the log file holds everything it wrote",
    detail: errorBlocks(failure.output),
  });
}

/** The `Error:` blocks of Terraform's output, without the plan around them. */
function errorBlocks(output: string): string {
  const start = output.search(/^Error: /m);
  const lines = (start === -1 ? output : output.slice(start)).trim().split("\n");
  const shown = lines.slice(start === -1 ? -20 : 0).slice(0, 30);
  return shown.filter((line, index) => line.trim() !== "" || shown[index - 1]?.trim() !== "").join("\n");
}

function stateLocked({ layer, output, logFile }: Failure): UserError | undefined {
  if (!output.includes("Error acquiring the state lock")) return undefined;
  const field = (name: string): string | undefined =>
    new RegExp(`^\\s*${name}:\\s*(\\S.*?)\\s*$`, "m").exec(output)?.[1];
  const id = field("ID");
  if (id === undefined) return undefined;
  return new UserError({
    what:
      `The state of ${layer} is locked by ${field("Who") ?? "someone"} since ${field("Created") ?? "an unknown time"} ` +
      `(${
        field("Operation")
          ?.replace(/^OperationType/, "")
          .toLowerCase() ?? "unknown operation"
      }, lock id ${id}).`,
    where: logFile,
    mend:
      "wait until it is done; if that process is certainly gone, remove the lock with " +
      `\`./lgtm state unlock ${layer} --id ${id}\``,
    // Not always that someone holds it: an answer that got lost makes Terraform meet its own lock.
    detail: /^\s*Error message: .*(?:\n(?!\s*Lock Info).*){0,3}/m.exec(output)?.[0].trim() ?? "",
  });
}

function planStale({ layer, output, logFile }: Failure): UserError | undefined {
  if (!/Error: Saved plan (is stale|does not match the given state)/.test(output)) return undefined;
  return new UserError({
    what: `Terraform refuses the saved plan of ${layer}: its state was changed after the plan was made.`,
    where: logFile,
    mend: "someone else applied this layer meanwhile; run `./lgtm plan` again and have the new plan approved",
    exit: "negative",
  });
}

function stateBucketAbsent({ layer, output, logFile, firstLayers }: Failure): UserError | undefined {
  const name =
    /S3 bucket "([^"]+)" does not exist/.exec(output)?.[1] ??
    (output.includes("NoSuchBucket") ? (/bucket[^"\n]{0,40}"([a-z0-9.-]{3,63})"/i.exec(output)?.[1] ?? "") : undefined);
  if (name === undefined) return undefined;
  const bucket = name === "" ? "The bucket" : `The bucket ${name}`;
  return new UserError({
    what: `${bucket} that holds the state of ${layer} does not exist.`,
    where: logFile,
    mend:
      firstLayers.length === 0
        ? "make it with `./lgtm state bootstrap`; if it should exist, check account, region and bucket name in common.config.ts (state)"
        : `apply ${firstLayers.join(", ")} first, which makes it; if it should exist, check account, region and bucket name in common.config.ts (state)`,
  });
}

function lockTableAbsent({ layer, output, logFile, firstLayers }: Failure): UserError | undefined {
  if (!output.includes("Error acquiring the state lock") || !output.includes("ResourceNotFoundException"))
    return undefined;
  return new UserError({
    what: `The DynamoDB table that locks the state of ${layer} does not exist.`,
    where: logFile,
    mend: `apply ${firstLayers.join(", ")} first, which makes it; if it should exist, check state.lockTable in common.config.ts`,
  });
}

function upstreamNotApplied({ layer, output, logFile, upstream }: Failure): UserError | undefined {
  if (!/Error: (Unsupported attribute|Invalid index|Unable to find remote state)/.test(output)) return undefined;
  const reads = [...output.matchAll(/data\.terraform_remote_state\.([\w-]+)(?:\.outputs(?:\.|\[")([\w-]+))?/g)];
  const names = [...new Set(reads.map((read) => read[1] ?? ""))];
  if (names.length === 0) return undefined;
  const layers = [...new Set(names.map((name) => upstream[name] ?? name))].sort();
  const outputs = [...new Set(reads.map((read) => read[2]).filter((name) => name !== undefined))].sort();
  const missing = outputs.length === 0 ? "has no state yet" : `has no output ${outputs.join(", ")} yet`;
  return new UserError({
    what: `${layer} reads from ${layers.join(", ")}, which ${missing}.`,
    where: logFile,
    mend: `apply ${layers.join(", then ")} first, then ${layer}`,
  });
}

function versioningCannotBeDisabled({ layer, output, logFile }: Failure): UserError | undefined {
  if (!output.includes("versioning_configuration.status cannot be updated from 'Enabled' to 'Disabled'"))
    return undefined;
  return new UserError({
    what: `The data bucket in ${layer} has versioning enabled, and S3 cannot go back to "Disabled".`,
    where: logFile,
    mend: 'set dataBucket.versioning in common.config.ts to "Suspended" (new objects get no versions) or "Enabled" (as it is)',
  });
}

function wrongAccount({ layer, output, logFile }: Failure): UserError | undefined {
  const account = /AWS account ID not allowed: (\d{12})/i.exec(output)?.[1];
  if (account === undefined) return undefined;
  return new UserError({
    what: `The credentials belong to account ${account}, which the profile does not allow (${layer}).`,
    where: logFile,
    mend: "use credentials of the account in common.config.ts (accountId), or choose the profile of this account with --profile",
  });
}

function credentialsExpired({ layer, output, logFile }: Failure): UserError | undefined {
  if (
    !/ExpiredToken|security token included in the request is expired|SSO session .*(expired|invalid)|RequestExpired/i.test(
      output,
    )
  ) {
    return undefined;
  }
  return new UserError({
    what: `The AWS credentials have expired (${layer}).`,
    where: logFile,
    mend: "renew them, for example with `aws sso login`, then run the command again",
  });
}

function credentialsAbsent({ layer, output, logFile }: Failure): UserError | undefined {
  if (
    !/No valid credential sources found|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|failed to refresh cached credentials/i.test(
      output,
    )
  ) {
    return undefined;
  }
  return new UserError({
    what: `There are no AWS credentials that AWS accepts (${layer}).`,
    where: logFile,
    mend: "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sts get-caller-identity` shows whether they work",
    detail: errorBlocks(output),
  });
}

function endpointGone({ layer, output, logFile }: Failure): UserError | undefined {
  const endpoint = /dial tcp (127\.0\.0\.1:\d+|\[::1\]:\d+): connect: connection refused/.exec(output)?.[1];
  if (endpoint === undefined) return undefined;
  return new UserError({
    what: `Nothing answers at ${endpoint}, where the mock of AWS should be (${layer}).`,
    where: logFile,
    mend: "the mock has ended, and its AWS and states with it: start the command anew; unset AWS_ENDPOINT_URL to work on AWS",
  });
}

function providerNotAsLocked({ layer, output, logFile }: Failure): UserError | undefined {
  if (
    !/Failed to query available provider packages|Failed to install provider|doesn't match any of the checksums/.test(
      output,
    )
  ) {
    return undefined;
  }
  return new UserError({
    what: `The AWS provider could not be installed in ${layer} as the lock file says.`,
    where: logFile,
    mend: "run `./lgtm doctor`; it says where the provider comes from. LGTM_PROVIDER_MIRROR names a mirror folder",
    detail: errorBlocks(output),
    exit: "missing",
  });
}
