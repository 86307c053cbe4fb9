import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { withDependents, type Layer } from "../layers/layers";
import { projectRoot } from "../terminal/paths";
import { run } from "../terminal/process";
import { synthesize } from "../layers/synth";
import { UserError } from "../terminal/user-error";

/** Options of a comparison. */
export interface ChangedSinceOptions {
  /** Commit, tag or branch: where the change starts from. */
  readonly ref: string;
  /** The layers as they are synthesized now. */
  readonly layers: readonly Layer[];
  /** Name of the profile. */
  readonly profile: string;
  /** Folder of this run; the base is checked out and synthesized below it. */
  readonly runFolder: string;
  /** The Git checkout. @default - the project */
  readonly root?: string;
  /** The app, below the checkout. @default - its main.ts */
  readonly app?: string | undefined;
}

/** Layers that a change concerns. */
export interface ChangedLayers {
  /** Layers that are synthesized otherwise than at the base, and all that come after them. */
  readonly ids: readonly string[];
  /** Of these, the ones that differ themselves. */
  readonly changed: readonly string[];
  /** Layers of the base that are not there any more; what they made stays in the account until it is destroyed. */
  readonly gone: readonly string[];
  /** Reason why all layers are taken; undefined where the comparison was made. */
  readonly all: string | undefined;
}

/**
 * Finds the layers that a change concerns, by what they are synthesized to: a change of a module, of a setting or of the
 * provider's lock is found wherever it has an effect, and nowhere else. Where the base cannot be synthesized (it has no such
 * profile, it has other packages, it is refused), all layers are taken, and the reason is given.
 * @throws UserError (exit "badInput") when there is no such commit
 */
export async function changedLayers(options: ChangedSinceOptions): Promise<ChangedLayers> {
  const { layers, runFolder, ref } = options;
  const root = options.root ?? projectRoot;
  const commit = await commitOf(root, ref);
  const base = join(runFolder, "base");
  await git(root, ["worktree", "add", "--detach", base, commit]);
  try {
    const packages = samePackages(root, base);
    if (!packages) return everything(layers, `the packages of ${ref} (package-lock.json) are others`);
    symlinkSync(join(root, "node_modules"), join(base, "node_modules"));
    const before = await synthesizeBase(options, base);
    if (typeof before === "string") return everything(layers, `${ref} cannot be synthesized here: ${before}`);
    return compare(before, layers);
  } finally {
    rmSync(join(base, "node_modules"), { force: true });
    await git(root, ["worktree", "remove", "--force", base]);
  }
}

/** Describes the selection for a report, in one sentence or two. */
export function describeChange({ ids, changed, gone, all }: ChangedLayers, ref: string): string {
  const goneText =
    gone.length === 0 ? "" : ` Gone from the code, and still in the account until destroyed: ${gone.join(", ")}.`;
  if (all !== undefined) return `All layers are planned, since ${all}.${goneText}`;
  if (ids.length === 0) return `No layer is synthesized otherwise than at ${ref}.${goneText}`;
  const after = ids.filter((id) => !changed.includes(id));
  const afterText = after.length === 0 ? "" : `, and after them ${after.join(", ")}`;
  return `Planned are the layers that differ from ${ref}: ${changed.join(", ")}${afterText}.${goneText}`;
}

function everything(layers: readonly Layer[], because: string): ChangedLayers {
  const ids = layers.map(({ id }) => id);
  return { ids, changed: ids, gone: [], all: because };
}

async function synthesizeBase(
  { profile, runFolder, root = projectRoot, app = join(root, "main.ts") }: ChangedSinceOptions,
  base: string,
): Promise<readonly Layer[] | string> {
  try {
    const { layers } = await synthesize({
      outFolder: join(runFolder, "base-out"),
      profile,
      app: join(base, relative(root, app)),
      say: () => undefined,
    });
    return layers;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return (error.detail ?? error.what).trim().split("\n")[0] ?? error.what;
  }
}

function compare(before: readonly Layer[], now: readonly Layer[]): ChangedLayers {
  const old = new Map(before.map((layer) => [layer.id, layer]));
  const changed = now.filter((layer) => contentOf(layer) !== contentOf(old.get(layer.id))).map(({ id }) => id);
  const ids = new Set(changed.length === 0 ? [] : withDependents(now, changed).map(({ id }) => id));
  const known = new Set(now.map(({ id }) => id));
  return {
    ids: now.map(({ id }) => id).filter((id) => ids.has(id)),
    changed,
    gone: before.map(({ id }) => id).filter((id) => !known.has(id)),
    all: undefined,
  };
}

/** A layer's configuration with the provider's lock; undefined for a layer that is not there. */
function contentOf(layer: Layer | undefined): string | undefined {
  if (layer === undefined) return undefined;
  const lock = join(dirname(layer.file), ".terraform.lock.hcl");
  return `${readFileSync(layer.file, "utf8")}\n${existsSync(lock) ? readFileSync(lock, "utf8") : ""}`;
}

function samePackages(root: string, base: string): boolean {
  const [now, before] = [root, base].map((folder) => join(folder, "package-lock.json"));
  if (now === undefined || before === undefined || !existsSync(now) || !existsSync(before)) return false;
  return readFileSync(now, "utf8") === readFileSync(before, "utf8");
}

/**
 * Checks that this checkout has a commit.
 * @throws UserError (exit "badInput") when it has not
 */
export async function checkCommit(ref: string): Promise<void> {
  await commitOf(projectRoot, ref);
}

async function commitOf(root: string, ref: string): Promise<string> {
  // Not taken for an option, whatever it is.
  const { code, stdout } = await run("git", ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`], {
    cwd: root,
  });
  if (code === 0) return stdout.trim();
  throw new UserError({
    what: `There is no commit ${ref} in this checkout.`,
    where: "--changed-since",
    mend: "name a commit, tag or branch; in a workflow let actions/checkout fetch it (fetch-depth: 0)",
    exit: "badInput",
  });
}

async function git(root: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run("git", args, { cwd: root });
  if (code === 0) return;
  throw new UserError({
    what: `\`git ${args.slice(0, 2).join(" ")}\` failed.`,
    mend: "look at Git's message; `git worktree prune` removes what an interrupted run left",
    detail: stderr,
  });
}
