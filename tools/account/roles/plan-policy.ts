import type { PolicyStatement } from "../../../modules/services/policy-document";
import type { PlatformResources } from "./resources";
import { allow } from "./statement";

/** Denial of all values of secrets, whatever another policy allows. */
const NO_SECRET_VALUES: PolicyStatement = {
  Sid: "NoSecretValues",
  Effect: "Deny",
  Action: ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"],
  Resource: "*",
};

/**
 * Permissions of the role that plans on the branch, beside reading. It writes two things: the locks of the states that it
 * reads, and plans.
 *
 * @param resources of the platform
 */
export function planPolicy(resources: PlatformResources): readonly PolicyStatement[] {
  return [
    allow("Lock", ["dynamodb:PutItem", "dynamodb:DeleteItem"], resources.lockTable, {
      // The locks alone: beside each lies the digest of a state, which only an apply may change.
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": resources.locks },
    }),
    allow("SavePlans", ["s3:PutObject"], resources.plans),
    NO_SECRET_VALUES,
  ];
}

/**
 * Permissions of the role that plans a pull request, beside reading: none. Code that nobody has reviewed runs under it, so it
 * takes no lock (its plans run without) and writes no plan.
 */
export function reviewPolicy(): readonly PolicyStatement[] {
  return [NO_SECRET_VALUES];
}
