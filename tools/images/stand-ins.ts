import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Profile } from "../../modules/config/profiles";
import type { ReleasedTag } from "../../modules/config/image-version";
import type { ImageDigest, Releases } from "../../modules/services/releases";
import type { ServiceName } from "../../modules/services/service-name";
import { serviceCatalog } from "../../modules/services/catalog";
import { connection } from "../mock/s3";
import type { Mock } from "../mock/server";
import { expectedBy, type Expected } from "./expected";
import type { ReadinessClients } from "./readiness";

/** Images and a secret that stand in for real ones on the mock, so that the layer of the tasks can be applied. */
export interface StandIns {
  /** File for `LGTM_RELEASES`: stand-in releases of the rehearsed environment. */
  readonly releasesFile: string;
  readonly expected: Expected;
}

/**
 * Makes up releases for a rehearsal and writes them into its folder. They are deployed by digest; the mock's digest of an
 * image is the hash of its manifest, as in life, so it is known before the image is there.
 *
 * @param profile the rehearsed profile
 * @param folder the rehearsal's folder
 */
export function makeStandIns(profile: Profile, folder: string): StandIns {
  const releases: Releases = Object.fromEntries(
    Object.values(serviceCatalog(profile.config)).map(({ name, version }) => [
      name,
      { tag: `${version}-20260101-000000` as ReleasedTag, digest: digestOf(manifestOf(name)) },
    ]),
  );
  const releasesFile = join(folder, "releases.json");
  writeFileSync(releasesFile, JSON.stringify({ [profile.config.environment]: releases }, undefined, 2));
  return { releasesFile, expected: expectedBy(profile, releases) };
}

/**
 * Puts the stand-ins into the mock, whose repositories must be there; what is there already stays.
 *
 * @param mock the mock
 * @param expected images and secrets that the tasks need
 */
export async function putStandIns(mock: Mock, expected: Expected): Promise<void> {
  const { ecr, secrets } = readinessClients(mock);
  try {
    for (const { service, repository, tag } of expected.images) {
      const image = { repositoryName: repository, imageManifest: manifestOf(service), imageTag: tag };
      await unlessThere("ImageAlreadyExistsException", () => ecr.send(new PutImageCommand(image)));
    }
    for (const { name, jsonKey } of expected.secrets) {
      const SecretString = JSON.stringify({ [jsonKey]: randomBytes(24).toString("base64url") });
      await unlessThere("ResourceExistsException", () =>
        secrets.send(new CreateSecretCommand({ Name: name, SecretString })),
      );
    }
  } finally {
    ecr.destroy();
    secrets.destroy();
  }
}

/** Connections to ECR and Secrets Manager on the mock. */
export function readinessClients(mock: Mock): ReadinessClients {
  return { ecr: new ECRClient(connection(mock)), secrets: new SecretsManagerClient(connection(mock)) };
}

/** A manifest without layers that differs from service to service, so that each has a digest of its own. */
function manifestOf(service: ServiceName): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      size: 2,
      digest: digestOf(service),
    },
    layers: [],
  });
}

function digestOf(text: string): ImageDigest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

async function unlessThere(code: string, put: () => Promise<unknown>): Promise<void> {
  try {
    await put();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== code) throw error;
  }
}
