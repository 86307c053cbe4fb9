import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { ImageRepository } from "../modules/image-repository";
import { repositoryName } from "../modules/config/names";
import { deployedServices } from "../modules/services/catalog";
import { LayerStack } from "./layer-stack";

/** Layer 10: an ECR repository for each service's images. */
export class ImageRepositoriesStack extends LayerStack<"10-ecr"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "10-ecr", config);
    const { imageRepositories: repositories } = config;
    const created = deployedServices(config).map((service) => {
      const { repository } = new ImageRepository(this, service, { service, repositories, tags: this.tags });
      return { name: repositoryName(repositories, service), repository };
    });
    this.write({
      repository_urls: Object.fromEntries(created.map(({ name, repository }) => [name, repository.repositoryUrl])),
      repository_arns: Object.fromEntries(created.map(({ name, repository }) => [name, repository.arn])),
    });
  }
}
