import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Construct } from "constructs";
import { EXECUTION_POLICY_ARN, platformRoleName } from "./config/names";
import type { IamConfig } from "./config/platform-config";
import type { ServiceName } from "./services/service-name";
import { EcsRole, type InlinePolicy } from "./ecs-role";
import { identify } from "./identity";
import { allow, policyDocument } from "./services/policy-document";
import type { DeployedService } from "./services/catalog";

/** Actions of a service on objects; uploads in parts need no action of their own until one is given up. */
const OBJECT_ACTIONS = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"];

/** Properties of {@link PlatformRoles}. */
export interface PlatformRolesProps {
  readonly namePrefix: string;
  readonly region: string;
  readonly accountId: string;
  readonly dataBucketName: string;
  readonly iam: IamConfig;
  readonly services: readonly DeployedService[];
  readonly tags: Readonly<Record<string, string>>;
}

/** The role under which ECS starts tasks, and the roles that the tasks themselves have. */
export class PlatformRoles extends Construct {
  readonly taskExecution: EcsRole;
  /** The role that services share unless each has its own; it stays until a later change removes it. */
  readonly sharedTask: EcsRole;
  /** The role of each service that does not share one. */
  readonly ownTask: ReadonlyMap<ServiceName, EcsRole>;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link PlatformRolesProps}
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: PlatformRolesProps,
  ) {
    super(scope, id);
    this.taskExecution = this.createRole("task-execution", this.secretsPolicies());
    this.attachExecutionPolicy();
    this.sharedTask = this.createRole("task", [this.sharedBucketPolicy()], "lgtm_task");
    const owners = props.services
      .filter(({ original }) => original?.role !== "lgtm")
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    this.ownTask = new Map(
      owners.map((service) => [service.name, this.createRole(`${service.name}-task`, this.policiesOf(service))]),
    );
  }

  private get hasRolePerService(): boolean {
    return this.props.iam.taskRoles === "per-service";
  }

  private createRole(name: string, policies: readonly InlinePolicy[], logicalId = name.replaceAll("-", "_")): EcsRole {
    const roleName = platformRoleName(this.props.namePrefix, name);
    const { iam, tags } = this.props;
    return new EcsRole(this, name, {
      roleName,
      logicalId,
      policies,
      permissionsBoundary: iam.permissionsBoundary,
      tags,
    });
  }

  private attachExecutionPolicy(): void {
    const attachment = new IamRolePolicyAttachment(this, "execution-policy", {
      role: this.taskExecution.role.name,
      policyArn: EXECUTION_POLICY_ARN,
    });
    identify(attachment, "task_execution");
  }

  /** Lets ECS read the secrets that it injects: those of the catalog by name or, with shared roles, all in their folders. */
  private secretsPolicies(): readonly InlinePolicy[] {
    const exact = this.secretArns();
    if (exact.length === 0) return [];
    const resources = this.hasRolePerService ? exact : this.secretFolders();
    const statement = { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: resources } as const;
    return [{ name: "secrets-access", logicalId: "task_execution_secrets", document: policyDocument([statement]) }];
  }

  /** Secrets Manager appends a dash and six characters to a secret's name. */
  private secretArns(): readonly string[] {
    const { region, accountId, services } = this.props;
    return secretNames(services).map((name) => `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-??????`);
  }

  /** As the legacy Terraform says it: a text where there is one, in any region and account. */
  private secretFolders(): string | readonly string[] {
    const names = secretNames(this.props.services);
    const patterns = names.map((name) => (name.includes("/") ? `${name.split("/")[0] ?? ""}/*` : `${name}-??????`));
    const [first = "", ...others] = new Set(patterns.map((pattern) => `arn:aws:secretsmanager:*:*:secret:${pattern}`));
    return others.length === 0 ? first : [first, ...others];
  }

  private get bucketArn(): string {
    return `arn:aws:s3:::${this.props.dataBucketName}`;
  }

  private sharedBucketPolicy(): InlinePolicy {
    return {
      name: "s3-access",
      logicalId: "lgtm_s3_access",
      document: policyDocument([
        {
          Effect: "Allow",
          Action: [...OBJECT_ACTIONS, "s3:ListBucket"],
          Resource: [this.bucketArn, `${this.bucketArn}/*`],
        },
      ]),
    };
  }

  /** A service with neither folders nor permissions gets a role without a policy: IAM refuses a statement on nothing. */
  private policiesOf(service: DeployedService): readonly InlinePolicy[] {
    const { name, storagePrefixes, permissions } = service;
    const { region, accountId, namePrefix } = this.props;
    const logGroups = `arn:aws:logs:${region}:${accountId}:log-group:/ecs/${namePrefix}/*`;
    return [
      ...(storagePrefixes.length === 0 ? [] : [this.ownPrefixesPolicy(service)]),
      ...(permissions === undefined
        ? []
        : [
            {
              name: permissions.policyName,
              logicalId: `${name}_${permissions.subject}_access`,
              document: policyDocument(permissions.statements({ region, accountId, logGroups })),
            },
          ]),
    ];
  }

  private ownPrefixesPolicy({ name, storagePrefixes }: DeployedService): InlinePolicy {
    return {
      name: "s3-own-prefixes",
      logicalId: `${name}_s3_access`,
      document: policyDocument([
        allow(
          "OwnObjects",
          [...OBJECT_ACTIONS, "s3:AbortMultipartUpload"],
          storagePrefixes.map((prefix) => `${this.bucketArn}/${prefix}/*`),
        ),
        {
          ...allow("ListOwnPrefixes", ["s3:ListBucket"], this.bucketArn),
          Condition: { StringLike: { "s3:prefix": storagePrefixes.flatMap((prefix) => [prefix, `${prefix}/*`]) } },
        },
      ]),
    };
  }
}

function secretNames(services: readonly DeployedService[]): readonly string[] {
  const references = services.flatMap(({ secrets }) => Object.values(secrets ?? {}));
  return [...new Set(references.map(({ secretName }) => secretName))];
}
