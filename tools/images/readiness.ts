import { DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsErrorCode, onAws } from "../aws/errors";
import { UserError } from "../terminal/user-error";
import type { Expected, ExpectedImage, ExpectedSecret } from "./expected";

/** The layer that starts the tasks. */
export const TASKS_LAYER = "60-ecs";

/** The two services that are asked. */
export interface ReadinessClients {
  readonly ecr: ECRClient;
  readonly secrets: SecretsManagerClient;
}

/** Something that the tasks need and that is not there. */
export interface Missing {
  /** Missing thing, as a sentence. */
  readonly what: string;
  /** Commands that supply it, plain `docker` and `aws`. */
  readonly commands: readonly string[];
}

/**
 * Asks whether the images and secrets are there that tasks need to start. Read-only; a secret's value is looked at and
 * goes nowhere.
 *
 * @param clients connections to ECR and Secrets Manager
 * @param expected what must be there
 * @returns what is missing; empty if the tasks can start
 * @throws UserError if AWS cannot be asked
 */
export async function whatIsMissing(clients: ReadinessClients, expected: Expected): Promise<readonly Missing[]> {
  const images = await Promise.all(expected.images.map((image) => missingImage(clients.ecr, image)));
  const secrets = await Promise.all(expected.secrets.map((secret) => missingSecret(clients.secrets, secret)));
  return [...images, ...secrets].filter((missing) => missing !== undefined);
}

/**
 * The error that stops before the layer of the tasks.
 *
 * @param missing what is missing, at least one thing
 */
export function notReady(missing: readonly Missing[]): UserError {
  return new UserError({
    what: `The tasks cannot start yet: ${missing.length} of the things they need ${missing.length === 1 ? "is" : "are"} missing.`,
    where: `${TASKS_LAYER}, which was not planned; everything else is applied`,
    mend: "supply what is named below, then run the same command again",
    detail: missing.flatMap(({ what, commands }) => [what, ...commands.map((command) => `  $ ${command}`)]).join("\n"),
    exit: "notReady",
  });
}

async function missingImage(ecr: ECRClient, image: ExpectedImage): Promise<Missing | undefined> {
  const { service, repository, tag, digest } = image;
  if (image.isUnreleased) {
    return {
      what: `${service}: no release is recorded in releases.json.`,
      commands: buildCommands(image, "<version>-<yyyymmdd>-<hhmmss>"),
    };
  }
  const imageId = digest === undefined ? { imageTag: tag } : { imageDigest: digest };
  const call = { doing: `look for the image of ${service}`, permissions: ["ecr:DescribeImages"] };
  return onAws(call, async () => {
    try {
      await ecr.send(new DescribeImagesCommand({ repositoryName: repository, imageIds: [imageId] }));
      return undefined;
    } catch (error) {
      const code = awsErrorCode(error);
      if (code !== "ImageNotFoundException" && code !== "RepositoryNotFoundException") throw error;
      const name = digest === undefined ? `${repository}:${tag}` : `${repository}@${digest} (tag ${tag})`;
      return { what: `${service}: ECR has no image ${name}.`, commands: buildCommands(image, tag) };
    }
  });
}

function buildCommands({ service, repository }: ExpectedImage, tag: string): readonly string[] {
  const registry = "<account>.dkr.ecr.<region>.amazonaws.com";
  return [
    `aws ecr get-login-password | docker login --username AWS --password-stdin ${registry}`,
    `docker build --build-arg VERSION=<version> -t ${registry}/${repository}:${tag} dockerfiles/${service}`,
    `docker push ${registry}/${repository}:${tag}`,
  ];
}

async function missingSecret(secrets: SecretsManagerClient, secret: ExpectedSecret): Promise<Missing | undefined> {
  const call = { doing: `look for the secret ${secret.name}`, permissions: ["secretsmanager:GetSecretValue"] };
  return onAws(call, async () => {
    try {
      const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId: secret.name }));
      if (hasKey(SecretString, secret.jsonKey)) return undefined;
      return {
        what: `${secret.service}: the secret ${secret.name} has no text under the JSON key "${secret.jsonKey}".`,
        commands: [secretCommand("put-secret-value --secret-id", secret)],
      };
    } catch (error) {
      if (awsErrorCode(error) !== "ResourceNotFoundException") throw error;
      return {
        what: `${secret.service}: there is no secret ${secret.name}.`,
        commands: [secretCommand("create-secret --name", secret)],
      };
    }
  });
}

function secretCommand(action: string, { name, jsonKey }: ExpectedSecret): string {
  // The value comes from a file, never from the command line, where others can read it.
  return `aws secretsmanager ${action} ${name} --secret-string file://secret.json   # {"${jsonKey}": "…"}`;
}

function hasKey(text: string, key: string): boolean {
  try {
    const value = (JSON.parse(text) as Readonly<Record<string, unknown>> | null)?.[key];
    return typeof value === "string" && value !== "";
  } catch {
    return false;
  }
}
