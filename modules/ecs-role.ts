import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { identify } from "./identity";
import { policyDocument } from "./services/policy-document";

/** An inline policy of a role. */
export interface InlinePolicy {
  /** Name of the policy within the role. */
  readonly name: string;
  /** Second part of the policy's address. */
  readonly logicalId: string;
  /** Policy document as JSON text. */
  readonly document: string;
}

/** Properties of {@link EcsRole}. */
export interface EcsRoleProps {
  readonly roleName: string;
  /** Second part of the role's address. */
  readonly logicalId: string;
  readonly policies: readonly InlinePolicy[];
  /** ARN of a managed policy. @default - the role is not bounded */
  readonly permissionsBoundary?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** An IAM role that ECS tasks assume, with its inline policies. */
export class EcsRole extends Construct {
  readonly role: IamRole;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link EcsRoleProps}
   */
  constructor(
    scope: Construct,
    id: string,
    { roleName, logicalId, policies, permissionsBoundary, tags }: EcsRoleProps,
  ) {
    super(scope, id);
    this.role = new IamRole(this, "role", {
      name: roleName,
      assumeRolePolicy: policyDocument([
        { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } },
      ]),
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      tags: { ...tags, Name: roleName },
    });
    identify(this.role, logicalId);
    for (const [index, policy] of policies.entries()) {
      const inline = new IamRolePolicy(this, index === 0 ? "policy" : `policy-${index + 1}`, {
        name: policy.name,
        role: this.role.id,
        policy: policy.document,
      });
      identify(inline, policy.logicalId);
    }
  }
}
