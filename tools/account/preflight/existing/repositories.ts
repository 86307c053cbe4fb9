import { DescribeRepositoriesCommand, RepositoryNotFoundException, type ECRClient } from "@aws-sdk/client-ecr";
import { repositoryName } from "../../../../modules/config/names";
import { deployedServices } from "../../../../modules/services/catalog";
import type { ResourceFinder } from "./existing-resource";

/**
 * Image repositories, which people make by hand to push a first image. Each is asked for by its name: roles that plan may
 * not list those of others.
 */
export const repositories: ResourceFinder = {
  kind: "ECR repository",
  layer: "10-ecr",
  actions: ["ecr:DescribeRepositories"],
  find: async ({ clients, session }) => {
    const names = deployedServices(session.profile.config).map((service) =>
      repositoryName(session.profile.config.imageRepositories, service),
    );
    const there = await Promise.all(names.map((name) => exists(clients.ecr, name)));
    return names
      .filter((_, index) => there[index] === true)
      .map((name) => ({ type: "aws_ecr_repository", argument: "name", name, id: name }));
  },
};

async function exists(ecr: ECRClient, name: string): Promise<boolean> {
  try {
    await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
    return true;
  } catch (error) {
    if (error instanceof RepositoryNotFoundException) return false;
    throw error;
  }
}
