import type { PolicyStatement } from "../../../modules/services/policy-document";
import type { PlatformResources } from "./resources";
import { allow } from "./statement";

/**
 * Policy of the role that releases images: push to the platform's repositories and nothing else.
 *
 * @param resources of the platform
 */
export function releasePolicy({ repositories }: PlatformResources): readonly PolicyStatement[] {
  return [
    // Knows no resource.
    allow("LogIn", ["ecr:GetAuthorizationToken"], "*"),
    allow(
      "PushImages",
      [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:DescribeImageScanFindings",
        "ecr:DescribeRepositories",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      repositories,
    ),
  ];
}
