import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { projectRoot, workFolder } from "../terminal/paths";
import { run } from "../terminal/process";
import { UserError } from "../terminal/user-error";
import type { TerraformBinary } from "./binary";
import { platform } from "./platform";
import { quietEnvironment } from "../layers/environment";

/** The provider as its address is written in every layer and in the lock file. */
export const providerAddress = "registry.terraform.io/hashicorp/aws";

/** The committed lock file that every stack folder gets a copy of. */
export const lockFile = join(projectRoot, "provider", "terraform.lock.hcl");

/** From where `terraform init` takes the provider. */
export interface ProviderSetup {
  /** Variables for every `terraform` child; empty when the user's own CLI configuration says where providers come from. */
  readonly environment: Readonly<Record<string, string>>;
  /** The source in words, for progress and `./lgtm doctor`. */
  readonly source: string;
  /** Folder with the provider's program, unpacked; undefined when only the user's own CLI configuration knows it. */
  readonly packageFolder: string | undefined;
}

/** A folder that holds the locked provider, in one of the two layouts of a filesystem mirror. */
export interface Mirror {
  readonly folder: string;
  /** Unpacked folders are linked by `terraform init`; packed ones are unpacked anew by every init. */
  readonly layout: "unpacked" | "packed";
}

/** Inputs of the search; tests give their own. */
export interface ProviderOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Told what is going on when it takes a while. @default - no one */
  readonly report?: (text: string) => void;
  /** Folders whose direct subfolders may be mirrors. @default - /opt, /usr/share, /usr/local/share, /var/lib */
  readonly wellKnownRoots?: readonly string[];
  /** Folder of the written CLI configuration. @default - the project's work folder */
  readonly configFolder?: string;
}

/**
 * Makes sure that the locked provider can be installed by many inits side by side, and says how.
 *
 * A user's own `provider_installation` is respected. Otherwise the provider comes from a mirror folder on this machine, or
 * is installed once, by one init, into the user's cache folder, which then is the mirror: Terraform's plugin cache is not
 * safe for parallel inits. A local copy is taken before the registry because it needs no network and the lock file's
 * hashes vouch for it.
 * @throws UserError (exit "missing") when no source has the provider
 */
export async function setUpProvider(terraform: TerraformBinary, options: ProviderOptions = {}): Promise<ProviderSetup> {
  const env = options.env ?? process.env;
  const version = lockedVersion();
  const userConfig = readUserConfig(env);
  const named = namedMirror(env, version);
  if (named === undefined && userConfig !== undefined && decidesInstallation(userConfig.text)) {
    const source = `as your Terraform CLI configuration says (${userConfig.file})`;
    return { environment: {}, source, packageFolder: undefined };
  }
  const cache = cacheFolder(env);
  const found =
    named ?? findMirror([...impliedMirrors(env), ...subfolders(options.wellKnownRoots ?? wellKnownRoots)], version);
  const configFolder = options.configFolder ?? join(workFolder, "terraform");
  if (found?.layout === "unpacked") return mirrorSetup(found.folder, userConfig?.text, configFolder);
  if (layoutOf(cache, version) === undefined) {
    await installOnce(terraform, {
      cache,
      version,
      from: found?.folder,
      userText: userConfig?.text,
      env,
      report: options.report,
    });
  }
  return mirrorSetup(cache, userConfig?.text, configFolder);
}

/** The version that the lock file pins. */
export function lockedVersion(file: string = lockFile): string {
  const version = /^\s*version\s*=\s*"([^"]+)"/m.exec(readFileSync(file, "utf8"))?.[1];
  if (version === undefined) throw new Error(`no version in ${file}`);
  return version;
}

/** The mirror that is used, or undefined when the registry will be: for `./lgtm doctor`, which installs nothing. */
export function lookForMirror(options: ProviderOptions = {}): Mirror | undefined {
  const env = options.env ?? process.env;
  const version = lockedVersion();
  const places = [...impliedMirrors(env), cacheFolder(env), ...subfolders(options.wellKnownRoots ?? wellKnownRoots)];
  return namedMirror(env, version) ?? findMirror(places, version);
}

const wellKnownRoots: readonly string[] =
  process.platform === "win32" ? [] : ["/opt", "/usr/share", "/usr/local/share", "/var/lib"];

function namedMirror(env: NodeJS.ProcessEnv, version: string): Mirror | undefined {
  const folder = env.LGTM_PROVIDER_MIRROR;
  if (folder === undefined || folder === "") return undefined;
  const layout = layoutOf(folder, version);
  if (layout !== undefined) return { folder, layout };
  throw new UserError({
    what: `The provider mirror ${folder} does not hold hashicorp/aws ${version} for ${platform()}.`,
    where: "environment variable LGTM_PROVIDER_MIRROR",
    mend: `name a folder with ${providerAddress}/${version}/${platform()} in it (\`terraform providers mirror\` makes one), or unset the variable`,
    exit: "missing",
  });
}

/** The folders that Terraform itself would look into without any configuration. */
function impliedMirrors(env: NodeJS.ProcessEnv): readonly string[] {
  const home = env.HOME ?? homedir();
  if (process.platform === "win32") return [join(env.APPDATA ?? home, "terraform.d", "plugins")];
  const own = join(home, ".terraform.d", "plugins");
  if (process.platform === "darwin") {
    const library = join("Library", "Application Support", "io.terraform", "plugins");
    return [own, join(home, library), join("/", library)];
  }
  const data = [
    env.XDG_DATA_HOME ?? join(home, ".local", "share"),
    ...(env.XDG_DATA_DIRS ?? "/usr/local/share:/usr/share").split(delimiter),
  ];
  return [own, ...data.filter((folder) => folder !== "").map((folder) => join(folder, "terraform", "plugins"))];
}

function subfolders(roots: readonly string[]): readonly string[] {
  return roots.flatMap((root) => {
    try {
      return readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
        .map((entry) => join(root, entry.name));
    } catch {
      // A root that is absent or closed to this user holds no mirror for it.
      return [];
    }
  });
}

function findMirror(folders: readonly string[], version: string): Mirror | undefined {
  for (const folder of folders) {
    const layout = layoutOf(folder, version);
    if (layout !== undefined) return { folder, layout };
  }
  return undefined;
}

function layoutOf(folder: string, version: string): Mirror["layout"] | undefined {
  if (existsSync(join(folder, packagePath(version)))) return "unpacked";
  const provider = join(folder, ...providerAddress.split("/"));
  if (existsSync(join(provider, `terraform-provider-aws_${version}_${platform()}.zip`))) return "packed";
  return undefined;
}

/** Path of the unpacked provider inside a mirror folder, and inside a layer's `.terraform/providers`. */
export function packagePath(version: string): string {
  return join(...providerAddress.split("/"), version, platform());
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const home = env.HOME ?? homedir();
  const base =
    process.platform === "win32"
      ? (env.LOCALAPPDATA ?? join(home, "AppData", "Local"))
      : process.platform === "darwin"
        ? join(home, "Library", "Caches")
        : (env.XDG_CACHE_HOME ?? join(home, ".cache"));
  return join(base, "lgtm-on-ecs", "terraform-providers");
}

interface UserConfig {
  readonly file: string;
  readonly text: string;
}

/** The user's own CLI configuration; a TF_CLI_CONFIG_FILE that names a missing file counts as none. */
function readUserConfig(env: NodeJS.ProcessEnv): UserConfig | undefined {
  const home = env.HOME ?? homedir();
  const standard =
    process.platform === "win32" ? join(env.APPDATA ?? home, "terraform.rc") : join(home, ".terraformrc");
  const file = env.TF_CLI_CONFIG_FILE ?? standard;
  return existsSync(file) ? { file, text: readFileSync(file, "utf8") } : undefined;
}

function decidesInstallation(text: string): boolean {
  // A file in JSON cannot be extended by appending HCL, so it is taken as it is.
  return /^\s*provider_installation\b/m.test(text) || text.trimStart().startsWith("{");
}

function mirrorSetup(folder: string, userText: string | undefined, configFolder: string): ProviderSetup {
  const text = `${withoutPluginCache(userText)}${installationBlock(folder)}`;
  return {
    environment: { TF_CLI_CONFIG_FILE: writeConfig(text, configFolder) },
    source: `the mirror folder ${folder}`,
    packageFolder: join(folder, packagePath(lockedVersion())),
  };
}

/** Registry hosts and credentials of the user stay; the plugin cache goes, since parallel inits would damage it. */
function withoutPluginCache(text: string | undefined): string {
  if (text === undefined) return "";
  const lines = text.split("\n").filter((line) => !/^\s*plugin_cache_/.test(line));
  return `${lines.join("\n").trimEnd()}\n`;
}

function installationBlock(folder: string): string {
  return [
    "provider_installation {",
    "  filesystem_mirror {",
    `    path    = ${JSON.stringify(folder)}`,
    `    include = [${JSON.stringify(providerAddress)}]`,
    "  }",
    "  direct {",
    `    exclude = [${JSON.stringify(providerAddress)}]`,
    "  }",
    "}",
    "",
  ].join("\n");
}

/** Writes the configuration under a name made from its content, so that runs side by side never see a half-written one. */
function writeConfig(text: string, folder: string): string {
  const name = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const file = join(folder, `cli-${name}.tfrc`);
  if (existsSync(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  // It may hold a copy of the user's registry credentials.
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
  return file;
}

interface InstallOptions {
  readonly cache: string;
  readonly version: string;
  /** A packed mirror; undefined: the registry. */
  readonly from: string | undefined;
  readonly userText: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly report: ((text: string) => void) | undefined;
}

/** Installs the provider by one init into a folder of its own, then moves it into the cache in one step. */
async function installOnce(terraform: TerraformBinary, options: InstallOptions): Promise<void> {
  const from = options.from ?? "the Terraform registry";
  options.report?.(`installing the AWS provider ${options.version} from ${from} (once, some 150 MB packed)`);
  mkdirSync(options.cache, { recursive: true });
  const draft = mkdtempSync(join(options.cache, ".draft-"));
  const folder = mkdtempSync(join(tmpdir(), "lgtm-provider-"));
  try {
    const config = join(folder, "install.tfrc");
    const source = options.from === undefined ? "" : installationBlock(options.from);
    writeFileSync(
      config,
      `${withoutPluginCache(options.userText)}plugin_cache_dir = ${JSON.stringify(draft)}\n${source}`,
      {
        mode: 0o600,
      },
    );
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify(onlyTheProvider(options.version)));
    cpSync(lockFile, join(folder, ".terraform.lock.hcl"));
    await runInstall(terraform, folder, { ...quietEnvironment(options.env), TF_CLI_CONFIG_FILE: config });
    moveIntoPlace(draft, options.cache, options.version);
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

function onlyTheProvider(version: string): object {
  return { terraform: { required_providers: { aws: { source: "hashicorp/aws", version } } } };
}

async function runInstall(terraform: TerraformBinary, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const args = ["init", "-backend=false", "-input=false", "-no-color", "-lockfile=readonly"];
  const logFile = join(workFolder, "terraform", "provider-install.log");
  const result = await run(terraform.path, args, { cwd: folder, env, logFile });
  if (result.code === 0) return;
  throw new UserError({
    what: "The AWS provider could not be installed: neither a mirror folder nor the registry gave it.",
    where: logFile,
    mend:
      "check the network or proxy settings; without network, set LGTM_PROVIDER_MIRROR to a folder made elsewhere with " +
      "`terraform providers mirror`",
    detail: result.stderr.trim().split("\n").slice(0, 12).join("\n"),
    exit: "missing",
  });
}

/** Another run may have been faster; its copy is as good, since the lock file's hashes vouch for both. */
function moveIntoPlace(draft: string, cache: string, version: string): void {
  const part = packagePath(version);
  mkdirSync(dirname(join(cache, part)), { recursive: true });
  try {
    renameSync(join(draft, part), join(cache, part));
  } catch (error) {
    if (!existsSync(join(cache, part))) throw error;
  }
}
