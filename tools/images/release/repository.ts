import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  type ECRClient,
  type ImageIdentifier,
} from "@aws-sdk/client-ecr";
import type { ImageDigest } from "../../../modules/services/releases";
import { awsErrorCode, onAws } from "../../aws/errors";
import { UserError } from "../../terminal/user-error";

/** Credentials with which Docker logs in to a registry. */
export interface RegistryLogin {
  readonly user: string;
  /** Good for twelve hours; goes to Docker's standard input and nowhere else. */
  readonly password: string;
}

/** The ECR repository of a service. */
export class ReleaseRepository {
  /**
   * @param ecr connection to ECR
   * @param name name of the repository
   */
  constructor(
    private readonly ecr: ECRClient,
    readonly name: string,
  ) {}

  /**
   * Its URI, `<account>.dkr.ecr.<region>.amazonaws.com/<name>`.
   * @throws UserError if there is no such repository, or it may not be looked at
   */
  async uri(): Promise<string> {
    const call = { doing: `look for the repository ${this.name}`, permissions: ["ecr:DescribeRepositories"] };
    return onAws(call, async () => {
      try {
        const { repositories = [] } = await this.ecr.send(
          new DescribeRepositoriesCommand({ repositoryNames: [this.name] }),
        );
        return repositories[0]?.repositoryUri ?? "";
      } catch (error) {
        if (awsErrorCode(error) !== "RepositoryNotFoundException") throw error;
        throw new UserError({
          what: `There is no repository ${this.name}; nothing was built.`,
          mend: "apply 10-ecr first; if it should exist, check account, region and profile",
          exit: "negative",
        });
      }
    });
  }

  /**
   * The digest of an image.
   *
   * @param image its tag or digest
   * @returns undefined if ECR has no such image
   * @throws UserError if ECR cannot be asked
   */
  async digestOf(image: ImageIdentifier): Promise<ImageDigest | undefined> {
    const call = { doing: `look for an image in ${this.name}`, permissions: ["ecr:DescribeImages"] };
    return onAws(call, async () => {
      try {
        const { imageDetails = [] } = await this.ecr.send(
          new DescribeImagesCommand({ repositoryName: this.name, imageIds: [image] }),
        );
        return imageDetails[0]?.imageDigest as ImageDigest | undefined;
      } catch (error) {
        const code = awsErrorCode(error);
        if (code === "ImageNotFoundException" || code === "RepositoryNotFoundException") return undefined;
        throw error;
      }
    });
  }

  /**
   * Asks for a login.
   * @throws UserError if ECR gives none
   */
  async login(): Promise<RegistryLogin> {
    const call = { doing: "log in to ECR", permissions: ["ecr:GetAuthorizationToken"] };
    const { authorizationData = [] } = await onAws(call, () => this.ecr.send(new GetAuthorizationTokenCommand({})));
    const text = Buffer.from(authorizationData[0]?.authorizationToken ?? "", "base64").toString("utf8");
    const colon = text.indexOf(":");
    return { user: text.slice(0, colon), password: text.slice(colon + 1) };
  }
}
