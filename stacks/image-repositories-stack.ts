import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { ImageRepository } from "../modules/image-repository";
import { repositoryId, repositoryName } from "../modules/config/names";
import { deployedServices } from "../modules/services/catalog";
import { LayerStack } from "./layer-stack";

/** Layer 10: an ECR repository for each service's images, and further ones. */
export class ImageRepositoriesStack extends LayerStack<"10-ecr"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "10-ecr", config);
    const { imageRepositories: repositories } = config;
    const ofServices = deployedServices(config).map((service): [string, string] => [
      service,
      repositoryName(repositories, service),
    ]);
    const further = (repositories.further ?? []).map((name): [string, string] => [repositoryId(name), name]);
    const created = [...ofServices, ...further].map(([logicalId, name]) => {
      const { repository } = new ImageRepository(this, logicalId, { name, logicalId, repositories, tags: this.tags });
      return { name, repository };
    });
    this.write({
      repository_urls: Object.fromEntries(created.map(({ name, repository }) => [name, repository.repositoryUrl])),
      repository_arns: Object.fromEntries(created.map(({ name, repository }) => [name, repository.arn])),
    });
  }
}
