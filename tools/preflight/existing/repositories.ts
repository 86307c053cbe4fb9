import { paginateDescribeRepositories } from "@aws-sdk/client-ecr";
import type { ExistingResource, ResourceFinder } from "./existing-resource";

/** Image repositories, which people make by hand to push a first image. */
export const repositories: ResourceFinder = {
  kind: "ECR repository",
  layer: "10-ecr",
  actions: ["ecr:DescribeRepositories"],
  find: async ({ clients }) => {
    const found: ExistingResource[] = [];
    for await (const page of paginateDescribeRepositories({ client: clients.ecr }, {})) {
      const names = (page.repositories ?? []).map(({ repositoryName = "" }) => repositoryName);
      found.push(...names.map((name) => ({ type: "aws_ecr_repository", argument: "name", name, id: name })));
    }
    return found;
  },
};
