import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { readReleaseFile, type ReleasedImage, type Release } from "../../../modules/services/releases";
import { SERVICE_NAMES, type ServiceName } from "../../../modules/services/service-name";

/**
 * Records a release. The file is replaced as a whole, so that whoever reads it meanwhile sees the old or the new one; what
 * was recorded before is kept as `previous`. The same image again changes nothing.
 *
 * @param file path of the release file
 * @param environment the environment that will deploy it
 * @param service the service
 * @param image what was pushed
 * @returns the entry as it is now
 * @throws ConfigError if the file is not as it should be
 */
export function recordRelease(
  file: string,
  environment: string,
  service: ServiceName,
  { tag, digest }: ReleasedImage,
): Release {
  const all = readReleaseFile(file);
  const former = all[environment]?.[service];
  if (former?.tag === tag && former.digest === digest) return former;
  const entry: Release = {
    ...imageOf({ tag, ...(digest === undefined ? {} : { digest }) }),
    ...(former === undefined ? {} : { previous: imageOf(former) }),
  };
  const services = { ...all[environment], [service]: entry };
  // The services in the order of the catalog: a release is a change of a few lines.
  const sorted = Object.fromEntries(
    SERVICE_NAMES.filter((name) => name in services).map((name) => [name, services[name]]),
  );
  replaceFile(file, `${JSON.stringify({ ...all, [environment]: sorted }, undefined, 2)}\n`);
  return entry;
}

function imageOf({ tag, digest }: ReleasedImage): ReleasedImage {
  return { tag, ...(digest === undefined ? {} : { digest }) };
}

function replaceFile(file: string, text: string): void {
  const beside = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
