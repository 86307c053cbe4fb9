import type { PolicyStatement } from "../../../modules/policy-document";
import type { PlatformResources } from "./resources";
import { allow } from "./statement";

/**
 * Permissions of the role that plans, beside reading. It writes two things: the locks of the states that it reads, and plans.
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
    {
      Sid: "NoSecretValues",
      Effect: "Deny",
      Action: ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"],
      Resource: "*",
    },
  ];
}
