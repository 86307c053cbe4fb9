import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { serviceCatalog } from "../../modules/services/catalog";
import { s3Client } from "../mock/s3";
import type { Mock } from "../mock/server";

/** Largest number of stray keys that a report names. */
const SHOWN = 10;

/**
 * Keys of the data bucket that lie below no prefix of a service: nobody's policy and no lifecycle would ever reach them.
 *
 * @param mock the mock of AWS
 * @param config the platform
 * @returns the first ten
 */
export async function strayKeys(mock: Mock, config: PlatformConfig): Promise<readonly string[]> {
  const prefixes = Object.values(serviceCatalog(config)).flatMap(({ storagePrefixes }) => storagePrefixes);
  const s3 = s3Client(mock);
  const stray: string[] = [];
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: config.dataBucket.name })) {
      const keys = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
      stray.push(...keys.filter((key) => !prefixes.some((prefix) => key.startsWith(`${prefix}/`))));
    }
  } finally {
    s3.destroy();
  }
  return stray.slice(0, SHOWN);
}
