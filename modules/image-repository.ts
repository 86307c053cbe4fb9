import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { Construct } from "constructs";
import type { ImageLifecycleRule, ImageRepositoriesConfig } from "./config/platform-config";
import { identify } from "./identity";

/** Properties of {@link ImageRepository}. */
export interface ImageRepositoryProps {
  /** Name of the repository. */
  readonly name: string;
  /** Second part of the addresses. */
  readonly logicalId: string;
  readonly repositories: ImageRepositoriesConfig;
  readonly tags: Readonly<Record<string, string>>;
}

/** An ECR repository with the rules by which its images expire. */
export class ImageRepository extends Construct {
  readonly repository: EcrRepository;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link ImageRepositoryProps}
   */
  constructor(scope: Construct, id: string, { name, logicalId, repositories, tags }: ImageRepositoryProps) {
    super(scope, id);
    this.repository = new EcrRepository(this, "repository", {
      name,
      imageTagMutability: repositories.tagMutability,
      forceDelete: repositories.destroyWithImages,
      imageScanningConfiguration: { scanOnPush: repositories.scanOnPush },
      encryptionConfiguration: [{ encryptionType: "AES256" }],
      tags: { ...tags, Name: name },
    });
    identify(this.repository, logicalId);
    const policy = new EcrLifecyclePolicy(this, "lifecycle-policy", {
      repository: this.repository.name,
      policy: lifecyclePolicy(repositories.lifecycleRules),
    });
    identify(policy, logicalId);
  }
}

/** The rules as ECR's JSON text; keys in alphabetical order, since the provider compares texts. */
function lifecyclePolicy(rules: readonly ImageLifecycleRule[]): string {
  return JSON.stringify({
    rules: rules.map((rule, index) => ({
      action: { type: "expire" },
      description: rule.description,
      rulePriority: index + 1,
      selection: lifecycleSelection(rule),
    })),
  });
}

function lifecycleSelection(rule: ImageLifecycleRule): Readonly<Record<string, unknown>> {
  if ("expireUntaggedAfterDays" in rule) {
    return {
      countNumber: rule.expireUntaggedAfterDays,
      countType: "sinceImagePushed",
      countUnit: "days",
      tagStatus: "untagged",
    };
  }
  return {
    countNumber: rule.keepCount,
    countType: "imageCountMoreThan",
    ...("tagPattern" in rule ? { tagPatternList: [rule.tagPattern] } : { tagPrefixList: rule.tagPrefixes }),
    tagStatus: "tagged",
  };
}
