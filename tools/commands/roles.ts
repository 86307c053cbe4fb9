import { InvalidArgumentError, type Command } from "commander";
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { PlatformConfig } from "../../modules/config/platform-config";
import type { Profile } from "../../modules/config/profiles";
import { workFolder } from "../terminal/paths";
import type { DeliveryRole, SharedPolicy } from "../account/roles/delivery-roles";
import { UserError } from "../terminal/user-error";
import { jsonOption, profileOption } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly repository: string;
  readonly account?: string;
  readonly branch: string;
  readonly environment?: string;
  readonly out?: string;
  readonly json?: true;
}

/** `./lgtm roles`: the IAM roles of the workflows. */
export function register(program: Command): void {
  addCommand(program, "roles")
    .description(
      "Writes trust and policy of the roles that GitHub's workflows take to plan, apply and release, made of the " +
        "names in the profile's configuration, and prints the commands that set them up. Calls nothing.",
    )
    .requiredOption("--repository <owner/name>", "GitHub repository whose workflows may take the roles", readRepository)
    .addOption(profileOption())
    .option("--account <id>", "AWS account (default: accountId of the profile)", readAccount)
    .option("--branch <name>", "branch whose workflows plan and release", readName, "main")
    .option("--environment <name>", "GitHub environment that approves an apply (default: the profile's)", readName)
    .option("--out <folder>", "where the files are written (default: .lgtm/roles/<environment>)")
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action(runRoles);
}

const HELP = `
Example:
  $ ./lgtm roles --repository acme/lgtm --account 123456789012

With --json no file is written: trust and policy are in the output.`;

function runRoles(options: Options): void {
  const { loadProfile } = load("../layers/profile") as typeof import("../layers/profile");
  const { boundaryPolicy, deliveryRoles } = load(
    "../account/roles/delivery-roles",
  ) as typeof import("../account/roles/delivery-roles");
  const { policyFiles } = load("../account/roles/report") as typeof import("../account/roles/report");
  const { name: profile, config } = loadProfile(options.profile);
  const environment = options.environment ?? config.environment;
  const { repository, branch } = options;
  const account = accountOf(config, options.account);
  const roles = deliveryRoles(config, account, { repository, branch, environment });
  const boundary = boundaryPolicy(config, account);
  if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify({ profile, roles: roles.map(asJson), boundary: sharedAsJson(boundary) }, undefined, 2)}\n`,
    );
    return;
  }
  const folder = resolve(options.out ?? join(workFolder, "roles", config.environment));
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of policyFiles(roles, boundary)) writeFileSync(join(folder, name), content);
  process.stdout.write(renderRoles({ name: profile, config }, roles, boundary, relative(process.cwd(), folder)));
}

function renderRoles(
  { name: profile, config: { environment } }: Profile,
  roles: readonly DeliveryRole[],
  boundary: SharedPolicy,
  folder: string,
): string {
  const { setUpCommands } = load("../account/roles/report") as typeof import("../account/roles/report");
  const { roleVariable } = load("../layers/deployments") as typeof import("../layers/deployments");
  const arns = roles.map(({ duty, arn }) => `  ${duty.padEnd(8)} ${arn}`);
  return [
    `Roles of the workflows for profile ${profile}; trust and policies are in ${folder}:`,
    ...arns,
    "",
    ...setUpCommands(roles, boundary, folder),
    "",
    "# On GitHub, where the workflows look the roles up:",
    ...roles.map(({ duty, arn }) => `gh variable set ${roleVariable(duty, environment)} --body ${arn}`),
    "",
  ].join("\n");
}

function asJson({ trust, policy, shared, ...role }: DeliveryRole) {
  return { ...role, trust: document(trust), policy: document(policy), shared: shared.map(sharedAsJson) };
}

function sharedAsJson({ name, arn, statements }: SharedPolicy) {
  return { name, arn, policy: document(statements) };
}

function document(Statement: DeliveryRole["policy"]) {
  return { Version: "2012-10-17", Statement };
}

function accountOf({ accountId }: PlatformConfig, given: string | undefined): string {
  if (accountId !== undefined && given !== undefined && accountId !== given) {
    throw new UserError({
      what: `The profile is for account ${accountId}, not for ${given}.`,
      where: "common.config.ts (accountId)",
      mend: "leave out --account, or choose the profile of that account with --profile",
      exit: "badInput",
    });
  }
  const account = given ?? accountId;
  if (account !== undefined) return account;
  throw new UserError({
    what: "The profile names no account, which the policies' ARNs need.",
    where: "common.config.ts (accountId)",
    mend: "add --account with its twelve digits; `aws sts get-caller-identity` shows it",
    exit: "badInput",
  });
}

function readRepository(value: string): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(value)) return value;
  throw new InvalidArgumentError("It must be owner/name, as in acme/lgtm.");
}

function readAccount(value: string): string {
  if (/^\d{12}$/.test(value)) return value;
  throw new InvalidArgumentError("It must be twelve digits.");
}

/** No wildcard, no colon: the name becomes part of a subject that is compared as it is. */
function readName(value: string): string {
  if (/^[\w./-]+$/.test(value)) return value;
  throw new InvalidArgumentError("It must be letters, digits and . / - _ only.");
}
