import { join } from "node:path";
import type { ServiceName } from "../../../modules/services/service-name";
import { projectRoot } from "../../terminal/paths";
import { run } from "../../terminal/process";
import { UserError } from "../../terminal/user-error";

/**
 * The commit that an image is built from, which goes into its label.
 *
 * @param service the service
 * @param allowDirty whether files that are not committed may go into the image
 * @param root the checkout
 * @returns the full hash; undefined if it does not tell what is in the image
 * @throws UserError (exit "negative") if dockerfiles/<service> differs from it and that is not allowed
 */
export async function committedSources(
  service: ServiceName,
  allowDirty: boolean,
  root: string = projectRoot,
): Promise<string | undefined> {
  const folder = join("dockerfiles", service);
  const status = await git(root, "status", "--porcelain", "--", folder);
  const commit = await git(root, "rev-parse", "HEAD");
  if (status === "" && commit !== undefined) return commit.trim();
  if (allowDirty) return undefined;
  throw new UserError({
    what:
      status === undefined || commit === undefined
        ? "This is no Git checkout, so no commit tells what would be in the image."
        : `${folder} holds changes that are in no commit; nothing was built.`,
    where: folder,
    mend: "commit them first, so that the image can be told from its label; or say --allow-dirty",
    detail: status ?? "",
    exit: "negative",
  });
}

async function git(cwd: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const { code, stdout } = await run("git", args, { cwd });
    return code === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
