import { unzip, type AsyncUnzipOptions, type Unzipped } from "fflate";
import { createHash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { Interrupted, interruptSignal } from "../terminal/process";
import { UserError } from "../terminal/user-error";
import { platform } from "./platform";
import {
  archiveUrl,
  downloadFolder,
  pinnedTerraform,
  releasesUrl,
  terraformProgram,
  type PinnedRelease,
  type ReleaseHashes,
} from "./release";

/*
 * The download is ours, and its integrity rests on the hashes in release.ts. @hashicorp/js-releases was tried (1.7.7): it
 * takes a SHA256SUMS that anybody has signed, since openpgp.verify() reports a bad signature in its result and the library
 * looks only if there is a result; it cannot use a mirror, has no time limit, and does not end when a download is cut off.
 * It knows proxies; so does Node itself from 22.21 and 24.5 on, with NODE_USE_ENV_PROXY=1.
 */

/** Options of a download. */
export interface DownloadOptions {
  /** @default - the pinned one */
  readonly release?: PinnedRelease;
  /** Environment with LGTM_TERRAFORM_RELEASES. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Folder that holds the program afterwards. @default - `.lgtm/terraform/<version>` */
  readonly folder?: string;
  /** Told what takes a while. @default - no one */
  readonly report?: ((text: string) => void) | undefined;
  /** Seconds without a byte after which the download is given up. @default 60 */
  readonly idleSeconds?: number;
}

/** Facts that every step needs. */
interface Download {
  readonly version: string;
  readonly hashes: ReleaseHashes;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly idleSeconds: number;
}

/**
 * Downloads an official Terraform release, compares the archive with its pinned hash, and only then unpacks it. The folder
 * appears complete or not at all, also when two processes download at once.
 * @returns absolute path of the program
 * @throws UserError (exit "missing") without a network, for a platform without a pinned hash, or if a hash differs
 */
export async function downloadTerraform(options: DownloadOptions = {}): Promise<string> {
  const { release = pinnedTerraform, env = process.env, idleSeconds = 60 } = options;
  const { version } = release;
  const folder = options.folder ?? downloadFolder(version);
  const program = join(folder, terraformProgram);
  if (existsSync(program)) {
    await checkProgram(program, release);
    return program;
  }
  const download: Download = { version, hashes: hashesOf(release), env, folder, idleSeconds };
  options.report?.(`Terraform is missing: downloading ${version} from ${releasesUrl(env)} (once, some 30 MB) ...`);
  await install(await verifiedArchive(download), download);
  options.report?.(`Terraform ${version} has the pinned SHA-256 and is unpacked into ${folder}`);
  return program;
}

/**
 * Compares a program that is there already with the pinned hash of its release.
 * @throws UserError (exit "missing") if it differs, or if there is no hash for this platform
 */
export async function checkProgram(program: string, release: PinnedRelease = pinnedTerraform): Promise<void> {
  const expected = hashesOf(release).program;
  const hash = createHash("sha256");
  await pipeline(createReadStream(program), hash);
  const actual = hash.digest("hex");
  if (actual === expected) return;
  throw new UserError({
    what: `This program is not Terraform ${release.version} as HashiCorp published it; it was not started.`,
    where: program,
    mend: `find out who changed it; then remove ${dirname(program)} and run the command again, which downloads it anew`,
    detail: hashesDiffer(expected, actual),
    exit: "missing",
  });
}

function hashesOf({ version, hashes }: PinnedRelease): ReleaseHashes {
  const own = hashes[platform()];
  if (own !== undefined) return own;
  throw new UserError({
    what: `Terraform ${version} is not downloaded for ${platform()}: its hash for this platform is not pinned.`,
    where: "tools/terraform/release.ts",
    mend: `install Terraform ${version} from https://developer.hashicorp.com/terraform/install and put it on PATH`,
    exit: "missing",
  });
}

function hashesDiffer(expected: string, actual: string): string {
  return `SHA-256 that is pinned: ${expected}\nSHA-256 of the file:    ${actual}`;
}

async function verifiedArchive(download: Download): Promise<Uint8Array> {
  const { version, hashes, env } = download;
  const url = archiveUrl(version, platform(), env);
  refusePlainHttp(url, url, download);
  const archive = await get(url, download);
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual === hashes.archive) return archive;
  throw refused(
    download,
    `The downloaded ${basename(url)} is not the published one; it was thrown away.`,
    url,
    hashesDiffer(hashes.archive, actual),
  );
}

/** Tests serve their archives on this machine; everything else comes by https. */
function refusePlainHttp(url: string, asked: string, download: Download): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "none", hostname: "" };
  if (protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname))) return;
  throw refused(download, `Terraform is downloaded by https alone, not from ${url}.`, asked);
}

async function get(url: string, download: Download): Promise<Uint8Array> {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort();
  }, download.idleSeconds * 1000);
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([silence.signal, interruptSignal]) });
    refusePlainHttp(answer.url, url, download);
    if (!answer.ok || answer.body === null) throw refused(download, `The server answers ${answer.status}.`, url);
    const parts: Uint8Array[] = [];
    for await (const part of answer.body as AsyncIterable<Uint8Array>) {
      parts.push(part);
      timer.refresh();
    }
    return Buffer.concat(parts);
  } catch (error) {
    if (interruptSignal.aborted) throw new Interrupted();
    if (error instanceof UserError) throw error;
    throw unreachable(download, url, error, silence.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

const mend = ({ version, folder, env }: Download): string =>
  `check the network (behind a proxy: Node 22.21 or 24.5 and newer use HTTPS_PROXY with NODE_USE_ENV_PROXY=1), or install ` +
  `Terraform ${version} from https://developer.hashicorp.com/terraform/install and put it on PATH, or unpack it into ${folder}; ` +
  (env.LGTM_TERRAFORM_RELEASES === undefined
    ? "LGTM_TERRAFORM_RELEASES may name a mirror of the releases"
    : "LGTM_TERRAFORM_RELEASES names the mirror that was tried");

function refused(download: Download, what: string, where: string, detail = ""): UserError {
  return new UserError({ what, where, mend: mend(download), detail, exit: "missing" });
}

function unreachable(download: Download, url: string, error: unknown, silent: boolean): UserError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = silent
    ? `nothing came for ${download.idleSeconds} s`
    : cause instanceof Error
      ? ((cause as NodeJS.ErrnoException).code ?? cause.message)
      : String(cause);
  return new UserError(
    {
      what: `Terraform ${download.version} is not installed and could not be downloaded (${reason}).`,
      where: url,
      mend: mend(download),
      exit: "missing",
    },
    { cause: error },
  );
}

const unzipInBackground = promisify<Uint8Array, AsyncUnzipOptions, Unzipped>(unzip);

/** Unpacks into a folder of its own beside the final one, then renames it: no one ever sees half of it. */
async function install(archive: Uint8Array, download: Download): Promise<void> {
  const { folder, version, hashes } = download;
  const files = await unzipInBackground(archive, { filter: ({ name }) => name === terraformProgram });
  const program = files[terraformProgram];
  if (program === undefined)
    throw refused(download, `The archive of Terraform ${version} holds no ${terraformProgram}.`, folder);
  const actual = createHash("sha256").update(program).digest("hex");
  if (actual !== hashes.program) {
    const what = `The ${terraformProgram} in the archive of ${version} differs from its pinned hash; it was thrown away.`;
    throw refused(download, what, "tools/terraform/release.ts", hashesDiffer(hashes.program, actual));
  }
  mkdirSync(dirname(folder), { recursive: true });
  removeDeadDrafts(folder);
  const draft = mkdtempSync(`${draftPrefix(folder)}${process.pid}-`);
  try {
    const file = join(draft, terraformProgram);
    writeFileSync(file, program);
    chmodSync(file, 0o755);
    // mkdtemp makes folders that only their owner may enter.
    chmodSync(draft, 0o755);
    moveIntoPlace(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function draftPrefix(folder: string): string {
  return join(dirname(folder), `.draft-${basename(folder)}-`);
}

/** Removes what a killed process left behind. */
function removeDeadDrafts(folder: string): void {
  const prefix = basename(draftPrefix(folder));
  for (const name of readdirSync(dirname(folder)).filter((one) => one.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (!isRunning(pid)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Another process may have been faster; its copy is as good, since both were checked. */
function moveIntoPlace(draft: string, folder: string): void {
  const isThere = (): boolean => existsSync(join(folder, terraformProgram));
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (isThere()) return;
    if (!existsSync(folder)) throw error;
    // A folder without the program is in the way: an unpacking by hand that went wrong.
    rmSync(folder, { recursive: true });
    renameSync(draft, folder);
  }
}
