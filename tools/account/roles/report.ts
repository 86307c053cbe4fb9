import type { PolicyStatement } from "../../../modules/services/policy-document";
import type { DeliveryRole, SharedPolicy } from "./delivery-roles";
import { GITHUB_ISSUER } from "./trust";

/** A file that the commands read. */
export interface PolicyFile {
  readonly name: string;
  readonly content: string;
}

/** JMESPath of the ids that must go before a sixth version is made: of the versions but the default one, all but the three newest. */
const OLDEST_OF_FIVE = "sort_by(Versions[?!IsDefaultVersion], &CreateDate)[:-3].VersionId";

/** Name of the inline policy of every role. */
const POLICY_NAME = "delivery";

/**
 * Trust and policies of the roles, as files for the AWS CLI.
 *
 * @param roles the roles
 * @param boundary what may bound the platform's roles
 */
export function policyFiles(roles: readonly DeliveryRole[], boundary: SharedPolicy): readonly PolicyFile[] {
  const own = roles.flatMap(({ name, trust, policy }) => [
    { name: `${name}.trust.json`, content: document(trust) },
    { name: `${name}.policy.json`, content: document(policy) },
  ]);
  return [
    ...own,
    ...[...sharedOf(roles), boundary].map(({ name, statements }) => ({
      name: `${name}.json`,
      content: document(statements),
    })),
  ];
}

function sharedOf(roles: readonly DeliveryRole[]): readonly SharedPolicy[] {
  return [...new Map(roles.flatMap(({ shared }) => shared).map((policy) => [policy.name, policy])).values()];
}

/** A policy as people read it. */
function document(Statement: readonly PolicyStatement[]): string {
  return `${JSON.stringify({ Version: "2012-10-17", Statement }, undefined, 2)}\n`;
}

/**
 * The commands that make the roles, or bring existing ones to the same policies.
 *
 * @param roles the roles
 * @param boundary what may bound the platform's roles
 * @param folder where the files of `policyFiles` are
 */
export function setUpCommands(
  roles: readonly DeliveryRole[],
  boundary: SharedPolicy,
  folder: string,
): readonly string[] {
  return [
    "# Once an account: GitHub's identity provider.",
    `aws iam create-open-id-connect-provider --url https://${GITHUB_ISSUER} --client-id-list sts.amazonaws.com`,
    ...[...sharedOf(roles), boundary].flatMap((policy) => ["", ...commandsOfShared(policy, folder)]),
    ...roles.flatMap((role) => ["", ...commandsOf(role, folder)]),
  ];
}

function commandsOfShared({ name, arn, purpose }: SharedPolicy, folder: string): readonly string[] {
  const file = `file://${folder}/${name}.json`;
  return [
    `# ${purpose}`,
    `aws iam create-policy --policy-name ${name} --policy-document ${file}`,
    "# If it exists, in place of create-policy. IAM keeps five versions, so the oldest goes if there are as many:",
    `aws iam list-policy-versions --policy-arn ${arn} --output text --query '${OLDEST_OF_FIVE}' | xargs -r -n 1 aws iam delete-policy-version --policy-arn ${arn} --version-id`,
    `aws iam create-policy-version --policy-arn ${arn} --policy-document ${file} --set-as-default`,
  ];
}

function commandsOf(role: DeliveryRole, folder: string): readonly string[] {
  const { name, duty, description, subjects, shared, sessionSeconds } = role;
  const trust = `file://${folder}/${name}.trust.json`;
  const policy = `file://${folder}/${name}.policy.json`;
  return [
    `# ${duty}: for ${subjects.join(", ")}`,
    `aws iam create-role --role-name ${name} --description "${description}" --assume-role-policy-document ${trust} --max-session-duration ${sessionSeconds}`,
    "# If it exists, in place of create-role:",
    `aws iam update-assume-role-policy --role-name ${name} --policy-document ${trust}`,
    `aws iam update-role --role-name ${name} --max-session-duration ${sessionSeconds}`,
    ...shared.map(({ arn }) => `aws iam attach-role-policy --role-name ${name} --policy-arn ${arn}`),
    `aws iam put-role-policy --role-name ${name} --policy-name ${POLICY_NAME} --policy-document ${policy}`,
  ];
}
